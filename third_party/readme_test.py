# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""README.md lists the archives, patches and hashes that the .bzl files pin."""

import glob
import os
import re
import unittest

_FOLDER = "third_party"


def read(name):
    with open(os.path.join(_FOLDER, name), encoding="utf-8") as file:
        return file.read()


class ReadmeTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.readme = read("README.md")
        cls.pins = read("deps.bzl") + read("rule_sets.bzl")

    def test_lists_every_hash_and_no_other(self):
        pinned = set(re.findall(r'sha256 = "([0-9a-f]{64})"', self.pins))
        self.assertGreater(len(pinned), 15)
        self.assertEqual(set(re.findall(r"\b[0-9a-f]{64}\b", self.readme)), pinned)

    def test_lists_every_archive(self):
        for name in re.findall(r'source_archive\((?:\s*#.*\n)*\s*name = "(\w+)"', self.pins):
            self.assertIn("`%s`" % name, self.readme)

    def test_names_every_patch_and_each_patch_says_why(self):
        patches = glob.glob(os.path.join(_FOLDER, "patches", "*.patch"))
        self.assertGreater(len(patches), 3)
        for path in patches:
            name = os.path.basename(path)
            self.assertIn("patches/%s" % name, self.pins)
            self.assertIn("`%s`" % name, self.readme)
            first = read(os.path.join("patches", name)).split("\n")[0]
            self.assertFalse(first.startswith(("diff ", "---", "+++", "@@")), name)

    def test_names_every_vulnerability_that_a_patch_names(self):
        for path in glob.glob(os.path.join(_FOLDER, "patches", "*.patch")):
            for cve in re.findall(r"CVE-\d+-\d+", read(os.path.relpath(path, _FOLDER))):
                self.assertIn(cve, self.readme)


if __name__ == "__main__":
    unittest.main()
