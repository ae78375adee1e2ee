# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.

"""Gives the wrong thing when the action is 1."""

from plain import Box, Dict, Discrete, Env, Text


class Shape(Env):
    def result(self):
        return [1.0, 2.0, 3.0]

    def step(self, action):
        observation, *rest = super().step(action)
        return (self.result() if action == 1 else observation, *rest)


class NotANumber(Shape):
    def result(self):
        return [1.0, float("nan")]


class Nothing(Shape):
    def result(self):
        return None


class DType(Shape):
    observation_space = Box(0, 255, (2,), "uint8")

    def result(self):
        return [0.5, 1]


class Domain(Shape):
    observation_space = Discrete(3)

    def reset(self, seed=None, options=None):
        return 0, {}

    def step(self, action):
        return (3 if action == 1 else 2), 0.0, False, False, {}


class Bounds(Shape):
    """Delivered, with a warning."""

    def result(self):
        return [1.0, 2000.0]


class OldInterface(Env):
    def step(self, action):
        return super().step(action)[:4]


class OldReset(Env):
    def reset(self, seed=None, options=None):
        return [0, 0]


class Reward(Env):
    def step(self, action):
        observation, _, *rest = super().step(action)
        return (observation, "much", *rest)


class Info(Env):
    def step(self, action):
        return (*super().step(action)[:4], ["no dict"])


class HugeText(Env):
    """Far more than any socket buffer, and fine."""

    observation_space = Dict({"n": Discrete(5), "t": Text(10000000)})

    def reset(self, seed=None, options=None):
        return {"n": 1, "t": "a"}, {}

    def step(self, action):
        return {"n": 2, "t": "\u00e9" * 5000000}, 0.0, False, False, {"also": "b" * 1000000}


class Space(Env):
    observation_space = Box(0.0, 1.0, (0,), "float32")


class SpaceKind(Env):
    class Graph:
        pass

    observation_space = Graph()


class EndlessInfo(Env):
    def step(self, action):
        return (*super().step(action)[:4], {"a": b"x" * (257 << 20)})
