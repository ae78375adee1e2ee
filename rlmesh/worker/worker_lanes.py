# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.

# The lanes of a worker: several environments stepped one after the other, or
# one vector environment that steps all of its lanes itself.

import struct
from collections.abc import Mapping

from worker_source import bind_reset, close_env, is_vector, spaces_of  # a part
from worker_specs import as_lists  # a part
from worker_values import LENGTH, Values, cut_texts, pack_texts  # a part
from worker_wire import encode_meta_map  # a part

HAS_INFOS = 1  # flag of an answer
_NO_INFOS = LENGTH.pack((1 << 64) - 1)
_REWARD = struct.Struct("<d")


class Interrupted(KeyboardInterrupt):
    """Raised inside the user's code when the server's patience ends. Not an
    Exception, so that no handler of theirs swallows it."""


class LaneErrors(Exception):
    """What user code raised in some lanes while the others did their part."""

    def __init__(self, errors):
        """`errors`: (lane, exception) pairs."""
        super().__init__()
        self.errors = errors


class Places:
    """Where things lie in the memory shared with the server. The leaves hold
    the rows of all lanes, those of the other workers too."""

    def __init__(self, payload, variable):
        """`payload`: the server's layout, a run of u64."""
        numbers = struct.unpack("<%dQ" % (len(payload) // 8), payload)
        self.size, self.lanes, self.rewards, self.terminated, self.truncated = numbers[:5]
        self.interrupted, self.first, self.count, actions, observations = numbers[5:10]
        places = []
        for offset, length in zip(numbers[10::2], numbers[11::2]):
            places.append((offset, None if length == variable else length))
        if len(places) != actions + observations or self.first + self.count > self.lanes:
            raise ValueError("the server's layout does not fit together")
        self._actions, self._observations = places[:actions], places[actions:]

    def of_lane(self, lane):
        """The places of the leaves of one lane: of its actions, observations."""
        return tuple(
            [(offset if size is None else offset + lane * size, size) for offset, size in places]
            for places in (self._actions, self._observations)
        )

    def text_actions(self):
        return sum(size is None for _, size in self._actions)


class _Lane:
    """One environment, with its places."""

    def __init__(self, env, index, memory, places):
        self.index = index
        self.step, self.reset = env.step, bind_reset(env)
        action_space, observation_space = spaces_of(env)
        actions, observations = places.of_lane(index)
        self.actions = Values(action_space, memory, actions)
        self.observations = Values(observation_space, memory, observations)
        self.reward = places.rewards + 8 * index
        self.terminated = places.terminated + index
        self.truncated = places.truncated + index
        self.ended = False


class Lanes:
    """Environments of one lane each. `guard` is told before and after each call
    of user code; with `next_step`, the step after the end of an episode begins
    the next one instead."""

    def __init__(self, envs, guard, next_step):
        self.envs = envs
        self._guard = guard
        self._next_step = next_step
        self._lanes = []

    def bind(self, memory, places):
        if places.count != len(self.envs):
            raise ValueError("the server's layout is for %d lanes" % places.count)
        self._memory = memory
        self._texts = places.text_actions()
        self._lanes = [
            _Lane(env, places.first + i, memory, places) for i, env in enumerate(self.envs)
        ]
        self._is_one = places.lanes == 1

    def reset(self, rows, seeds, options):
        """`rows`: which lanes; None: all. (flags, payload) of the answer."""
        rows = range(len(self._lanes)) if rows is None else rows
        trials = options.get("trial_index") if options and not self._is_one else None
        if not isinstance(trials, list) or len(trials) != len(rows):
            trials = None

        def reset(lane, position):
            own = options
            if trials is not None:
                own = dict(options, trial_index=trials[position])
            seed = seeds[position] if position < len(seeds) else None
            return self._reset_lane(lane, seed, own)

        return self._run(rows, reset)

    def _reset_lane(self, lane, seed, options):
        lane.ended = False
        self._guard.enter()
        result = lane.reset(seed, options)
        self._guard.inside = False
        if not isinstance(result, tuple) or len(result) != 2:
            raise TypeError(
                "reset() must return (observation, info), got %s" % shape_of_result(result)
            )
        return result

    def step(self, rows, payload):
        """The actions are in their places; `payload`: the texts among them."""
        lanes = self._lanes
        rows = range(len(lanes)) if rows is None else rows
        if self._texts:
            leaves = cut_texts(payload, self._texts, len(rows))
            for position, row in enumerate(rows):
                lanes[row].actions.variable = [texts[position] for texts in leaves]
        return self._run(rows, self._step_lane)

    def _step_lane(self, lane, position):
        memory = self._memory
        if lane.ended:
            result = self._reset_lane(lane, None, None)
            _REWARD.pack_into(memory, lane.reward, 0.0)
            memory[lane.terminated] = memory[lane.truncated] = 0
            return result
        action = lane.actions.read()
        guard = self._guard
        guard.inside = True  # enter, without a call
        if guard.signalled:
            guard.enter()
        result = lane.step(action)
        guard.inside = False
        try:
            observation, reward, terminated, truncated, info = result
        except (TypeError, ValueError):
            raise _wrong_step(result) from None
        try:
            _REWARD.pack_into(memory, lane.reward, reward)
        except struct.error:
            _REWARD.pack_into(memory, lane.reward, as_reward(reward))
        memory[lane.terminated] = 1 if terminated else 0
        memory[lane.truncated] = 1 if truncated else 0
        lane.ended = self._next_step and bool(terminated or truncated)
        return observation, info

    def _run(self, rows, call):
        """`call` of each lane and position, and what comes of it as an answer.
        An exception is that lane's alone: the others get their turn."""
        texts, infos, errors = [], [], []
        for position, row in enumerate(rows):
            lane = self._lanes[row]
            try:
                observation, info = call(lane, position)
                values = lane.observations
                if values.variable:
                    values.variable = []
                values.write(observation)
                infos.append(encode_info(info))
                if values.variable:
                    texts.append(values.variable)
            except Interrupted:
                raise
            except BaseException as error:  # whatever user code raises
                self._guard.inside = False
                if self._is_one:
                    raise
                errors.append((lane.index, error))
        if errors:
            raise LaneErrors(errors)
        answer = b""
        if texts:
            answer = b"".join([pack_texts(list(leaf)) for leaf in zip(*texts)])
        if len(infos) == 1:
            return (0, answer) if infos[0] is None else (HAS_INFOS, answer + infos[0])
        framed = [_NO_INFOS if i is None else LENGTH.pack(len(i)) + i for i in infos]
        return HAS_INFOS, answer + b"".join(framed)

    def render(self, row):
        env = self.envs[row]
        return env.render() if hasattr(env, "render") else None


class Lockstep:
    """A vector environment."""

    def __init__(self, env, guard):
        self.envs = [env]
        self._guard = guard
        self._width = env.num_envs

    def bind(self, memory, places):
        if (places.count, places.lanes) != (self._width, self._width):
            raise ValueError("the server's layout is for %d lanes" % places.count)
        env = self.envs[0]
        self._memory = memory
        self._places = places
        self._step, self._reset = env.step, bind_reset(env)
        action_space, observation_space = spaces_of(env)
        actions, observations = places.of_lane(0)
        self._actions = Values(action_space, memory, actions, self._width)
        self._observations = Values(observation_space, memory, observations, self._width)

    def reset(self, rows, seeds, options):
        """`seeds`: none, one from which the environment derives the others, or
        one a lane."""
        seed = list(seeds) if len(seeds) > 1 else seeds[0] if seeds else None
        self._guard.enter()
        try:
            result = self._reset(seed, options)
        except Interrupted:
            raise
        except Exception as error:
            if not isinstance(seed, list):
                raise
            result = self._reset_consecutive(seed, options, error)
        self._guard.inside = False
        if not isinstance(result, tuple) or len(result) != 2:
            raise TypeError(
                "reset() must return (observation, info), got %s" % shape_of_result(result)
            )
        return self._answer(*result)

    def _reset_consecutive(self, seeds, options, error):
        """For those that take a single seed: they derive the others from it as
        Gymnasium does, by counting up."""
        if seeds != list(range(seeds[0], seeds[0] + len(seeds))):
            raise ValueError(
                "this vector environment takes no list of seeds (%s: %s); send one seed, or "
                "consecutive ones" % (type(error).__name__, error)
            ) from error
        return self._reset(seeds[0], options)

    def step(self, rows, payload):
        if self._places.text_actions():
            self._actions.variable = cut_texts(payload, self._places.text_actions(), self._width)
        action = self._actions.read()
        self._guard.enter()
        result = self._step(action)
        self._guard.inside = False
        try:
            observation, rewards, terminated, truncated, info = result
        except (TypeError, ValueError):
            raise _wrong_step(result) from None
        width, memory, places = self._width, self._memory, self._places
        rewards = _row_of(rewards, width, "rewards")
        struct.pack_into("<%dd" % width, memory, places.rewards, *map(as_reward, rewards))
        for offset, flags, name in (
            (places.terminated, terminated, "terminated flags"),
            (places.truncated, truncated, "truncated flags"),
        ):
            row = [1 if flag else 0 for flag in _row_of(flags, width, name)]
            memory[offset : offset + width] = bytes(row)
        return self._answer(observation, info)

    def _answer(self, observation, info):
        values = self._observations
        values.variable = []
        values.write(observation)
        answer = b"".join(map(pack_texts, values.variable))
        if info and self._width == 1 and isinstance(info, Mapping):
            info = _only_lane(info)
        encoded = encode_info(info)
        return (0, answer) if encoded is None else (HAS_INFOS, answer + encoded)

    def render(self, row):
        env = self.envs[0]
        frames = env.render() if hasattr(env, "render") else None
        return frames[row] if isinstance(frames, (list, tuple)) and row < len(frames) else None


def make_lanes(envs, guard, next_step):
    if not is_vector(envs[0]):
        return Lanes(envs, guard, next_step)
    return Lockstep(envs[0], guard)


def close_envs(envs):
    """Closes all of them, whatever some may raise."""
    failed = None
    for env in envs:
        try:
            close_env(env)
        except Interrupted:
            raise
        except BaseException as error:
            failed = failed or error
    if failed is not None:
        raise failed


def _only_lane(info):
    """The infos of the one lane of a vector environment, without masks."""
    plain = {}
    for key, value in info.items():
        if isinstance(key, str) and key[:1] == "_" and key[1:] in info:
            continue
        value = as_lists(value)
        if isinstance(value, Mapping):
            value = _only_lane(value)
        elif isinstance(value, (list, tuple)) and len(value) == 1:
            value = value[0]
        plain[key] = value
    return plain


def _row_of(values, width, name):
    values = as_lists(values)
    if not isinstance(values, (list, tuple)) or len(values) != width:
        got = "%d" % len(values) if isinstance(values, (list, tuple)) else "%.80r" % (values,)
        raise ValueError("step() gave %s %s for %d lanes" % (got, name, width))
    return values


def encode_info(info):
    """A serialized MetaMap, or None."""
    if info is None:
        return None
    if not info:
        return b""
    if not isinstance(info, Mapping):
        raise TypeError("info must be a dict, got %s" % type(info).__name__)
    return encode_meta_map(info)


def as_reward(reward):
    """What struct takes: also from an array of one element, a tensor."""
    if isinstance(reward, (int, float)):
        return reward
    if getattr(reward, "size", None) == 1 or hasattr(reward, "item"):
        return float(reward.item())
    raise TypeError("the reward %.80r is not a number" % (reward,))


def _wrong_step(result):
    return TypeError(
        "step() must return (observation, reward, terminated, truncated, info), got %s"
        % shape_of_result(result)
    )


def shape_of_result(result):
    if isinstance(result, tuple):
        hint = " (the old Gym interface; wrap the environment)" if len(result) == 4 else ""
        return "a tuple of %d%s" % (len(result), hint)
    return type(result).__name__
