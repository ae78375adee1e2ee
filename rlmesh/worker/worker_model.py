# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.

# From what --entrypoint named to a policy: its corners (the ways to ask it for
# actions), hooks and declarations.

import inspect

from worker_source import SetupError, _describe, _import, _parse_kwargs, find_attribute  # a part
from worker_wire import _MASK64  # a part

CORNERS = ("predict", "predict_batch", "predict_chunk", "predict_chunk_batch")


class Policy:
    """A loaded policy. `corners` has those that it defines, by name, as
    functions of (observation, execution horizon, context)."""

    def __init__(self, texts):
        """`texts`: (name, value) pairs of the server's request. Runs user
        code."""
        options = {}
        for name, value in texts:
            options.setdefault(name, []).append(value)
        kwargs = _parse_kwargs(options.get("kwargs", ["{}"])[0])
        for module in options.get("import", []):
            _import(module, "--import=%s" % module)
        self._entrypoint = options["entrypoint"][0]
        self.capacity = int(options.get("episode_capacity", ["65536"])[0])
        target = self._load(find_attribute(self._entrypoint), kwargs)
        self.name = _describe(target)
        self.takes_context = False
        self.corners = {}
        for name in CORNERS:
            function = _own(target, name)
            if function is not None:
                self.corners[name] = self._bind_corner(function, name)
        if not self.corners:
            self.corners["predict"] = self._bind_corner(target, "predict")
        self.native_chunk = self._read_native_chunk(getattr(target, "native_chunk", None))
        self.allow_fusion = bool(getattr(target, "allow_fusion", True))
        self.end_episode = self._bind_end(target)
        self.close = _own(target, "close") or (lambda: None)
        try:
            import numpy
        except ImportError:
            numpy = None
        self.np = numpy

    def _load(self, target, kwargs):
        """The object with the corners."""
        if not _has_corner(target):
            if isinstance(target, type) or not callable(target):
                raise SetupError(
                    "invalid_argument",
                    "--entrypoint=%s is no policy: %s is not callable and has none of %s"
                    % (self._entrypoint, _describe(target), ", ".join(CORNERS)),
                )
            self._refuse(kwargs, "a function")
            return target
        if isinstance(target, type):
            if not callable(getattr(target, "load", None)):
                target = target(**kwargs)
                kwargs = {}
            else:
                target = target()
        spec = getattr(target, "spec", None)
        if type(spec).__module__.partition(".")[0] == "rlmesh":
            raise SetupError(
                "failed_precondition",
                "--entrypoint=%s declares a spec: its observations would have to be adapted, "
                "which this server does not do; serve it without a spec" % self._entrypoint,
            )
        load = _own(target, "load")
        if load is not None:
            load(**kwargs)
        else:
            self._refuse(kwargs, "an object without load()")
        return target

    def _refuse(self, kwargs, what):
        if kwargs:
            raise SetupError(
                "invalid_argument",
                "--entrypoint=%s is %s and takes no --kwargs" % (self._entrypoint, what),
            )

    def _read_native_chunk(self, number):
        if number is None:
            return None
        if isinstance(number, bool) or not isinstance(number, int) or number < 1:
            raise SetupError(
                "invalid_argument", "native_chunk is %r; it must be a number above 0" % (number,)
            )
        if "predict_chunk" not in self.corners and "predict_chunk_batch" not in self.corners:
            raise SetupError(
                "invalid_argument",
                "native_chunk=%d is declared by a policy that defines neither predict_chunk nor "
                "predict_chunk_batch" % number,
            )
        return number

    def _bind_corner(self, function, name):
        """A function of (observation, execution horizon, context) that passes
        what `function` takes."""
        has_horizon = "chunk" in name
        try:
            parameters = list(inspect.signature(function).parameters.values())
        except (TypeError, ValueError):  # written in C
            return lambda observation, horizon, context: function(observation)
        any_position = [p for p in parameters if p.kind is p.VAR_POSITIONAL]
        in_order = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
        if not in_order and not any_position:
            raise SetupError(
                "invalid_argument", "%s of %s takes no observation" % (name, self._entrypoint)
            )
        # What goes where: (position or None, keyword, 1 = horizon, 2 = context)
        positions, keywords = [], []
        named = {p.name: p for p in parameters[1:] if p.kind is not p.VAR_KEYWORD}
        if has_horizon:
            second = in_order[1] if len(in_order) > 1 else None
            if "execution_horizon" in named and named["execution_horizon"] not in in_order:
                keywords.append(("execution_horizon", 0))
            elif second is not None and second.name != "context":
                positions.append(0)
            elif "execution_horizon" in named:
                keywords.append(("execution_horizon", 0))
            elif second is None and any_position:
                positions.append(0)
        given = {in_order[i + 1].name for i in range(len(positions)) if i + 1 < len(in_order)}
        given.update(key for key, _ in keywords)
        if "context" in named and named["context"].kind is not named["context"].POSITIONAL_ONLY:
            keywords.append(("context", 1))
            given.add("context")
        elif any_position or "context" in named:
            positions.append(1)
            given.add("context")
        for p in in_order[1:] + [p for p in parameters if p.kind is p.KEYWORD_ONLY]:
            if p.default is p.empty and p.name not in given:
                raise SetupError(
                    "invalid_argument",
                    "%s of %s wants %r, which nobody gives; given are the observation%s and context"
                    % (name, self._entrypoint, p.name,
                       ", execution_horizon" if has_horizon else ""),
                )
        if "context" in given:
            self.takes_context = True
        if not positions and not keywords:
            return lambda observation, horizon, context: function(observation)
        if positions == [] and keywords == [("context", 1)]:
            return lambda observation, horizon, context: function(observation, context=context)

        def call(observation, *extra):  # extra: horizon, context
            return function(
                observation, *[extra[i] for i in positions], **{k: extra[i] for k, i in keywords}
            )

        return call

    def _bind_end(self, target):
        """A function of an episode's id, or None."""
        hook = _own(target, "on_episode_end") or _own(target, "reset")
        if hook is None:
            return None
        try:
            parameters = list(inspect.signature(hook).parameters.values())
        except (TypeError, ValueError):
            return lambda episode_id: hook()
        for p in parameters:
            in_order = p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
            if p.kind is p.VAR_POSITIONAL or in_order and p.default is p.empty:
                return hook
            if p.name == "episode_id":
                if p.kind is p.POSITIONAL_ONLY:
                    return hook
                return lambda episode_id: hook(episode_id=episode_id)
        return lambda episode_id: hook()


def _own(target, name):
    """The method of that name, unless it is only what a base class of the
    published package has there."""
    for cls in type(target).__mro__:
        if name in vars(cls):
            if cls.__module__.partition(".")[0] == "rlmesh":
                return None
            break
    function = getattr(target, name, None)
    return function if callable(function) else None


def _has_corner(target):
    cls = target if isinstance(target, type) else type(target)
    for name in CORNERS:
        for base in cls.__mro__:
            if name in vars(base):
                if base.__module__.partition(".")[0] != "rlmesh":
                    return True
                break
        if not isinstance(target, type) and name in getattr(target, "__dict__", {}):
            return True
    return False


def predict_seed(episode_seed, predict_index):
    """The seed of one predict of a seeded episode: the low half of FNV-1a over
    both numbers, little-endian, with a byte 0xfe between."""
    data = (
        (episode_seed & _MASK64).to_bytes(8, "little")
        + b"\xfe"
        + (predict_index & _MASK64).to_bytes(8, "little")
    )
    value = 0xCBF29CE484222325
    for byte in data:
        value = ((value ^ byte) * 0x100000001B3) & _MASK64
    return value & 0xFFFFFFFF
