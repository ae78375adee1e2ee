# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""sandbox_runner, env_server and reaper as programs: what a user sees and keeps."""

import glob
import io
import json
import os
import select
import shutil
import subprocess
import tarfile
import time
import unittest

from runner_testing import (
    ENV_SERVER, LONG, MAKE_CERTIFICATES, MODEL_SERVER, REAPER, RUNNER, Running,
    RunnerTestCase)


# A build that tells where its temporary files go, and goes on for ever.
SLOW_BUILD = """
import os, tempfile, time
def prepare_metadata_for_build_wheel(*arguments, **keywords):
    with open(os.environ["SLOW_BUILD_TELLS"], "w") as pipe:
        pipe.write(tempfile.gettempdir() + "\\n")
    time.sleep(1000)
get_requires_for_build_wheel = build_wheel = lambda *arguments, **keywords: []
"""

BACKEND = """
[build-system]
requires = []
build-backend = "slow_build"
backend-path = ["."]
"""


def write_slow_source(folder):
    """Puts the source of a package that takes for ever to build into `folder`."""
    name = "slow_source-1.0"
    with tarfile.open(os.path.join(folder, name + ".tar.gz"), "w:gz") as tar:
        for path, text in (("pyproject.toml", BACKEND), ("slow_build.py", SLOW_BUILD),
                           ("PKG-INFO", "Metadata-Version: 2.1\nName: slow-source\nVersion: 1.0\n")):
            member = tarfile.TarInfo(name + "/" + path)
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text.encode()))


