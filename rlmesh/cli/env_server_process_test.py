# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""env_server as a process: how it starts, refuses, and ends."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from server_process import ServerProcess, await_end, await_file, environment

ENV_SERVER = os.path.abspath(sys.argv.pop(1))


# A client that stays until its server ends.
RESETS = """
import sys
import rlmesh.numpy
env = rlmesh.numpy.RemoteEnv(sys.argv[1], workflow_edition="2026.06")
try:
    env.reset()
    while True:
        env.render()
except Exception:
    pass
"""


def run(*flags, **kwargs):
    return subprocess.run(
        (ENV_SERVER,) + flags, env=environment(), timeout=120,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        universal_newlines=True, **kwargs)


def serve(*flags, **kwargs):
    return ServerProcess(ENV_SERVER, *flags, **kwargs)


class CommandLineTest(unittest.TestCase):

    def refuse(self, code, flags, *parts):
        result = run(*flags)
        self.assertEqual(result.returncode, code, result.stderr)
        self.assertEqual(result.stdout, "")
        for part in parts:
            self.assertIn(part, result.stderr)
        self.assertNotIn("Traceback", result.stderr)

    def test_help_and_version(self):
        result = run("--help")
        self.assertEqual(result.returncode, 0)
        self.assertIn("env_server --gym=CartPole-v1", result.stdout)
        self.assertIn("--ready_fd", result.stdout)
        with open("/dev/full", "w") as full:
            for flag in "--help", "--version":
                self.assertEqual(
                    subprocess.call([ENV_SERVER, flag], stdout=full), 1)
        result = run("--version")
        self.assertEqual(result.returncode, 0)
        self.assertRegex(result.stdout, r"^env_server \d+\.\d+\.\d+ \(")

    def test_nothing_to_serve(self):
        self.refuse(2, [], "--gym=ID")

    def test_unknown_flag(self):
        self.refuse(2, ["--gim=x"], "--gim", "did you mean --gym")

    def test_malformed_address(self):
        self.refuse(2, ["--native=cartpole", "--address=ftp://x"],
                    "ftp://x", "tcp://HOST:PORT")

    def test_malformed_kwargs(self):
        self.refuse(2, ["--native=cartpole", "--kwargs={"], "--kwargs '{'")

    def test_unknown_environment_suggests_near_matches(self):
        self.refuse(1, ["--gym=CartPole-v9", "--address=0"],
                    "CartPole-v9", "CartPole-v1")

    def test_unknown_native_environment(self):
        self.refuse(2, ["--native=nope", "--address=0"], "nope", "cartpole")

    def test_missing_module(self):
        self.refuse(1, ["--entrypoint=no_such_module:env", "--address=0"],
                    "no_such_module")

    def test_missing_interpreter(self):
        self.refuse(1, ["--gym=CartPole-v1", "--address=0",
                        "--interpreter=/no/python"], "/no/python")

    def test_port_in_use_proposes_the_next(self):
        with socket.socket() as busy:
            busy.bind(("127.0.0.1", 0))
            busy.listen()
            port = busy.getsockname()[1]
            self.refuse(1, ["--native=cartpole", "--address=%d" % port],
                        "127.0.0.1:%d" % port, "the next free port is")

    def test_probe_of_what_is_no_grpc_server(self):
        self.refuse(1, ["--probe=127.0.0.1:1"],
                    "127.0.0.1:1", "is the server running?")
        with socket.socket() as web:
            web.bind(("127.0.0.1", 0))
            web.listen()

            def answer():
                while True:
                    try:
                        peer, _ = web.accept()
                    except OSError:
                        return
                    with peer:
                        peer.recv(100)
                        peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

            thread = threading.Thread(target=answer)
            thread.start()
            try:
                self.refuse(1, ["--probe=127.0.0.1:%d" % web.getsockname()[1]],
                            "no gRPC server", "HTTP/1")
            finally:
                web.shutdown(socket.SHUT_RDWR)
                thread.join()


