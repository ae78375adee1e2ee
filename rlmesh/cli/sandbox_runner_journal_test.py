# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""Runs that survive a kill, a full disk and a user: journals of sandbox_runner as a program."""

import glob
import json
import os
import re
import shutil
import socket
import subprocess
import unittest

from runner_testing import LONG, REAPER, RUNNER, RunnerTestCase


def outcomes(out):
    """What must be the same in a broken and in an unbroken run: all but the times."""
    result = json.loads(out)
    for part in result["episodes"] + [result["totals"]]:
        del part["seconds"]
    return result


class SandboxRunnerJournalTest(RunnerTestCase):
    def setUp(self):
        super().setUp()
        self.journal = os.path.join(self.folder, self.mark + ".jsonl")

    def left(self):
        return glob.glob(self.state + "/rlmesh/runs/*")

    def kill_after(self, episode, *arguments):
        """Starts a run and kills it with -9 as soon as it has told of an episode."""
        running = self.start("run", *arguments)
        running.wait_for("episode %d/" % episode)
        running.process.kill()
        running.finish()
        subprocess.run([REAPER], env=self.env, stdout=subprocess.DEVNULL, check=True)
        return running

    def test_killed_half_way_and_resumed_gives_the_rewards_of_an_unbroken_run(self):
        arguments = ["CartPole-v1", "--runtime=process", "--episodes=200", "--seed=7", "--json"]
        unbroken = outcomes(self.play(*arguments)[0])
        self.assertEqual([e["seed"] for e in unbroken["episodes"]], list(range(7, 207)))
        killed = self.kill_after(100, *arguments)
        self.assertEqual(killed.stdout, "")
        journals = self.left()
        self.assertEqual(len(journals), 1)
        with open(journals[0]) as file:
            written = len(file.readlines()) - 1
        self.assertGreaterEqual(written, 100)
        self.assertLess(written, 200)
        out, err = self.play("--resume=" + journals[0], "--json")
        self.assertIn("%d of 200 episodes are finished" % written, err)
        self.assertNotIn("episode %d/" % written, err)
        self.assertEqual(outcomes(out), unbroken)
        # It was ours, and is of no use any more.
        self.assertEqual(self.left(), [])

    def test_killed_with_sessions_side_by_side_and_resumed_with_them(self):
        arguments = ["CartPole-v1", "--episodes=100", "--seed=7", "--json"]
        unbroken = outcomes(self.play(*arguments)[0])
        self.kill_after(40, *arguments, "--parallel=2")
        journal, = self.left()
        out, err = self.play("--resume=" + journal, "--json", "--parallel=2")
        self.assertRegex(err, r"\d+ of 100 episodes are finished")
        self.assertEqual(outcomes(out), unbroken)

    def test_a_result_that_could_not_be_written_is_there_to_be_resumed(self):
        arguments = ["run", "CartPole-v1", "--episodes=3", "--seed=7", "--json"]
        unbroken = outcomes(self.play(*arguments[1:])[0])
        with open("/dev/full", "w") as full:
            done = subprocess.run([RUNNER] + arguments, env=self.env, stdout=full, stderr=subprocess.PIPE, text=True,
                                  timeout=LONG)
        self.assertEqual(done.returncode, 1, done.stderr)
        said = re.search(r"the result could not be written.*; sandbox_runner run --resume=(\S+) goes on", done.stderr)
        self.assertTrue(said, done.stderr)
        out, err = self.play("--resume=" + said.group(1), "--json")
        self.assertEqual(outcomes(out), unbroken)
        self.assertNotIn("serving", err)

    def test_the_next_start_says_how_to_go_on(self):
        self.kill_after(3, "CartPole-v1", "--episodes=1000000", "--seed=7")
        _, err = self.play("CartPole-v1", "--episodes=1", "--seed=7")
        said = re.search(r"a run of gym://CartPole-v1 ended after (\d+) of 1000000 episodes; "
                         r"sandbox_runner run --resume=(\S+) goes on", err)
        self.assertTrue(said, err)
        self.assertEqual([said.group(2)], self.left())

    def test_a_run_that_ends_well_leaves_no_journal_unless_it_was_asked_for(self):
        self.play("CartPole-v1", "--episodes=2", "--seed=7")
        self.assertEqual(self.left(), [])
        out, _ = self.play("CartPole-v1", "--episodes=2", "--seed=7", "--json", "--journal=" + self.journal)
        again, err = self.play("--resume=" + self.journal, "--json")
        self.assertEqual(outcomes(out), outcomes(again))
        # Nothing was left to play, so nothing was started.
        self.assertNotIn("serving", err)
        again, _ = self.play("--resume=" + self.journal, "--json", "--parallel=4")
        self.assertEqual(outcomes(out), outcomes(again))
        more, _ = self.play("--resume=" + self.journal, "--json", "--episodes=4")
        unbroken, _ = self.play("CartPole-v1", "--episodes=4", "--seed=7", "--json")
        self.assertEqual(outcomes(more), outcomes(unbroken))

    def test_ctrl_c_keeps_the_results_and_says_how_to_go_on(self):
        running = self.start("run", "CartPole-v1", "--episodes=1000000", "--seed=7", "--json")
        running.wait_for("episode 3/")
        running.interrupt()
        self.assertEqual(running.finish(), 130)
        self.assertGreaterEqual(len(json.loads(running.stdout)["episodes"]), 3)
        self.assertIn("interrupted; sandbox_runner run --resume=%s goes on" % self.left()[0], running.stderr)

    def test_ctrl_c_before_the_first_episode_leaves_no_journal_in_the_way(self):
        with socket.socket() as mute:
            mute.bind(("127.0.0.1", 0))
            mute.listen()
            running = self.start("run", "CartPole-v1", "--episodes=1", "--journal=" + self.journal,
                                 "--policy=tcp://127.0.0.1:%d" % mute.getsockname()[1])
            mute.settimeout(LONG)
            connection, _ = mute.accept()
            self.assertTrue(os.path.exists(self.journal))
            running.interrupt()
            self.assertEqual(running.finish(), 130)
            connection.close()
        self.assertFalse(os.path.exists(self.journal))

    def test_limits27_row01_a_fault_keeps_the_results_and_says_how_to_go_on(self):
        code, out, err = self.run_to_end("run", "Faulty-v0", "--package=faulty_envs", "--import=faulty_envs",
                                         "--episodes=3", "--max_episode_steps=4", "--json",
                                         '--kwargs={"fault": "exit third"}')
        self.assertEqual(code, 1, err)
        self.assertEqual(json.loads(out)["totals"]["episodes"], 2)
        self.assertIn("episode 2", err)
        self.assertIn("--resume=%s goes on" % self.left()[0], err)

    def test_another_run_is_refused_naming_both(self):
        self.play("CartPole-v1", "--episodes=2", "--seed=7", "--journal=" + self.journal)
        with open(self.journal) as file:
            before = file.read()
        for arguments, both in (
            (["MountainCar-v0"], ('"gym://CartPole-v1"', '"gym://MountainCar-v0"')),
            (["--seed=8"], ("seed is 7", "is 8")),
            (["--policy=constant:1"], ('"random"', '"constant:1"')),
            (["--max_episode_steps=9"], ("max_episode_steps is not set", '"9"')),
            (["--episodes=1"], ("episodes is 2", "is 1")),
        ):
            err = self.fail("run", "--resume=" + self.journal, *arguments)
            for text in both + (self.journal,):
                self.assertIn(text, err)
            self.assertNotIn("serving", err)
        err = self.fail("run", "CartPole-v1", "--journal=" + self.journal)
        self.assertIn("--resume=" + self.journal, err)
        with open(self.journal) as file:
            self.assertEqual(file.read(), before)

    def test_missing_foreign_and_broken_files_are_named(self):
        self.assertIn(self.journal, self.fail("run", "--resume=" + self.journal))
        for text, why in (("Dear diary\n", "line 1"), ("", "not one line"), ("{}\n", "no journal of a run")):
            with open(self.journal, "w") as file:
                file.write(text)
            code, _, err = self.run_to_end("run", "--resume=" + self.journal)
            self.assertEqual(code, 2)
            self.assertIn(self.journal, err)
            self.assertIn(why, err)

    def test_a_torn_last_line_costs_one_episode_and_a_torn_middle_is_named(self):
        arguments = ["CartPole-v1", "--episodes=4", "--seed=7", "--json"]
        out, _ = self.play(*arguments, "--journal=" + self.journal)
        with open(self.journal) as file:
            lines = file.readlines()
        with open(self.journal, "w") as file:
            file.writelines(lines[:3] + [lines[3][:30]])
        again, err = self.play("--resume=" + self.journal, "--json")
        self.assertIn("2 of 4 episodes are finished", err)
        self.assertEqual(outcomes(again), outcomes(out))
        with open(self.journal, "w") as file:
            file.writelines(lines[:2] + [lines[2][:30] + "\n"] + lines[3:])
        code, _, err = self.run_to_end("run", "--resume=" + self.journal)
        self.assertEqual(code, 2)
        self.assertIn("line 3", err)

    def test_an_unwritable_folder(self):
        self.env["XDG_STATE_HOME"] = "/dev/null/state"
        out, err = self.play("CartPole-v1", "--episodes=1", "--seed=7")
        self.assertIn("1 episode", out)
        self.assertIn("cannot be resumed", err)
        self.assertIn("/dev/null is there and is no folder", err)
        err = self.fail("run", "CartPole-v1", "--journal=/dev/null/run.jsonl")
        self.assertIn("/dev/null/run.jsonl", err)
        self.assertNotIn("serving", err)

    def test_a_full_disk_ends_the_run_and_keeps_the_results(self):
        # A file system of our own, with room for a few lines.
        mount = os.path.join(self.folder, "disk")
        os.makedirs(mount, exist_ok=True)
        copy = os.path.join(self.folder, "copy.jsonl")
        script = ('mount -t tmpfs -o size=4k tmpfs "$1" && "$2" run CartPole-v1 --episodes=1000 --seed=7 --json '
                  '--journal="$1/run.jsonl"; code=$?; cp "$1/run.jsonl" "$3"; exit $code')
        done = subprocess.run(["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh", mount,
                               RUNNER, copy], env=self.env, capture_output=True, text=True, timeout=LONG)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("No space left on device", done.stderr)
        self.assertIn(mount + "/run.jsonl", done.stderr)
        result = outcomes(done.stdout)
        played = result["totals"]["episodes"]
        self.assertGreater(played, 1)
        self.assertLess(played, 100)
        # The file is readable: it lacks the episode that did not fit.
        shutil.move(copy, self.journal)
        out, err = self.play("--resume=" + self.journal, "--json", "--timeout=1ns")
        self.assertIn("%d of 1000 episodes are finished" % (played - 1), err)
        self.assertEqual(outcomes(out)["episodes"][:played - 1], result["episodes"][:played - 1])


if __name__ == "__main__":
    unittest.main()
