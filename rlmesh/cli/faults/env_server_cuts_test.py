# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""Connections that are cut by dropping their packets: nobody says goodbye.

Server and clients live in network namespaces of this test's own, joined by a
pair of virtual interfaces, one of which goes down. A client that is stopped
(SIGSTOP) is no better. Few cuts by default; more with --cuts=1000.
"""

import os
import signal
import subprocess
import sys
import time
import unittest

from server_process import ServerProcess, environment

INSIDE = "RLMESH_TEST_INSIDE_NAMESPACE"
SERVER_IP = "192.0.2.1"
CLIENT_IP = "192.0.2.2"
AT_A_TIME = 100
# A slot is free so long after the cut, at the latest.
FREE_AFTER = 20


def enter_namespace():
    """Runs this program again in a network namespace of its own."""
    if os.environ.get(INSIDE):
        return
    unshare = ["unshare", "--net"]
    if os.geteuid() != 0:
        unshare.append("--map-root-user")
    probe = subprocess.run(unshare + ["ip", "link", "set", "lo", "up"],
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                           universal_newlines=True)
    if probe.returncode != 0:
        sys.exit("this machine gives no network namespaces to this user (%s): run "
                 "the test as root, or let users have them (sysctl -w "
                 "kernel.unprivileged_userns_clone=1, and "
                 "kernel.apparmor_restrict_unprivileged_userns=0 where that is "
                 "there), or leave it out with -//rlmesh/cli/faults:"
                 "env_server_cuts_test" % probe.stdout.strip())
    os.environ[INSIDE] = "1"
    os.execvp(unshare[0], unshare + [sys.executable] + sys.argv)


def ip(*words):
    subprocess.run(("ip",) + words, check=True)


class CutsTest(unittest.TestCase):

    def setUp(self):
        ip("link", "set", "lo", "up")
        # A process that holds the clients' namespace, and says when it has it.
        self.clients = subprocess.Popen(
            ["unshare", "--net", "sh", "-c", "echo; exec sleep 100000"],
            stdout=subprocess.PIPE)
        self.addCleanup(self.end_clients)
        self.clients.stdout.readline()
        ip("link", "add", "servers", "type", "veth", "peer", "name", "clients",
           "netns", str(self.clients.pid))
        ip("addr", "add", SERVER_IP + "/24", "dev", "servers")
        ip("link", "set", "servers", "up")
        self.there("ip", "addr", "add", CLIENT_IP + "/24", "dev", "clients")
        self.connect("up")

    def end_clients(self):
        self.clients.kill()
        self.clients.wait()
        self.clients.stdout.close()

    def enter(self):
        return ["nsenter", "--net=/proc/%d/ns/net" % self.clients.pid]

    def there(self, *command):
        subprocess.run(self.enter() + list(command), check=True)

    def connect(self, state):
        self.there("ip", "link", "set", "clients", state)

    def hold(self, address, count=1, prefix=()):
        """A process that holds so many sessions."""
        holder = subprocess.Popen(
            list(prefix) + [HOLD_SESSIONS, address, str(count)],
            env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            universal_newlines=True)

        def end():
            holder.kill()
            holder.communicate()

        self.addCleanup(end)
        self.assertEqual(holder.stdout.readline(), "HELD\n")
        return holder

    def usage(self, server):
        folder = "/proc/%d" % server.process.pid
        with open(folder + "/statm") as f:
            pages = int(f.read().split()[1])
        return (len(os.listdir(folder + "/fd")),
                len(os.listdir(folder + "/task")),
                pages * os.sysconf("SC_PAGESIZE"))

    def cut(self, address, count, stopped=()):
        """Cuts `count` sessions at once, and stops processes that hold one
        each; returns when all are free."""
        port = address.rsplit(":", 1)[1]
        holder = self.hold(SERVER_IP + ":" + port, count, self.enter())
        local = [HOLD_SESSIONS, "127.0.0.1:" + port,
                 str(count + len(stopped)), "leave"]
        self.connect("down")
        for process in stopped:
            process.send_signal(signal.SIGSTOP)
        start = time.monotonic()
        holder.kill()
        refusals = 0
        while True:
            begun = time.monotonic()
            again = subprocess.run(local, env=environment(),
                                   stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE,
                                   universal_newlines=True)
            if again.returncode == 0:
                break
            self.assertIn("sessions of this environment are taken",
                          again.stderr)
            if refusals == 0:
                self.assertIn(CLIENT_IP, again.stderr)
            refusals += 1
            self.assertLess(begun - start, FREE_AFTER)
            time.sleep(0.1)  # leave the processor to the server
        self.assertGreater(refusals, 0)  # they were held
        self.connect("up")

    def test_cut_sessions_are_freed_in_time_and_leave_nothing(self):
        count = min(CUTS, AT_A_TIME)
        with ServerProcess(ENV_SERVER, "--native=cartpole",
                           "--max_sessions=%d" % (count + 2),
                           address="0.0.0.0:0") as server:
            here = "127.0.0.1:" + server.address.split(":")[-1]
            bystander = self.hold(here)
            stopped = self.hold(here)
            self.cut(server.address, count, [stopped])
            # It finds out when it goes on, and ends.
            stopped.send_signal(signal.SIGCONT)
            stopped.communicate("step\n", timeout=60)
            self.assertEqual(stopped.returncode, 1)
            # It has been silent all the while, but its connection lives.
            bystander.stdin.write("step\n")
            bystander.stdin.flush()
            self.assertEqual(bystander.stdout.readline(), "HELD\n")
            descriptors, threads, memory = self.usage(server)
            for _ in range(max(1, CUTS // count - 1)):
                self.cut(server.address, count)
            now = self.usage(server)
            self.assertLessEqual(now[0], descriptors)
            self.assertLessEqual(now[1], threads + 2)
            self.assertLess(now[2], memory + (8 << 20))


if __name__ == "__main__":
    enter_namespace()
    CUTS = 10
    for argument in list(sys.argv):
        if argument.startswith("--cuts="):
            CUTS = int(argument.split("=")[1])
            sys.argv.remove(argument)
    HOLD_SESSIONS = os.path.abspath(sys.argv.pop(2))
    ENV_SERVER = os.path.abspath(sys.argv.pop(1))
    unittest.main()
