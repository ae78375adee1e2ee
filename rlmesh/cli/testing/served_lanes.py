# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""Environments for tests of env_server with several lanes, and of its limits."""

import sys

import gymnasium
import numpy as np
from gymnasium import spaces

SPACES = {
    "image": spaces.Box(0, 255, (64, 48, 3), np.uint8),
    "float": spaces.Box(-1, 1, (2, 3), np.float32),
    "wide": spaces.Box(0, 2**64 - 1, (2,), np.uint64),
    "discrete": spaces.Discrete(4, start=-2),
    "binary": spaces.MultiBinary((2, 3)),
    "multi": spaces.MultiDiscrete([3, 5, 2]),
    "text": spaces.Text(12, min_length=1),
    "dict": spaces.Dict({
        "b": spaces.Discrete(3),
        "a": spaces.Box(-1, 1, (2,), np.float64)
    }),
    "tuple": spaces.Tuple((spaces.Discrete(3), spaces.Text(5, min_length=1))),
    "nested": spaces.Dict({
        "x": spaces.Tuple((spaces.Dict({"y": spaces.MultiBinary(2)}),
                           spaces.Box(0, 9, (2,), np.int16))),
        "z": spaces.Text(7, min_length=1),
    }),
}


class Echo(gymnasium.Env):
    """Its observations are the actions, in the space of that name."""

    def __init__(self, space):
        self.observation_space = self.action_space = SPACES[space]

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.observation_space.seed(seed)
        return self.observation_space.sample(), {}

    def step(self, action):
        return action, 0.5, False, False, {}


class Shifted(gymnasium.Env):
    """A MultiDiscrete with a start: the wire counts from zero."""

    observation_space = spaces.MultiDiscrete([3, 4], start=[10, -7])
    action_space = spaces.MultiDiscrete([3, 4], start=[10, -7])

    def reset(self, *, seed=None, options=None):
        return np.array([10, -7]), {}

    def step(self, action):
        assert action in self.action_space, action
        return action, 0.0, False, False, {}


class Sticky(gymnasium.Env):
    """Ends after as many steps as its seed; raises at action 1."""

    observation_space = spaces.Box(-np.inf, np.inf, (1,), np.float32)
    action_space = spaces.Discrete(2)

    def reset(self, *, seed=None, options=None):
        self.left = 5 if seed is None else seed
        options = options or {}
        return np.float32([self.left]), {"trial": options.get("trial_index")}

    def step(self, action):
        if action == 1:
            raise RuntimeError("boom")
        self.left -= 1
        done = self.left <= 0
        return (np.float32([self.left]), 1.0, done, False,
                {"is_success": done, "left": self.left})


class Draws(Sticky):
    """Renders a picture of what is left."""

    render_mode = "rgb_array"

    def render(self):
        return np.full((4, 6, 3), self.left, np.uint8)


class Huge(gymnasium.Env):
    """Observations of 64 MB."""

    observation_space = spaces.Box(0, 255, (64, 1024, 1024), np.uint8)
    action_space = spaces.Discrete(256)

    def reset(self, *, seed=None, options=None):
        return np.zeros((64, 1024, 1024), np.uint8), {}

    def step(self, action):
        return np.full((64, 1024, 1024), action, np.uint8), 1.0, False, False, {}


class Talks(Sticky):
    """Prints 100 MB in its step."""

    def step(self, action):
        line = "x" * 1023 + "\n"
        for _ in range(100):
            sys.stdout.write(line * 1024)
        sys.stdout.write("y" * (1 << 20))  # a line without an end
        return super().step(action)


def nested(depth):
    """An environment whose observations are tuples in tuples."""
    space, value = spaces.Discrete(2), 1
    for _ in range(depth - 1):
        space, value = spaces.Tuple((space,)), (value,)

    class Nested(gymnasium.Env):
        observation_space = space
        action_space = spaces.Discrete(2)

        def reset(self, *, seed=None, options=None):
            return value, {}

        def step(self, action):
            return value, 0.0, False, False, {}

    return Nested()


def wide(keys):
    """An environment whose observations are dicts of many keys."""
    space = spaces.Dict({"k%d" % i: spaces.Discrete(2) for i in range(keys)})

    class Wide(gymnasium.Env):
        observation_space = space
        action_space = spaces.Discrete(2)

        def reset(self, *, seed=None, options=None):
            return {key: 0 for key in space.spaces}, {}

        def step(self, action):
            return {key: 1 for key in space.spaces}, 0.0, False, False, {}

    return Wide()


class Flaky(Sticky):
    """As that, but some of the steps of this process fail."""

    steps = 0

    def step(self, action):
        Flaky.steps += 1
        if Flaky.steps in (20, 21, 60):
            raise RuntimeError("boom")
        return super().step(action)


def vector(kind, num_envs=3, env_id="CartPole-v1"):
    return gymnasium.make_vec(env_id, num_envs=num_envs, vectorization_mode=kind)


def waiting_vector(num_envs=3):
    """One whose lanes wait for their reset, all for the same one."""
    return gymnasium.make_vec(
        "CartPole-v1", num_envs=num_envs, vectorization_mode="sync",
        vector_kwargs={"autoreset_mode": gymnasium.vector.AutoresetMode.DISABLED})


def balance(observation):
    """A policy: pushes the cart to where the pole falls."""
    return int(observation[2] + observation[3] > 0)


class balance_batch:
    """The same for all rows at once."""

    def predict_batch(self, observation):
        return (observation[:, 2] + observation[:, 3] > 0).astype(np.int64)


def trials():
    env = Sticky()
    env.metadata = {"rlmesh.env.v1.reset_options": ["trial_index"]}
    return env
