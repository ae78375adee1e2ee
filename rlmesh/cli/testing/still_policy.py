# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""Policies for tests of model_server, each with one habit."""


class Still:
    """Does the same whatever it sees."""

    def __init__(self, action=0):
        self.action = action

    def predict(self, observation):
        return self.action
