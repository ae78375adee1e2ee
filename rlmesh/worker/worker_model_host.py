# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.

# A policy in the worker: its routes (one for each environment that it plays),
# their episodes, and the requests about them. README.md has the payloads.

import struct
import warnings

from worker_model import Policy, predict_seed  # a part
from worker_model_values import Actions, Observations, decode_space, leaves_of_tree, split  # a part
from worker_wire import encode_texts, parse_texts  # a part

_LOAD, _OPEN_ROUTE, _PREDICT, _END_EPISODES, _CLOSE_ROUTE = range(16, 21)
_U32 = struct.Struct("<I")
_U64 = struct.Struct("<Q")
_GROUP = struct.Struct("<III")  # route, rows, frames
_ROW = struct.Struct("<BqH")  # has seed, seed, bytes of the id
_OPEN = struct.Struct("<8Q")


class _Route:
    def __init__(self, observation_spec, action_spec):
        self.specs = observation_spec, action_spec
        self.observation = decode_space(observation_spec)
        self.action = decode_space(action_spec)
        self.texts = sum(leaf.bytes is None for leaf in leaves_of_tree(self.observation))
        self.episodes = {}  # id: [next predict index, state]


class _Group:
    """One environment's part of a predict request."""

    def __init__(self, route, frames, rows):
        self.route, self.frames, self.rows = route, frames, rows
        self.contexts = None


