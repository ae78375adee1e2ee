# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""The benchmark runs, and what it prints can be read. No figure is judged."""

import json
import subprocess
import sys
import unittest

COMMAND = [sys.argv.pop(1)]
while len(sys.argv) > 1 and sys.argv[1].startswith("--"):
    COMMAND.append(sys.argv.pop(1))

NAMES = ["gymnasium", "native", "native_unix", "native_tcp", "python_unix",
         "python_tcp", "published_unix", "published_tcp"]


class StepSmokeTest(unittest.TestCase):

    def test_every_contestant_has_figures(self):
        for workload in "cartpole", "image", "served":
            with self.subTest(workload):
                self.check(workload)

    def test_every_number_of_lanes_has_figures(self):
        result = self.measure("--workload=lanes", "--lanes=1,3")
        self.assertEqual([one["name"] for one in result["series"]],
                         ["gymnasium", "python_sync", "python_async", "published_unix"])
        for one in result["series"]:
            self.assertEqual([x for x, _ in one["points"]], [1, 3])
            for _, y in one["points"]:
                self.assertGreater(y, 0, one)

    def measure(self, *flags):
        text = subprocess.check_output(
            COMMAND + ["--rounds=2", "--steps=60", "--warm_up=10", "--json=-"]
            + list(flags), timeout=200)
        return json.loads(text)

    def check(self, workload):
        result = self.measure("--workload=" + workload)
        self.assertEqual(result["benchmark"], workload)
        for ratio in result["ratios"]:
            self.assertGreater(ratio["times_as_fast"], 0, ratio)
        self.assertEqual([row["name"] for row in result["results"]],
                         [name for name in NAMES if workload != "served"
                          or name not in ("native", "published_unix")])
        for row in result["results"]:
            self.assertGreater(row["p50_us"], 0, row)
            self.assertGreaterEqual(row["p99_us"], row["p50_us"], row)
            self.assertGreater(row["steps_per_second"], 0, row)
        self.assertGreater(result["machine"]["cores"], 0)
        self.assertTrue(result["commit"])


if __name__ == "__main__":
    unittest.main()
