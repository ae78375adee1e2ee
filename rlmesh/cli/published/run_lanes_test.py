# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""Runs on lanes, of the published package's servers and of ours: every seed gives what it gives on one lane."""

import json
import os
import subprocess
import unittest

import gymnasium

from runner_testing import ENV_SERVER, MODEL_SERVER, RunnerTestCase
from server_process import ServerProcess

PEER = os.path.realpath(os.environ["PUBLISHED_PEER"])


class Published:
    """A server of the published package; `what` is an argument of published_peer.py."""

    def __init__(self, what):
        self.process = subprocess.Popen([PEER, what], stdout=subprocess.PIPE,
                                        universal_newlines=True)
        line = self.process.stdout.readline()
        if not line.startswith("READY "):
            self.process.kill()
            raise AssertionError("no READY but %r" % line)
        self.address = line.split()[1]

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.process.kill()
        self.process.communicate()


def published(what):
    return lambda: Published(what)


def ours(*flags):
    return lambda: ServerProcess(ENV_SERVER, *flags)


def lanes(*flags):
    return ours("--gym=CartPole-v1", "--num_envs=4", *flags)


def balance(seed, cap):
    """(steps, terminated) of an episode of the policy Balance on Gymnasium's own."""
    env = gymnasium.make("CartPole-v1")
    observation, _ = env.reset(seed=seed)
    for steps in range(1, cap + 1):
        observation, _, terminated, truncated, _ = env.step(
            int(observation[2] + observation[3] > 0))
        if terminated or truncated:
            break
    return steps, terminated


def address_of(server):
    # The runner takes a scheme.
    return server.address if "://" in server.address else "tcp://" + server.address


class RunLanesTest(RunnerTestCase):

    def episodes(self, *arguments):
        """What must be the same on any number of lanes: all but the times."""
        result = json.loads(self.play(*arguments, "--json")[0])
        for episode in result["episodes"]:
            del episode["seconds"]
        return result["episodes"]

    def on(self, start, *arguments):
        with start() as server:
            return self.episodes(address_of(server), *arguments)

    def check_random(self, *starts):
        arguments = ["--episodes=25", "--seed=7", "--max_episode_steps=24"]
        expected = self.on(published("env"), *arguments)
        self.assertEqual([e["seed"] for e in expected], list(range(7, 32)))
        self.assertGreater(len({e["steps"] for e in expected}), 5)
        self.assertTrue(any(e["truncated"] for e in expected))
        for start in starts:
            self.assertEqual(self.on(start, *arguments), expected)

    def test_published_lanes(self):
        self.check_random(published("env_lanes"))

    def test_limits_27_row_10_seeds_and_caps_work_on_published_lanes_that_reset_themselves(self):
        self.check_random(published("env_vector"))

    def test_our_lanes(self):
        self.check_random(lanes(), lanes("--vectorization_mode=async", "--worker_processes=2"))

    def test_limits_27_row_10_seeds_and_caps_work_on_our_lanes_that_reset_themselves(self):
        self.check_random(
            lanes("--autoreset=next_step"),
            lanes("--autoreset=next_step", "--vectorization_mode=async"),
            ours("--entrypoint=served_lanes:vector", '--kwargs={"kind": "sync"}'))

    def test_native_lanes(self):
        arguments = ["--episodes=200", "--seed=7"]
        expected = self.on(ours("--native=cartpole"), *arguments)
        for flags in [], ["--autoreset=next_step"]:
            server = ours("--native=cartpole", "--num_envs=16", *flags)
            self.assertEqual(self.on(server, *arguments), expected)
        server = ours("--native=cartpole", "--num_envs=16")
        self.assertEqual(self.on(server, *arguments, "--parallel=3"), expected)

    def check_policy(self, start_policy, start, seeds=range(20, 26)):
        with start_policy() as policy:
            episodes = self.on(start, "--episodes=%d" % len(seeds), "--seed=%d" % seeds[0],
                               "--max_episode_steps=60", "--policy=" + address_of(policy))
        self.assertEqual([e["seed"] for e in episodes], list(seeds))
        for episode in episodes:
            self.assertEqual((episode["steps"], episode["terminated"]),
                             balance(episode["seed"], 60))

    def test_a_published_policy_is_asked_row_by_row(self):
        self.check_policy(published("Balance"), lanes())
        self.check_policy(published("Balance"), published("env_vector"))

    def test_our_policies_are_asked_for_all_rows(self):
        for name in "balance", "balance_batch":
            self.check_policy(
                lambda: ServerProcess(MODEL_SERVER, "--entrypoint=served_lanes:" + name),
                published("env_lanes"))

    def test_faults_cost_the_episodes_in_hand(self):
        arguments = ["--episodes=14", "--seed=1", "--policy=constant:0", "--on_fault=retry"]
        for flags in [], ["--autoreset=next_step"]:
            episodes = self.on(
                ours("--entrypoint=served_lanes:Flaky", "--num_envs=3", *flags), *arguments)
            self.assertEqual([(e["seed"], e["steps"], e["success"]) for e in episodes],
                             [(seed, seed, True) for seed in range(1, 15)])

    def test_a_resumed_run_goes_on_on_other_lanes(self):
        journal = os.path.join(self.folder, self.mark)
        with Published("env_lanes") as server:
            address = address_of(server)
            expected = self.episodes(address, "--episodes=20", "--seed=7")
            self.play(address, "--episodes=9", "--seed=7", "--journal=" + journal)
            self.assertEqual(self.episodes("--resume=" + journal, "--episodes=20"), expected)
        os.remove(journal)

    def test_tables_and_telemetry(self):
        with lanes()() as server:
            out, err = self.play(address_of(server), "--episodes=6", "--seed=7", "--telemetry")
        self.assertIn("env.step", out)
        self.assertIn("model.predict", out)
        self.assertEqual(err.count("steps  reward"), 6)

    def test_lanes_that_nobody_could_play_are_refused(self):
        with ours("--entrypoint=served_lanes:waiting_vector")() as server:
            err = self.fail("run", address_of(server), "--episodes=2")
        self.assertIn("3 lanes of environment CartPole-v1 neither begin their next episode", err)
        self.assertIn("autoreset NEXT_STEP", err)


if __name__ == "__main__":
    unittest.main()
