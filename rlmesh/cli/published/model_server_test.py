# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""model_server as the published package's clients see it."""

import os
import signal
import subprocess
import sys
import unittest

import gymnasium
import rlmesh
import rlmesh.numpy

MODEL_SERVER = sys.argv.pop(1)
EDITION = "2026.06"


class Server:
    """A model_server on a port of the system's choice."""

    def __init__(self, *flags):
        self.process = subprocess.Popen(
            (MODEL_SERVER, "--address=127.0.0.1:0") + flags,
            stdout=subprocess.PIPE, universal_newlines=True)
        line = self.process.stdout.readline()
        assert line.startswith("READY tcp://127.0.0.1:"), line
        self.address = line.split()[1]

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class ModelServerTest(unittest.TestCase):

    def setUp(self):
        self.env = rlmesh.EnvServer(
            gymnasium.make("CartPole-v1"), "127.0.0.1:0",
            options=rlmesh.ServeOptions(workflow_edition=EDITION))
        self.env.start()
        self.addCleanup(self.env.shutdown)

    def run_seeds(self, server, seeds):
        result = rlmesh.run(
            rlmesh.RemoteModel(server.address), self.env.address, seeds=seeds,
            workflow_edition=EDITION)
        return [(e.seed, e.steps, e.reward, e.terminated) for e in result.episodes]

    def test_run_with_a_random_policy_is_the_same_each_time(self):
        with Server("--policy=random") as server:
            first = self.run_seeds(server, [7, 8, 9])
            self.assertEqual([e[0] for e in first], [7, 8, 9])
            self.assertTrue(all(e[3] for e in first))
            # The others in a run do not matter.
            self.assertEqual(self.run_seeds(server, [9, 7]), [first[2], first[0]])
        with Server("--policy=random") as other:
            self.assertEqual(self.run_seeds(other, [7, 8, 9]), first)

    def test_constant_policy_falls_soon(self):
        with Server("--policy=constant:1") as server:
            for _, steps, reward, terminated in self.run_seeds(server, range(5)):
                self.assertLess(steps, 12)
                self.assertEqual(reward, steps)
                self.assertTrue(terminated)

    def test_session_steps_by_hand_and_several_at_once(self):
        with Server("--policy=constant:0") as server:
            other_env = rlmesh.EnvServer(
                gymnasium.make("MountainCar-v0"), "127.0.0.1:0",
                options=rlmesh.ServeOptions(workflow_edition=EDITION))
            other_env.start()
            self.addCleanup(other_env.shutdown)
            model = rlmesh.RemoteModel(server.address)
            with model.session(self.env.address, workflow_edition=EDITION) as one, \
                    model.session(other_env.address, workflow_edition=EDITION) as two:
                for session in (one, two):
                    observation, _ = session.reset(seed=3)
                    for _ in range(5):
                        action = session.predict(observation)
                        self.assertEqual(int(action), 0)
                        observation = session.step(action)[0]
                self.assertEqual(one.selected_workflow_edition, EDITION)

    def test_value_that_does_not_fit_is_said(self):
        with Server("--policy=constant:5") as server:
            with self.assertRaisesRegex(
                    Exception, r"constant action 5 does not fit CartPole-v1.*\[0, 2\)"):
                self.run_seeds(server, [1])
            # The server lives on, and says so again.
            with self.assertRaisesRegex(Exception, "constant action 5"):
                self.run_seeds(server, [1])

    def test_sigterm_and_sigint_end_with_zero(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with Server("--policy=random") as server:
                self.run_seeds(server, [1])
                server.process.send_signal(number)
                self.assertEqual(server.process.wait(timeout=20), 0)

    def test_limits27_row14_ready_fd_gets_the_address(self):
        reader, writer = os.pipe()
        process = subprocess.Popen(
            [MODEL_SERVER, "--policy=random", "--address=0", "--ready-fd=%d" % writer],
            pass_fds=[writer], stdout=subprocess.DEVNULL)
        os.close(writer)
        with os.fdopen(reader) as ready:
            self.assertRegex(ready.read(), r"^READY tcp://127\.0\.0\.1:\d+\n$")
        process.kill()
        process.wait()

    def test_busy_port_is_said_and_exits_with_one(self):
        with Server("--policy=random") as server:
            second = subprocess.run(
                [MODEL_SERVER, "--policy=random", "--address=" + server.address],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                universal_newlines=True, timeout=20)
            self.assertEqual(second.returncode, 1)
            self.assertIn(server.address, second.stderr)
            self.assertEqual(second.stdout, "")

    def test_usage_errors_exit_with_two(self):
        for flags in ([], ["--policy=rando"], ["--policy=constant:"], ["--polcy=random"],
                      ["--policy=random", "--address=ftp://x"],
                      ["--policy=random", "--workflow_edition=2099.01"]):
            process = subprocess.run(
                [MODEL_SERVER] + flags, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, universal_newlines=True, timeout=20)
            self.assertEqual(process.returncode, 2, flags)
            self.assertIn("Try: model_server --help", process.stderr)


if __name__ == "__main__":
    unittest.main()
