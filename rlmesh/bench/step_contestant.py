# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""Steps an environment and says how long each step took.

    step_contestant.py WORKLOAD gymnasium       in this process
    step_contestant.py WORKLOAD published tcp   through the published package:
    step_contestant.py WORKLOAD published unix  this process is the client, a
                                                second one the server

WORKLOAD is cartpole (CartPole-v1), image (image_env.py), lanes:N (CartPole-v1 N
times, stepped as one) or served (CartPole-v1 played by bench_policy.py, a third
process in the published package's case; a step is a prediction too).

Reads lines with a number of steps from standard input. For each, answers with
that many 64-bit little-endian nanoseconds and the wall time of it all, resets
included.
"""

import contextlib
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

EDITION = "2026.06"


def make_environment(workload):
    if workload == "image":
        import image_env
        return image_env.make()
    import gymnasium
    if lanes_of(workload) > 1:
        return gymnasium.make_vec(
            "CartPole-v1", num_envs=lanes_of(workload), vectorization_mode="sync")
    return gymnasium.make("CartPole-v1")


def lanes_of(workload):
    return int(workload.split(":")[1]) if workload.startswith("lanes:") else 1


def end_with_parent():
    """Ends this process when the other end of its standard input is closed."""
    def wait():
        sys.stdin.read()
        os._exit(0)
    threading.Thread(target=wait, daemon=True).start()


def serve(workload, address):
    end_with_parent()
    import rlmesh
    if workload == "model":
        import bench_policy
        import rlmesh.numpy
        print(address, flush=True)  # it does not say it itself, nor when
        rlmesh.numpy.Model(bench_policy.predict).serve(
            address, options=rlmesh.ServeOptions(workflow_edition=EDITION))
        return
    server = rlmesh.EnvServer(
        make_environment(workload), address,
        options=rlmesh.ServeOptions(workflow_edition=EDITION))
    print(server.address, flush=True)
    server.serve()


class Server:
    """A process of this script that serves something; it ends with this one."""

    def __init__(self, workload, address):
        self.process = subprocess.Popen(
            [sys.executable, __file__, workload, "serve", address],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, universal_newlines=True)
        self.address = self.process.stdout.readline().strip()

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


def await_listener(address, seconds=30.0):
    """Until somebody listens there."""
    deadline = time.monotonic() + seconds
    while True:
        with socket.socket() as s:
            host, _, port = address.rpartition(":")
            try:
                s.connect((host, int(port)))
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise
        time.sleep(0.02)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def published_stepper(stack, workload, transport):
    """What steps an environment that the published package serves."""
    import rlmesh
    import rlmesh.numpy
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="rlmesh-bench-", dir="/tmp"))
    unix = transport == "unix"
    env = stack.enter_context(contextlib.closing(
        Server(workload, "unix://%s/s" % folder if unix else "127.0.0.1:0")))
    if workload == "served":
        # Its clients of models know TCP alone.
        model = stack.enter_context(contextlib.closing(
            Server("model", "127.0.0.1:%d" % free_port())))
        await_listener(model.address)
        return SessionStepper(stack.enter_context(contextlib.closing(rlmesh.session(
            rlmesh.RemoteModel(model.address), env.address, workflow_edition=EDITION))))
    client = rlmesh.numpy.RemoteEnv
    if lanes_of(workload) > 1:
        client = rlmesh.numpy.RemoteVectorEnv
    return EnvStepper(
        stack.enter_context(contextlib.closing(client(env.address, workflow_edition=EDITION))),
        lanes_of(workload))


class EnvStepper:
    """The actions 0, 1, 0, 1, ... in every lane; several lanes reset themselves."""

    def __init__(self, env, lanes):
        self.env, self.lanes, self.count = env, lanes, 0
        self.actions = [0, 1]
        if lanes > 1:
            import numpy
            self.actions = [numpy.full(lanes, a, numpy.int64) for a in (0, 1)]

    def reset(self):
        self.env.reset(seed=7)

    def step(self):
        _, _, terminated, truncated, _ = self.env.step(self.actions[self.count % 2])
        self.count += 1
        return self.lanes == 1 and (terminated or truncated)


class PolicyStepper:
    """bench_policy.py in this process."""

    def __init__(self, env):
        import bench_policy
        self.env, self.predict = env, bench_policy.predict

    def reset(self):
        self.observation, _ = self.env.reset(seed=7)

    def step(self):
        self.observation, _, terminated, truncated, _ = self.env.step(
            self.predict(self.observation))
        return terminated or truncated


class SessionStepper:
    """The published package's session between two servers."""

    def __init__(self, session):
        self.session = session

    def reset(self):
        self.observation = first_of(self.session.reset(seed=7))

    def step(self):
        self.observation = first_of(self.session.step(self.session.predict(self.observation)))
        return self.session.done


def first_of(answer):
    return answer[0] if isinstance(answer, tuple) else answer


def answer_rounds(stepper, requests, answers):
    clock = time.perf_counter_ns
    done = True
    for line in requests:
        count = int(line)
        took = []
        begun = clock()
        while len(took) < count:
            if done:
                stepper.reset()
            start = clock()
            done = stepper.step()
            took.append(clock() - start)
        wall = clock() - begun
        answers.write(struct.pack("<%dq" % (count + 1), *(took + [wall])))
        answers.flush()


def main():
    workload = sys.argv[1]
    if sys.argv[2] == "serve":
        serve(workload, sys.argv[3])
        return
    # What packages print must not end up among the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with contextlib.ExitStack() as stack:
        if sys.argv[2] == "published":
            stepper = published_stepper(stack, workload, sys.argv[3])
        elif workload == "served":
            stepper = PolicyStepper(make_environment(workload))
        else:
            stepper = EnvStepper(make_environment(workload), lanes_of(workload))
        answer_rounds(stepper, sys.stdin, answers)


if __name__ == "__main__":
    main()
