# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""Runs under a debugger that does not look at it."""

import ctypes
import os
import time

import plain

PR_SET_PTRACER = 0x59616D61
PTRACE_SEIZE = 0x4206


class Env(plain.Env):
    def __init__(self, pid_file):
        super().__init__()
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(PR_SET_PTRACER, ctypes.c_ulong(-1), 0, 0, 0)
        us = os.getpid()
        read_end, write_end = os.pipe()
        if os.fork() == 0:
            os.setsid()
            ok = libc.ptrace(PTRACE_SEIZE, us, None, None) == 0
            with open(pid_file, "w") as f:
                f.write("%d\n" % (os.getpid() if ok else 0))
            os.write(write_end, b"1")
            while True:
                time.sleep(1000)
        os.read(read_end, 1)