class LifeTest(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="rl", dir="/tmp")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def test_closed_standard_descriptors_are_no_sockets_of_the_server(self):
        path = os.path.join(self.folder, "s")
        process = subprocess.Popen(
            ["bash", "-c", 'exec "$0" "$@" <&- >&- 2>&-', ENV_SERVER,
             "--native=cartpole", "--address=unix://" + path],
            env=environment())
        try:
            while not os.path.exists(path):
                os.sched_yield()
            for fd in range(3):
                self.assertEqual(
                    os.readlink("/proc/%d/fd/%d" % (process.pid, fd)),
                    "/dev/null")
            probe = run("--probe=unix://" + path)
            self.assertEqual(probe.returncode, 0, probe.stderr)
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(60), 0)
        finally:
            process.kill()
            process.wait()

    def test_limits27_row14_ready_goes_to_standard_output_and_descriptor(self):
        for flag in "--ready_fd", "--ready-fd":
            read_end, write_end = os.pipe()
            process = subprocess.Popen(
                [ENV_SERVER, "--native=cartpole", "--address=127.0.0.1:0",
                 "%s=%d" % (flag, write_end)],
                pass_fds=[write_end], stdout=subprocess.PIPE,
                universal_newlines=True)
            os.close(write_end)
            with os.fdopen(read_end) as ready:
                line = ready.read()  # up to the end: it is closed after READY
            self.assertRegex(line, r"^READY tcp://127\.0\.0\.1:\d+\n$")
            self.assertEqual(process.stdout.readline(), line)
            self.assertEqual(run("--probe=" + line.split()[1]).returncode, 0)
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(60), 0)
            process.stdout.close()

    def test_signals_drain_and_leave_nothing(self):
        for number in signal.SIGTERM, signal.SIGINT:
            path = self.folder + "/s"
            with serve("--gym=CartPole-v1", address="unix://" + path) as server:
                self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
                children = server.children()
                self.assertGreater(len(children), 0)
                server.process.send_signal(number)
                code, errors = server.wait()
                self.assertEqual(code, 0, errors)
                self.assertEqual(errors, "")
                for child in children:
                    with self.assertRaises(ProcessLookupError):
                        os.kill(child, 0)
                self.assertFalse(os.path.exists(path))

    def test_relative_socket_is_the_users_under_bazel_run(self):
        with serve("--native=cartpole", address="unix://rel",
                   BUILD_WORKING_DIRECTORY=self.folder) as server:
            self.assertEqual(server.address, "unix://%s/rel" % self.folder)

    def test_a_killed_server_takes_its_worker_with_it(self):
        path = self.folder + "/s"
        with serve("--gym=CartPole-v1", address="unix://" + path) as server:
            children = server.children()
            server.process.kill()
            server.process.wait()
            for child in children:
                await_end(child)
        # What it left does not stop the next one.
        with serve("--native=cartpole", address="unix://" + path):
            pass

    def write_module(self, name, end):
        """A module whose make() starts a process, says its number in the file
        "started", and then does `end`."""
        with open("%s/%s.py" % (self.folder, name), "w") as f:
            f.write(
                "import os, subprocess, time\n"
                "import gymnasium\n"
                "def make():\n"
                "    child = subprocess.Popen(['sleep', '1000'])\n"
                "    with open('starting', 'w') as f:\n"
                "        f.write(str(child.pid))\n"
                "    os.rename('starting', 'started')\n"
                "    %s\n" % end)

    def test_a_signal_during_set_up_ends_all_that_was_started(self):
        self.write_module("slow_env", "time.sleep(1000)")
        for number in signal.SIGTERM, signal.SIGINT:
            process = subprocess.Popen(
                [ENV_SERVER, "--entrypoint=slow_env:make", "--address=0"],
                env=environment(BUILD_WORKING_DIRECTORY=self.folder),
                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                universal_newlines=True)
            child = int(await_file(self.folder + "/started"))
            process.send_signal(number)
            output, errors = process.communicate(timeout=60)
            self.assertEqual((process.returncode, output), (0, ""), errors)
            await_end(child)
            os.unlink(self.folder + "/started")

    def test_a_signal_ends_an_environment_that_is_being_made(self):
        """The first one is made before READY, for the contract; the client's
        second session needs another."""
        with open(self.folder + "/second_is_slow.py", "w") as f:
            f.write(
                "import os, subprocess, time\n"
                "import gymnasium\n"
                "made = 0\n"
                "def make():\n"
                "    global made\n"
                "    made += 1\n"
                "    if made > 1 or os.path.exists('first'):\n"
                "        child = subprocess.Popen(['sleep', '1000'])\n"
                "        with open('starting', 'w') as f:\n"
                "            f.write(str(child.pid))\n"
                "        os.rename('starting', 'started')\n"
                "        time.sleep(1000)\n"
                "    open('first', 'w').close()\n"
                "    return gymnasium.make('CartPole-v1')\n")
        for number in signal.SIGTERM, signal.SIGINT:
            with serve("--entrypoint=second_is_slow:make",
                       "--drain_timeout=100ms",
                       BUILD_WORKING_DIRECTORY=self.folder) as server:
                clients = [subprocess.Popen(
                    [sys.executable, "-c", RESETS, server.address],
                    env=environment(), stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL) for _ in range(2)]
                child = int(await_file(self.folder + "/started"))
                children = server.children()
                started = time.monotonic()
                server.process.send_signal(number)
                code, errors = server.wait()
                self.assertEqual(code, 0, errors)
                self.assertLess(time.monotonic() - started, 30)
                for pid in [child] + children:
                    await_end(pid)
                for client in clients:
                    client.communicate(timeout=60)
            os.unlink(self.folder + "/started")
            os.unlink(self.folder + "/first")

    def test_a_killed_server_takes_what_user_code_started_with_it(self):
        self.write_module("starting_env", "return gymnasium.make('CartPole-v1')")
        with serve("--entrypoint=starting_env:make",
                   BUILD_WORKING_DIRECTORY=self.folder) as server:
            child = int(await_file(self.folder + "/started"))
            server.process.kill()
            server.process.wait()
            await_end(child)

    def test_an_idle_server_ends(self):
        with serve("--native=cartpole", "--idle_timeout=100ms") as server:
            code, errors = server.wait()
            self.assertEqual(code, 0, errors)

    def test_a_copy_alone_in_an_empty_folder_starts(self):
        copy = shutil.copy(ENV_SERVER, self.folder)
        for flags in (["--native=cartpole"],
                      ["--gym=CartPole-v1", "--interpreter=" + sys.executable]):
            env = {}
            if "--native=cartpole" not in flags:
                env["PYTHONPATH"] = environment()["PYTHONPATH"]
            process = subprocess.Popen(
                [copy, "--address=127.0.0.1:0"] + flags, cwd=self.folder,
                env=env, stdout=subprocess.PIPE, universal_newlines=True)
            self.assertRegex(process.stdout.readline(), "^READY ")
            process.terminate()
            self.assertEqual(process.wait(60), 0)
            process.stdout.close()
        self.assertEqual(os.listdir(self.folder), [os.path.basename(copy)])

    def test_logs_are_json_when_asked(self):
        with serve("--native=cartpole", RLMESH_LOG="info,json") as server:
            server.process.terminate()
            lines = [json.loads(l) for l in server.wait()[1].splitlines()]
        self.assertTrue(any("serving" in l["message"] for l in lines))
        self.assertTrue(all(l["level"] == "info" for l in lines))


if __name__ == "__main__":
    unittest.main()
