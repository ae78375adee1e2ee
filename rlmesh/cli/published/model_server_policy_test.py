# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""Python policies in model_server, asked by the published package's clients:
their runs are those that it plays by itself, also where the environment is in
env_server."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import warnings

import rlmesh
import rlmesh.numpy

import served_policies
from sampled_envs import KINDS, Recorded, Wide
from server_process import ServerProcess

MODEL_SERVER = os.path.abspath(sys.argv.pop(1))
ENV_SERVER = os.path.abspath(sys.argv.pop(1))
FOLDER = os.path.dirname(os.path.abspath(served_policies.__file__))

EDITION = "2026.06"


class Server:
    """A model_server on a port of the system's choice."""

    def __init__(self, entrypoint, *flags, **variables):
        environment = dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path), **variables)
        self.process = subprocess.Popen(
            (MODEL_SERVER, "--address=127.0.0.1:0", "--interpreter=" + sys.executable,
             "--entrypoint=served_policies:" + entrypoint) + flags,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=FOLDER, env=environment,
            universal_newlines=True)
        line = self.process.stdout.readline()
        if not line.startswith("READY tcp://127.0.0.1:"):
            raise AssertionError(line + self.process.stderr.read())
        self.address = line.split()[1]

    def stop(self):
        """The exit code, and what it said."""
        self.process.send_signal(signal.SIGTERM)
        errors = self.process.communicate(timeout=60)[1]
        return self.process.returncode, errors

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.process.kill()
        self.process.communicate()


