# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.

# Policies that misbehave, one fault each. An observation above 0 sets them off.

import os
import signal
import sys
import time


class Custom(Exception):
    pass


class _Base:
    def predict(self, observation):
        if observation[0] > 0:
            return self.fault()
        return 0


class Raises(_Base):
    def fault(self):
        raise RuntimeError("boom")


class RaisesCustom(_Base):
    def fault(self):
        raise Custom("of ours")


class Exits(_Base):
    def fault(self):
        sys.exit(3)


class Sleeps(_Base):
    def fault(self):
        print("asleep", flush=True)
        time.sleep(3600)


class SleepsThroughInterrupts(_Base):
    def fault(self):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        print("asleep", flush=True)
        time.sleep(3600)


class SleepsAtEnd:
    def predict(self, observation):
        return 0

    def reset(self):
        print("asleep", flush=True)
        time.sleep(3600)


class Dies(_Base):
    def fault(self):
        print("last words", flush=True)
        os.kill(os.getpid(), signal.SIGKILL)


class ExitsAtOnce(_Base):
    def fault(self):
        os._exit(4)


class Prints(_Base):
    def fault(self):
        line = "x" * 99 + "\n"
        for _ in range(1000):
            sys.stdout.write(line * 1000)
        return 1


class WrongKind(_Base):
    def fault(self):
        return "left"


class Nothing(_Base):
    def fault(self):
        return None


class WrongShape(_Base):
    def fault(self):
        return [0.0, 0.0, 0.0]


class OutOfDomain(_Base):
    def fault(self):
        return 1000


class NotANumber(_Base):
    def fault(self):
        return float("nan")


class TooFewRows:
    def predict_batch(self, observation):
        return [0]


class Empty:
    def predict_chunk(self, observation):
        return []


class FailsToLoad:
    def load(self):
        raise OSError("no weights")

    def predict(self, observation):
        return 0


class FailsAtEnd:
    def predict(self, observation):
        return 0

    def reset(self):
        raise RuntimeError("cannot end")


class NoPolicy:
    pass


class WantsMore:
    def predict(self, observation, temperature):
        return 0


class NativeWithoutChunks:
    native_chunk = 2

    def predict(self, observation):
        return 0


class NativeZero:
    native_chunk = 0

    def predict_chunk(self, observation):
        return []


class LoadsForEver:
    def load(self):
        time.sleep(3600)

    def predict(self, observation):
        return 0


def not_told():
    return 0
