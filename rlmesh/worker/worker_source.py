# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.

# From what the user named to an environment, and from that to its contract.

import difflib
import importlib
import inspect
import json
import sys
from collections.abc import Mapping

from worker_specs import encode_space  # a part
from worker_wire import encode_meta_map, field_bytes, field_text, field_varint  # a part

# AutoresetMode on the wire, by what vector environments say in their metadata.
_AUTORESET_MODES = {"NextStep": 1, "SameStep": 2, "Disabled": 3}
_DISABLED = 3


class SetupError(Exception):
    """Something the user can mend. `code` tells the server which kind it is."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


class Source:
    """What --gym or --entrypoint named, ready to make environments."""

    def __init__(self, texts):
        """`texts`: (name, value) pairs of the server's set-up request."""
        options = {}
        for name, value in texts:
            options.setdefault(name, []).append(value)
        self.is_instance = False
        # Lanes of all workers together (0: as many as there are), those of this
        # one, and its first.
        self.total = int(options.get("total", ["0"])[0])
        self._lanes = int(options.get("lanes", ["1"])[0])
        self.first = int(options.get("first", ["0"])[0])
        self._kwargs = _parse_kwargs(options.get("kwargs", ["{}"])[0])
        for module in options.get("import", []):
            _import(module, "--import=%s" % module)
        if "gym" in options:
            self._id = options["gym"][0]
            self._make = self._make_gym
        else:
            self._make = self._find(options["entrypoint"][0])

    def make(self):
        """The environments: one a lane, or a single vector environment."""
        made = self._make()
        if isinstance(made, (list, tuple)):
            self._check_width(len(made), "a list of %d environments" % len(made))
            if not made:
                raise SetupError("invalid_argument", "the list has no environment in it")
            for lane, env in enumerate(made):
                if is_vector(env):
                    message = "lane %d is %s, which has lanes of its own; list environments of one"
                    raise SetupError("invalid_argument", message % (lane, _describe(env)))
                _check_environment(env)
            return list(made)
        _check_environment(made)
        if is_vector(made):
            self._check_width(made.num_envs, "%s of %d lanes" % (_describe(made), made.num_envs))
            return [made]
        if self.is_instance and self.total > 1:
            raise SetupError(
                "invalid_argument",
                "the entrypoint is a finished environment, which is one lane; %d lanes need a "
                "class, a factory or a list of environments" % self.total,
            )
        envs = [made]
        try:
            while len(envs) < self._lanes:
                envs.append(self._make())
                _check_environment(envs[-1])
        except BaseException:
            for env in envs:
                close_env(env)
            raise
        return envs

    def _check_width(self, width, what):
        if self.total not in (0, width):
            raise SetupError(
                "invalid_argument",
                "the entrypoint is %s, not of %d: leave the number of lanes out"
                % (what, self.total),
            )
        if self.total not in (0, self._lanes):
            raise SetupError(
                "invalid_argument",
                "the entrypoint is %s, which one process must step: leave "
                "--vectorization_mode=async out" % what,
            )

    def _make_gym(self):
        try:
            import gymnasium
        except ModuleNotFoundError as error:
            if error.name != "gymnasium":
                raise
            raise SetupError(
                "failed_precondition",
                "Python at %s has no gymnasium; install it with: %s -m pip install gymnasium"
                % (sys.executable, sys.executable),
            ) from None
        try:
            return gymnasium.make(self._id, **self._kwargs)
        except gymnasium.error.UnregisteredEnv:
            raise SetupError("not_found", _unknown(self._id, gymnasium.registry)) from None
        except ModuleNotFoundError as error:
            # Gymnasium raises its own for the module in "module:Name-v0".
            missing = error.name or getattr(error.__cause__, "name", None) or "?"
            if ":" in self._id and _contains(self._id.partition(":")[0], missing):
                raise SetupError("not_found", _no_module(missing, self._id)) from None
            raise

    def _find(self, entrypoint):
        target = find_attribute(entrypoint)
        is_list = isinstance(target, (list, tuple))
        has_both = hasattr(target, "reset") and hasattr(target, "step")
        if is_list or (has_both and not isinstance(target, type)):
            if self._kwargs:
                raise SetupError(
                    "invalid_argument",
                    "--entrypoint=%s is a finished environment and takes no --kwargs" % entrypoint,
                )
            self.is_instance = True
            return lambda: target
        if hasattr(target, "make") and not hasattr(target, "step"):  # a factory class
            factory = target() if isinstance(target, type) else target
            return lambda: factory.make(**self._kwargs)
        if not callable(target):
            raise SetupError(
                "invalid_argument",
                "--entrypoint=%s is %s; it must be an environment, a class or a factory"
                % (entrypoint, _describe(target)),
            )
        return lambda: target(**self._kwargs)


def find_attribute(entrypoint):
    """What "module:attribute" names."""
    module_name, colon, attributes = entrypoint.partition(":")
    if not (module_name and colon and attributes):
        raise SetupError(
            "invalid_argument", "--entrypoint=%s: write module:attribute" % entrypoint
        )
    target = module = _import(module_name, "--entrypoint=%s" % entrypoint)
    for attribute in attributes.split("."):
        try:
            target = getattr(target, attribute)
        except AttributeError:
            near = difflib.get_close_matches(attribute, dir(target), 3)
            hint = "; did you mean %s?" % ", ".join(near) if near else ""
            where = getattr(module, "__file__", None) or module_name
            message = "--entrypoint=%s: %s has no %r%s"
            raise SetupError(
                "not_found", message % (entrypoint, where, attribute, hint)
            ) from None
    return target


