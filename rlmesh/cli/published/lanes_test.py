# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""env_server with several lanes, as the published package's clients see it."""

import json
import os
import signal
import sys
import unittest

import gymnasium
import numpy as np
import rlmesh
import rlmesh.numpy

import served_lanes
from server_process import ServerProcess

ENV_SERVER = sys.argv.pop(1)
EDITION = "2026.06"


def serve(*flags, **kwargs):
    return ServerProcess(ENV_SERVER, *flags, **kwargs)


def client_of(server):
    return rlmesh.numpy.RemoteVectorEnv(server.address, workflow_edition=EDITION)


class BalanceAll(rlmesh.numpy.Model):
    """Does so for all lanes at once."""

    workflow_edition = EDITION

    def predict_batch(self, observation):
        return (observation[:, 2] + observation[:, 3] > 0).astype(np.int64)


class Balance(rlmesh.numpy.Model):
    """Pushes the cart to where the pole falls."""

    workflow_edition = EDITION

    def predict(self, observation):
        return int(observation[2] + observation[3] > 0)


def play(seed, cap=None):
    """(steps, terminated) of an episode of Balance on Gymnasium's own."""
    env = gymnasium.make("CartPole-v1")
    observation, _ = env.reset(seed=seed)
    steps = 0
    while True:
        observation, _, terminated, truncated, _ = env.step(
            int(observation[2] + observation[3] > 0))
        steps += 1
        if terminated or truncated or steps == cap:
            return steps, terminated


def same(a, b):
    """Whether two values are equal, whatever the types of their leaves."""
    if isinstance(b, dict):
        return set(a) == set(b) and all(same(a[k], b[k]) for k in b)
    if isinstance(b, (tuple, list)) and not np.isscalar(b):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b))
    return np.array_equal(np.asarray(a), np.asarray(b))


def for_the_wire(value):
    """The published client takes a MultiBinary as the wire has it."""
    if isinstance(value, dict):
        return {key: for_the_wire(part) for key, part in value.items()}
    if isinstance(value, tuple):
        return tuple(for_the_wire(part) for part in value)
    is_binary = isinstance(value, np.ndarray) and value.dtype == np.int8
    return value.astype(np.uint8) if is_binary else value


def row(value, lane):
    """Lane `lane` of a batched value."""
    if isinstance(value, dict):
        return {key: row(part, lane) for key, part in value.items()}
    if isinstance(value, tuple) and not isinstance(value[0], str):
        return tuple(row(part, lane) for part in value)
    return value[lane]


