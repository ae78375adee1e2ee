# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.

"""Registers an environment when it is imported."""

import gymnasium

gymnasium.register(
    id="OurCartPole-v0",
    entry_point="gymnasium.envs.classic_control:CartPoleEnv",
    max_episode_steps=5,
)
