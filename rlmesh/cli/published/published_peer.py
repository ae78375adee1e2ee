# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""Serves with the published package, for tests of ours against it.

    published_peer.py env             CartPole-v1
    published_peer.py env_lanes       the same in four lanes, each reset alone
    published_peer.py env_vector      as Gymnasium's vector environment
    published_peer.py MODEL           one of the models below
    published_peer.py kinds           see below

Prints "READY ADDRESS" when it listens, on a port of the system's choice.
"kinds" serves an environment of sampled_envs.py for every kind of space, and
for each of them the policies of served_policies.py: a line "READY KIND NAME
ADDRESS" each, NAME being "env" or the policy's, and "DONE" after the last.
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


def listening_ports():
    """The loopback ports on which this process listens."""
    sockets, ports = set(), set()
    for fd in os.listdir("/proc/self/fd"):
        try:
            sockets.add(os.readlink("/proc/self/fd/" + fd))
        except OSError:
            pass
    with open("/proc/self/net/tcp") as table:
        for line in table.readlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and "socket:[%s]" % fields[9] in sockets:
                ports.add(int(fields[1].split(":")[1], 16))
    return ports


def announce_port(prefix="", known=frozenset()):
    """Says on which port this process listens besides the known ones."""
    while True:
        for port in listening_ports() - known:
            print("READY %stcp://127.0.0.1:%d" % (prefix, port), flush=True)
            return
        time.sleep(0.01)


def serve_kinds():
    import sampled_envs
    import served_policies
    options = rlmesh.ServeOptions(workflow_edition=EDITION)
    servers = []  # one that nobody holds ends
    for kind in sampled_envs.KINDS:
        server = rlmesh.EnvServer(sampled_envs.Sampled(kind), "127.0.0.1:0",
                                  framework="numpy", options=options)
        server.start()
        servers.append(server)
        print("READY %s env %s" % (kind, server.address), flush=True)
        for name in "ByDigest", "Chunked":
            policy = getattr(served_policies, name)()
            policy.load(kind)
            known = listening_ports()
            threading.Thread(
                target=rlmesh.numpy.Model(policy).serve, args=("127.0.0.1:0",),
                kwargs={"options": options}, daemon=True).start()
            announce_port("%s %s " % (kind, name), known)
    print("DONE", flush=True)
    threading.Event().wait()


def main():
    what = sys.argv[1]
    if what in ENVIRONMENTS:
        server = rlmesh.EnvServer(
            ENVIRONMENTS[what](), "127.0.0.1:0",
            options=rlmesh.ServeOptions(workflow_edition=EDITION))
        print("READY %s" % server.address, flush=True)
        server.serve()
    elif what == "kinds":
        serve_kinds()
    else:
        threading.Thread(target=announce_port, daemon=True).start()
        globals()[what]().serve("127.0.0.1:0")


if __name__ == "__main__":
    main()
