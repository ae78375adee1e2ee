# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.

"""Raises in the call that the action names."""

from plain import Env


class CustomError(Exception):
    pass


class InStep(Env):
    def step(self, action):
        if action == 1:
            raise RuntimeError("boom")
        if action == 2:
            raise CustomError
        if action == 3:
            raise SystemExit(3)
        if action == 4:
            raise KeyboardInterrupt
        if action == 5:
            self.step(5)  # until the stack is full
        return super().step(action)


class InReset(Env):
    def reset(self, seed=None, options=None):
        if seed == 13:
            raise ValueError("13 is no seed")
        return super().reset(seed, options)


class InInit(Env):
    def __init__(self):
        raise OSError("no licence")


class InClose(Env):
    def close(self):
        raise RuntimeError("cannot close")


class InRender(Env):
    def render(self):
        raise RuntimeError("no display")
