# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""Writes episodes of Gymnasium's CartPole-v1 to the file named by the argument.

One line a call, numbers as hexadecimal floats so that no bit is lost:
    reset X X_DOT THETA THETA_DOT OBSERVATION*4
    step ACTION OBSERVATION*4 REWARD TERMINATED TRUNCATED
"""

import random
import sys

import gymnasium


def Hex(values):
    return " ".join(float(value).hex() for value in values)


def BalancingAction(state):
    return int(state[2] + state[3] > 0)


def main():
    env = gymnasium.make("CartPole-v1")
    rng = random.Random(7)
    with open(sys.argv[1], "w") as out:
        for episode in range(40):
            observation, _ = env.reset(seed=episode)
            # Every fourth episode balances to the limit of 500 steps.
            balance = episode % 4 == 0
            out.write("reset %s %s\n" % (Hex(env.unwrapped.state), Hex(observation)))
            done = False
            while not done:
                action = BalancingAction(observation) if balance else rng.randrange(2)
                observation, reward, terminated, truncated, _ = env.step(action)
                out.write("step %d %s %s %d %d\n" % (
                    action, Hex(observation), float(reward).hex(), terminated, truncated))
                done = terminated or truncated


if __name__ == "__main__":
    main()