class LanesTest(unittest.TestCase):

    def check_lanes(self, *flags):
        twins = [gymnasium.make("CartPole-v1") for _ in range(4)]
        actions = np.random.default_rng(3)
        with serve("--gym=CartPole-v1", "--num_envs=4", *flags) as server:
            env = client_of(server)
            self.assertEqual(env.num_envs, 4)
            interrupted = 0
            for start in range(0, 80, 4):
                seeds = list(range(start, start + 4))
                observation, _ = env.reset(seed=seeds)
                for lane, twin in enumerate(twins):
                    expected, _ = twin.reset(seed=seeds[lane])
                    self.assertEqual(observation[lane].tobytes(), expected.tobytes())
                done = False
                while not done:
                    action = actions.integers(2, size=4)
                    observation, rewards, terminated, truncated, info = env.step(action)
                    ends = 0
                    for lane, twin in enumerate(twins):
                        expected, reward, end, cut, _ = twin.step(int(action[lane]))
                        self.assertEqual(observation[lane].tobytes(), expected.tobytes())
                        self.assertEqual(rewards[lane], reward)
                        self.assertEqual((terminated[lane], truncated[lane]), (end, cut))
                        self.assertEqual(info["_final_info"][lane], end or cut)
                        ends += end or cut
                    # A reset interrupts the others, which the next step tells.
                    self.assertEqual(info["completed_episodes"], ends + interrupted)
                    done = ends > 0
                    interrupted = 4 - ends if done else 0
            env.close()

    def test_lanes_of_one_process_are_gymnasiums_own(self):
        self.check_lanes()

    def test_lanes_of_two_processes_are_gymnasiums_own(self):
        self.check_lanes("--vectorization_mode=async", "--worker_processes=2")

    def check_next_step(self, *flags):
        twin = gymnasium.make_vec("CartPole-v1", num_envs=3, vectorization_mode="sync")
        actions = np.random.default_rng(4)
        with serve(*flags) as server:
            env = client_of(server)
            seeds = [5, 6, 7]
            observation, _ = env.reset(seed=seeds)
            expected, _ = twin.reset(seed=seeds)
            episodes = 0
            for _ in range(300):
                np.testing.assert_array_equal(observation, expected)
                action = actions.integers(2, size=3)
                observation, *rest, info = env.step(action)
                expected, *twin_rest, _ = twin.step(action)
                for got, want in zip(rest, twin_rest):
                    np.testing.assert_array_equal(got, want)
                self.assertEqual(info["completed_episodes"],
                                 np.sum(twin_rest[1] | twin_rest[2]))
                episodes += info["completed_episodes"]
            self.assertGreater(episodes, 20)

    def test_next_step_lanes_are_gymnasiums_vector_environment(self):
        self.check_next_step("--gym=CartPole-v1", "--num_envs=3", "--autoreset=next_step")
        self.check_next_step("--gym=CartPole-v1", "--num_envs=3", "--autoreset=next_step",
                             "--vectorization_mode=async")

    def test_a_vector_environment_is_served_as_it_is(self):
        self.check_next_step("--entrypoint=served_lanes:vector", '--kwargs={"kind": "sync"}')

    def test_limits27_row09_seed_list_on_own_vector_class(self):
        flags = ["--entrypoint=served_lanes:vector", '--kwargs={"kind": "vector_entry_point"}']
        with serve(*flags) as server:
            env = client_of(server)
            first, _ = env.reset(seed=5)
            again, _ = env.reset(seed=[5, 6, 7])  # what it makes of 5 itself
            np.testing.assert_array_equal(first, again)
            with self.assertRaisesRegex(Exception, "send one seed, or consecutive"):
                env.reset(seed=[5, 5, 5])
            env.reset(seed=1)  # the stream lives on
            env.step(np.array([0, 1, 0]))

    def test_native_lanes(self):
        with serve("--native=cartpole", "--num_envs=3") as server:
            env = client_of(server)
            env.reset(seed=[1, 2, 3])
            for _ in range(20):
                observation, rewards, terminated, truncated, info = env.step(
                    np.array([0, 1, 0]))
            self.assertEqual(observation.shape, (3, 4))
            self.assertTrue(terminated[0])  # and it waits for its reset

    def test_every_space_over_three_lanes(self):
        for name, space in served_lanes.SPACES.items():
            with self.subTest(name), serve(
                    "--entrypoint=served_lanes:Echo", "--num_envs=3",
                    "--vectorization_mode=async", "--worker_processes=2",
                    "--kwargs=" + json.dumps({"space": name})) as server:
                env = client_of(server)
                observation, _ = env.reset(seed=[3, 4, 5])
                for lane in range(3):
                    space.seed(3 + lane)
                    self.assertTrue(same(row(observation, lane), space.sample()),
                                    (lane, observation))
                batch = gymnasium.vector.utils.batch_space(space, 3)
                batch.seed(1)
                for _ in range(3):
                    action = for_the_wire(batch.sample())
                    observation, rewards, _, _, _ = env.step(action)
                    np.testing.assert_array_equal(rewards, [0.5] * 3)
                    for lane in range(3):
                        self.assertTrue(same(row(observation, lane), row(action, lane)),
                                        (observation, action))

    def test_a_start_of_multi_discrete_is_shifted(self):
        with serve("--entrypoint=served_lanes:Shifted", "--num_envs=2") as server:
            env = client_of(server)
            observation, _ = env.reset()
            np.testing.assert_array_equal(observation, [[0, 0], [0, 0]])
            action = np.array([[2, 3], [1, 0]])
            np.testing.assert_array_equal(env.step(action)[0], action)

    def test_a_picture_of_one_lane(self):
        with serve("--entrypoint=served_lanes:Draws", "--num_envs=3",
                   "--vectorization_mode=async", "--worker_processes=2") as server:
            env = client_of(server)
            env.reset(seed=[7, 8, 9])
            for lane in range(3):
                np.testing.assert_array_equal(
                    env.render(env_index=lane), np.full((4, 6, 3), 7 + lane, np.uint8))

    def test_one_lanes_exception_names_it_and_the_stream_lives(self):
        with serve("--entrypoint=served_lanes:Sticky", "--num_envs=3") as server:
            env = client_of(server)
            env.reset()
            with self.assertRaisesRegex(
                    Exception, r"\[INTERNAL\] step failed: lane 1: RuntimeError: boom"):
                env.step(np.array([0, 1, 0]))
            with self.assertRaisesRegex(Exception, r"\[NOT_READY\].*lane 1"):
                env.step(np.array([0, 0, 0]))
            env.reset()
            env.step(np.array([0, 0, 0]))

    def test_bootstrap_lanes_begin_their_next_episode(self):
        payload = {"spec": {"kind": "gym", "env_id": "CartPole-v1"}}
        with serve(RLMESH_BOOTSTRAP_JSON=json.dumps(payload),
                   RLMESH_NUM_ENVS="2") as server:
            env = client_of(server)
            self.assertEqual(env.num_envs, 2)
            env.reset()
            for _ in range(100):  # far beyond the end of the first
                env.step(np.array([0, 1]))
        payload = {"spec": {"kind": "factory", "entrypoint": "served_lanes:Echo",
                            "kwargs": {"space": "text"}, "num_envs": 2}}
        with serve(RLMESH_BOOTSTRAP_JSON=json.dumps(payload)) as server:
            self.assertEqual(client_of(server).num_envs, 2)