def children_of(pid):
    """Processes whose ancestor it is; and zombies."""
    found, parents = [], {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open("/proc/%s/stat" % name) as file:
                    parents[int(name)] = int(file.read().rpartition(")")[2].split()[1])
            except OSError:
                pass
    for child in parents:
        at = child
        while at in parents and at != pid:
            at = parents[at]
        if at == pid and child != pid:
            found.append(child)
    return found


class PolicyServerTest(unittest.TestCase):

    def setUp(self):
        warnings.simplefilter("ignore")
        folder = tempfile.TemporaryDirectory(prefix="rl", dir="/tmp")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.files = 0

    def new_file(self):
        """A file for what an environment is told."""
        self.files += 1
        return "%s/%d" % (self.folder, self.files)

    def told(self, file):
        with open(file) as f:
            return [json.loads(line) for line in f]

    def run_on(self, env, model, **options):
        options.setdefault("seeds", [3, 4, 5])
        result = rlmesh.run(model, env, workflow_edition=EDITION, **options)
        return [(e.seed, e.steps, e.reward) for e in result.episodes]

    def play(self, model, kind, **options):
        """What the environment was told, and the results."""
        file = self.new_file()
        address = self.serve(Recorded(kind, file))
        results = self.run_on(address, model, **options)
        return self.told(file), results

    def serve_ours(self, kind, entrypoint, *flags, **kwargs):
        """An env_server with an environment of sampled_envs."""
        return ServerProcess(
            ENV_SERVER, "--entrypoint=sampled_envs:" + entrypoint,
            "--kwargs=" + json.dumps(dict(kwargs, kind=kind)), *flags)

    def assert_same_run(self, server, policy, kind, **options):
        with server:
            far = self.play(rlmesh.RemoteModel(server.address), kind, **options)
        if not isinstance(policy, rlmesh.numpy.Model):
            policy = rlmesh.numpy.Model(policy)
        near = self.play(policy, kind, **options)
        self.assertEqual(far, near)
        self.assertGreater(len(far[0]), 30)

    def test_run_is_step_for_step_the_local_one(self):
        for kind in KINDS:
            with self.subTest(kind):
                policy = served_policies.ByDigest()
                policy.load(kind)
                self.assert_same_run(
                    Server("ByDigest", '--kwargs={"kind": "%s"}' % kind), policy, kind)

    def test_chunks_are_those_of_the_local_run_with_a_horizon_and_without(self):
        for kind, horizon in (("dict", 3), ("image", 4), ("scalar", 1)):
            with self.subTest(kind, horizon=horizon):
                policy = served_policies.Chunked()
                policy.load(kind)
                self.assert_same_run(
                    Server("Chunked", '--kwargs={"kind": "%s"}' % kind), policy, kind,
                    execution_horizon=horizon)

    def test_run_of_both_servers_is_step_for_step_the_local_one(self):
        for kind in KINDS:
            policy, file = served_policies.Chunked(), self.new_file()
            policy.load(kind)
            with self.subTest(kind), self.serve_ours(kind, "Recorded", file=file) as env, \
                    Server("Chunked", '--kwargs={"kind": "%s"}' % kind) as model:
                # The published package takes no chunks of tuples.
                for horizon in (1,) if kind == "tuple" else (1, 3):
                    results = self.run_on(env.address, rlmesh.RemoteModel(model.address),
                                          execution_horizon=horizon)
                    far = self.told(file)
                    os.unlink(file)
                    self.assertEqual((far, results), self.play(
                        rlmesh.numpy.Model(policy), kind, execution_horizon=horizon))
                    self.assertGreater(len(far), 30)

    def test_run_over_lanes_gives_every_seed_the_episode_of_the_local_run(self):
        # (Its RemoteModel drives one lane only, so the policy is in its process.)
        seeds = list(range(3, 11))
        for kind in KINDS:
            policy = served_policies.ByDigest()
            policy.load(kind)
            with self.subTest(kind), self.serve_ours(kind, "Sampled", "--num_envs=4") as env:
                far = self.run_on(env.address, rlmesh.numpy.Model(policy), seeds=seeds)
                near = self.play(rlmesh.numpy.Model(policy), kind, seeds=seeds)[1]
                self.assertEqual(sorted(far), near)

    def test_context_is_that_of_the_local_run(self):
        self.assert_same_run(Server("Contextual"), served_policies.Contextual(), "scalar")

    def test_batched_corner_is_asked_as_in_the_local_run(self):
        class Near(rlmesh.numpy.Model):  # it takes no plain object without predict
            predict_batch = served_policies.Batched.predict_batch

        self.assert_same_run(Server("Batched"), Near(), "scalar")

    def test_horizon_above_the_native_chunk_is_refused_as_published(self):
        with Server("Chunked", '--kwargs={"kind": "scalar"}') as server:
            with self.assertRaisesRegex(
                    RuntimeError,
                    "runtime pinned execution_horizon=5 but the model declares native_chunk=4"):
                self.play(rlmesh.RemoteModel(server.address), "scalar", execution_horizon=5)

    def test_limits27_row13_a_handled_fault_is_told_to_the_client_and_to_nobody_else(self):
        with Server("Fails") as server:
            with self.assertRaisesRegex(
                    RuntimeError, "^model error: internal error: RuntimeError: boom$"):
                self.play(rlmesh.RemoteModel(server.address), "scalar")
            # The server lives on.
            self.play(rlmesh.RemoteModel(server.address), "scalar")
            self.assertEqual(server.stop(), (0, ""))

    def test_limits27_row16_large_unsigned_integers_are_exact(self):
        file = self.new_file()
        with Server("echo") as server:
            self.run_on(self.serve(Wide(file)), rlmesh.RemoteModel(server.address), seeds=[1])
        self.assertEqual(self.told(file)[1:], [[2**63 + i, 2**64 - 1 - i] for i in range(10)])

    def test_action_out_of_range_is_said_as_published(self):
        with Server("out_of_range") as server:
            with self.assertRaisesRegex(
                    RuntimeError, r"ValueError: \$: value 1000 not in range \[-2, 3\)"):
                self.play(rlmesh.RemoteModel(server.address), "scalar")

    def test_sleeping_policy_is_cut_short(self):
        with Server("sleeps", "--predict_timeout=300ms") as server:
            start = time.monotonic()
            with self.assertRaisesRegex(RuntimeError, "predict timed out after 300ms"):
                self.play(rlmesh.RemoteModel(server.address), "scalar")
            self.assertLess(time.monotonic() - start, 60)
            self.assertEqual(server.stop()[0], 0)

    def test_two_clients_have_routes_of_their_own(self):
        with Server("Contextual") as server:
            one, two = self.new_file(), self.new_file()
            with rlmesh.RemoteModel(server.address).session(
                    self.serve(Recorded("scalar", one)), workflow_edition=EDITION) as first, \
                    rlmesh.RemoteModel(server.address).session(
                        self.serve(Recorded("scalar", two)), workflow_edition=EDITION) as second:
                for session in (first, second):
                    observation = session.reset(seed=3)[0]
                    for _ in range(5):
                        observation = session.step(session.predict(observation))[0]
            self.assertEqual(self.told(one), self.told(two))

    def serve(self, env):
        server = rlmesh.EnvServer(
            env, "127.0.0.1:0", options=rlmesh.ServeOptions(workflow_edition=EDITION))
        server.start()
        self.addCleanup(server.shutdown)
        return server.address

    def test_no_child_is_left(self):
        with Server("Batched") as server:
            children = children_of(server.process.pid)
            self.assertTrue(children)
            self.assertEqual(server.stop(), (0, ""))
            deadline = time.monotonic() + 20
            while time.monotonic() < deadline:
                if not any(os.path.exists("/proc/%d" % child) for child in children):
                    break
                time.sleep(0.01)
            self.assertEqual([c for c in children if os.path.exists("/proc/%d" % c)], [])

    def test_faults_of_set_up_are_said_and_exit_with_one(self):
        for entrypoint, text in (("nothing:Policy", "no module 'nothing'"),
                                 ("served_policies:ByDiges", "did you mean ByDigest"),
                                 ("served_policies:ByDigest", "TypeError")):
            process = subprocess.run(
                [MODEL_SERVER, "--address=127.0.0.1:0", "--interpreter=" + sys.executable,
                 "--entrypoint=" + entrypoint], cwd=FOLDER, timeout=100,
                env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)),
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)
            self.assertEqual(process.returncode, 1, process.stderr)
            self.assertIn(text, process.stderr)
            self.assertEqual(process.stdout, "")

    def test_signal_while_it_loads_ends_it_at_once(self):
        process = subprocess.Popen(
            [MODEL_SERVER, "--address=127.0.0.1:0", "--interpreter=" + sys.executable,
             "--entrypoint=served_policies:LoadsForEver"], cwd=FOLDER,
            env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        deadline = time.monotonic() + 60
        while not children_of(process.pid) and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.communicate(timeout=60), (b"", b""))
        self.assertEqual(process.returncode, 0)


if __name__ == "__main__":
    unittest.main()
