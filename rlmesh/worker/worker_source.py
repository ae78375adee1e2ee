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

_DISABLED = 3  # AutoresetMode


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
        self._kwargs = _parse_kwargs(options.get("kwargs", ["{}"])[0])
        for module in options.get("import", []):
            _import(module, "--import=%s" % module)
        if "gym" in options:
            self._id = options["gym"][0]
            self._make = self._make_gym
        else:
            self._make = self._find(options["entrypoint"][0])

    def make(self):
        env = self._make()
        for name in ("reset", "step"):
            if not callable(getattr(env, name, None)):
                raise SetupError(
                    "invalid_argument",
                    "%s is no environment: it must have a %r method" % (_describe(env), name),
                )
        return env

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
        if not isinstance(target, type) and hasattr(target, "reset") and hasattr(target, "step"):
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


def encode_contract(env):
    """The environment's serialized EnvContract."""
    for name in ("action_space", "observation_space"):
        if getattr(env, name, None) is None:
            raise SetupError("invalid_argument", "%s has no %s" % (_describe(env), name))
    metadata = getattr(env, "metadata", None)
    spec = getattr(env, "spec", None)
    env_id = getattr(spec, "id", None) or "UnknownEnv-v1"
    render_mode = getattr(env, "render_mode", None)
    env_spec = (
        field_text(1, str(env_id))
        + field_bytes(2, encode_space(env.action_space))
        + field_bytes(3, encode_space(env.observation_space))
        + field_bytes(4, encode_meta_map(metadata if isinstance(metadata, Mapping) else {}))
    )
    contract = field_bytes(1, env_spec) + field_varint(2, 1)
    if isinstance(render_mode, str) and render_mode:
        contract += field_text(3, render_mode)
    return contract + field_varint(4, _DISABLED)


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
