# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""What kills and hangs of the other side cost a run: sandbox_runner as a program, with its real servers.

--test_env=RLMESH_KILLS=20 kills more often than the default.
"""

import contextlib
import json
import os
import random
import re
import signal
import socket
import threading
import time
import unittest

from runner_testing import ENV_SERVER, LONG, MODEL_SERVER, SITE, Running, RunnerTestCase

KILLS = int(os.environ.get("RLMESH_KILLS", "6"))


SLEEPS_ONCE = """
import os, time

class Policy:
    asked = 0
    def predict(self, observation):
        self.asked += 1
        if self.asked %% 30 == 0 and not os.path.exists(%r):
            open(%r, "w").close()
            time.sleep(1000000)
        return int(observation[2] > 0)
"""


def outcomes(out):
    """What must be the same in a broken and in an unbroken run: all but the times."""
    result = json.loads(out)
    for part in result["episodes"] + [result["totals"]]:
        del part["seconds"]
    return result


class SandboxRunnerFaultsTest(RunnerTestCase):
    def victims(self, *names):
        """The processes of this test that run one of these programs."""
        found = []
        for path in self.processes():
            pid = int(path.split("/")[2])
            try:
                program = os.path.basename(os.readlink("/proc/%d/exe" % pid))
            except OSError:
                continue
            if program.startswith(names):
                found.append(pid)
        return found

    def serve(self, program, *arguments):
        """A server at the address of its kind and this test; the address."""
        address = "unix://%s/%s.%s" % (self.folder, self.mark[:8], os.path.basename(program)[0])
        server = Running([program, "--address=" + address] + list(arguments), self.env, cwd=self.policies)
        server.wait_for("READY")
        self.addCleanup(self.end, server)
        return server, address

    def end(self, server):
        if server.process.poll() is None:
            server.process.send_signal(signal.SIGCONT)
            server.process.kill()
        server.finish()

    def tearDown(self):
        # The servers end first.
        self.doCleanups()
        super().tearDown()

    def test_killed_servers_and_workers_change_no_episode(self):
        # Enough to play on while this test looks for whom to kill.
        arguments = ["CartPole-v1", "--runtime=process", "--episodes=%d" % (300 * KILLS), "--seed=7", "--json"]
        unbroken = outcomes(self.play(*arguments)[0])
        running = self.start("run", *arguments, "--on_fault=retry", "--retries=%d" % (KILLS + 3))
        choice = random.Random(7)
        servers = 0
        for kill in range(KILLS):
            # Some way on from the last time.
            told = running.stderr.count("\nepisode ")
            deadline = time.monotonic() + LONG
            while running.stderr.count("  seed ") < told + choice.randrange(1, 4):
                self.assertLess(time.monotonic(), deadline, running.stderr)
                self.assertIsNone(running.process.poll(), running.stderr)
                os.sched_yield()
            # The worker's guard with it, which alone would change nothing.
            victim = choice.choice(["env_server", "python"])
            pids = []
            while not pids:  # it may just be starting again
                self.assertLess(time.monotonic(), deadline, running.stderr)
                self.assertIsNone(running.process.poll(), running.stderr)
                pids = self.victims(victim)
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            servers += victim == "env_server"
        self.assertEqual(running.finish(LONG * 2), 0, running.stderr)
        self.assertEqual(outcomes(running.stdout), unbroken)
        self.assertIn("  retry 1: ", running.stderr)
        anew = re.search(r"begun anew (\d+) times?", running.stderr)
        self.assertTrue(anew, running.stderr)
        # A worker that is killed between two episodes costs none, nor does a
        # server that was just starting; the first of those that served does.
        self.assertGreater(servers, 0)

    def test_a_stopped_server_costs_its_deadline(self):
        arguments = ["CartPole-v1", "--episodes=60", "--seed=7", "--json"]
        unbroken = outcomes(self.play(*arguments)[0])
        running = self.start("run", *arguments, "--on_fault=retry", "--step_timeout=2s", "--reset_timeout=10s")
        running.wait_for("episode 3/")
        for pid in self.victims("env_server"):
            os.kill(pid, signal.SIGSTOP)
        self.assertEqual(running.finish(), 0, running.stderr)
        self.assertEqual(outcomes(running.stdout), unbroken)
        self.assertIn("retry 1", running.stderr)

    def test_limits27_row06_mute_servers_end_the_run_in_time(self):
        with socket.create_server(("127.0.0.1", 0)) as mute:
            address = "tcp://127.0.0.1:%d" % mute.getsockname()[1]
            start = time.monotonic()
            runs = [self.start("run", address), self.start("run", "CartPole-v1", "--policy=" + address)]
            for running in runs:
                self.assertEqual(running.finish(), 1, running.stderr)
                self.assertIn(address, running.stderr)
                self.assertIn("accepts connections but does not answer", running.stderr)
            self.assertLess(time.monotonic() - start, 60)

    def test_a_stopped_policy_costs_its_deadline(self):
        arguments = ["CartPole-v1", "--episodes=400", "--seed=7", "--json"]
        unbroken = outcomes(self.play(*arguments)[0])
        server, address = self.serve(MODEL_SERVER, "--policy=random")
        running = self.start("run", *arguments, "--on_fault=retry", "--predict_timeout=2s", "--policy=" + address)
        running.wait_for("episode 3/")
        server.process.send_signal(signal.SIGSTOP)
        running.wait_for("retry 1")
        server.process.send_signal(signal.SIGCONT)
        self.assertEqual(running.finish(), 0, running.stderr)
        self.assertEqual(outcomes(running.stdout), unbroken)

    def test_a_policy_that_sleeps_for_ever_once_costs_its_deadline(self):
        # The server itself would give it 300 s.
        marker = os.path.join(self.folder, self.mark + ".slept")
        with open(os.path.join(self.folder, "sleeps_once.py"), "w") as file:
            file.write(SLEEPS_ONCE % (marker, marker))
        self.env["PYTHONPATH"] = self.folder
        _, address = self.serve(MODEL_SERVER, "--entrypoint=sleeps_once:Policy")
        arguments = ["CartPole-v1", "--episodes=10", "--seed=7", "--json", "--policy=" + address]
        with open(marker, "w"):
            unbroken = outcomes(self.play(*arguments)[0])
        os.remove(marker)
        out, err = self.play(*arguments, "--on_fault=retry", "--predict_timeout=2s")
        self.assertTrue(os.path.exists(marker))
        self.assertIn("retry 1", err)
        self.assertEqual(outcomes(out), unbroken)

    def test_a_stopped_process_of_a_policy_costs_its_deadline(self):
        arguments = ["CartPole-v1", "--episodes=20", "--seed=7", "--json"]
        server, address = self.serve(MODEL_SERVER, "--entrypoint=policies:balance", "--predict_timeout=1s")
        arguments.append("--policy=" + address)
        unbroken = outcomes(self.play(*arguments)[0])
        running = self.start("run", *arguments, "--on_fault=retry")
        running.wait_for("episode 3/")
        for pid in self.children(server.process.pid):
            os.kill(pid, signal.SIGSTOP)
        self.assertEqual(running.finish(), 0, running.stderr)
        self.assertEqual(outcomes(running.stdout), unbroken)
        self.assertIn("timed out after 1s", running.stderr)
        self.assertIn("retry 1", running.stderr)

    def children(self, parent):
        """The processes of this test that a process has started."""
        found = []
        for path in self.processes():
            pid = path.split("/")[2]
            with contextlib.suppress(OSError), open("/proc/%s/stat" % pid) as file:
                if int(file.read().rpartition(")")[2].split()[1]) == parent:
                    found.append(int(pid))
        self.assertTrue(found)
        return found

    def stop_and_go_on(self, running, seconds):
        """SIGSTOP for a while, as Ctrl-Z; the processes that it has started go on."""
        running.process.send_signal(signal.SIGSTOP)
        threading.Event().wait(seconds)
        self.assertIsNone(running.process.poll(), running.stderr)
        running.process.send_signal(signal.SIGCONT)

    def test_a_stopped_runner_goes_on_with_the_same_results(self):
        arguments = ["CartPole-v1", "--episodes=400", "--seed=7", "--json"]
        unbroken = outcomes(self.play(*arguments)[0])
        running = self.start("run", *arguments)
        running.wait_for("episode 3/")
        self.stop_and_go_on(running, 0.5)
        self.assertEqual(running.finish(), 0, running.stderr)
        self.assertEqual(outcomes(running.stdout), unbroken)
        # Longer than it would wait for a step.
        running = self.start("run", *arguments, "--on_fault=retry", "--step_timeout=1s")
        running.wait_for("episode 3/")
        self.stop_and_go_on(running, 2)
        self.assertEqual(running.finish(), 0, running.stderr)
        self.assertEqual(outcomes(running.stdout), unbroken)

    def test_a_killed_policy_may_be_restarted(self):
        arguments = ["CartPole-v1", "--episodes=400", "--seed=7", "--json"]
        server, address = self.serve(MODEL_SERVER, "--policy=random")
        arguments.append("--policy=" + address)
        unbroken = outcomes(self.play(*arguments)[0])
        running = self.start("run", *arguments, "--on_fault=retry")
        running.wait_for("episode 3/")
        server.process.kill()
        server.finish()
        running.wait_for("retry 1")
        self.serve(MODEL_SERVER, "--policy=random")
        self.assertEqual(running.finish(), 0, running.stderr)
        self.assertEqual(outcomes(running.stdout), unbroken)

    def assert_told(self, err, *parts):
        """Type, message, and where: all that Python says."""
        for part in ("Traceback (most recent call last)",) + parts:
            self.assertIn(part, err)

    def test_an_exception_of_the_environment_is_told_with_its_traceback(self):
        arguments = ["run", "Faulty-v0", "--package=faulty_envs", "--import=faulty_envs", "--episodes=2",
                     "--max_episode_steps=4", "--json", '--kwargs={"fault": "raise 1"}']
        code, _, err = self.run_to_end(*arguments)
        self.assertEqual(code, 1, err)
        self.assert_told(err, "RuntimeError: boom 1", "faulty_envs.py", "in count_to", "in step")
        # It is the same process that goes on: another one would raise again.
        code, out, err = self.run_to_end(*arguments, "--on_fault=retry", "--retries=1")
        self.assertEqual(code, 0, err)
        self.assertIn("RuntimeError: boom 1", err)
        self.assertEqual(json.loads(out)["totals"]["steps"], 8)

    def test_an_exception_of_a_policy_is_told_with_its_traceback(self):
        server, address = self.serve(MODEL_SERVER, "--entrypoint=policies:Raises")
        arguments = ["CartPole-v1", "--seed=7", "--episodes=2", "--policy=" + address]
        code, _, err = self.run_to_end("run", *arguments)
        self.assertEqual(code, 1, err)
        self.assert_told(err, "LookupError: no such move", "policies.py", "in predict")
        # It goes on, in the same process: another one would raise again.
        self.play(*arguments)
        server.process.send_signal(signal.SIGTERM)
        self.assertEqual(server.finish(), 0)
        self.assertEqual(server.stderr, "")

    def test_policies_that_answer_nonsense_or_exit(self):
        for policy, said in ("wrong_shape", "[0, 1, 0] is not an integer"), ("exits", "exited with code 3"):
            server, address = self.serve(MODEL_SERVER, "--entrypoint=policies:" + policy)
            arguments = ["run", "CartPole-v1", "--seed=7", "--episodes=2", "--policy=" + address]
            for _ in range(2):  # the server survives
                code, _, err = self.run_to_end(*arguments)
                self.assertEqual(code, 1, err)
                self.assertIn(said, err)
            server.process.send_signal(signal.SIGTERM)
            self.assertEqual(server.finish(), 0, server.stderr)

    def test_observations_of_64_megabytes(self):
        _, address = self.serve(ENV_SERVER, "--native=synthetic",
                                '--kwargs={"observation_bytes": %d}' % (64 << 20))
        self.env["PYTHONPATH"] = SITE
        _, policy = self.serve(MODEL_SERVER, "--entrypoint=policies:first_of_64_megabytes")
        out, _ = self.play(address, "--policy=" + policy, "--episodes=1", "--max_steps=4", "--json")
        totals = json.loads(out)["totals"]
        self.assertEqual((totals["steps"], totals["reward"]), (4, 2))

    def test_limits27_row12_telemetry_of_a_served_policy(self):
        _, address = self.serve(MODEL_SERVER, "--policy=random")
        arguments = ["CartPole-v1", "--episodes=2", "--seed=7", "--telemetry", "--policy=" + address]
        result = json.loads(self.play(*arguments, "--json")[0])
        counts = {(row["op"], row["component"], row["metric"]): row["count"] for row in result["telemetry"]}
        self.assertEqual(counts[("env.reset", "rpc", "total")], 2)
        self.assertEqual(counts[("model.predict", "rpc", "total")], result["totals"]["steps"])
        for row in result["telemetry"]:
            self.assertLessEqual(row["p50"], row["p95"])
            self.assertLessEqual(row["p95"], row["p99"])
        self.assertIn("\nmodel.predict  rpc.total", self.play(*arguments)[0])

    def test_limits27_row02_a_server_of_the_users_may_be_restarted(self):
        server, address = self.serve(ENV_SERVER, "--native=cartpole")
        arguments = [address, "--episodes=2000", "--seed=7", "--json"]
        out, err = self.play(*arguments)
        self.assertIn("%s serves CartPole-v1" % address, err)
        unbroken = outcomes(out)
        running = self.start("run", *arguments, "--on_fault=retry")
        running.wait_for("episode 3/")
        server.process.kill()
        server.finish()
        running.wait_for("retry 1")
        self.serve(ENV_SERVER, "--native=cartpole")
        self.assertEqual(running.finish(), 0, running.stderr)
        self.assertEqual(outcomes(running.stdout), unbroken)

    def test_without_retry_a_lost_server_ends_the_run_and_resume_goes_on(self):
        server, address = self.serve(ENV_SERVER, "--native=cartpole")
        arguments = [address, "--episodes=5000", "--seed=7", "--json"]
        unbroken = outcomes(self.play(*arguments)[0])
        running = self.start("run", *arguments)
        running.wait_for("episode 3/")
        server.process.kill()
        server.finish()
        self.assertEqual(running.finish(), 1)
        finished = json.loads(running.stdout)["totals"]["episodes"]
        self.assertIn("%d of 5000 episodes finished" % finished, running.stderr)
        journal = re.search(r"--resume=(\S+) goes on", running.stderr).group(1)
        self.serve(ENV_SERVER, "--native=cartpole")
        out, _ = self.play("--resume=" + journal, "--json")
        self.assertEqual(outcomes(out), unbroken)

    def test_a_fault_that_is_returned_is_no_failure(self):
        code, out, err = self.run_to_end("run", "Faulty-v0", "--package=faulty_envs", "--import=faulty_envs",
                                         "--episodes=3", "--max_episode_steps=4", "--json", "--on_fault=return",
                                         '--kwargs={"fault": "exit third"}')
        self.assertEqual(code, 0, err)
        self.assertEqual(json.loads(out)["totals"]["episodes"], 2)
        self.assertIn("episode 2", err)
        self.assertIn("goes on", err)

    def test_an_episode_that_always_fails_ends_the_run(self):
        err = self.fail("run", "Faulty-v0", "--package=faulty_envs", "--import=faulty_envs", "--on_fault=retry",
                        "--retries=2", '--kwargs={"fault": "exit"}')
        self.assertIn("2 retries", err)
        self.assertIn("retry 2", err)
        self.assertNotIn("retry 3", err)

    def test_sessions_side_by_side_give_the_same_episodes(self):
        arguments = ["CartPole-v1", "--episodes=30", "--seed=7", "--json"]
        alone = outcomes(self.play(*arguments)[0])
        self.assertEqual(outcomes(self.play(*arguments, "--parallel=3")[0]), alone)


if __name__ == "__main__":
    unittest.main()
