# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.

"""Pictures."""

from plain import Env


class Frame:
    shape = (2, 3, 3)
    dtype = "uint8"

    def tobytes(self):
        return bytes(range(18))


class Picture(Env):
    render_mode = "rgb_array"

    def render(self):
        return Frame()


class Ansi(Env):
    def render(self):
        return "a text"
