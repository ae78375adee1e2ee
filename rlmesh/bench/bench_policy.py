# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""A policy for CartPole that costs next to nothing itself."""


def predict(observation):
    return int(observation[2] + observation[3] > 0)
