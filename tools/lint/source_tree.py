# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""The files of a source tree that the checks look at."""

import os
import subprocess


class Tree:
    """A source tree: a git checkout, or any folder.

    In a checkout: what is tracked and what could be, but not what is ignored.
    """

    def __init__(self, root):
        self._root = root
        self._paths = sorted(_git_paths(root) or _walk(root))
        self._texts = {}

    def root(self):
        return self._root

    def paths(self):
        """Paths relative to the root, with slashes, sorted."""
        return self._paths

    def text(self, path):
        """Content of a file; what is not UTF-8 is replaced."""
        if path not in self._texts:
            with open(os.path.join(self._root, path), "rb") as file:
                self._texts[path] = file.read().decode("utf-8", "replace")
        return self._texts[path]

    def is_script(self, path):
        """Whether a file without a suffix is a script by its first line."""
        return "." not in os.path.basename(path) and self.text(path).startswith("#!")


def _git_paths(root):
    if not os.path.exists(os.path.join(root, ".git")):
        return None
    command = ["git", "-c", "safe.directory=*", "-C", root, "ls-files", "-z", "--cached"]
    command += ["--others", "--exclude-standard"]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    paths = {os.fsdecode(path) for path in output.split(b"\0") if path}
    return [path for path in paths if os.path.isfile(os.path.join(root, path))]


def _walk(root):
    paths = []
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith("bazel-")]
        for name in files:
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                paths.append(os.path.relpath(path, root).replace(os.sep, "/"))
    return paths
