# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""An environment that shows camera images and costs next to nothing itself."""

import gymnasium
import numpy


class ImageEnv(gymnasium.Env):
    """Observations of 224 x 224 x 3 bytes, two actions, 1000 steps an episode."""

    observation_space = gymnasium.spaces.Box(0, 255, (224, 224, 3), numpy.uint8)
    action_space = gymnasium.spaces.Discrete(2)

    def __init__(self):
        self.image = numpy.random.default_rng(7).integers(
            0, 256, (224, 224, 3), numpy.uint8)
        self.steps = 0

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.steps = 0
        self.image[0, 0, 0] = 0
        return self.image, {}

    def step(self, action):
        self.steps += 1
        self.image[0, 0, 0] = self.steps % 256
        return self.image, float(action), False, self.steps >= 1000, {}


def make():
    return ImageEnv()
