# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""model_server as a process: what it reads, refuses, and says of itself."""

import json
import os
import signal
import subprocess
import sys
import unittest

from server_process import ServerProcess, environment

ENV_SERVER, MODEL_SERVER = [os.path.abspath(path) for path in sys.argv[1:3]]
del sys.argv[1:3]


def run(*flags, **variables):
    return subprocess.run(
        (MODEL_SERVER,) + flags, env=environment(**variables), timeout=120,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)


def bootstrap(**spec):
    return {"RLMESH_BOOTSTRAP_JSON": json.dumps({"spec": spec})}


class ModelServerProcessTest(unittest.TestCase):

    def refuse(self, code, flags, *parts, **variables):
        result = run(*flags, **variables)
        self.assertEqual(result.returncode, code, result.stderr)
        self.assertEqual(result.stdout, "")
        for part in parts:
            self.assertIn(part, result.stderr)
        self.assertNotIn("Traceback", result.stderr)

    def end(self, server):
        """What it said on standard error, after an orderly end."""
        server.process.send_signal(signal.SIGTERM)
        code, errors = server.wait()
        self.assertEqual(code, 0, errors)
        return errors

    def test_bootstrap_and_port_without_any_flag(self):
        spec = bootstrap(kind="factory", entrypoint="still_policy:Still", kwargs={"action": 1})
        with ServerProcess(MODEL_SERVER, **spec) as server:
            probe = run("--probe=" + server.address)
            self.assertEqual(probe.returncode, 0, probe.stderr)
            self.assertTrue(probe.stdout.startswith("a policy at %s\n" % server.address), probe.stdout)
            self.assertIn("rlmesh-model ", probe.stdout)
            self.assertIn("2026.06", probe.stdout)
            self.assertEqual(self.end(server), "")

    def test_bootstrap_of_what_it_does_not_serve(self):
        self.refuse(2, (), "RLMESH_BOOTSTRAP_JSON", "CartPole-v1", "env_server",
                    **bootstrap(kind="gym", env_id="CartPole-v1"))
        self.refuse(2, (), "RLMESH_BOOTSTRAP_JSON", "spec", RLMESH_BOOTSTRAP_JSON="[]")

    def test_variables_of_environments_are_named_and_ignored(self):
        variables = {"RLMESH_NUM_ENVS": "4", "RLMESH_VECTORIZATION_MODE": "async",
                     "RLMESH_VALIDATION_POLICY": "strict", "RLMESH_DEVICE": "cuda:0",
                     "RLMESH_MAKE_KWARGS": "{}"}
        with ServerProcess(MODEL_SERVER, "--policy=random", **variables) as server:
            errors = self.end(server)
        for name, value in variables.items():
            self.assertIn("%s=%s is ignored: " % (name, value), errors)

    def test_wrong_variables_are_refused_by_name(self):
        for name, value in (("RLMESH_PORT", "70000"), ("RLMESH_ADDRESS", "ftp://x"),
                            ("RLMESH_WORKFLOW_EDITION", "2099.01"), ("RLMESH_EPISODE_CAPACITY", "0")):
            self.refuse(2, ("--policy=random",), name, value, **{name: value})
        self.refuse(2, ("--entrypoint=a:B",), "RLMESH_MAKE_KWARGS", "checkpoint", RLMESH_MAKE_KWARGS="[1]")

    def test_probe_of_others(self):
        self.refuse(1, ("--probe=127.0.0.1:1",), "127.0.0.1:1", "is the server running?")
        with ServerProcess(ENV_SERVER, "--native=cartpole") as server:
            self.refuse(1, ("--probe=" + server.address,), server.address, "rlmesh.model.v1.ModelService")
        with ServerProcess(MODEL_SERVER, "--policy=random") as server:
            result = subprocess.run((ENV_SERVER, "--probe=" + server.address), env=environment(), timeout=120,
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)
            self.assertEqual(result.returncode, 1)
            self.assertIn("rlmesh.env.v1.EnvService", result.stderr)


if __name__ == "__main__":
    unittest.main()
