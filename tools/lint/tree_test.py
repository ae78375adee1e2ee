# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""The source tree itself passes every check of tools/lint."""

import os
import unittest

from tools.lint import checks
from tools.lint import source_tree

# A link to the file in the source tree, whose folder is the tree.
_WORKSPACE_FILE = "WORKSPACE"


class TreeTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.tree = source_tree.Tree(os.path.dirname(os.path.realpath(_WORKSPACE_FILE)))

    def test_is_the_whole_tree(self):
        for path in ("tools/lint/tree_test.py", "rlmesh/BUILD.bazel", ".bazelrc", "third_party/deps.bzl"):
            self.assertIn(path, self.tree.paths())

    def assert_clean(self, name):
        findings = checks.run(self.tree, [name])
        if findings:
            self.fail("\n" + "\n".join(findings))

    def test_format(self):
        self.assert_clean("format")

    def test_layers(self):
        self.assert_clean("layers")

    def test_length(self):
        self.assert_clean("length")

    def test_license(self):
        self.assert_clean("license")

    def test_hosts(self):
        self.assert_clean("hosts")

    def test_has_a_test_for_every_check(self):
        for name in checks.ALL:
            self.assertTrue(hasattr(self, "test_" + name), name)


if __name__ == "__main__":
    unittest.main()
