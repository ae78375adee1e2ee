# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""Starts a process in a session of its own and never ends it."""

import subprocess

import plain


class Env(plain.Env):
    def __init__(self, pid_file):
        super().__init__()
        stray = subprocess.Popen(["sleep", "100000"], start_new_session=True)
        with open(pid_file, "w") as f:
            f.write("%d\n" % stray.pid)
