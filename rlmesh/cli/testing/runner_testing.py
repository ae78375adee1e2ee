# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""What tests of the runner as a program share: wheels to install, a user's machine, a running program."""

import glob
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest
import uuid
import zipfile

RUNFILES = os.environ["TEST_SRCDIR"]
BINARIES = os.path.join(RUNFILES, os.environ["TEST_WORKSPACE"], "rlmesh")
MAKE_CERTIFICATES = os.path.join(BINARIES, "transport", "testing", "make_certificates")
RUNNER = os.path.realpath(os.path.join(BINARIES, "sandbox_runner"))
ENV_SERVER = os.path.realpath(os.path.join(BINARIES, "env_server"))
MODEL_SERVER = os.path.realpath(os.path.join(BINARIES, "model_server"))
REAPER = os.path.realpath(os.path.join(BINARIES, "reaper"))
WHEELS = os.path.join(RUNFILES, "pypi_gymnasium", "wheels")
SITE = os.path.join(RUNFILES, "pypi_gymnasium", "site")

# A generous bound for whatever takes seconds at most.
LONG = 120


# Policies, as the module "policies" of a test's folder.
POLICIES = """
import os

def balance(observation):
    return int(observation[2] + observation[3] > 0)

class Raises:
    \"\"\"At its third observation.\"\"\"
    calls = 0
    def predict(self, observation):
        self.calls += 1
        if self.calls == 3:
            raise LookupError("no such move")
        return 0

def wrong_shape(observation):
    return [0, 1, 0]

def exits(observation):
    os._exit(3)

def first_of_64_megabytes(observation):
    assert observation.shape == (64 << 20,), observation.shape
    return int(observation[0] > 1)
"""


def write_wheel(folder, name, modules):
    """Puts a wheel of some modules (name to source) into `folder`."""
    info = "%s-1.0.dist-info" % name
    files = {"%s.py" % module: source for module, source in modules.items()}
    files[info + "/METADATA"] = "Metadata-Version: 2.1\nName: %s\nVersion: 1.0\n" % name
    files[info + "/WHEEL"] = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files[info + "/RECORD"] = "".join("%s,,\n" % path for path in list(files) + [info + "/RECORD"])
    with zipfile.ZipFile(os.path.join(folder, "%s-1.0-py3-none-any.whl" % name), "w") as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)


ENVIRONMENTS = """
import os, time
import gymnasium, numpy

raised = 0

def count_to(limit):
    global raised
    raised += 1
    if raised <= limit:
        raise RuntimeError("boom %d" % raised)

class Env(gymnasium.Env):
    observation_space = gymnasium.spaces.Box(0, 1, (2,), numpy.float32)
    action_space = gymnasium.spaces.Discrete(2)
    resets = 0
    def __init__(self, fault="", size=0):
        self.fault = fault
        if fault == "init":
            raise ValueError("no such size")
    def reset(self, seed=None, options=None):
        self.resets += 1
        return numpy.zeros(2, numpy.float32), {}
    def step(self, action):
        if self.fault == "hang":
            print("about to hang", flush=True)
            time.sleep(1000)
        if self.fault == "exit" or self.fault == "exit third" and self.resets == 3:
            os._exit(3)
        if self.fault.startswith("raise"):
            count_to(int(self.fault[6:]))
        return numpy.zeros(2, numpy.float32), 1.0, False, False, {}

gymnasium.register("Faulty-v0", entry_point=Env)
"""


