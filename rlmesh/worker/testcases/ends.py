# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.

"""Ends its process, or the channel, in mid-step."""

import ctypes
import os
import signal
import time

from plain import Env


class WithExit(Env):
    def step(self, action):
        print("last words", flush=True)
        os._exit(3)


class WithKill(Env):
    def step(self, action):
        os.kill(os.getpid(), signal.SIGKILL)


class WithCrash(Env):
    def step(self, action):
        ctypes.string_at(0)


class ClosesChannel(Env):
    def step(self, action):
        os.closerange(3, 100)
        return super().step(action)


class ClosesChannelAndStays(Env):
    def step(self, action):
        os.closerange(3, 100)
        time.sleep(1000)


class LeavesChild(Env):
    """The child holds standard output and the channel open."""

    def step(self, action):
        if os.fork() == 0:
            time.sleep(1000)
        os._exit(3)


class InReset(Env):
    def reset(self, seed=None, options=None):
        if seed == 13:
            os._exit(3)
        return super().reset(seed, options)