class NativeRunTest(unittest.TestCase):
    """The published package's own loop."""

    def check_run(self, *flags):
        seeds = list(range(20, 32))
        with serve("--gym=CartPole-v1", "--num_envs=4", *flags) as server:
            result = rlmesh.run(Balance(), server.address, seeds=seeds,
                                workflow_edition=EDITION)
        self.assertEqual(sorted(e.seed for e in result.episodes), seeds)
        for episode in result.episodes:
            steps, terminated = play(episode.seed)
            self.assertEqual((episode.steps, episode.reward, episode.terminated),
                             (steps, steps, terminated))

    def test_run_on_lanes_of_one_process(self):
        self.check_run()

    def test_run_on_lanes_of_two_processes(self):
        self.check_run("--vectorization_mode=async", "--worker_processes=2")

    def test_run_on_lanes_that_reset_themselves(self):
        with serve("--gym=CartPole-v1", "--num_envs=4", "--autoreset=next_step") as server:
            result = rlmesh.run(BalanceAll(), server.address, episodes=12,
                                workflow_edition=EDITION)
        self.assertEqual(len(result.episodes), 12)
        for episode in result.episodes:
            self.assertEqual(episode.reward, episode.steps)

    def test_limits27_row10_seeds_and_caps_work_on_lanes(self):
        seeds = list(range(8))
        with serve("--gym=CartPole-v1", "--num_envs=4") as server:
            result = rlmesh.run(Balance(), server.address, seeds=seeds,
                                max_episode_steps=30, workflow_edition=EDITION)
        # (Its loop may count an episode that a cap ended twice, on its own server
        # too, so not all of the seeds need be there.)
        self.assertEqual(len(result.episodes), 8)
        self.assertGreaterEqual(len({e.seed for e in result.episodes}), 4)
        for episode in result.episodes:
            self.assertEqual((episode.steps, episode.terminated), play(episode.seed, 30))

    def test_success_and_final_infos_are_each_lanes_own(self):

        class Zero(rlmesh.numpy.Model):
            workflow_edition = EDITION

            def predict(self, observation):
                return 0

        with serve("--entrypoint=served_lanes:Sticky", "--num_envs=4") as server:
            result = rlmesh.run(Zero(), server.address, seeds=[3, 9, 4, 1, 2, 6, 8, 5],
                                workflow_edition=EDITION)
        for episode in result.episodes:
            self.assertEqual(episode.steps, episode.seed)
            self.assertTrue(episode.success)


