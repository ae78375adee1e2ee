# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.

"""Makes another space each time."""

from plain import Box, Env

_made = []


def factory():
    env = Env()
    _made.append(env)
    env.observation_space = Box(0.0, 1000.0, (2 * len(_made),), "float32")
    return env
