# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.

# The worker: answers the requests of the server that started it, one at a time,
# until the server closes the channel. README.md has the protocol.

import array
import faulthandler
import fcntl
import mmap
import os
import signal
import socket
import struct
import sys
import traceback
import zlib

from worker_lanes import Interrupted, LaneErrors, Places, close_envs, make_lanes  # a part
from worker_model_host import ModelHost  # a part
from worker_source import SetupError, Source, encode_contract, is_vector  # a part
from worker_values import LENGTH  # a part
from worker_wire import decode_meta_map, encode_texts, parse_texts  # a part

_OWN_FILE = (lambda: 0).__code__.co_filename

_HEADER = struct.Struct("<BBHIQ")  # kind, flags, zero, id, payload
_SETUP, _ATTACH, _RESET, _STEP, _RENDER, _CLOSE, _DISCARD = range(1, 8)
_ANSWER = 0x80
_ERROR = 0xFF
_SUBSET = 1  # flag of a request
_IS_INSTANCE, _IS_LOCKSTEP = 2, 4  # flags of an answer
_VARIABLE = (1 << 64) - 1
_MAX_PAYLOAD = 256 << 20
_F_GET_SEALS = 1034
_NEEDED_SEALS = 0x1 | 0x2 | 0x4  # SEAL, SHRINK, GROW


class Guard:
    """What tells an interrupt of the server whom it is meant for."""

    def __init__(self):
        self.inside = False  # user code runs
        self.signalled = False  # while none did: it came early, or too late
        self._memory = None
        self.id = 0  # of the request in hand
        self.listen()

    def listen(self):
        signal.signal(signal.SIGINT, self._on_interrupt)

    def attach(self, memory, interrupted):
        self._memory, self._interrupted = memory, interrupted

    def enter(self):
        """Goes before every call of user code."""
        self.inside = True
        if self.signalled and self._is_meant():
            raise Interrupted("interrupted by the server")

    def _on_interrupt(self, signum, frame):
        if not self.inside:
            self.signalled = True
        elif self._is_meant():
            self.inside = False
            raise Interrupted("interrupted by the server")

    def _is_meant(self):
        """Whether the server interrupted the request in hand."""
        self.signalled = False
        if self._memory is None:
            return True
        return LENGTH.unpack_from(self._memory, self._interrupted)[0] == self.id


