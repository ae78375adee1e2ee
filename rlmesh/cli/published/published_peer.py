# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""Serves with the published package, for tests of ours against it.

    published_peer.py env             CartPole-v1
    published_peer.py env_lanes       the same in four lanes, each reset alone
    published_peer.py env_vector      as Gymnasium's vector environment
    published_peer.py MODEL           one of the models below

Prints "READY ADDRESS" when it listens, on a port of the system's choice.
"""

import os
import sys
import threading
import time

import gymnasium
import rlmesh
import rlmesh.numpy

EDITION = "2026.06"


class Balance(rlmesh.numpy.Model):
    """Pushes the cart to where the pole falls."""

    workflow_edition = EDITION

    def predict(self, observation):
        return int(observation[2] + observation[3] > 0)


class Chunks(rlmesh.numpy.Model):
    """Two actions at a time: 0 and 1."""

    workflow_edition = EDITION
    native_chunk = 2

    def predict_chunk(self, observation, execution_horizon):
        return [0, 1]


class Broken(rlmesh.numpy.Model):
    """Fails at its 30th observation."""

    workflow_edition = EDITION
    calls = 0

    def predict(self, observation):
        self.calls += 1
        if self.calls == 30:
            raise RuntimeError("boom")
        return self.calls % 2


ENVIRONMENTS = {
    "env": lambda: gymnasium.make("CartPole-v1"),
    "env_lanes": lambda: [gymnasium.make("CartPole-v1") for _ in range(4)],
    "env_vector": lambda: gymnasium.make_vec("CartPole-v1", num_envs=4,
                                             vectorization_mode="sync"),
}


def listening_port():
    """The loopback port on which this process listens, or None."""
    sockets = set()
    for fd in os.listdir("/proc/self/fd"):
        try:
            sockets.add(os.readlink("/proc/self/fd/" + fd))
        except OSError:
            pass
    with open("/proc/self/net/tcp") as table:
        for line in table.readlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and "socket:[%s]" % fields[9] in sockets:
                return int(fields[1].split(":")[1], 16)
    return None


def announce_port():
    while True:
        port = listening_port()
        if port is not None:
            print("READY tcp://127.0.0.1:%d" % port, flush=True)
            return
        time.sleep(0.01)


def main():
    what = sys.argv[1]
    if what in ENVIRONMENTS:
        server = rlmesh.EnvServer(
            ENVIRONMENTS[what](), "127.0.0.1:0",
            options=rlmesh.ServeOptions(workflow_edition=EDITION))
        print("READY %s" % server.address, flush=True)
        server.serve()
    else:
        threading.Thread(target=announce_port, daemon=True).start()
        globals()[what]().serve("127.0.0.1:0")


if __name__ == "__main__":
    main()
