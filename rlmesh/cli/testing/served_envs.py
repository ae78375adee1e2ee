# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""Environments for tests of env_server, each with one habit."""

import os
import time

import gymnasium
import numpy as np
from gymnasium import spaces


class Echo(gymnasium.Env):
    """Its observations are the actions, in a space of every kind."""

    SPACE = spaces.Dict({
        "box": spaces.Box(-1, 1, (2, 3), np.float32),
        "camera": spaces.Box(0, 255, (64, 48, 3), np.uint8),
        "flags": spaces.MultiBinary(5),
        "inner": spaces.Tuple((
            spaces.Text(12, min_length=1),
            spaces.Dict({"md": spaces.MultiDiscrete([3, 5, 2]),
                         "wide": spaces.Box(-np.inf, np.inf, (2,), np.float64)}),
        )),
        "mode": spaces.Discrete(4, start=-2),
    })
    observation_space = SPACE
    action_space = SPACE

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.observation_space.seed(seed)
        return self.observation_space.sample(), {"seed": seed, "options": options}

    def step(self, action):
        return action, 0.5, False, False, {"text": "h\u00e9", "n": 3, "x": 2.0,
                                           "list": [1, None, True]}


class Raises(gymnasium.Env):
    """Fails at every third step."""

    observation_space = spaces.Discrete(1000)
    action_space = spaces.Discrete(2)

    def reset(self, *, seed=None, options=None):
        self.steps = 0
        return 0, {}

    def step(self, action):
        self.steps += 1
        print("stdout is the user's, too")
        if self.steps == 3:
            raise RuntimeError("boom")
        return self.steps, 1.0, False, False, {}


class Draws(gymnasium.Env):
    """Renders a picture of its last action."""

    observation_space = spaces.Discrete(2)
    action_space = spaces.Discrete(2)
    render_mode = "rgb_array"
    metadata = {"render_fps": 7}

    def reset(self, *, seed=None, options=None):
        self.shade = 0
        return 0, {}

    def step(self, action):
        self.shade = 100 * int(action)
        return int(action), 0.0, False, False, {}

    def render(self):
        return np.full((4, 6, 3), self.shade, np.uint8)


class Counts(gymnasium.Env):
    """Its infos are whole numbers around the ends of what 64 bits hold."""

    NUMBERS = {"%s%d%+d" % (sign, bits, more): int(sign + "1") * (1 << bits) + more
               for sign in "+-" for bits in (63, 64) for more in (-1, 0, 1)}
    observation_space = spaces.Discrete(2)
    action_space = spaces.Discrete(2)

    def reset(self, *, seed=None, options=None):
        return 0, dict(self.NUMBERS)

    def step(self, action):
        return 0, 0.0, False, False, {}


class Strays(gymnasium.Env):
    """Every observation is out of its range."""

    observation_space = spaces.Box(0, 1, (1,), np.float32)
    action_space = spaces.Discrete(2)

    def reset(self, *, seed=None, options=None):
        return np.array([2], np.float32), {}

    def step(self, action):
        return np.array([2], np.float32), 0.0, False, False, {}


class Naps(gymnasium.Env):
    """Sleeps for an hour in its step, once `file` has its process id."""

    observation_space = spaces.Discrete(2)
    action_space = spaces.Discrete(2)

    def __init__(self, file):
        self.file = file

    def reset(self, *, seed=None, options=None):
        return 0, {}

    def step(self, action):
        if action == 1:
            with open(self.file + ".part", "w") as f:
                f.write(str(os.getpid()))
            os.rename(self.file + ".part", self.file)
            time.sleep(3600)
        return 0, 0.0, False, False, {}


class Waits(gymnasium.Env):
    """Its step 1 lasts until somebody writes to the FIFO `file`."""

    observation_space = spaces.Discrete(2)
    action_space = spaces.Discrete(2)

    def __init__(self, file):
        self.file = file

    def reset(self, *, seed=None, options=None):
        return 0, {}

    def step(self, action):
        if action == 1:
            with open(self.file) as f:
                f.read()
        return 0, 0.0, False, False, {}


instance = Draws()
