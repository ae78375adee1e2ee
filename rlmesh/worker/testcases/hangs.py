# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.

"""Never comes back."""

import os
import time

from plain import Env


class Interruptible(Env):
    def step(self, action):
        while action == 1:
            pass
        return super().step(action)


class Stubborn(Env):
    """Swallows every exception."""

    def step(self, action):
        while action == 1:
            try:
                time.sleep(1000)
            except BaseException:
                pass
        return super().step(action)


class InReset(Env):
    def reset(self, seed=None, options=None):
        if seed == 13:
            time.sleep(1000)
        return super().reset(seed, options)


class InClose(Env):
    def close(self):
        time.sleep(1000)


class InSecondInit(Env):
    """Of the same process."""

    made = 0

    def __init__(self):
        super().__init__()
        InSecondInit.made += 1
        if InSecondInit.made > 1:
            time.sleep(1000)


class InInit(Env):
    def __init__(self):
        time.sleep(1000)


def after_the_first():
    """Makes one environment; the next process hangs while it makes another."""
    mark = os.environ["RLMESH_TEST_MARK"]
    if os.path.exists(mark):
        raise RuntimeError("only once")
    open(mark, "w").close()
    return Dies()


def in_the_second_process():
    mark = os.environ["RLMESH_TEST_MARK"]
    if os.path.exists(mark):
        time.sleep(1000)
    open(mark, "w").close()
    return Dies()


class Dies(Env):
    def step(self, action):
        os._exit(5)
