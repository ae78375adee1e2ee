# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.

"""Gymnasium spaces of every kind: the observation is the action, which must be
a value of the space as Gymnasium itself sees it."""

import gymnasium
import numpy as np
from gymnasium import spaces


class Echo(gymnasium.Env):
    action_space = observation_space = spaces.Dict(
        camera=spaces.Box(0, 255, (4, 5, 3), np.uint8),
        arm=spaces.Tuple(
            [
                spaces.Box(-1, 1, (3,), np.float32),
                spaces.Box(-np.inf, np.inf, (2, 2), np.float64),
                spaces.Box(np.array([-3, 0]), np.array([3, 9]), dtype=np.int16),
            ]
        ),
        half=spaces.Box(0, 1, (2,), np.float16),
        flags=spaces.Box(0, 1, (3,), np.bool_),
        one=spaces.Box(np.float32(-1), np.float32(1), ()),
        mode=spaces.Discrete(5, start=-2),
        switches=spaces.MultiBinary((2, 3)),
        gears=spaces.MultiDiscrete([[3, 4], [5, 6]]),
        shifted=spaces.MultiDiscrete([3, 4], start=[10, -7]),
        small=spaces.MultiDiscrete([3, 4], dtype=np.int8),
        word=spaces.Text(12),
        said=spaces.Text(5, charset="ab\u00e9"),
    )

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return self.observation_space.sample(), {}

    def step(self, action):
        assert action in self.action_space, action
        return action, 0.0, False, False, {}