class Worker:
    def __init__(self, fd):
        self._fd = fd
        self._socket = socket.socket(fileno=fd)
        self._passed = []  # descriptors that came with a frame
        self._source = None
        self._lanes = None
        self._flags = 0  # of the request in hand
        self._memory = None
        self._guard = Guard()
        self._model = ModelHost(self)

    def serve(self):
        handlers = {
            _SETUP: self._setup,
            _ATTACH: self._attach,
            _RESET: self._reset,
            _STEP: self._step,
            _RENDER: self._render,
            _CLOSE: self._close,
            _DISCARD: self._close,
        }
        handlers.update(self._model.handlers())
        guard = self._guard
        kind = 0
        while kind != _CLOSE:
            head = self._receive(_HEADER.size)
            if head is None:
                break  # the server is gone
            kind, self._flags, _, guard.id, size = _HEADER.unpack(head)
            payload = self._receive(size) if size else b""
            if payload is None:
                break
            try:
                flags, answer = handlers[kind](payload)
                kind_out = kind | _ANSWER
                if len(answer) > _MAX_PAYLOAD:
                    raise ValueError("an answer of %d bytes is above the limit" % len(answer))
            except BaseException as error:  # whatever user code raises
                guard.inside = False
                flags, kind_out, answer = 0, _ERROR, _encode_error(error)
            self._send(_HEADER.pack(kind_out, flags, 0, guard.id, len(answer)) + answer)
        if kind != _CLOSE:
            self._close(b"")

    def _receive(self, size):
        if self._memory is not None:  # no descriptor will come any more
            data = os.read(self._fd, size)
        else:
            room = socket.CMSG_SPACE(4)
            data, controls, _, _ = self._socket.recvmsg(size, room)
            for level, kind, value in controls:
                if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                    self._passed.extend(array.array("i", value[: len(value) // 4 * 4]))
        if len(data) == size:
            return data
        parts = [data]
        got = len(data)
        while data and got < size:
            data = os.read(self._fd, min(size - got, 1 << 20))
            parts.append(data)
            got += len(data)
        return b"".join(parts) if got == size else None

    def _send(self, data):
        sent = os.write(self._fd, data)
        if sent < len(data):
            data = memoryview(data)
            while sent < len(data):
                sent += os.write(self._fd, data[sent:])

    def run_user_code(self, function, *args):
        self._guard.enter()
        try:
            return function(*args)
        finally:
            self._guard.inside = False

    def map_memory(self, size):
        """The memory whose descriptor came with the request in hand."""
        fd = self._passed.pop()
        try:
            if fcntl.fcntl(fd, _F_GET_SEALS) & _NEEDED_SEALS != _NEEDED_SEALS:
                raise ValueError("the server's memory is not sealed")
            return mmap.mmap(fd, size)
        finally:
            os.close(fd)

    def begin_with_model(self, size):
        """Before a policy is loaded: `size` bytes with the interrupted id. Memory
        goes on to come with requests."""
        self._guard.attach(self.map_memory(size), 0)

    def end_of_loading(self):
        self._guard.listen()  # user code may take the signal

    def _setup(self, payload):
        """Makes environments: the first ones, or fresh ones after that."""
        self._guard.enter()
        texts = dict(parse_texts(payload))
        if self._source is None:
            self._source = Source(parse_texts(payload))
            self._next_step = texts.get("autoreset") == "next_step"
        if self._lanes is None or not self._source.is_instance:
            if self._lanes is not None:
                old, self._lanes = self._lanes, None
                close_envs(old.envs)
            self._lanes = make_lanes(self._source.make(), self._guard, self._next_step)
        envs = self._lanes.envs
        contract = encode_contract(envs)
        self._guard.inside = False
        self._guard.listen()  # user code may take it
        if self._memory is not None:
            self._lanes.bind(self._memory, self._places)
        flags = _IS_INSTANCE if self._source.is_instance else 0
        return flags | (_IS_LOCKSTEP if is_vector(envs[0]) else 0), contract

    def _attach(self, payload):
        places = Places(payload, _VARIABLE)
        memory = self.map_memory(places.size)
        self._lanes.bind(memory, places)
        self._memory, self._places = memory, places
        self._guard.attach(memory, places.interrupted)
        return 0, b""

    def _cut_rows(self, payload):
        """The lanes that a request names, and what follows them."""
        count = struct.unpack_from("<I", payload)[0]
        return struct.unpack_from("<%dI" % count, payload, 4), payload[4 + 4 * count :]

    def _reset(self, payload):
        """u32 number of seeds, i64 each, u8 has options, a MetaMap."""
        rows = None
        if self._flags & _SUBSET:
            rows, payload = self._cut_rows(payload)
        count = struct.unpack_from("<I", payload)[0]
        seeds = struct.unpack_from("<%dq" % count, payload, 4)
        at = 4 + 8 * count
        options = decode_meta_map(payload[at + 1 :]) if payload[at] else None
        return self._lanes.reset(rows, seeds, options)

    def _step(self, payload):
        if self._flags & _SUBSET:
            return self._lanes.step(*self._cut_rows(payload))
        return self._lanes.step(None, payload)

    def _render(self, payload):
        """u32 lane."""
        self._guard.enter()
        try:
            frame = self._lanes.render(struct.unpack("<I", payload)[0])
        except NotImplementedError:
            frame = None
        self._guard.inside = False
        if isinstance(frame, list):  # "rgb_array_list": all since the last call
            frame = frame[-1] if frame else None
        if frame is None or isinstance(frame, str) or not hasattr(frame, "shape"):
            return 0, b""
        return 0, encode_png(frame)

    def _close(self, payload):
        self._model.close()
        lanes, self._lanes = self._lanes, None
        if lanes is not None:
            self._guard.enter()
            close_envs(lanes.envs)
            self._guard.inside = False
        return 0, b""


def _encode_error(error):
    lanes = ()
    if isinstance(error, LaneErrors):
        lanes = [lane for lane, _ in error.errors]
        error = error.errors[0][1]
    kind = type(error)
    name = kind.__qualname__
    if kind.__module__ not in ("builtins", __name__):
        name = "%s.%s" % (kind.__module__, name)
    code = "internal"
    if isinstance(error, SetupError):
        code, name = error.code, ""
    elif isinstance(error, Interrupted):
        code = "interrupted"
    try:
        message = str(error)
    except Exception:
        message = "(its text cannot be made)"
    # The frames of this file are no news to the user.
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename == _OWN_FILE:
        trace = trace.tb_next
    lines = []
    if trace is not None and not isinstance(error, SetupError):
        try:
            lines = traceback.format_exception(kind, error, trace)
        except Exception:
            lines = traceback.format_tb(trace)
    text = "".join(lines)
    if len(text) > 32768:
        text = text[:8192] + "\n  ...\n" + text[-24576:]
    texts = [("code", code), ("type", name), ("message", message[:16384]), ("traceback", text)]
    if lanes:
        texts.append(("lanes", " ".join(map(str, lanes))))
    return encode_texts(texts)


def encode_png(frame):
    """PNG of an array of shape (height, width) or (height, width, 1 to 4)."""
    shape = tuple(frame.shape)
    channels = shape[2] if len(shape) == 3 else 1
    if len(shape) not in (2, 3) or channels not in (1, 2, 3, 4) or 0 in shape:
        raise ValueError("render() gave an array of shape %s, which is no picture" % (shape,))
    if str(frame.dtype) != "uint8":
        frame = frame.clip(0, 255).astype("uint8")
    height, width = shape[:2]
    data = frame.tobytes()
    row = width * channels
    rows = b"".join(b"\0" + data[i : i + row] for i in range(0, height * row, row))
    color = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    header = struct.pack(">IIBBBBB", width, height, 8, color, 0, 0, 0)
    out = [b"\x89PNG\r\n\x1a\n"]
    for tag, body in ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b"")):
        out.append(struct.pack(">I", len(body)) + tag + body)
        out.append(struct.pack(">I", zlib.crc32(tag + body)))
    return b"".join(out)


def main(fd):
    """`fd`: this end of the channel. Standard output already goes where
    standard error goes: user code may print what it likes."""
    sys.argv = ["rlmesh-worker"]
    faulthandler.enable()  # a crash in native code prints where Python was
    if "" not in sys.path:  # PYTHONSAFEPATH; what the user names may be here
        sys.path.insert(0, "")
    try:
        Worker(fd).serve()
    except (BrokenPipeError, ConnectionError):
        pass  # the server is gone
