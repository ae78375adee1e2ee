# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""Clients that think for longer than the server waits for a sign of life."""

import subprocess
import sys
import time
import unittest

from server_process import ServerProcess, environment

# A server pings its clients every 6 s and gives them 10 s to answer.
THINKING = 20


class IdleClientsTest(unittest.TestCase):

    def test_many_idle_sessions_of_one_process_are_kept(self):
        with ServerProcess(ENV_SERVER, "--native=cartpole") as server:
            client = subprocess.Popen([HOLD_SESSIONS, server.address, "8"], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, universal_newlines=True, env=environment())
            self.addCleanup(client.stdout.close)
            self.addCleanup(client.wait)
            self.addCleanup(client.kill)
            self.assertEqual(client.stdout.readline(), "HELD\n")
            time.sleep(THINKING)
            client.stdin.write("\n")
            client.stdin.close()
            self.assertEqual(client.stdout.readline(), "HELD\n")
            self.assertEqual(client.wait(timeout=30), 0)


if __name__ == "__main__":
    ENV_SERVER, HOLD_SESSIONS = sys.argv[1:3]
    del sys.argv[1:3]
    unittest.main()
