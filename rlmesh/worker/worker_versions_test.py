# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.

"""Runs the tests that need no package on every Python from 3.8 on that this machine has."""

import glob
import os
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
SCRIPTS = ["worker_plain_test.py", "worker_protocol_test.py"]


def pythons():
    """{(3, 11): path} of PATH, of the usual folders, and of those that
    $RLMESH_TEST_PYTHONS names."""
    folders = os.environ.get("PATH", "").split(os.pathsep) + ["/usr/bin", "/usr/local/bin"]
    candidates = os.environ.get("RLMESH_TEST_PYTHONS", "").split()
    for folder in folders:
        candidates += glob.glob(os.path.join(folder, "python3.*[0-9]"))
    found = {}
    for path in candidates:
        answer = subprocess.run(
            [path, "-c", "import sys; print(*sys.version_info[:2])"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=False,
        ).stdout.split()
        if len(answer) == 2 and (3, 8) <= tuple(map(int, answer)):
            found.setdefault(tuple(map(int, answer)), path)
    return found


class VersionsTest(unittest.TestCase):
    def test_every_python(self):
        found = pythons()
        self.assertIn((3, 11), found)
        for version, path in sorted(found.items()):
            print("Python %d.%d: %s" % (version + (path,)), file=sys.stderr)
            for script in SCRIPTS:
                with self.subTest(path, script=script):
                    result = subprocess.run(
                        [path, "-B", os.path.join(HERE, script)],
                        stdout=subprocess.PIPE,
                        stderr=subprocess.STDOUT,
                        check=False,
                    )
                    self.assertEqual(result.returncode, 0, result.stdout.decode())


if __name__ == "__main__":
    unittest.main()