def is_vector(env):
    """Whether it steps all of its lanes at once, as Gymnasium's VectorEnv."""
    return isinstance(getattr(env, "num_envs", None), int) and hasattr(
        env, "single_observation_space"
    )


def close_env(env):
    if callable(getattr(env, "close", None)):
        env.close()


def _check_environment(env):
    for name in ("reset", "step"):
        if not callable(getattr(env, name, None)):
            raise SetupError(
                "invalid_argument",
                "%s is no environment: it must have a %r method" % (_describe(env), name),
            )


def spaces_of(env):
    """(action space, observation space) of one lane."""
    prefix = "single_" if is_vector(env) else ""
    found = []
    for name in ("action_space", "observation_space"):
        space = getattr(env, prefix + name, None)
        if space is None:
            raise SetupError("invalid_argument", "%s has no %s" % (_describe(env), prefix + name))
        found.append(space)
    return tuple(found)


def encode_contract(envs):
    """The serialized EnvContract of these lanes, or of one vector environment."""
    env = envs[0]
    lanes, mode = len(envs), _DISABLED
    metadata = getattr(env, "metadata", None)
    metadata = metadata if isinstance(metadata, Mapping) else {}
    if is_vector(env):
        lanes = env.num_envs
        if lanes > 1:  # a single one is served as one that waits for its reset
            mode = _autoreset_mode(metadata)
        else:
            metadata = {k: v for k, v in metadata.items() if k != "autoreset_mode"}
    encoded = [encode_space(space) for space in spaces_of(env)]
    for lane, other in enumerate(envs[1:], 1):
        if [encode_space(space) for space in spaces_of(other)] != encoded:
            raise SetupError(
                "invalid_argument",
                "lane %d (%s) has other spaces than lane 0 (%s); lanes of one endpoint have the "
                "same" % (lane, _describe(other), _describe(env)),
            )
    spec = getattr(env, "spec", None)
    env_id = getattr(spec, "id", None) or "UnknownEnv-v1"
    render_mode = getattr(env, "render_mode", None)
    env_spec = (
        field_text(1, str(env_id))
        + field_bytes(2, encoded[0])
        + field_bytes(3, encoded[1])
        + field_bytes(4, encode_meta_map(metadata))
    )
    contract = field_bytes(1, env_spec) + field_varint(2, lanes)
    if isinstance(render_mode, str) and render_mode:
        contract += field_text(3, render_mode)
    return contract + field_varint(4, mode)


def _autoreset_mode(metadata):
    """What a vector environment says it does after the end of an episode."""
    said = metadata.get("autoreset_mode", "Disabled")
    said = getattr(said, "value", said)
    mode = _AUTORESET_MODES.get(said)
    if mode is None or said == "SameStep":
        raise SetupError(
            "invalid_argument",
            "a vector environment with autoreset mode %r cannot be served; make it with "
            "AutoresetMode.NEXT_STEP or AutoresetMode.DISABLED" % (said,),
        )
    return mode


def bind_reset(env):
    """A function of (seed, options) that passes what env.reset() can take."""
    try:
        parameters = inspect.signature(env.reset).parameters
    except (TypeError, ValueError):
        return lambda seed, options: env.reset(seed=seed, options=options)
    takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    missing = [n for n in ("seed", "options") if n not in parameters and not takes_any]

    def reset(seed, options):
        kwargs = {"seed": seed, "options": options}
        for name in missing:
            if kwargs[name] is None:
                del kwargs[name]  # otherwise the call below says what is wrong
        return env.reset(**kwargs)

    return reset


def _describe(value):
    kind = value if isinstance(value, type) else type(value)
    return "%s.%s" % (kind.__module__, kind.__qualname__)


def _parse_kwargs(text):
    try:
        kwargs = json.loads(text or "{}")
    except ValueError as error:
        raise SetupError("invalid_argument", "--kwargs is not JSON: %s" % error) from None
    if not isinstance(kwargs, dict):
        raise SetupError("invalid_argument", "--kwargs must be a JSON object, got %.80s" % text)
    return kwargs


def _import(name, flag):
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        # Only when it is this module that is missing, not one that it imports.
        if error.name is None or not _contains(name, error.name):
            raise
        raise SetupError("not_found", _no_module(error.name, flag)) from None


def _contains(module, package):
    return (module + ".").startswith(package + ".")


def _no_module(name, named_by):
    return "%s: no module %r in the current folder or in the Python at %s" % (
        named_by,
        name,
        sys.executable,
    )


def _unknown(env_id, registry):
    name = env_id.rpartition(":")[2]
    names = list(registry)
    near = difflib.get_close_matches(name, names, 4, 0.6)
    if not near:  # "cartpole": compare without case and version
        plain = {n.lower().rpartition("-v")[0]: n for n in names}
        key = name.lower().rpartition("-v")[0] or name.lower()
        near = [plain[n] for n in difflib.get_close_matches(key, list(plain), 4, 0.6)]
    hint = "; did you mean %s?" % ", ".join(near) if near else ""
    return "unknown environment %r%s (%d are registered; --import=MODULE registers more)" % (
        env_id,
        hint,
        len(names),
    )
