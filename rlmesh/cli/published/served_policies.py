# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.

# Policies without any package but NumPy, for model_server_policy_test.py: they
# are played in the published package's own process and through model_server.

import time
import zlib

import numpy as np


def digest(value):
    """A number that depends on every bit and type of an observation."""
    if isinstance(value, dict):
        parts = [(key, digest(value[key])) for key in sorted(value)]
        return zlib.crc32(repr(parts).encode())
    if isinstance(value, (tuple, list)):
        return zlib.crc32(repr((type(value).__name__, list(map(digest, value)))).encode())
    if isinstance(value, np.ndarray):
        return zlib.crc32(value.tobytes() + repr((str(value.dtype), value.shape)).encode())
    return zlib.crc32(repr((type(value).__name__, value)).encode())


def action_of(kind, number):
    random = np.random.default_rng(number)
    if kind == "scalar":
        return int(random.integers(0, 5)) - 2
    if kind == "dict":
        return {
            "grip": random.integers(0, 2, 3, "uint8"),
            "move": random.uniform(-1, 1, (2, 2)).astype("float32"),
            "say": "abc"[random.integers(0, 3)] * 2,
        }
    if kind == "tuple":
        return (int(random.integers(0, 4)), random.integers(0, [3, 5], dtype="int64"))
    if kind == "text":
        return "".join("ab\u00e9"[i] for i in random.integers(0, 3, 5))
    return random.uniform(0, 1, 3)  # image: float64


class ByDigest:
    """An action that depends on the whole observation, as wide as it comes."""

    def load(self, kind):
        self._kind = kind

    def predict(self, observation):
        return action_of(self._kind, digest(observation))


class Chunked(ByDigest):
    """Four actions at a time."""

    native_chunk = 4

    def predict_chunk(self, observation):
        first = digest(observation)
        frames = [action_of(self._kind, first + i) for i in range(4)]
        if self._kind != "dict":
            return frames
        stacked = {key: np.stack([f[key] for f in frames]) for key in ("grip", "move")}
        stacked["say"] = [f["say"] for f in frames]
        return stacked


class Contextual:
    """An action that depends on nothing but the context."""

    def __init__(self):
        self._ended = 0

    def predict(self, observation, context):
        state = context["state"]
        state["sum"] = state.get("sum", 0) + context["predict_index"] + 1
        number = (context["predict_seed"], context["episode_seed"], state["sum"], self._ended)
        return zlib.crc32(repr(number).encode()) % 5 - 2

    def reset(self):
        self._ended += 1


class Batched:
    """Only a batched corner."""

    def predict_batch(self, observation):
        return np.array([digest(row) % 5 - 2 for row in observation])


class Fails:
    """Raises at its second observation."""

    calls = 0

    def predict(self, observation):
        print("a word of the policy")
        Fails.calls += 1
        if Fails.calls == 2:
            raise RuntimeError("boom")
        return 0


def echo(observation):
    return observation


def out_of_range(observation):
    return 1000


def sleeps(observation):
    time.sleep(3600)


class LoadsForEver:
    def load(self):
        time.sleep(3600)

    def predict(self, observation):
        return 0
