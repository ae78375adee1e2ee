# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""env_server and model_server with TLS and tokens, as processes."""

import os
import re
import subprocess
import sys
import tempfile
import unittest

from server_process import ServerProcess, environment

ENV_SERVER = os.path.abspath(sys.argv.pop(1))
MODEL_SERVER = os.path.abspath(sys.argv.pop(1))
MAKE_CERTIFICATES = os.path.abspath(sys.argv.pop(1))

TOKEN = "0123456789abcdef0123456789abcdef"


def run(*command, **variables):
    return subprocess.run(
        command, env=environment(**variables), timeout=120,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        universal_newlines=True)


class SecurityTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="rl", dir="/tmp")
        cls.addClassCleanup(cls.folder.cleanup)
        subprocess.check_call([MAKE_CERTIFICATES, cls.folder.name])
        cls.write("token", TOKEN + "\n")
        cls.write("wrong_token", "f" * 32)

    @classmethod
    def path(cls, name):
        return os.path.join(cls.folder.name, name)

    @classmethod
    def write(cls, name, text, mode=0o600):
        with open(cls.path(name), "w") as f:
            f.write(text)
        os.chmod(cls.path(name), mode)

    def identity(self, name):
        return ["--tls_cert=" + self.path(name + ".pem"),
                "--tls_key=" + self.path(name + ".key")]

    def secure(self, server="server"):
        """Flags of a server that asks for certificates and a token."""
        return self.identity(server) + [
            "--tls_client_ca=" + self.path("ca.pem"),
            "--token_file=" + self.path("token")]

    def probe(self, address, *flags, **variables):
        return run(ENV_SERVER, "--probe=" + address, *flags, **variables)

    def assert_refused(self, result, *parts):
        self.assertEqual(result.returncode, 1, result)
        for part in parts:
            self.assertIn(part, result.stderr)
        self.assertNotIn(TOKEN, result.stdout + result.stderr)

    def test_limits27_row17_a_client_with_everything_is_served_by_flags_and_by_variables(self):
        with ServerProcess(ENV_SERVER, "--native=cartpole",
                           *self.secure()) as server:
            result = self.probe(
                server.address, *self.identity("client"),
                "--tls_ca=" + self.path("ca.pem"),
                "--token_file=" + self.path("token"))
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIn("CartPole-v1", result.stdout)
            result = self.probe(
                server.address, RLMESH_TLS_CA=self.path("ca.pem"),
                RLMESH_TLS_CERT=self.path("client.pem"),
                RLMESH_TLS_KEY=self.path("client.key"),
                RLMESH_TOKEN_FILE=self.path("token"))
            self.assertEqual(result.returncode, 0, result.stderr)

    def test_a_server_takes_its_files_from_variables(self):
        with ServerProcess(
                ENV_SERVER, "--native=cartpole",
                RLMESH_TLS_CERT=self.path("elsewhere.pem"),
                RLMESH_TLS_KEY=self.path("elsewhere.key"),
                RLMESH_TOKEN_FILE=self.path("token")) as server:
            flags = ["--tls_ca=" + self.path("ca.pem"),
                     "--token_file=" + self.path("token")]
            self.assert_refused(self.probe(server.address, *flags),
                                "elsewhere.example", "--tls_server_name")
            result = self.probe(server.address, *flags,
                                "--tls_server_name=elsewhere.example")
            self.assertEqual(result.returncode, 0, result.stderr)

    def test_limits27_row17_clients_that_lack_something_are_told_what(self):
        ca = "--tls_ca=" + self.path("ca.pem")
        client = self.identity("client")
        with ServerProcess(ENV_SERVER, "--native=cartpole",
                           *self.secure()) as server:
            for flags, part in (
                    ([], "speaks TLS"),
                    (["--tls_ca=" + self.path("other_ca.pem")] + client,
                     "authority that is not trusted"),
                    ([ca], "wants a certificate"),
                    ([ca] + self.identity("stranger"),
                     "refuses the certificate"),
                    ([ca] + self.identity("expired"), "has expired"),
                    ([ca] + client, "it wants a token"),
                    ([ca, "--token_file=" + self.path("wrong_token")] + client,
                     "another one")):
                self.assert_refused(self.probe(server.address, *flags),
                                    server.address, part)
            server.process.terminate()
            code, errors = server.wait()
            self.assertEqual((code, errors), (0, ""))
        with ServerProcess(ENV_SERVER, "--native=cartpole",
                           *self.identity("expired")) as server:
            self.assert_refused(self.probe(server.address, ca), "has expired")
        with ServerProcess(ENV_SERVER, "--native=cartpole") as server:
            self.assert_refused(self.probe(server.address, ca),
                                "does not speak TLS")

    def test_the_token_never_gets_into_a_log(self):
        with ServerProcess(ENV_SERVER, "--native=cartpole", "--token_file="
                           + self.path("token"), RLMESH_LOG="debug") as server:
            for name in "token", "wrong_token":
                self.probe(server.address, "--token_file=" + self.path(name),
                           RLMESH_LOG="debug")
            server.process.terminate()
            errors = server.wait()[1]
        self.assertIn("a wrong token", errors)
        self.assertNotIn(TOKEN, errors)
        self.assertNotIn("f" * 32, errors)

    def test_a_token_works_on_a_socket(self):
        address = "unix://" + self.path("socket")
        with ServerProcess(ENV_SERVER, "--native=cartpole", "--token_file="
                           + self.path("token"), address=address) as server:
            self.assertEqual(
                os.stat(self.path("socket")).st_mode & 0o777, 0o600)
            self.assert_refused(self.probe(server.address), "wants a token")
            result = self.probe(server.address,
                                "--token_file=" + self.path("token"))
            self.assertEqual(result.returncode, 0, result.stderr)

    def test_bad_files_are_refused_before_ready(self):
        self.write("open_token", TOKEN, 0o644)
        self.write("empty", "")
        for what in ((ENV_SERVER, "--native=cartpole"),
                     (MODEL_SERVER, "--policy=random")):
            for flags, file, part in (
                    (["--tls_cert=" + self.path("none.pem"),
                      "--tls_key=" + self.path("server.key")],
                     "none.pem", "no such file"),
                    (["--tls_cert=" + self.path("server.pem"),
                      "--tls_key=" + self.path("client.key")],
                     "client.key", "not the key of the certificate"),
                    (["--tls_cert=" + self.path("token"),
                      "--tls_key=" + self.path("server.key")],
                     "token", "no certificate in PEM"),
                    (self.identity("server")
                     + ["--tls_client_ca=" + self.path("empty")],
                     "empty", "no certificate in PEM"),
                    (["--token_file=" + self.path("open_token")],
                     "open_token", "chmod o-rw"),
                    (["--token_file=" + self.path("empty")],
                     "empty", "token is empty")):
                result = run(*what, "--address=127.0.0.1:0", *flags)
                self.assert_refused(result, self.path(file), part)
                self.assertEqual(result.stdout, "")

    def test_flags_that_do_not_fit_are_usage_errors(self):
        for command, part in (
                ([ENV_SERVER, "--native=cartpole", "--tls_cert=a"],
                 "--tls_key"),
                ([ENV_SERVER, "--native=cartpole", "--tls_ca=a"],
                 "--tls_client_ca"),
                ([ENV_SERVER, "--probe=127.0.0.1:1", "--tls_client_ca=a"],
                 "--tls_ca"),
                ([MODEL_SERVER, "--policy=random", "--tls_client_ca=a"],
                 "--tls_cert")):
            result = run(*command)
            self.assertEqual(result.returncode, 2, result)
            self.assertIn(part, result.stderr)

    def test_limits27_row17_a_server_on_all_interfaces_warns_once(self):
        for what in ((ENV_SERVER, "--native=cartpole"),
                     (MODEL_SERVER, "--policy=random")):
            for flags, warnings in (([], 1), (self.identity("server"), 0)):
                with ServerProcess(*what, *flags,
                                   address="0.0.0.0:0") as server:
                    server.process.terminate()
                    errors = server.wait()[1]
                self.assertEqual(len(re.findall("without TLS", errors)),
                                 warnings, errors)


if __name__ == "__main__":
    unittest.main()
