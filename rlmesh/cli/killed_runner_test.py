# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""What is left of a runner that is killed with -9: no process, by itself; no file, after the next start or sweep."""

import ctypes
import glob
import json
import os
import subprocess
import time
import unittest

from runner_testing import REAPER, RunnerTestCase

# Processes end by themselves in some 0.1 s; this is for a machine with much else to do.
SOON = 10

PR_SET_CHILD_SUBREAPER = 36


def process_table():
    """Of every process its parent and when it began, by its id."""
    table = {}
    for path in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(path) as file:
                words = file.read().rpartition(")")[2].split()
        except OSError:
            continue  # It has ended.
        table[int(path.split("/")[2])] = (int(words[1]), int(words[19]))
    return table


def family_of(pid):
    """The descendants of a process, each with when it began."""
    table = process_table()
    family, found = {}, {pid}
    while found:
        found = {child for child, (parent, _) in table.items() if parent in found and child not in family}
        family.update((child, table[child][1]) for child in found)
    return family


class KilledRunnerTest(RunnerTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Orphans become our children, and zombies do not wait for somebody else.
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

    def kill_in_play(self, *arguments):
        """Kills a runner that plays; returns the processes it had and its lease."""
        running = self.start("run", "CartPole-v1", "--episodes=1000000", *arguments)
        running.wait_for("/1000000")
        family = family_of(running.process.pid)
        leases = glob.glob(self.cache + "/leases/*.json")
        self.assertEqual(len(leases), 1)
        with open(leases[0]) as file:
            lease = json.load(file)
        running.process.kill()
        running.process.wait()
        return family, lease

    def assert_all_end(self, family):
        start = time.monotonic()
        while True:
            try:
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
            except ChildProcessError:
                pass
            table = process_table()
            left = [pid for pid, began in family.items() if pid in table and table[pid][1] == began]
            if not left:
                break
            self.assertLess(time.monotonic() - start, SOON, left)
            os.sched_yield()
        print("%d processes ended within %.2f s" % (len(family), time.monotonic() - start))

    def test_in_bubblewrap_all_processes_end_by_themselves_and_the_reaper_removes_the_files(self):
        family, lease = self.kill_in_play("--isolation=bubblewrap")
        self.assertGreaterEqual(len(family), 4)  # bwrap twice, the server, its worker
        self.assert_all_end(family)
        folder = lease["folders"][0]
        self.assertTrue(os.path.exists(folder + "/s/e"), "the socket is elsewhere")
        done = subprocess.run([REAPER, "--json"], env=self.env, capture_output=True, text=True, check=True)
        self.assertEqual(json.loads(done.stdout)["outcome"], "reaped")
        self.assertFalse(os.path.lexists(folder))

    def test_without_bubblewrap_all_processes_end_by_themselves_and_the_next_start_removes_the_files(self):
        family, lease = self.kill_in_play("--isolation=none")
        self.assertGreaterEqual(len(family), 2)  # the server and its worker
        self.assert_all_end(family)
        folder = lease["folders"][0]
        self.assertTrue(os.path.exists(folder + "/s/e"), "the socket is elsewhere")
        _, err = self.play("CartPole-v1", "--episodes=1")
        self.assertIn("removed what an earlier run of CartPole-v1 left behind", err)
        self.assertFalse(os.path.lexists(folder))


if __name__ == "__main__":
    unittest.main()