class Running:
    """A program in a process group of its own, as under a terminal."""

    def __init__(self, arguments, env, cwd=None):
        self.process = subprocess.Popen(arguments, env=env, cwd=cwd, start_new_session=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.stdout, self.stderr = "", ""
        self._changed = threading.Condition()
        self._threads = [
            threading.Thread(target=self._read, args=(name,), daemon=True)
            for name in ("stdout", "stderr")
        ]
        for thread in self._threads:
            thread.start()

    def _read(self, name):
        for line in getattr(self.process, name):
            with self._changed:
                setattr(self, name, getattr(self, name) + line)
                self._changed.notify_all()

    def wait_for(self, text):
        with self._changed:
            found = self._changed.wait_for(lambda: text in self.stdout + self.stderr, timeout=LONG)
        if not found:
            raise AssertionError("%r did not come:\n%s%s" % (text, self.stdout, self.stderr))

    def interrupt(self):
        """Ctrl-C: the signal goes to everybody in the group."""
        os.killpg(self.process.pid, signal.SIGINT)

    def finish(self, timeout=LONG):
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError("still running:\n%s%s" % (self.stdout, self.stderr))
        for thread in self._threads:
            thread.join(LONG)
        return code


class RunnerTestCase(unittest.TestCase):
    """Runs the runner as a user with a home folder of their own; nothing may be left of a test."""

    @classmethod
    def setUpClass(cls):
        # Unix sockets and caches: a short folder. One cache for all tests.
        cls.folder = tempfile.mkdtemp(prefix="rlmesh-runner-", dir="/tmp")
        cls.wheels = os.path.join(cls.folder, "wheels")
        os.mkdir(cls.wheels)
        # One package, so that all tests share one environment.
        write_wheel(cls.wheels, "faulty_envs", {
            "faulty_envs": ENVIRONMENTS,
            "slow_import": "import time\nprint('sleeping', flush=True)\ntime.sleep(1000)\n",
        })

        cls.policies = os.path.join(cls.folder, "policies")
        os.mkdir(cls.policies)
        with open(os.path.join(cls.policies, "policies.py"), "w") as file:
            file.write(POLICIES)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def setUp(self):
        self.mark = str(uuid.uuid4())
        self.cache = os.path.join(self.folder, "cache")
        self.state = os.path.join(self.folder, "state", self.mark)
        self.env = {
            "XDG_STATE_HOME": self.state,
            "HOME": self.folder,
            "PATH": "/usr/bin:/bin",
            "RLMESH_CACHE": self.cache,
            "RLMESH_PYTHON": "/usr/bin/python3",
            "RLMESH_ENV_SERVER": ENV_SERVER,
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": "%s %s" % (WHEELS, self.wheels),
            "PIP_CONFIG_FILE": "/dev/null",
            "PIP_NO_CACHE_DIR": "1",
            "TMPDIR": os.path.join(self.folder, "tmp"),
            # Passes into the sandbox: finds whatever is left of a test.
            "LC_RLMESH_TEST": self.mark,
        }

        os.makedirs(self.env["TMPDIR"], exist_ok=True)

    def tearDown(self):
        self.assert_nothing_left()

    def processes(self):
        found = []
        for path in glob.glob("/proc/[0-9]*/environ"):
            try:
                with open(path, "rb") as file:
                    if self.mark.encode() in file.read():
                        found.append(path)
            except OSError:
                pass
        return found

    def assert_nothing_left(self):
        # Zombies have no environment; killed processes need a moment.
        deadline = time.monotonic() + 5
        while self.processes() and time.monotonic() < deadline:
            os.sched_yield()
        self.assertEqual(self.processes(), [])
        self.assertEqual(glob.glob(self.cache + "/leases/*.json"), [])
        self.assertEqual(glob.glob(self.cache + "/envs/*.*"), [])
        self.assertEqual(os.listdir(self.env["TMPDIR"]), [])

    def start(self, *arguments, **kwargs):
        return Running([RUNNER] + list(arguments), self.env, **kwargs)

    def run_to_end(self, *arguments, **kwargs):
        running = self.start(*arguments, **kwargs)
        return running.finish(), running.stdout, running.stderr

    def play(self, *arguments):
        code, out, err = self.run_to_end("run", *arguments)
        self.assertEqual(code, 0, err)
        return out, err

    def fail(self, *arguments):
        if len(arguments) == 1 and not arguments[0].startswith(("-", "run")):
            return super().fail(*arguments)
        code, out, err = self.run_to_end(*arguments)
        self.assertEqual(code, 1, out + err)
        self.assertNotIn("Traceback", err)
        return err
