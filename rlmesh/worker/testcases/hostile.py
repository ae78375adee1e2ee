# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.

"""Writes its own frames into the channel."""

import os
import struct

from plain import Env

CHANNEL = 4


def frame(kind, ident, size, flags=0, reserved=0):
    return struct.pack("<BBHIQ", kind, flags, reserved, ident, size)


class InStep(Env):
    def step(self, action):
        os.write(CHANNEL, self.bytes(action))
        return super().step(action)

    def bytes(self, action):
        return (
            b"garbage garbage garbage garbage",
            frame(0x84, 4, 1 << 60),  # too long
            frame(0x84, 999, 0),  # another request's
            frame(0x81, 4, 0),  # the answer to another kind
            frame(0x84, 4, 0, reserved=7),
            frame(0xFF, 4, 6) + b"\xff\xff\xff\xffab",  # an error with broken texts
            frame(0x84, 4, 0) * 2,  # two answers
        )[action]
