# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""sandbox_runner run between two servers with TLS, client certificates and a token each."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

from server_process import ServerProcess, environment


class RunWithServersTest(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="rl", dir="/tmp")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        subprocess.check_call([MAKE_CERTIFICATES, self.folder])
        for name in "source", "policy":
            with open(self.path(name), "w") as f:
                f.write(name[0] * 32)
            os.chmod(self.path(name), 0o600)

    def path(self, name):
        return os.path.join(self.folder, name)

    def secured(self, token):
        return ["--tls_cert=" + self.path("server.pem"), "--tls_key=" + self.path("server.key"),
                "--tls_client_ca=" + self.path("ca.pem"), "--token_file=" + self.path(token)]

    def client(self, token, prefix="--"):
        return [prefix + "tls_ca=" + self.path("ca.pem"), prefix + "tls_cert=" + self.path("client.pem"),
                prefix + "tls_key=" + self.path("client.key"), prefix + "token_file=" + self.path(token)]

    def play(self, *arguments, **variables):
        return subprocess.run(
            [SANDBOX_RUNNER, "run", "--episodes=2", "--json"] + list(arguments),
            env=environment(XDG_STATE_HOME=self.folder, **variables), timeout=120, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, universal_newlines=True)

    def test_each_server_is_shown_its_own_token(self):
        with ServerProcess(ENV_SERVER, "--native=cartpole", *self.secured("source")) as source, \
                ServerProcess(MODEL_SERVER, "--policy=random", *self.secured("policy")) as policy:
            policy_flag = "--policy=" + policy.address
            both = self.client("source") + self.client("policy", "--policy_")
            played = self.play(source.address, policy_flag, *both)
            self.assertEqual(played.returncode, 0, played.stderr)
            self.assertEqual(len(json.loads(played.stdout)["episodes"]), 2)
            # The plain flags are for the only server.
            played = self.play(source.address, *self.client("source"))
            self.assertEqual(played.returncode, 0, played.stderr)
            # What is for one is not shown to the other.
            played = self.play(source.address, policy_flag, *self.client("source"))
            self.assertEqual(played.returncode, 1, played.stderr)
            self.assertIn(policy.address, played.stderr)
            played = self.play(source.address, policy_flag, *self.client("policy"),
                               *self.client("policy", "--policy_"))
            self.assertEqual(played.returncode, 1, played.stderr)
            self.assertIn(source.address, played.stderr)
            self.assertNotIn("p" * 32, played.stderr)


if __name__ == "__main__":
    ENV_SERVER, MODEL_SERVER, SANDBOX_RUNNER, MAKE_CERTIFICATES = sys.argv[1:5]
    del sys.argv[1:5]
    unittest.main()
