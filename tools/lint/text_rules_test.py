# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""The checks of length, licence, hosts and format catch what they are there for."""

import unittest

from tools.lint import sample_tree

HEADER = sample_tree.HEADER
PYTHON_HEADER = HEADER.replace("//", "#")
# In pieces: the check reads this file too.
REGISTRY = "deb." + "debian" + ".org"
PRIVATE = "/" + "root" + "/project"


class LengthTest(unittest.TestCase):

    def found(self, path, lines):
        return sample_tree.findings("length", {path: "x\n" * lines})

    def test_five_hundred_lines_are_the_limit(self):
        for path in ("rlmesh/a.cc", "a.h", "a.py", "a.bzl", "a.sh", "a.proto", "x/BUILD.bazel"):
            self.assertEqual(self.found(path, 500), [], path)
            self.assertEqual(len(self.found(path, 501)), 1, path)

    def test_scripts_without_a_suffix_count(self):
        found = sample_tree.findings("length", {"tools/run": "#!/bin/sh\n" + "x\n" * 500})
        self.assertEqual(len(found), 1)
        self.assertIn("501 lines", found[0])

    def test_prose_and_samples_may_be_longer(self):
        self.assertEqual(self.found("README.md", 900), [])
        self.assertEqual(self.found("rlmesh/spaces/testdata/a.py", 900), [])


class LicenseTest(unittest.TestCase):

    def found(self, files):
        return sample_tree.findings("license", files)

    def test_header_is_required(self):
        for path in ("a.cc", "a.h", "a.proto", "a.py", "a.sh"):
            found = self.found({path: "x = 1\n"})
            self.assertEqual(len(found), 1, path)
            self.assertIn(path + ":1:", found[0])

    def test_header_passes_in_the_files_own_comments(self):
        self.assertEqual(self.found({
            "a.cc": HEADER,
            "a.py": PYTHON_HEADER + '"""Doc."""\n',
            "a.sh": "#!/bin/sh\n" + PYTHON_HEADER,
            "tools/run": "#!/bin/sh\n" + PYTHON_HEADER,
            "a.bzl": "",
            "BUILD.bazel": "",
        }), [])

    def test_changed_header_is_found(self):
        self.assertEqual(len(self.found({"a.cc": HEADER.replace("Apache", "Another")})), 1)
        self.assertEqual(len(self.found({"tools/run": "#!/bin/sh\n"})), 1)


class HostsTest(unittest.TestCase):

    def found(self, text):
        return sample_tree.findings("hosts", {"a.md": text})

    def test_registry_host_is_found(self):
        found = self.found("one\nfrom https://%s/x\n" % REGISTRY)
        self.assertEqual(len(found), 1)
        self.assertIn("a.md:2:", found[0])
        self.assertEqual(len(self.found("files." + "python" + "hosted.org")), 1)

    def test_folder_of_one_machine_is_found(self):
        self.assertEqual(len(self.found("see %s/x" % PRIVATE)), 1)
        self.assertEqual(len(self.found("see /" + "work/main")), 1)

    def test_other_names_and_paths_pass(self):
        self.assertEqual(self.found(
            "Debian 12; github.com/abseil; docker.io/library/python; /workspace/x; a/root/b; "
            "the root / of a tree; /home/user"), [])


class FormatTest(unittest.TestCase):

    def test_badly_formatted_file_is_found(self):
        found = sample_tree.findings("format", {
            "bad.cc": "int  main( ){return 0;}\n",
            "good.cc": "int main() { return 0; }\n",
            ".clang-format": "BasedOnStyle: Google\n",
        })
        self.assertEqual(len(found), 1, found)
        self.assertIn("bad.cc:1: not formatted", found[0])

    def test_proto_files_are_looked_at(self):
        found = sample_tree.findings("format", {"a.proto": 'syntax   =  "proto3" ;\n'})
        self.assertEqual(len(found), 1, found)


if __name__ == "__main__":
    unittest.main()
