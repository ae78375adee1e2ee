# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.

# Little policies, good ones. Spaces are told by the tests that use them.

import os
import time

LOADED = []  # what load() and close() saw, for Tells


def function(observation):
    """Whether the first number is above 0."""
    return int(observation[0] > 0)


def second(observation, context):
    """Which predict of the episode this is."""
    return context["predict_index"]


def seeded(observation, *args):
    """Everything of the context, as one number."""
    (context,) = args
    if context["episode_seed"] is None:
        return -1
    assert context["state"] is not None
    return context["predict_seed"]


class Counts:
    """Counts the predicts of each episode in its state, and episodes that have
    ended: 100 * ended + count."""

    def __init__(self):
        self.ended = []

    def predict(self, observation, context):
        state = context["state"]
        state["count"] = state.get("count", 0) + 1
        return 100 * len(self.ended) + state["count"]

    def reset(self, episode_id):
        self.ended.append(episode_id)


class Loads:
    """Answers load()'s number."""

    def __init__(self):
        self.number = None

    def load(self, number, scale=1):
        assert self.number is None
        self.number = number * scale

    def predict(self, observation):
        return self.number


class Constructed:
    def __init__(self, number=5):
        self.number = number

    def predict(self, observation):
        return self.number


INSTANCE = Constructed(7)


class Batch:
    """One forward pass for all rows: the number of rows, in each of them."""

    def predict_batch(self, observation, context):
        rows = len(context)
        return [rows] * rows


class BatchArrays:
    """Doubles; checks that leaves are stacked."""

    def predict_batch(self, observation):
        import numpy

        assert isinstance(observation, numpy.ndarray) and observation.ndim == 2, observation
        return observation * 2


class Failing(Batch):
    """Fails when an observation is above 5."""

    def predict_batch(self, observation, context):
        if max(item[0] for item in observation) > 5:
            raise ValueError("too much")
        return Batch.predict_batch(self, observation, context)


class Unfused(Batch):
    allow_fusion = False


class Chunks:
    """Three frames: 0, 1, 2."""

    def predict_chunk(self, observation):
        return [0, 1, 2]


class Horizon:
    """As many as are wanted, all that number."""

    def predict_chunk(self, observation, execution_horizon, context):
        assert context["predict_index"] >= 0
        return [execution_horizon] * execution_horizon


class KeywordHorizon:
    def predict_chunk(self, observation, *, execution_horizon):
        return [execution_horizon] * execution_horizon


class ChunkBatch:
    """Frame i of row r: 10 * r + i."""

    def predict_chunk_batch(self, observation, horizon):
        return [[10 * row + i for i in range(4)] for row in range(len(observation))]


class Native(Chunks):
    native_chunk = 3


class WrongNative(Chunks):
    native_chunk = 4


class AllCorners:
    """Says which corner was asked: 0 predict, 1 predict_batch, 2 chunk, 3 chunk
    batch."""

    def predict(self, observation):
        return 0

    def predict_batch(self, observation):
        return [1] * len(observation)

    def predict_chunk(self, observation):
        return [2] * 8

    def predict_chunk_batch(self, observation):
        return [[3] * 8 for _ in observation]


def echo(observation):
    """For an action space that is the observation space."""
    return observation


def types(observation):
    """The types of a tree's leaves."""

    def name(value):
        if isinstance(value, dict):
            return "{%s}" % ",".join("%s:%s" % (k, name(v)) for k, v in value.items())
        if isinstance(value, tuple):
            return "(%s)" % ",".join(map(name, value))
        if isinstance(value, list):
            return "[%s]" % name(value[0])
        return str(getattr(value, "dtype", type(value).__name__))

    return name(observation)


def process(observation):
    return os.getpid()


class Tells:
    """Writes what happens to it to a file."""

    def load(self, path):
        self._path = path
        self._tell("load")

    def predict(self, observation):
        self._tell("predict")
        return 0

    def on_episode_end(self, episode_id=""):
        self._tell("end " + episode_id)

    def close(self):
        self._tell("close")

    def _tell(self, what):
        with open(self._path, "a") as file:
            file.write(what + "\n")


def slow(observation):
    time.sleep(0.1)
    return 0
