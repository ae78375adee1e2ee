# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""A server of ours as a process, for tests in Python."""

import os
import select
import subprocess
import sys


def environment(**more):
    """Variables under which user code finds what this test finds."""
    result = {k: v for k, v in os.environ.items() if not k.startswith("RLMESH_")}
    here = os.path.dirname(os.path.abspath(__file__))
    result["PYTHONPATH"] = os.pathsep.join([here] + [p for p in sys.path if p])
    result["RLMESH_PYTHON"] = sys.executable
    result.update(more)
    return result


def await_file(path):
    """The text of a file that somebody is about to make."""
    while True:
        try:
            with open(path) as f:
                return f.read()
        except FileNotFoundError:
            os.sched_yield()


def await_end(pid):
    """Returns when no such process runs any more."""
    try:
        fd = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        if not select.select([fd], [], [], 60)[0]:
            raise AssertionError("process %d still runs" % pid)
    finally:
        os.close(fd)


class ServerProcess:
    """`binary` with `flags`, from READY to its end.

    with ServerProcess(path, "--native=cartpole") as server:
        client = RemoteEnv(server.address)
    """

    def __init__(self, binary, *flags, address="127.0.0.1:0", **variables):
        self.process = subprocess.Popen(
            (binary, "--address=" + address) + flags,
            env=environment(**variables), stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, universal_newlines=True)
        line = self.process.stdout.readline()
        if not line.startswith("READY "):
            self.process.kill()
            raise AssertionError("no READY but %r: %s" % (
                line, self.process.communicate()[1]))
        self.address = line.split()[1]

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.process.kill()
        self.process.communicate()

    def wait(self):
        """Its exit code, and what it said on standard error."""
        errors = self.process.communicate(timeout=60)[1]
        return self.process.returncode, errors

    def children(self):
        """Process ids of what it started and what those started."""
        found = []
        unseen = [self.process.pid]
        while unseen:
            parent = unseen.pop()
            try:
                tasks = os.listdir("/proc/%d/task" % parent)
            except FileNotFoundError:
                continue
            for task in tasks:
                try:
                    with open("/proc/%d/task/%s/children" % (parent, task)) as f:
                        new = [int(pid) for pid in f.read().split()]
                except FileNotFoundError:
                    continue
                found += new
                unseen += new
        return found
