# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""The layer check: who includes whom, and who depends on whom in BUILD files."""

import ast
import re

from tools.lint import layer_table

_INCLUDE = re.compile(r'^\s*#\s*include\s*["<]([^">]+)[">]', re.MULTILINE)
_RELATIVE = re.compile(r"(^|/)\.{1,2}/")
_LABEL = re.compile(r"^//rlmesh(?:/([^:]*))?(?::(.*))?$")
_REPOSITORY = re.compile(r"^@([A-Za-z0-9_.-]+)//")
# Attributes that make one target part of another. `data` does not: a test may run
# a program of any layer.
_DEPENDENCIES = ("deps", "implementation_deps", "srcs", "hdrs", "textual_hdrs")


def _folder(path):
    """The folder of rlmesh/ that holds `path`; "" for rlmesh itself."""
    parts = path.split("/")
    return parts[1] if len(parts) > 2 else ""


def _allows(allowed, folder, target, inner, in_test):
    """Whether the row `allowed` permits TARGET of FOLDER[/INNER]."""
    if folder == "":
        return False
    if folder in layer_table.TOP:
        return allowed is layer_table.MAINS and folder == "cli"
    if "*" in allowed or folder in allowed:
        return True
    if "%s:%s" % (folder, target) in allowed:
        return True
    some_target = any(entry.startswith(folder + ":") for entry in allowed)
    return in_test and some_target and inner == "testing"


def _explain(user, folder):
    allowed = layer_table.FOLDERS.get(user, [])
    return "%s may not depend on %s; it may depend on: %s (tools/lint/layer_table.py)" % (
        user, folder or "the mains", ", ".join(sorted(allowed)) or "nothing of ours")


def _row(user):
    return layer_table.MAINS if user == "" else layer_table.FOLDERS[user]


def _check_wrapped(user, position, name, is_used):
    if user == "" or user in layer_table.TOP:
        return
    for prefix, repository, folders in layer_table.WRAPPED:
        if is_used(prefix, repository) and user not in folders:
            yield "%s: %s is used by %s; only %s may" % (
                position, name, user, ", ".join(folders) or "bindings")
            return


def _check_include(user, path, line, include):
    position = "%s:%d" % (path, line)
    if _RELATIVE.search(include):
        yield "%s: includes %s: write the path from the root of the tree (rlmesh/...)" % (
            position, include)
        return
    yield from _check_wrapped(user, position, include, lambda prefix, _: include.startswith(prefix))
    parts = include.split("/")
    if parts[0] != "rlmesh" or len(parts) < 2:
        return
    folder = _folder(include)
    if folder == user:
        return
    target = parts[-1].rpartition(".")[0]
    if target.endswith(".pb") or target.endswith(".grpc.pb"):
        target = target.partition(".")[0]
    in_test = path.endswith("_test.cc") or "/testing/" in path
    if not _allows(_row(user), folder, target, "/".join(parts[2:-1]), in_test):
        yield "%s: includes %s: %s" % (position, include, _explain(user, folder))


def _check_label(user, path, line, label, in_test):
    position = "%s:%d" % (path, line)
    repository = _REPOSITORY.match(label)
    if repository:
        yield from _check_wrapped(user, position, label,
                                  lambda _, name: name == repository.group(1))
    match = _LABEL.match(label)
    if not match:
        return
    package, target = match.group(1) or "", match.group(2)
    folder, _, inner = package.partition("/")
    if folder == user:
        return
    if not _allows(_row(user), folder, target or package.rpartition("/")[2], inner, in_test):
        yield "%s: depends on %s: %s" % (position, label, _explain(user, folder))


def _is_test(call):
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    testonly = [k for k in call.keywords if k.arg == "testonly"]
    return name.endswith("_test") or any(getattr(k.value, "value", None) for k in testonly)


def _check_build_file(user, path, text):
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        yield "%s:%s: cannot be parsed: %s" % (path, error.lineno, error.msg)
        return
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        for keyword in call.keywords:
            if keyword.arg not in _DEPENDENCIES:
                continue
            for node in ast.walk(keyword.value):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield from _check_label(user, path, node.lineno, node.value, _is_test(call))


def check(tree):
    """Yields a line for each dependency that the table does not allow."""
    for path in tree.paths():
        parts = path.split("/")
        if parts[0] != "rlmesh":
            if path.endswith((".cc", ".h")):
                yield from _check_outside(tree, path)
            continue
        user = _folder(path)
        if user and user not in layer_table.FOLDERS:
            yield "%s: folder rlmesh/%s has no row in tools/lint/layer_table.py" % (path, user)
            continue
        if parts[-1] in ("BUILD.bazel", "BUILD"):
            yield from _check_build_file(user, path, tree.text(path))
        elif path.endswith((".cc", ".h")):
            text = tree.text(path)
            for match in _INCLUDE.finditer(text):
                line = text.count("\n", 0, match.start(1)) + 1
                yield from _check_include(user, path, line, match.group(1))


def _check_outside(tree, path):
    """Tools serve the product and may not need it; examples may use it."""
    if not path.startswith(("tools/", "third_party/")):
        return
    text = tree.text(path)
    for match in _INCLUDE.finditer(text):
        if match.group(1).startswith("rlmesh/"):
            line = text.count("\n", 0, match.start(1)) + 1
            yield "%s:%d: includes %s: tools may not depend on rlmesh" % (
                path, line, match.group(1))
