# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.

# Environments of every kind of space, without any package but Gymnasium and
# NumPy: they are played in a test's own process, behind our env_server and
# behind the published package's. served_policies.py plays them.

import copy
import json
import zlib

import gymnasium
import numpy as np
from gymnasium import spaces


def box(low, high, shape, dtype):
    return spaces.Box(low, high, shape, dtype)


# kind: (observation space, action space)
KINDS = {
    "scalar": (spaces.Discrete(9, start=-4), spaces.Discrete(5, start=-2)),
    "dict": (
        spaces.Dict({
            "arm": spaces.Dict({"bits": spaces.MultiBinary(4), "pos": box(-9, 9, (3,), "float64")}),
            "mode": spaces.Discrete(3),
            "half": box(-9, 9, (2,), "float16"),
        }),
        spaces.Dict({
            "grip": spaces.MultiBinary(3),
            "move": box(-1, 1, (2, 2), "float32"),
            "say": spaces.Text(4, charset="abc"),
        }),
    ),
    "tuple": (
        spaces.Tuple([spaces.MultiDiscrete([3, 300]), spaces.Text(6), box(0, 1, (2,), "bool")]),
        spaces.Tuple([spaces.Discrete(4), spaces.MultiDiscrete([3, 5])]),
    ),
    "text": (spaces.Text(12), spaces.Text(5, charset="ab\u00e9")),
    "image": (box(0, 255, (24, 32, 3), "uint8"), box(0, 1, (3,), "float64")),
}


def plain(action):
    """An action as JSON has it."""
    if isinstance(action, dict):
        return {key: plain(action[key]) for key in sorted(action)}
    if isinstance(action, (tuple, list)):
        return [plain(item) for item in action]
    return action.tolist() if isinstance(action, (np.ndarray, np.generic)) else action


class Sampled(gymnasium.Env):
    """Ten samples of the observation space an episode, from its seed; rewards depend on every bit of
    the actions."""

    def __init__(self, kind):
        self.observation_space, self.action_space = copy.deepcopy(KINDS[kind])

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.observation_space.seed(seed)
        self._steps = 0
        return self.observation_space.sample(), {}

    def step(self, action):
        self._steps += 1
        reward = zlib.crc32(json.dumps(plain(action)).encode()) % 1000
        return self.observation_space.sample(), float(reward), self._steps == 10, False, {}


class Recorded(Sampled):
    """Appends what it is told to a file: one JSON line a call."""

    def __init__(self, kind, file):
        super().__init__(kind)
        self._file = file

    def reset(self, *, seed=None, options=None):
        self._write(["reset", seed])
        return super().reset(seed=seed)

    def step(self, action):
        self._write(plain(action))
        return super().step(action)

    def _write(self, what):
        with open(self._file, "a") as file:
            file.write(json.dumps(what) + "\n")


class Wide(Recorded):
    """Observations and actions are whole numbers of 64 bits without a sign."""

    def __init__(self, file):
        super().__init__("scalar", file)
        self.observation_space = self.action_space = box(0, 2**64 - 1, (2,), "uint64")

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return self._wide(), {}

    def step(self, action):
        _, *rest = super().step(action)
        return (self._wide(), *rest)

    def _wide(self):
        return np.array([2**63 + self._steps, 2**64 - 1 - self._steps], "uint64")
