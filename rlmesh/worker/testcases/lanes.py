# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.

"""Environments for several lanes: lists, vector environments, and lanes that go
wrong by themselves. Without any package."""

import os
import time

from plain import Box, Dict, Discrete, Env, Text


class Faults(Env):
    """Does what the action says."""

    def step(self, action):
        if action == 1:
            raise RuntimeError("boom")
        if action == 2:
            os._exit(7)
        if action == 3:
            time.sleep(3600)
        if action == 4:
            return [float("nan"), 0], 0, False, False, {}
        if action == 5:
            self.count = 9  # the last step of this episode
        return super().step(action)

    def reset(self, seed=None, options=None):
        if seed == 13:
            raise ValueError("13 is no seed")
        return super().reset(seed, options)


class Says(Env):
    """Texts both ways."""

    observation_space = Dict({"count": Discrete(1000), "said": Text(50)})
    action_space = Dict({"n": Discrete(100), "say": Text(50)})

    def reset(self, seed=None, options=None):
        self.count = 0
        return {"count": 0, "said": "-"}, {}

    def step(self, action):
        self.count += action["n"]
        said = action["say"] + "!" * action["n"]
        return {"count": self.count, "said": said}, 0.5, False, False, {"said": said}


class Other(Env):
    observation_space = Box(0.0, 1000.0, (3,), "float32")


class Vector:
    """Counts in all lanes at once; takes a single seed."""

    single_observation_space = Box(0.0, 1000.0, (2,), "float32")
    single_action_space = Discrete(100)
    metadata = {"autoreset_mode": "NextStep"}

    def __init__(self, num_envs=3, mode="NextStep"):
        self.num_envs = num_envs
        self.metadata = {"autoreset_mode": mode}

    def reset(self, seed=None, options=None):
        if seed is not None and not isinstance(seed, int):
            raise TypeError("seed must be an int")
        base = seed or 0
        self.counts = [base + lane for lane in range(self.num_envs)]
        self.ended = [False] * self.num_envs
        info = {"seed": self.counts[:], "_seed": [True] * self.num_envs}
        return [[count, 0] for count in self.counts], info

    def step(self, actions):
        rewards = []
        for lane, action in enumerate(actions):
            if self.ended[lane]:
                self.counts[lane] = 0
            else:
                self.counts[lane] += 1
            rewards.append(0 if self.ended[lane] else 1)
        observation = [[count, action] for count, action in zip(self.counts, actions)]
        done = [count >= 10 and not was for count, was in zip(self.counts, self.ended)]
        self.ended = done
        return observation, rewards, done, [False] * self.num_envs, {}


several = [Env(), Env(5), Env(7)]
mixed = [Env(), Other()]
with_vector = [Env(), Vector()]
empty = []
vector = Vector()


def two():
    return Env(), Env(5)