class SandboxRunnerTest(RunnerTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        write_slow_source(cls.wheels)

    def test_same_seed_same_result_and_the_second_time_is_quick(self):
        arguments = ["CartPole-v1", "--runtime=process", "--episodes=5", "--seed=7", "--json"]
        first = json.loads(self.play(*arguments)[0])
        start = time.monotonic()
        out, err = self.play(*arguments)
        self.assertLess(time.monotonic() - start, 10)
        self.assertNotIn("installing", err)
        second = json.loads(out)
        for result in first, second:
            self.assertEqual([e["seed"] for e in result["episodes"]], [7, 8, 9, 10, 11])
            self.assertEqual(result["totals"]["episodes"], 5)
            for episode in result["episodes"]:
                del episode["seconds"]
        self.assertEqual(first["episodes"], second["episodes"])

    def test_prints_a_table_and_says_what_it_does(self):
        out, err = self.play("CartPole-v1", "--episodes=2", "--policy=constant:1")
        self.assertIn("episode", out)
        self.assertIn("2 episodes", out)
        self.assertIn("gym://CartPole-v1, runtime: process", err)
        self.assertIn("isolation: bubblewrap", err)
        self.assertRegex(err, r"seed \d+ was chosen")

    def test_says_plainly_when_bubblewrap_is_missing(self):
        path = os.path.join(self.folder, "bin")
        os.makedirs(path, exist_ok=True)
        self.env["PATH"] = path
        out, err = self.play("CartPole-v1", "--episodes=1", "--seed=1")
        self.assertIn("isolation: none (bubblewrap is not installed)", err)
        self.assertIn("1 episode", out)
        code, _, err = self.run_to_end("run", "CartPole-v1", "--isolation=bubblewrap")
        self.assertEqual(code, 1)
        self.assertIn("--isolation=auto", err)

    def test_a_bare_call_is_a_usage_error_with_examples(self):
        code, out, err = self.run_to_end()
        self.assertEqual((code, out), (2, ""))
        self.assertEqual(err.count("\n  sandbox_runner run "), 3)
        for arguments in (["--help"], ["help"], ["run", "--help"], ["--version"]):
            self.assertEqual(self.run_to_end(*arguments)[0], 0)

    def test_usage_errors_name_what_was_meant(self):
        for arguments, meant in (
            (["rnu", "CartPole-v1"], "did you mean run?"),
            (["run", "CartPole-v1", "--episods=3"], "did you mean --episodes?"),
            (["run", "CartPole-v1", "--episodes=x"], "How many episodes"),
            (["run"], "sandbox_runner run CartPole-v1"),
            (["CartPole-v1"], "write:\n  sandbox_runner run CartPole-v1\n"),
            (["run", "CartPole-v1", "--policy=constant:[1"], "constant:1"),
            (["run", "CartPole-v1", "--package=foo bar"], "a comma between two"),
            (["run", "CartPole-v1", "--requirements=/nope.txt"], "/nope.txt"),
            (["run", "ftp://x"], "gym://"),
            (["run", "CartPole"], "gym://CartPole"),
            (["run", "CartPole-v1", "--kwargs=[]"], "kwargs must decode to an object"),
            (["run", "CartPole-v1", "--policy=up"], "constant:VALUE"),
            (["run", "CartPole-v1", "--runtime=docker"], "--runtime=process"),
        ):
            code, _, err = self.run_to_end(*arguments)
            self.assertEqual(code, 2, err)
            self.assertIn(meant, err)
            self.assertNotIn("runtime: process", err)

    def test_a_module_that_only_the_current_folder_has(self):
        folder = os.path.join(self.folder, "mine")
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "mine.py"), "w") as file:
            file.write("import gymnasium\n")
        for arguments in (["mine:Mine-v0"], ["CartPole-v1", "--import=mine"]):
            code, _, err = self.run_to_end("run", *arguments, cwd=folder)
            self.assertEqual(code, 1)
            self.assertIn("a sandbox does not see the current folder", err)
            self.assertIn("--package=", err)

    def test_a_home_that_cannot_be(self):
        self.env["HOME"] = "/dev/null/home"
        del self.env["RLMESH_CACHE"]
        err = self.fail("run", "CartPole-v1")
        self.assertIn("$HOME", err)
        self.assertIn("RLMESH_CACHE", err)

    def test_dashes_and_underscores_are_the_same(self):
        self.play("CartPole-v1", "--episodes=1", "--max-steps=3", "--start_timeout=60s", "--step-timeout=60s")

    def test_an_unknown_id_suggests_near_ones(self):
        err = self.fail("run", "CartPol-v1")
        self.assertIn("CartPol-v1", err)
        self.assertIn("CartPole-v1", err)

    def test_a_package_that_does_not_exist(self):
        err = self.fail("run", "CartPole-v1", "--package=no-such-package-of-ours")
        self.assertIn('"no-such-package-of-ours"', err)
        self.assertIn("spelling", err)

    def test_limits27_row17_a_served_policy_behind_tls_and_a_token(self):
        def path(name):
            return os.path.join(self.folder, name)

        subprocess.check_call([MAKE_CERTIFICATES, self.folder])
        with open(path("token"), "w") as f:
            f.write("0123456789abcdef\n")
        os.chmod(path("token"), 0o600)
        server = subprocess.Popen(
            [MODEL_SERVER, "--policy=constant:1", "--address=127.0.0.1:0",
             "--tls_cert=" + path("server.pem"), "--tls_key=" + path("server.key"),
             "--tls_client_ca=" + path("ca.pem"), "--token_file=" + path("token")],
            stdout=subprocess.PIPE, universal_newlines=True)
        try:
            policy = "--policy=" + server.stdout.readline().split()[1]
            self.assertIn("speaks TLS", self.fail("run", "CartPole-v1", policy))
            flags = ["--tls_ca=" + path("ca.pem"), "--tls_cert=" + path("client.pem"),
                     "--tls_key=" + path("client.key")]
            err = self.fail("run", "CartPole-v1", policy, *flags)
            self.assertIn("it wants a token", err)
            # The sandbox sees neither: its own server would ask for both.
            self.env["RLMESH_TOKEN_FILE"] = path("token")
            self.env["RLMESH_TLS_CERT"] = path("client.pem")
            self.env["RLMESH_TLS_KEY"] = path("client.key")
            out, err = self.play("CartPole-v1", "--episodes=2", policy, flags[0])
            self.assertIn("2 episodes", out)
            self.assertNotIn("0123456789abcdef", out + err)
        finally:
            server.kill()
            server.communicate()

    def test_flags_of_a_server_need_one(self):
        for flag in "--token_file=x", "--policy_token_file=x":
            code, _, err = self.run_to_end("run", "CartPole-v1", flag)
            self.assertEqual(code, 2)
            self.assertIn("tcp://HOST:PORT", err)

    def test_nobody_answers_at_the_policys_address(self):
        self.assertIn("127.0.0.1:1", self.fail("run", "CartPole-v1", "--policy=tcp://127.0.0.1:1"))

    def test_env_server_is_found_or_its_absence_explained(self):
        alone = os.path.join(self.folder, "alone")
        os.makedirs(alone, exist_ok=True)
        shutil.copy(RUNNER, alone)
        del self.env["RLMESH_ENV_SERVER"]
        running = Running([alone + "/sandbox_runner", "run", "CartPole-v1"], self.env)
        self.assertEqual(running.finish(), 1)
        self.assertIn("RLMESH_ENV_SERVER", running.stderr)
        shutil.copy(ENV_SERVER, alone)
        running = Running([alone + "/sandbox_runner", "run", "CartPole-v1", "--episodes=1"], self.env)
        self.assertEqual(running.finish(), 0, running.stderr)

    def test_relative_paths_follow_bazel_run(self):
        with open(os.path.join(self.folder, "mine.txt"), "w") as file:
            file.write("gymnasium\nnumpy\n")
        self.env["BUILD_WORKING_DIRECTORY"] = self.folder
        out, _ = self.play("CartPole-v1", "--requirements=mine.txt", "--episodes=1", "--seed=1")
        self.assertIn("1 episode", out)

    def test_packages_imports_and_kwargs_reach_the_environment(self):
        faulty = ["Faulty-v0", "--package=faulty_envs", "--import=faulty_envs"]
        out, _ = self.play(*faulty, "--episodes=2", "--max_steps=4", "--json", "--seed=1")
        self.assertEqual([e["steps"] for e in json.loads(out)["episodes"]], [4, 4])
        refused = ["run", *faulty, '--kwargs={"fault": "init"}']
        err = self.fail(*refused)
        self.assertIn("no such size", err)
        self.assertIn("--kwargs", err.splitlines()[-1])
        self.env["RLMESH_LOG"] = "debug"
        code, _, err = self.run_to_end(*refused)
        self.assertEqual(code, 1)
        self.assertIn("Traceback", err)

    def test_an_environment_that_ends_its_process(self):
        code, _, err = self.run_to_end("run", "Faulty-v0", "--package=faulty_envs", "--import=faulty_envs",
                                       '--kwargs={"fault": "exit"}')
        self.assertEqual(code, 1)
        self.assertIn("3", err)

    def test_a_start_that_takes_too_long(self):
        err = self.fail("run", "CartPole-v1", "--package=faulty_envs", "--import=slow_import",
                        "--start_timeout=1s")
        self.assertIn("--start_timeout", err)

    def assert_interrupted(self, running):
        start = time.monotonic()
        running.interrupt()
        self.assertEqual(running.finish(), 130, running.stderr)
        self.assertLess(time.monotonic() - start, 5)
        self.assertIn("interrupted", running.stderr)
        self.assert_nothing_left()

    def start_slow_build(self, program=(RUNNER,), **kwargs):
        """Starts a set-up, and returns it when pip is at work with its folders and a child of its own."""
        pipe = os.path.join(self.folder, self.mark)
        os.mkfifo(pipe)
        self.env["SLOW_BUILD_TELLS"] = pipe
        running = Running(list(program) + ["run", "CartPole-v1", "--package=slow_source"], self.env, **kwargs)
        reader = os.open(pipe, os.O_RDWR)
        try:
            if not select.select([reader], [], [], LONG)[0]:
                running.process.kill()
                self.fail("pip did not begin to build: " + running.stderr)
            temp_folder = os.read(reader, 4096).decode().strip()
        finally:
            os.close(reader)
            os.remove(pipe)
        self.assertTrue(temp_folder.startswith(self.cache + "/envs/"), temp_folder)
        self.assertTrue(glob.glob(temp_folder + "/pip-*"), "pip keeps its folders elsewhere")
        return running

    def test_ctrl_c_while_pip_builds(self):
        self.assert_interrupted(self.start_slow_build())

    def test_a_runner_killed_while_pip_builds_leaves_only_what_the_reaper_removes(self):
        running = self.start_slow_build()
        running.process.kill()
        running.process.wait(LONG)
        self.assertNotEqual(self.processes(), [])
        done = subprocess.run([REAPER, "--json"], env=self.env, capture_output=True, text=True, check=True)
        reaped = json.loads(done.stdout)
        self.assertEqual(reaped["outcome"], "reaped")
        self.assertIn("slow_source", reaped["what"])
        running.finish()
        # The next set-up clears its lock: the reaper knows leases only.
        for left in glob.glob(self.cache + "/envs/*.lock"):
            os.remove(left)

    def test_the_next_runner_ends_a_set_up_without_a_runner(self):
        running = self.start_slow_build()
        running.process.kill()
        running.process.wait(LONG)
        again = self.start_slow_build()
        self.assertIn("left behind", again.stderr)
        self.assertEqual(len(glob.glob(self.cache + "/envs/*.building.*")), 1)
        running.finish()
        self.assert_interrupted(again)

    def test_ctrl_c_while_the_environment_starts(self):
        running = self.start("run", "CartPole-v1", "--package=faulty_envs", "--import=slow_import",
                             "--start_timeout=500s")
        running.wait_for("starting")
        self.assert_interrupted(running)

    def test_ctrl_c_while_playing(self):
        running = self.start("run", "CartPole-v1", "--episodes=1000000")
        running.wait_for("1000000")
        self.assert_interrupted(running)

    def bazel_run(self):
        """A program that becomes the runner as `bazel run` does: elsewhere, in the same process group."""
        elsewhere = os.path.join(self.folder, "runfiles")
        os.makedirs(elsewhere, exist_ok=True)
        script = 'cd "$0" && export BUILD_WORKING_DIRECTORY="$1" && shift && exec "$@"'
        return ["/bin/sh", "-c", script, elsewhere, self.folder, RUNNER]

    def test_ctrl_c_under_bazel_run(self):
        self.assert_interrupted(self.start_slow_build(self.bazel_run()))
        running = Running(self.bazel_run() + ["run", "CartPole-v1", "--episodes=1000000"], self.env)
        running.wait_for("1000000")
        self.assert_interrupted(running)

    def test_ctrl_c_while_a_step_hangs(self):
        running = self.start("run", "Faulty-v0", "--package=faulty_envs", "--import=faulty_envs",
                             '--kwargs={"fault": "hang"}')
        running.wait_for("serving")
        self.assert_interrupted(running)

    def test_a_killed_runner_leaves_only_what_the_reaper_removes(self):
        running = self.start("run", "CartPole-v1", "--episodes=1000000")
        running.wait_for("1000000")
        running.process.kill()
        running.finish()
        leases = glob.glob(self.cache + "/leases/*.json")
        self.assertEqual(len(leases), 1)
        with open(leases[0]) as file:
            folders = json.load(file)["folders"]
        self.assertTrue(os.path.isdir(folders[0]))
        dry = subprocess.run([REAPER, "--dry_run"], env=self.env, capture_output=True, text=True, check=True)
        self.assertIn("would remove", dry.stdout)
        self.assertTrue(os.path.isdir(folders[0]))
        done = subprocess.run([REAPER, "--json"], env=self.env, capture_output=True, text=True, check=True)
        self.assertEqual(json.loads(done.stdout)["outcome"], "reaped")
        self.assertFalse(os.path.exists(folders[0]))

    def test_the_next_runner_sweeps(self):
        running = self.start("run", "CartPole-v1", "--episodes=1000000")
        running.wait_for("1000000")
        running.process.kill()
        running.finish()
        _, err = self.play("CartPole-v1", "--episodes=1")
        self.assertIn("removed what an earlier run of CartPole-v1 left behind", err)

    def test_a_sweep_that_fails_does_not_fail_the_start(self):
        os.makedirs(self.cache + "/leases", exist_ok=True)
        bad = self.cache + "/leases/bad.json"
        with open(bad, "w") as file:
            file.write("{")
        self.play("CartPole-v1", "--episodes=1")
        swept = subprocess.run([REAPER], env=self.env, capture_output=True, text=True)
        self.assertEqual(swept.returncode, 1)
        self.assertIn("unreadable " + bad, swept.stdout)
        os.remove(bad)

    def test_a_reader_that_leaves_early(self):
        running = subprocess.Popen([RUNNER, "run", "CartPole-v1", "--episodes=1"], env=self.env,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        running.stdout.close()
        self.assertEqual(running.wait(LONG), 1)


if __name__ == "__main__":
    unittest.main()
