# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.

"""Plays CartPole in this process and prints every result: what a worker must
give to the last bit. Action i is i * i % 7 % 2; a finished episode is reset
with the next seed."""

import sys

import gymnasium


def main(steps, seed):
    env = gymnasium.make("CartPole-v1")
    print(env.reset(seed=seed)[0].tobytes().hex())
    for i in range(steps):
        observation, reward, terminated, truncated, _ = env.step(i * i % 7 % 2)
        print(observation.tobytes().hex(), float(reward), int(terminated), int(truncated))
        if terminated or truncated:
            seed += 1
            print(env.reset(seed=seed)[0].tobytes().hex())


main(int(sys.argv[1]), int(sys.argv[2]))
