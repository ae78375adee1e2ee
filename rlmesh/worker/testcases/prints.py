# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.

"""Prints a megabyte to both streams in every call, also below Python."""

import os
import sys

from plain import Env


class Both(Env):
    def step(self, action):
        print("x" * 1000000)
        sys.stderr.write("y" * 1000000 + "\n")
        for fd in (1, 2):
            os.write(fd, b"z" * 100000 + b"\n")
        return super().step(action)
