# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.

"""The worker as a process, spoken to byte by byte: README.md as a test. Runs on
every Python."""

import array
import fcntl
import mmap
import os
import signal
import socket
import struct
import subprocess
import sys
import unittest

import worker_testing as wt

HEADER = struct.Struct("<BBHIQ")
VARIABLE = (1 << 64) - 1
TESTCASES = os.path.join(os.path.dirname(wt.WORKER_FILE), "testcases")
START = """import sys
scope = {"__name__": "rlmesh_worker"}
exec(compile(open(sys.argv[1]).read(), "<rlmesh worker>", "exec"), scope)
scope["main"](int(sys.argv[2]))
"""


def texts(*parts):
    return b"".join(struct.pack("<I", len(p)) + p for p in (part.encode() for part in parts))


class Server:
    """This end of the channel."""

    def __init__(self, entrypoint, *setup):
        self.socket, other = socket.socketpair()
        self.socket.settimeout(30)
        with other:
            self.process = subprocess.Popen(
                [sys.executable, "-u", "-B", "-c", START, wt.WORKER_FILE, str(other.fileno())],
                pass_fds=[other.fileno()],
                cwd=TESTCASES,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
        self.id = 0
        self.setup_flags, self.contract = self.call(1, texts("entrypoint", entrypoint, *setup))

    def send(self, kind, payload=b"", fd=None, flags=0):
        self.id += 1
        frame = HEADER.pack(kind, flags, 0, self.id, len(payload)) + payload
        control = []
        if fd is not None:
            control = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [fd]))]
        self.socket.sendmsg([frame], control)

    def receive(self):
        """(kind, flags, payload)"""
        data = self.socket.recv(HEADER.size, socket.MSG_WAITALL)
        kind, flags, zero, ident, size = HEADER.unpack(data)
        assert (zero, ident) == (0, self.id), (zero, ident)
        return kind, flags, self.socket.recv(size, socket.MSG_WAITALL) if size else b""

    def call(self, kind, payload=b"", fd=None, flags=0):
        self.send(kind, payload, fd, flags)
        got, flags, payload = self.receive()
        assert got == kind | 0x80, (got, payload)
        return flags, payload

    def attach(self):
        """Memory for plain.Env: an integer in, two floats out."""
        self.map(struct.pack("<14Q", 192, 1, 0, 8, 9, 16, 0, 1, 1, 1, 64, 8, 128, 8))

    def map(self, layout):
        fd = os.memfd_create("test", os.MFD_ALLOW_SEALING)
        os.ftruncate(fd, 192)
        fcntl.fcntl(fd, 1033, 1 | 2 | 4)  # F_ADD_SEALS: SEAL, SHRINK, GROW
        self.memory = mmap.mmap(fd, 192)
        self.call(2, layout, fd)
        os.close(fd)

    def reset(self, seed=None):
        seeds = struct.pack("<I", 0) if seed is None else struct.pack("<Iq", 1, seed)
        return self.call(3, seeds + b"\0")

    def put_action(self, action):
        struct.pack_into("<q", self.memory, 64, action)

    def observation(self):
        return struct.unpack_from("<2f", self.memory, 128)

    def end(self):
        """(what was printed, exit code)"""
        self.socket.close()
        output = self.process.communicate(timeout=30)[0]
        return output.decode(), self.process.returncode


class ProtocolTest(unittest.TestCase):
    def test_a_whole_life(self):
        server = Server("plain:Env")
        numbers = [number for number, _, _ in wt.worker.fields(server.contract)]
        self.assertEqual(numbers, [1, 2, 4])
        self.assertEqual(server.setup_flags, 0)
        server.attach()
        flags, infos = server.reset(seed=3)
        self.assertEqual(flags, 1)
        self.assertEqual(wt.worker.decode_meta_map(infos), {"seed": 3, "options": None})
        self.assertEqual(server.observation(), (3.0, 0.0))
        for i in range(3):
            server.put_action(10 + i)
            self.assertEqual(server.call(4), (1, b""))
            self.assertEqual(server.observation(), (4.0 + i, 10.0 + i))
            self.assertEqual(struct.unpack_from("<d??", server.memory), (4.0 + i, False, False))
        self.assertEqual(server.call(5, bytes(4)), (0, b""))  # nothing to see
        server.call(1)  # a fresh environment
        server.reset()
        self.assertEqual(server.observation(), (0.0, 0.0))
        self.assertEqual(server.call(7), (0, b""))  # the same in two requests
        server.call(1)
        server.reset()
        server.call(6)
        self.assertEqual(server.end(), ("closed\nclosed\nclosed\n", 0))

    def test_end_of_the_channel_ends_the_worker(self):
        server = Server("plain:instance")
        self.assertEqual(server.setup_flags, 2)
        self.assertEqual(server.end(), ("closed\n", 0))

    def test_lanes_of_one_worker_among_others(self):
        server = Server("plain:Env", "total", "5", "lanes", "2")
        self.assertIn((2, 0, 2), list(wt.worker.fields(server.contract)))
        # Lanes 2 and 3 of 5: rewards, flags, then 5 actions, 5 observations.
        server.map(struct.pack("<14Q", 192, 5, 0, 40, 45, 56, 2, 2, 1, 1, 64, 8, 128, 8))
        flags, infos = server.call(3, struct.pack("<IqB", 1, 7, 0))
        self.assertEqual(flags, 1)
        size = struct.unpack_from("<Q", infos)[0]
        info = wt.worker.decode_meta_map(infos[8 : 8 + size])
        self.assertEqual(info, {"seed": 7, "options": None})
        info = wt.worker.decode_meta_map(infos[16 + size :])
        self.assertEqual(info, {"seed": None, "options": None})
        self.assertEqual(struct.unpack_from("<10f", server.memory, 128)[4:8], (7, 0, 0, 0))
        struct.pack_into("<5q", server.memory, 64, 1, 2, 3, 4, 5)
        self.assertEqual(server.call(4), (1, bytes(16)))
        self.assertEqual(
            struct.unpack_from("<10f", server.memory, 128), (0, 0, 0, 0, 8, 3, 1, 4, 0, 0)
        )
        self.assertEqual(struct.unpack_from("<5d", server.memory), (0, 0, 8, 1, 0))
        # One of them: the second.
        self.assertEqual(server.call(4, struct.pack("<2I", 1, 1), flags=1), (1, b""))
        self.assertEqual(struct.unpack_from("<5d", server.memory), (0, 0, 8, 2, 0))
        server.end()

    def test_interrupt_is_for_one_request(self):
        server = Server("hangs:Interruptible")
        server.attach()
        server.reset()
        # For another request: no effect.
        struct.pack_into("<Q", server.memory, 16, server.id)
        os.kill(server.process.pid, signal.SIGINT)
        server.put_action(0)
        server.call(4)
        # For this one, whether it comes before or after user code is entered.
        for _ in range(20):
            server.put_action(1)
            server.send(4)
            struct.pack_into("<Q", server.memory, 16, server.id)
            os.kill(server.process.pid, signal.SIGINT)
            kind, _, payload = server.receive()
            self.assertEqual(kind, 0xFF)
            self.assertIn(b"interrupted", payload)
            server.put_action(0)
            server.call(4)
        server.end()


if __name__ == "__main__":
    unittest.main()
