# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""Usage errors of all programs: exit 2, and what to write instead."""

import os
import re
import subprocess
import unittest

BINARIES = os.path.join(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"], "rlmesh")

# The command, and what keeps it from doing anything once its flags are read.
COMMANDS = {
    "env_server": (["env_server"], ["--address=~"]),
    "model_server": (["model_server"], ["--address=~"]),
    "reaper": (["reaper"], ["argument"]),
    "sandbox_runner run": (["sandbox_runner", "run"], ["A-v1", "B-v1"]),
}

BAD_VALUES = ["~", "", "5", "x", "1.5", "-1", "0", "nan", "maybe", "1e400", "9999999999", "9" * 30, "5 s", "\x1b[2J"]

# What is written and what must be shown, flag for flag.
SHOWN = [
    ("env_server", "--idle_timeout=5", "--idle_timeout=5s"),
    ("env_server", "--step-timeout=2min", "--step_timeout=2m"),
    ("env_server", "--reset_timeout=0", "--reset_timeout=1ms"),
    ("env_server", "--drain_timeout=-3s", "--drain_timeout=0s"),
    ("env_server", "--max_sessions=9999999999", "--max_sessions=65536"),
    ("env_server", "--max_sessions=0", "--max_sessions=1"),
    ("env_server", "--ready_fd=x", "--ready_fd=-1"),
    ("env_server", "--allow_remote_shutdown=ja", "--allow_remote_shutdown=true"),
    ("env_server", "--iddle_timeout=5s", "--idle_timeout"),
    ("env_server", "--gym", "--gym=VALUE"),
    ("env_server", "CartPole-v1", "--gym=CartPole-v1"),
    ("env_server", "--native=cartpol", "cartpole"),
    ("env_server", "--entrypoint=mine", "--entrypoint=mine:make"),
    ("env_server", "--gym=A-v1 --kwargs={a}", "--kwargs='{\"render_mode\""),
    ("env_server", "--gym=A-v1 --native=cartpole", "give one of --gym=ID"),
    ("env_server", "--gym=A-v1 --address=nowhere", "tcp://HOST:PORT"),
    ("model_server", "random", "--policy=random"),
    ("model_server", "--policy=rnadom", "--policy=random"),
    ("model_server", "--policy=constant", "--policy=constant:1"),
    ("model_server", "--policy=constant:[1", "constant:[0.5, -1]"),
    ("model_server", "--seed=1.5", "--seed=1"),
    ("model_server", "--seed=-7", "--seed=-1"),
    ("model_server", "--polcy=random", "--policy"),
    ("model_server", "--entrypoint=a:B --kwargs={a}", "--kwargs='{\"checkpoint\""),
    ("model_server", "--max_sessions=0", "--max_sessions=1"),
    ("model_server", "--session_timeout=5", "--session_timeout=5s"),
    ("model_server", "--probe=", "--probe=127.0.0.1:50052"),
    ("reaper", "--watch=x", "--watch=10s"),
    ("reaper", "--watch=2", "--watch=2s"),
    ("reaper", "--watch=1ms", "--watch=100ms"),
    ("reaper", "--dryrun", "--dry_run"),
    ("sandbox_runner run", "A-v1 --episodes=x", "--episodes=5"),
    ("sandbox_runner run", "A-v1 --episodes=-3", "--episodes=0"),
    ("sandbox_runner run", "A-v1 --seed=1.5", "--seed=1"),
    ("sandbox_runner run", "A-v1 --seed=9223372036854775807", "9223372036854775803 or less"),
    ("sandbox_runner run", "A-v1 --timeout=90", "--timeout=90s"),
    ("sandbox_runner run", "A-v1 --max_steps=0", "--max_steps=1"),
    ("sandbox_runner run", "A-v1 --isolation=bubblewarp", "--isolation=bubblewrap"),
    ("sandbox_runner run", "A-v1 --runtime=prozess", "--runtime=process"),
    ("sandbox_runner run", "A-v1 --policy=randm", "--policy=random"),
    ("sandbox_runner run", "A-v1 --kwargs={a}", "{\"name\": value}"),
    ("sandbox_runner run", "A-v1 --import=a-b", "such as ale_py"),
    ("sandbox_runner run", ":A-v1", "gym://package.module:Name-v0"),
    ("sandbox_runner run", "module://A-v1", "gym://"),
    ("sandbox_runner run", "", "sandbox_runner run CartPole-v1"),
    ("sandbox_runner run", "A-v1 B-v1", "more than one SOURCE"),
]


def call(command, arguments):
    """Its exit code and standard error; it must be over at once."""
    argv = [os.path.join(BINARIES, command[0])] + command[1:] + arguments
    environment = {"PATH": "/usr/bin:/bin", "HOME": os.environ["TEST_TMPDIR"]}
    done = subprocess.run(argv, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stderr


def flags_of(command):
    argv = [os.path.join(BINARIES, command[0])] + command[1:] + ["--help"]
    text = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=60).stdout
    flags = re.findall(r"^  --(\w+)(?:=.*)?$", text, re.MULTILINE)
    return [flag for flag in flags if flag not in ("help", "version")]


class UsageErrorsTest(unittest.TestCase):
    def test_show_what_was_meant(self):
        for program, line, shown in SHOWN:
            with self.subTest(program=program, line=line):
                code, err = call(COMMANDS[program][0], line.split())
                self.assertEqual(code, 2, err)
                self.assertIn(shown, err)
                self.assertTrue(err.startswith(program + ": "), err)
                self.assertIn("\nTry: %s --help\n" % program, err)

    def test_every_flag_that_is_mistyped_is_recognized(self):
        for program, (command, _) in COMMANDS.items():
            for flag in flags_of(command):
                mistyped = flag[:-2] + flag[-1] + flag[-2]
                if len(flag) < 4 or mistyped == flag:
                    continue
                with self.subTest(program=program, flag=flag):
                    code, err = call(command, ["--%s=1" % mistyped])
                    self.assertEqual(code, 2, err)
                    self.assertIn("--%s; did you mean --%s?" % (mistyped, flag), err)

    def test_every_flag_shows_a_value_that_it_takes(self):
        refused = set()
        for program, (command, guard) in COMMANDS.items():
            for flag in flags_of(command):
                for value in BAD_VALUES:
                    with self.subTest(program=program, flag=flag, value=value):
                        if self.refuses(program, command, guard, flag, value):
                            refused.add(flag)
        # All that are no texts, at least.
        self.assertLessEqual({"idle_timeout", "max_sessions", "ready_fd", "allow_remote_shutdown", "seed", "watch",
                              "dry_run", "episodes", "max_steps", "timeout", "json"}, refused)

    def refuses(self, program, command, guard, flag, value):
        """Whether the flag is refused for its value; if so, checks what is shown."""
        code, err = call(command, ["--%s=%s" % (flag, value)] + guard)
        self.assertEqual(code, 2, err)
        self.assertNotIn("\x1b", err)
        if not err.startswith("%s: --%s=%s " % (program, flag, value.replace("\x1b", "\\x1b"))):
            return False
        instead = re.search(r"; write (?:for example )?--%s=(\S+)" % flag, err)
        self.assertTrue(instead, err)
        _, err = call(command, ["--%s=%s" % (flag, instead.group(1))] + guard)
        self.assertFalse(err.startswith("%s: --%s=" % (program, flag)), err)
        return True

    def test_the_programs_know_where_flags_belong(self):
        code, err = call(["sandbox_runner"], ["--seed=3", "run", "A-v1"])
        self.assertEqual(code, 2)
        self.assertIn("sandbox_runner run SOURCE --seed=3", err)
        code, err = call(["sandbox_runner"], ["rnu", "A-v1"])
        self.assertEqual(code, 2)
        self.assertIn("did you mean run?", err)


if __name__ == "__main__":
    unittest.main()