class ModelHost:
    def __init__(self, worker):
        self._worker = worker
        self._policy = None
        self._routes = {}
        self._episodes = 0  # of all routes
        self._warned = set()

    def handlers(self):
        return {
            _LOAD: self._load,
            _OPEN_ROUTE: self._open_route,
            _PREDICT: self._predict,
            _END_EPISODES: self._end_episodes,
            _CLOSE_ROUTE: self._close_route,
        }

    def _load(self, payload):
        self._worker.begin_with_model(4096)
        policy = self._worker.run_user_code(Policy, parse_texts(payload))
        self._worker.end_of_loading()
        self._policy = policy
        texts = [("name", policy.name), ("corners", " ".join(policy.corners))]
        texts.append(("values", "NumPy %s" % policy.np.__version__ if policy.np else "lists"))
        if policy.native_chunk is not None:
            texts.append(("native_chunk", str(policy.native_chunk)))
        if policy.allow_fusion and self._corner(1, 1)[0] == "predict_batch":
            texts.append(("fusion", "1"))
        return 0, encode_texts(texts)

    def close(self):
        policy, self._policy = self._policy, None
        if policy is not None:
            self._worker.run_user_code(policy.close)

    def _open_route(self, payload):
        """Opens a route, or gives one that is open other memory."""
        number, keep, rows, frames, size, observations, actions, spec_size = _OPEN.unpack_from(
            payload
        )
        memory = self._worker.map_memory(size)
        at = _OPEN.size
        places = struct.unpack_from("<%dQ" % (observations + actions), payload, at)
        at += 8 * len(places)
        if keep:
            route = self._routes[number]
        else:
            self._forget(number)
            route = _Route(payload[at : at + spec_size], payload[at + spec_size :])
        route.observations = Observations(
            route.observation, memory, places[:observations], rows, self._policy.np
        )
        route.actions = Actions(
            route.action, memory, places[observations:], rows, frames, self._policy.np
        )
        self._routes[number] = route
        return 0, b""

    def _forget(self, number):
        route = self._routes.pop(number, None)
        if route is not None:
            self._episodes -= len(route.episodes)
        return route

    def _close_route(self, payload):
        """Episodes that nobody has ended have ended now."""
        route = self._forget(_U32.unpack(payload)[0])
        if route is not None:
            self._tell_ended(route.episodes)
        return 0, b""

    def _tell_ended(self, episode_ids):
        """All of them hear it, also when one fails."""
        failed = None
        if self._policy.end_episode is not None:
            for episode_id in episode_ids:
                try:
                    self._worker.run_user_code(self._policy.end_episode, episode_id)
                except Exception as error:
                    failed = failed or error
        if failed is not None:
            raise failed

    def _end_episodes(self, payload):
        """u32 route, u32 number of ids, then u32 length and bytes of each; no
        ids: all, and nobody is told."""
        number, count = struct.unpack_from("<II", payload)
        at = 8
        episodes = self._routes[number].episodes
        if count == 0:
            self._episodes -= len(episodes)
            episodes.clear()
        episode_ids = []
        for _ in range(count):
            size = _U32.unpack_from(payload, at)[0]
            episode_ids.append(payload[at + 4 : at + 4 + size].decode("utf-8"))
            at += 4 + size
            if episodes.pop(episode_ids[-1], None) is not None:
                self._episodes -= 1
        self._tell_ended(episode_ids)
        return 0, b""

    def _predict(self, payload):
        """u32 number of groups; of each: u32 route, rows and most frames, its
        rows, its variable leaves. Answer: of each group u32 frames and the
        variable leaves of all frames."""
        count = _U32.unpack_from(payload)[0]
        at = 4
        groups = []
        for _ in range(count):
            group, at = self._read_group(payload, at)
            groups.append(group)
        if count == 1:
            frames = self._predict_group(groups[0])
        else:
            frames = 1
            self._predict_fused(groups)
        for group in groups:
            for episode, _ in group.rows:
                if episode is not None:
                    episode[0] += 1
        answer = b""
        for group in groups:
            answer += _U32.pack(frames)
            if group.route.actions.has_texts:
                answer += group.route.actions.encode_texts(frames, len(group.rows))
        return 0, answer

    def _read_group(self, payload, at):
        number, rows, frames = _GROUP.unpack_from(payload, at)
        at += _GROUP.size
        route = self._routes[number]
        tracked = self._policy.takes_context or self._policy.end_episode is not None
        group = _Group(route, frames, [])
        contexts = []
        for _ in range(rows):
            has_seed, seed, size = _ROW.unpack_from(payload, at)
            at += _ROW.size
            episode_id = payload[at : at + size].decode("utf-8")
            at += size
            episode = self._find_episode(route, episode_id) if tracked else None
            group.rows.append((episode, episode_id))
            if self._policy.takes_context:
                seed = seed if has_seed else None
                contexts.append(
                    {
                        "episode_id": episode_id,
                        "episode_seed": seed,
                        "predict_index": episode[0],
                        "predict_seed": None if seed is None else predict_seed(seed, episode[0]),
                        "state": episode[1],
                    }
                )
        group.contexts = contexts or [None] * rows
        for texts in range(route.texts):
            size = _U64.unpack_from(payload, at)[0]
            route.observations.texts[texts] = _cut_texts(payload[at + 8 : at + 8 + size])
            at += 8 + size
        return group, at

    def _find_episode(self, route, episode_id):
        episode = route.episodes.get(episode_id)
        if episode is None:
            episode = [0, {}]
            if self._episodes >= self._policy.capacity:
                if not self._policy.takes_context:
                    return None  # it has no state here, and ends unheard
                raise RuntimeError(
                    "the policy holds %d episodes, as many as it may (RLMESH_EPISODE_CAPACITY); "
                    "end some" % self._episodes
                )
            route.episodes[episode_id] = episode
            self._episodes += 1
        return episode

    def _corner(self, rows, frames):
        """(name, function) of the corner that answers such a request."""
        corners = self._policy.corners
        single = ("predict_chunk",) if frames > 1 else ()
        batched = ("predict_chunk_batch",) if frames > 1 else ()
        order = single + batched if rows == 1 else batched + single
        order += ("predict", "predict_batch") if rows == 1 else ("predict_batch", "predict")
        order += ("predict_chunk", "predict_chunk_batch")
        name = next(name for name in order if name in corners)
        return name, corners[name]

    def _predict_group(self, group):
        """Writes the actions; returns the number of frames."""
        actions, observations = group.route.actions, group.route.observations
        rows = len(group.rows)
        name, corner = self._corner(rows, group.frames)
        call = self._worker.run_user_code
        if name == "predict":
            for row, context in enumerate(group.contexts):
                actions.write(0, row, call(corner, observations.row(row), 1, context))
            return 1
        if name == "predict_batch":
            result = call(corner, observations.batch(rows), 1, self._batch_context(group))
            for row, action in enumerate(split(result, group.route.action, rows)):
                actions.write(0, row, action)
            return 1
        if name == "predict_chunk":
            chunks = [
                call(corner, observations.row(row), group.frames, context)
                for row, context in enumerate(group.contexts)
            ]
        else:
            result = call(
                corner, observations.batch(rows), group.frames, self._batch_context(group)
            )
            chunks = split(result, group.route.action, rows)
        chunks = [split(chunk, group.route.action, None) for chunk in chunks]
        frames = min(self._chunk_length(chunk, group.frames) for chunk in chunks)
        for row, chunk in enumerate(chunks):
            for frame in range(frames):
                actions.write(frame, row, chunk[frame])
        return frames

    def _batch_context(self, group):
        return group.contexts if self._policy.takes_context else None

    def _chunk_length(self, chunk, horizon):
        """How many frames of a chunk are used."""
        length, native = len(chunk), self._policy.native_chunk
        if native is not None and length != native:
            raise ValueError(
                "the policy declares native_chunk=%d but its chunk has %d frames at "
                "execution_horizon=%d: return the whole chunk, or drop the declaration"
                % (native, length, horizon)
            )
        if length == 0:
            raise ValueError("the policy's chunk is empty")
        if length < horizon and "short" not in self._warned:
            self._warned.add("short")
            warnings.warn(
                "the policy's chunk has %d frames, fewer than the execution_horizon of %d: it is "
                "asked again early" % (length, horizon),
                RuntimeWarning,
            )
        return min(length, horizon)

    def _predict_fused(self, groups):
        """One forward pass of predict_batch for all groups, whose spaces are
        the same."""
        np, tree = self._policy.np, groups[0].route.action
        observations = [g.route.observations.batch(len(g.rows)) for g in groups]
        contexts = None
        if self._policy.takes_context:
            contexts = [context for group in groups for context in group.contexts]
        rows = sum(len(group.rows) for group in groups)
        batch = _concatenate(observations, np)
        result = self._worker.run_user_code(self._policy.corners["predict_batch"], batch, 1, contexts)
        actions = iter(split(result, tree, rows))
        for group in groups:
            for row in range(len(group.rows)):
                group.route.actions.write(0, row, next(actions))


def _concatenate(batches, np):
    first = batches[0]
    if isinstance(first, dict):
        return {key: _concatenate([b[key] for b in batches], np) for key in first}
    if isinstance(first, tuple):
        return tuple([_concatenate([b[i] for b in batches], np) for i in range(len(first))])
    if isinstance(first, list):
        return [item for batch in batches for item in batch]
    return np.concatenate(batches)


def _cut_texts(leaf):
    """The texts in a Text leaf."""
    rows = _U64.unpack_from(leaf)[0]
    sizes = struct.unpack_from("<%dQ" % rows, leaf, 8)
    at = 8 + 8 * rows
    texts = []
    for size in sizes:
        texts.append(leaf[at : at + size].decode("utf-8"))
        at += size
    return texts
