# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""env_server as the published package's clients see it."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import gymnasium
import numpy as np
import rlmesh
import rlmesh.numpy

from served_envs import Counts, Echo
from server_process import ServerProcess, await_file, environment

ENV_SERVER = sys.argv.pop(1)
EDITION = "2026.06"


def client_of(server):
    return rlmesh.numpy.RemoteEnv(server.address, workflow_edition=EDITION)


def serve(*flags, **kwargs):
    return ServerProcess(ENV_SERVER, *flags, **kwargs)


def same(a, b):
    """Whether two values of Echo's space are equal, bit for bit."""
    if isinstance(b, dict):
        return set(a) == set(b) and all(same(a[k], b[k]) for k in b)
    if isinstance(b, tuple):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b))
    if isinstance(b, np.ndarray):
        return np.asarray(a).astype(b.dtype).tobytes() == b.tobytes()
    return a == b


class PublishedClientTest(unittest.TestCase):

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="rl", dir="/tmp")
        self.addCleanup(self.folder.cleanup)

    def check_cartpole(self, address, steps):
        reference = gymnasium.make("CartPole-v1")
        actions = np.random.default_rng(5)
        with serve("--gym=CartPole-v1", address=address) as server:
            env = client_of(server)
            seed = episodes = 0
            observation, info = env.reset(seed=seed)
            expected, _ = reference.reset(seed=seed)
            for _ in range(steps):
                self.assertEqual(observation.dtype, expected.dtype)
                self.assertEqual(observation.tobytes(), expected.tobytes())
                action = int(actions.integers(2))
                observation, reward, terminated, truncated, info = env.step(action)
                expected, *rest = reference.step(action)
                self.assertEqual([reward, terminated, truncated], rest[:3])
                if terminated or truncated:
                    self.assertEqual(observation.tobytes(), expected.tobytes())
                    self.assertEqual(info["completed_episodes"], 1)
                    episodes += 1
                    # Every third episode goes on with the environment's own
                    # random numbers, as Gymnasium does without a seed.
                    seed = None if episodes % 3 == 0 else episodes
                    observation, info = env.reset(seed=seed)
                    expected, _ = reference.reset(seed=seed)
            self.assertGreater(episodes, steps // 60)
            env.close()

    def test_2000_steps_over_tcp_are_gymnasiums_own(self):
        self.check_cartpole("127.0.0.1:0", 2000)

    def test_2000_steps_over_a_unix_socket_are_gymnasiums_own(self):
        self.check_cartpole("unix://" + self.folder.name + "/s", 2000)

    def test_run_ends_episodes_with_the_right_rewards(self):

        class Balance(rlmesh.numpy.Model):
            workflow_edition = EDITION

            def predict(self, observation):
                return int(observation[2] > 0)

        with serve("--gym=CartPole-v1") as server:
            result = rlmesh.run(Balance(), server.address, seeds=[1, 2, 3],
                                workflow_edition=EDITION)
        reference = gymnasium.make("CartPole-v1")
        self.assertEqual([e.seed for e in result.episodes], [1, 2, 3])
        for episode in result.episodes:
            observation, _ = reference.reset(seed=episode.seed)
            steps = 0
            done = False
            while not done:
                observation, _, terminated, truncated, _ = reference.step(
                    int(observation[2] > 0))
                steps += 1
                done = terminated or truncated
            self.assertEqual(episode.steps, steps)
            self.assertEqual(episode.reward, steps)
            self.assertEqual(episode.terminated, terminated)

    def test_every_space_and_infos_round_trip(self):
        Echo.SPACE.seed(1)
        with serve("--entrypoint=served_envs:Echo") as server:
            env = client_of(server)
            options = {"a": [1, {"b": None}], "c": 2.5, "d": True}
            observation, info = env.reset(seed=4, options=options)
            self.assertEqual(info["seed"], 4)
            self.assertEqual(info["options"], options)
            twin = Echo()
            self.assertTrue(same(observation, twin.reset(seed=4)[0]))
            for _ in range(20):
                action = Echo.SPACE.sample()
                # The published client wants the wire's type here.
                action["flags"] = action["flags"].astype(np.uint8)
                observation, reward, terminated, truncated, info = env.step(action)
                self.assertTrue(same(observation, action), observation)
                self.assertEqual((reward, terminated, truncated),
                                 (0.5, False, False))
                self.assertEqual(info["text"], "h\u00e9")
                self.assertEqual(info["list"], [1, None, True])
                self.assertIsInstance(info["x"], float)

    def test_an_exception_is_over_with_the_next_reset(self):
        with serve("--entrypoint=served_envs:Raises") as server:
            env = client_of(server)
            env.reset()
            env.step(0)
            env.step(0)
            with self.assertRaisesRegex(
                    Exception, r"\[INTERNAL\] step failed: RuntimeError: boom"):
                env.step(0)
            with self.assertRaisesRegex(Exception, r"\[NOT_READY\].*reset"):
                env.step(0)
            self.assertEqual(env.reset()[0], 0)
            self.assertEqual(env.step(0)[0], 1)

    def test_limits27_row13_a_handled_fault_is_told_to_the_client_and_to_nobody_else(self):
        for variables in {}, {"RLMESH_LOG": "info"}:
            with serve("--entrypoint=served_envs:Raises", **variables) as server:
                env = client_of(server)
                env.reset()
                env.step(0)
                env.step(0)
                with self.assertRaisesRegex(Exception, "RuntimeError: boom"):
                    env.step(0)
                env.reset()
                env.step(0)
                server.process.send_signal(signal.SIGTERM)
                code, errors = server.wait()
                self.assertEqual(code, 0, errors)
                if variables:
                    self.assertIn("step failed: RuntimeError: boom", errors)
                else:
                    self.assertEqual(errors, "")

    def test_limits27_row16_large_integers_of_infos_are_exact(self):
        with serve("--entrypoint=served_envs:Counts") as server:
            info = client_of(server).reset()[1]
            for name, value in Counts.NUMBERS.items():
                self.assertEqual(int(info[name]), value, name)
                self.assertNotIsInstance(info[name], float)

    def test_bad_calls_are_refused_alike_by_every_environment(self):
        for flag in "--native=cartpole", "--gym=CartPole-v1":
            with serve(flag) as server:
                env = client_of(server)
                with self.assertRaisesRegex(
                        Exception, r"\[NOT_READY\] step: no episode has begun"):
                    env.step(0)
                with self.assertRaisesRegex(
                        ValueError, r"\[INVALID_ACTION\] reset: seed -3 of lane 0 "
                        "is negative"):
                    env.reset(seed=-3)
                env.reset(seed=3)
                env.step(0)

    def test_an_idle_session_ends_and_its_client_is_told_why(self):
        with serve("--native=cartpole", "--session_timeout=100ms",
                   "--max_sessions=1") as server:
            env = client_of(server)
            env.reset()
            deadline = time.monotonic() + 60
            while True:  # until its place is free
                other = client_of(server)
                try:
                    other.reset()
                    break
                except ConnectionError as e:
                    self.assertIn("active Join session", str(e))
                    self.assertLess(time.monotonic(), deadline)
            with self.assertRaisesRegex(ConnectionError, "closed|--session_timeout=100ms"):
                env.step(0)

    def test_render_gives_the_picture(self):
        with serve("--entrypoint=served_envs:Draws") as server:
            env = client_of(server)
            self.assertEqual(env.render_mode, "rgb_array")
            self.assertEqual(env.metadata["render_fps"], 7)
            env.reset()
            env.step(1)
            np.testing.assert_array_equal(
                env.render(), np.full((4, 6, 3), 100, np.uint8))

    def test_without_pictures_render_is_none(self):
        with serve("--gym=CartPole-v1") as server:
            env = client_of(server)
            env.reset()
            self.assertIsNone(env.render())

    def test_sessions_follow_each_other_and_stand_side_by_side(self):
        with serve("--gym=CartPole-v1") as server:
            first, second = client_of(server), client_of(server)
            a = first.reset(seed=1)[0]
            b = second.reset(seed=2)[0]
            self.assertNotEqual(a.tobytes(), b.tobytes())
            first.step(0)
            first.close()
            third = client_of(server)
            self.assertEqual(third.reset(seed=1)[0].tobytes(), a.tobytes())
            second.step(1)

    def test_a_single_instance_takes_one_client(self):
        with serve("--entrypoint=served_envs:instance") as server:
            first = client_of(server)
            first.reset()
            second = client_of(server)
            with self.assertRaisesRegex(
                    ConnectionError, "already has an active Join session"):
                second.reset()
            first.close()
            client_of(server).reset()

    def test_limits27_row05_the_limit_names_the_holders(self):
        with serve("--native=cartpole", "--max_sessions=2") as server:
            first, second = client_of(server), client_of(server)
            first.reset()
            second.reset()
            with self.assertRaisesRegex(
                    ConnectionError,
                    r"all 2 sessions of this environment are taken, by "
                    r"ipv4:127\.0\.0\.1:\d+ \(since [\d:]+ UTC\), "
                    r"ipv4:127\.0\.0\.1:\d+ \(since [\d:]+ UTC\); close one, or "
                    r"start the server with a larger --max_sessions"):
                client_of(server).reset()
            first.step(0)

    def test_limits27_row11_conformance_warns_once_a_session(self):
        key = "rlmesh.conformance.warning"
        with serve("--entrypoint=served_envs:Strays") as server:
            for _ in range(2):
                env = client_of(server)
                self.assertEqual(env.reset()[1][key][0]["kind"], "observation")
                self.assertNotIn(key, env.step(0)[4])
                self.assertNotIn(key, env.reset()[1])
                env.close()

    def test_the_validation_policy_is_that_of_the_variable(self):
        key = "rlmesh.conformance.warning"
        with serve("--entrypoint=served_envs:Strays", RLMESH_VALIDATION_POLICY="off") as server:
            self.assertNotIn(key, client_of(server).reset()[1])
        with serve("--entrypoint=served_envs:Strays", RLMESH_VALIDATION_POLICY="strict") as server:
            for _ in range(2):
                with self.assertRaisesRegex(Exception, "reset failed: ValueError: .* is 2, above 1"):
                    client_of(server).reset()
        with serve("--gym=CartPole-v1", RLMESH_VALIDATION_POLICY="strict") as server:
            env = client_of(server)
            env.reset()
            env.step(0)
        with self.assertRaisesRegex(AssertionError, "RLMESH_VALIDATION_POLICY.*stric.*strict"):
            serve("--gym=CartPole-v1", RLMESH_VALIDATION_POLICY="stric")

    def test_shutdown_is_refused_unless_allowed(self):
        with serve("--native=cartpole") as server:
            self.assertFalse(client_of(server).shutdown())
        with serve("--native=cartpole", "--allow_remote_shutdown") as server:
            self.assertTrue(client_of(server).shutdown())
            self.assertEqual(server.wait()[0], 0)
        with serve("--native=cartpole",
                   RLMESH_ALLOW_REMOTE_SHUTDOWN="true") as server:
            self.assertTrue(client_of(server).shutdown("enough"))
            self.assertEqual(server.wait()[0], 0)


class FaultsTest(unittest.TestCase):
    """What goes wrong while a step runs."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="rl", dir="/tmp")
        self.addCleanup(folder.cleanup)
        self.napping = folder.name + "/napping"
        self.flags = ["--entrypoint=served_envs:Naps",
                      "--kwargs=" + json.dumps({"file": self.napping})]

    def nap(self, env):
        """A thread that steps into the nap, and the list of what it caught."""
        caught = []

        def step():
            try:
                env.step(1)
            except Exception as e:
                caught.append(e)

        thread = threading.Thread(target=step)
        thread.start()
        return thread, caught, int(await_file(self.napping))

    def test_a_killed_worker_is_replaced_at_the_next_reset(self):
        with serve(*self.flags) as server:
            env = client_of(server)
            env.reset()
            thread, caught, worker = self.nap(env)
            os.kill(worker, signal.SIGKILL)
            thread.join()
            self.assertRegex(str(caught[0]), r"\[CRASHED\] step failed: .*signal 9")
            env.reset()
            self.assertEqual(env.step(0)[0], 0)

    def test_a_deadline_of_the_server_interrupts_the_step(self):
        with serve("--step_timeout=200ms", *self.flags) as server:
            env = client_of(server)
            env.reset()
            thread, caught, _ = self.nap(env)
            thread.join()
            self.assertIsInstance(caught[0], TimeoutError)
            self.assertRegex(str(caught[0]), r"env.step timed out after 200ms")
            env.reset()
            self.assertEqual(env.step(0)[0], 0)

    def test_limits27_row07_after_a_timeout_the_client_goes_on(self):
        with serve(*self.flags) as server:
            env = rlmesh.numpy.RemoteEnv(server.address,
                                         workflow_edition=EDITION,
                                         request_timeout_seconds=5)
            env.reset()
            with self.assertRaises(TimeoutError):
                env.step(1)
            env.reset()
            self.assertEqual(env.step(0)[0], 0)

    def test_one_stuck_environment_delays_nobody_else(self):
        with serve(*self.flags) as server:
            stuck = client_of(server)
            stuck.reset()
            thread, caught, worker = self.nap(stuck)
            for _ in range(3):
                env = client_of(server)
                env.reset()
                for _ in range(100):
                    self.assertEqual(env.step(0)[0], 0)
                env.close()
            os.kill(worker, 0)  # it was stuck all the while
            self.assertEqual(caught, [])
            os.kill(worker, signal.SIGKILL)
            thread.join()

    def test_a_client_that_vanishes_in_mid_step_frees_its_slot(self):
        client = """
import sys
import rlmesh.numpy
env = rlmesh.numpy.RemoteEnv(sys.argv[1], workflow_edition="2026.06")
env.reset()
env.step(1)
"""
        with serve("--max_sessions=1", *self.flags) as server:
            process = subprocess.Popen(
                [sys.executable, "-c", client, server.address],
                env=environment())
            await_file(self.napping)
            process.kill()
            process.wait()
            deadline = time.monotonic() + 60
            while True:
                env = client_of(server)
                try:
                    env.reset()
                    break
                except ConnectionError as e:
                    self.assertIn("active Join session", str(e))
                    self.assertLess(time.monotonic(), deadline)
            self.assertEqual(env.step(0)[0], 0)

    def test_one_signal_lets_a_step_run_and_a_second_stops_it(self):
        with serve("--drain_timeout=1h", RLMESH_LOG="info",
                   *self.flags) as server:
            env = client_of(server)
            env.reset()
            thread, caught, worker = self.nap(env)
            server.process.send_signal(signal.SIGTERM)
            while "draining" not in server.process.stderr.readline():
                pass
            os.kill(worker, 0)  # it is still there
            server.process.send_signal(signal.SIGTERM)
            thread.join()
            self.assertEqual(len(caught), 1)
            self.assertEqual(server.wait()[0], 0)
            with self.assertRaises(ProcessLookupError):
                os.kill(worker, 0)


if __name__ == "__main__":
    unittest.main()
