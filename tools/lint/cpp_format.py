# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""The format check: clang-format has nothing to change."""

import concurrent.futures
import os
import re
import shutil
import subprocess

_FORMATTED = (".cc", ".h", ".proto")
_AT_A_TIME = 16


def _run(arguments):
    root, paths = arguments
    command = ["clang-format", "--dry-run", "--Werror"] + paths
    result = subprocess.run(command, cwd=root, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if result.returncode == 0:
        return []
    first = {}
    for match in re.finditer(r"^(\S+?):(\d+):\d+: error: ", result.stderr, re.MULTILINE):
        first.setdefault(match.group(1), match.group(2))
    if not first:
        return ["clang-format failed: " + result.stderr.strip()]
    return ["%s:%s: not formatted; run: clang-format -i %s" % (path, line, path)
            for path, line in first.items()]


def check(tree):
    """Yields a line for each file that clang-format would change."""
    if not shutil.which("clang-format"):
        yield "clang-format is missing; install it: apt-get install clang-format"
        return
    paths = [path for path in tree.paths()
             if path.endswith(_FORMATTED) and "/testdata/" not in path]
    jobs = [(tree.root(), paths[i:i + _AT_A_TIME]) for i in range(0, len(paths), _AT_A_TIME)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for findings in pool.map(_run, jobs):
            yield from findings
