# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""Checks that read text: length, licence, and what must not be in the tree."""

import re

MAX_LINES = 500
_CODE = (".cc", ".h", ".py", ".bzl", ".sh", ".proto", ".BUILD", "/BUILD.bazel")
_LICENSED = (".cc", ".h", ".py", ".sh", ".proto")
_LICENSE = (
    "Copyright 2026 The RLMesh Authors.",
    "Use of this source code is governed by the Apache License 2.0",
    "that can be found in the LICENSE file.",
)

# Names of package registries' hosts: the machine's own configuration says where
# packages come from, and the tree works with any mirror.
_REGISTRY = re.compile(
    r"\b(?:[a-z0-9-]+\.)*(?:debian|ubuntu|pypi|pythonhosted|npmjs|crates|golang|docker|maven)"
    r"\.(?:org|net|com|io)\b", re.IGNORECASE)
# The same, but names that the product itself must know.
_ALLOWED_HOST = re.compile(r"^(?:index|registry-1|auth|registry\.hub|hub)?\.?docker\.(?:io|com)$")
# Folders of the machine that somebody worked on.
_PRIVATE_PATH = re.compile(r"(?<![\w./-])/(?:root|work|Users)/[A-Za-z0-9_.]")


def _is_code(tree, path):
    return ("/" + path).endswith(_CODE) or tree.is_script(path)


def _is_sample(path):
    return "/testdata/" in path


def check_length(tree):
    """Yields a line for each source file of more than MAX_LINES lines."""
    for path in tree.paths():
        if _is_sample(path) or not _is_code(tree, path):
            continue
        lines = tree.text(path).count("\n")
        if lines > MAX_LINES:
            yield "%s: %d lines; split it at a second concept (the limit is %d)" % (
                path, lines, MAX_LINES)


def check_license(tree):
    """Yields a line for each source file without the three-line header."""
    for path in tree.paths():
        if _is_sample(path) or not (path.endswith(_LICENSED) or tree.is_script(path)):
            continue
        lines = tree.text(path).split("\n")[:6]
        if lines and lines[0].startswith("#!"):
            lines = lines[1:]
        mark = "#" if path.endswith((".py", ".sh")) or tree.is_script(path) else "//"
        want = ["%s %s" % (mark, line) for line in _LICENSE]
        if lines[:3] != want:
            yield "%s:1: does not begin with the licence header:\n  %s" % (path, "\n  ".join(want))


def check_hosts(tree):
    """Yields a line for each registry host and each private path in the tree."""
    for path in tree.paths():
        if _is_sample(path):
            continue
        text = tree.text(path)
        if "\0" in text:
            continue
        for number, line in enumerate(text.split("\n"), 1):
            for match in _REGISTRY.finditer(line):
                if not _ALLOWED_HOST.match(match.group(0)):
                    yield "%s:%d: names the host of a package registry (%s)" % (
                        path, number, match.group(0))
            for match in _PRIVATE_PATH.finditer(line):
                yield "%s:%d: names a folder of one machine (%s...)" % (
                    path, number, match.group(0))
