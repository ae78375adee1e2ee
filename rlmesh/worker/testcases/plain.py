# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.

"""A well-behaved environment without any package, for the others to spoil. It
counts its steps; the observation is [count, action], the reward the count."""


class Box:
    def __init__(self, low, high, shape, dtype):
        self.low, self.high, self.shape, self.dtype = low, high, shape, dtype


class Discrete:
    def __init__(self, n):
        self.n = n


class Text:
    def __init__(self, max_length):
        self.max_length = max_length


class Dict:
    def __init__(self, spaces):
        self.spaces = spaces


class Env:
    observation_space = Box(0.0, 1000.0, (2,), "float32")
    action_space = Discrete(100)
    metadata = {"render_modes": []}

    def __init__(self, start=0):
        self.start = start
        self.count = start

    def reset(self, seed=None, options=None):
        self.count = self.start if seed is None else seed
        return [self.count, 0], {"seed": seed, "options": options}

    def step(self, action):
        self.count += 1
        return [self.count, action], self.count, self.count >= 10, False, {}

    def close(self):
        print("closed", flush=True)


instance = Env()


def factory(**kwargs):
    return Env(**kwargs)


class Factory:
    def make(self, start=0):
        return Env(start)


not_an_environment = 5
