# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""Small source trees made for one test."""

import os
import tempfile

from tools.lint import checks
from tools.lint import source_tree

HEADER = ("// Copyright 2026 The RLMesh Authors.\n"
          "// Use of this source code is governed by the Apache License 2.0\n"
          "// that can be found in the LICENSE file.\n")


def findings(check, files):
    """What `check` finds in a tree of `files` (path -> text)."""
    with tempfile.TemporaryDirectory() as root:
        for path, text in files.items():
            whole = os.path.join(root, path)
            os.makedirs(os.path.dirname(whole), exist_ok=True)
            with open(whole, "w", encoding="utf-8") as file:
                file.write(text)
        return checks.run(source_tree.Tree(root), [check])
