# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""Steps an environment and says how long each step took.

    step_contestant.py WORKLOAD gymnasium       in this process
    step_contestant.py WORKLOAD published tcp   through the published package:
    step_contestant.py WORKLOAD published unix  this process is the client, a
                                                second one the server

WORKLOAD is cartpole (CartPole-v1) or image (image_env.py).

Reads lines with a number of steps from standard input. For each, answers with
that many 64-bit little-endian nanoseconds and the wall time of it all, resets
included.
"""

import os
import struct
import subprocess
import sys
import tempfile
import time


def make_environment(workload):
    if workload == "image":
        import image_env
        return image_env.make()
    import gymnasium
    return gymnasium.make("CartPole-v1")


def serve(workload, address):
    import rlmesh
    server = rlmesh.EnvServer(
        make_environment(workload), address,
        options=rlmesh.ServeOptions(workflow_edition="2026.06"))
    print(server.address, flush=True)
    server.serve()


def make_published(workload, transport, folder):
    import rlmesh.numpy
    address = "127.0.0.1:0" if transport == "tcp" else "unix://%s/s" % folder
    server = subprocess.Popen(
        [sys.executable, __file__, workload, "serve", address], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, universal_newlines=True)
    env = rlmesh.numpy.RemoteEnv(
        server.stdout.readline().strip(), workflow_edition="2026.06")
    return env, server


def answer_rounds(env, requests, answers):
    # What is printed by packages must not end up among the answers.
    clock = time.perf_counter_ns
    done = True
    action = 0
    for line in requests:
        count = int(line)
        took = []
        begun = clock()
        while len(took) < count:
            if done:
                env.reset(seed=7)
                done = False
            start = clock()
            _, _, terminated, truncated, _ = env.step(action)
            took.append(clock() - start)
            action = 1 - action
            done = terminated or truncated
        wall = clock() - begun
        answers.write(struct.pack("<%dq" % (count + 1), *(took + [wall])))
        answers.flush()


def main():
    workload = sys.argv[1]
    if sys.argv[2] == "serve":
        serve(workload, sys.argv[3])
        return
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    if sys.argv[2] == "gymnasium":
        answer_rounds(make_environment(workload), sys.stdin, answers)
        return
    with tempfile.TemporaryDirectory(prefix="rlmesh-bench-", dir="/tmp") as folder:
        env, server = make_published(workload, sys.argv[3], folder)
        try:
            answer_rounds(env, sys.stdin, answers)
        finally:
            env.close()
            server.kill()
            server.wait()


if __name__ == "__main__":
    main()
