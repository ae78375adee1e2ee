# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""The locked published package imports, its compiled part included."""

import importlib.metadata
import os
import unittest

import rlmesh


class PublishedPackageTest(unittest.TestCase):

    def test_is_the_locked_release(self):
        self.assertIn(os.sep + "pypi_rlmesh" + os.sep, rlmesh.__file__)
        self.assertEqual(importlib.metadata.version("rlmesh"), "0.1.0")


if __name__ == "__main__":
    unittest.main()