class BadInputTest(unittest.TestCase):

    def scalar(self, server):
        return rlmesh.numpy.RemoteEnv(server.address, workflow_edition=EDITION)

    def refuse(self, *flags):
        with self.assertRaises(AssertionError) as caught:
            with serve(*flags):
                pass
        return str(caught.exception)

    def test_limits27_row03_a_bad_call_leaves_the_stream_usable(self):
        with serve("--entrypoint=served_lanes:Sticky") as server:
            env = self.scalar(server)
            with self.assertRaisesRegex(Exception, "reset"):
                env.step(0)
            with self.assertRaisesRegex(Exception, "-1"):
                env.reset(seed=-1)
            env.reset()
            with self.assertRaisesRegex(Exception, "boom"):
                env.step(1)
            env.reset()
            self.assertEqual(env.step(0)[1], 1.0)

    def test_limits27_row16_large_unsigned_integers_are_exact(self):
        with serve("--entrypoint=served_lanes:Echo",
                   '--kwargs={"space": "wide"}') as server:
            env = self.scalar(server)
            env.reset()
            action = np.array([2**63 + 1, 2**64 - 1], np.uint64)
            observation = env.step(action)[0]
            self.assertEqual([int(x) for x in observation], [2**63 + 1, 2**64 - 1])

    def test_observations_of_64_megabytes(self):
        with serve("--entrypoint=served_lanes:Huge") as server:
            env = self.scalar(server)
            env.reset()
            observation = env.step(7)[0]
            self.assertEqual(observation.shape, (64, 1024, 1024))
            self.assertTrue((observation == 7).all())

    def test_a_hundred_megabytes_of_output(self):
        with serve("--entrypoint=served_lanes:Talks") as server:
            env = self.scalar(server)
            env.reset()
            self.assertEqual(env.step(0)[1], 1.0)
            with open("/proc/%d/status" % server.process.pid) as status:
                peak = [l for l in status if l.startswith("VmHWM")][0]
            self.assertLess(int(peak.split()[1]), 64 << 10)  # KiB

    def test_spaces_are_nested_32_deep_at_most(self):
        with serve("--entrypoint=served_lanes:nested", '--kwargs={"depth": 32}') as server:
            self.scalar(server).reset()
        for depth in 33, 200:
            self.assertIn("32", self.refuse(
                "--entrypoint=served_lanes:nested", '--kwargs={"depth": %d}' % depth))

    def test_a_dict_of_a_million_entries_ends_in_words(self):
        self.assertIn("cannot be served", self.refuse(
            "--entrypoint=served_lanes:wide", '--kwargs={"keys": 1000000}'))

    def test_reset_options_of_any_depth_harm_nobody_else(self):
        def nested(depth):
            return {"k": nested(depth - 1) if depth > 1 else 1}

        with serve("--entrypoint=served_lanes:Sticky") as server:
            for options in nested(33), nested(200):
                env = self.scalar(server)
                try:
                    env.reset(options=options)
                except Exception as e:
                    self.assertRegex(str(e), "nested|closed")
            self.scalar(server).reset(seed=3)

    def test_actions_out_of_range_are_the_clients_error(self):
        with serve("--entrypoint=served_lanes:Echo",
                   '--kwargs={"space": "float"}') as server:
            env = self.scalar(server)
            env.reset()
            action = np.zeros((2, 3), np.float32)
            action[1, 2] = 7  # delivered, and told once
            info = env.step(action)[-1]
            self.assertEqual(
                sorted(w["kind"] for w in info["rlmesh.conformance.warning"]),
                ["action", "observation"])
            self.assertNotIn("rlmesh.conformance.warning", env.step(action)[-1])
            action[0, 0] = np.nan
            with self.assertRaisesRegex(Exception, "NaN"):
                env.step(action)
            env.step(np.zeros((2, 3), np.float32))

    def test_a_stopped_worker_is_late_and_then_replaced(self):
        with serve("--entrypoint=served_lanes:Sticky", "--num_envs=2",
                   "--vectorization_mode=async", "--worker_processes=2",
                   "--step_timeout=500ms") as server:
            env = client_of(server)
            env.reset()
            os.kill(max(server.children()), signal.SIGSTOP)
            with self.assertRaises(TimeoutError):
                env.step(np.array([0, 0]))
            env.reset()
            env.step(np.array([0, 0]))


if __name__ == "__main__":
    unittest.main()
