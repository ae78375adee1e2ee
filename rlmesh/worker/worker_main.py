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
from collections.abc import Mapping

from worker_model_host import ModelHost  # a part
from worker_source import SetupError, Source, bind_reset, encode_contract  # a part
from worker_values import LENGTH, Values, cut_variable  # a part
from worker_wire import decode_meta_map, encode_meta_map, encode_texts, parse_texts  # a part

_OWN_FILE = (lambda: 0).__code__.co_filename

_HEADER = struct.Struct("<BBHIQ")  # kind, flags, zero, id, payload
_SETUP, _ATTACH, _RESET, _STEP, _RENDER, _CLOSE, _DISCARD = range(1, 8)
_ANSWER = 0x80
_ERROR = 0xFF
_HAS_INFOS = 1
_IS_INSTANCE = 2
_VARIABLE = (1 << 64) - 1
_MAX_PAYLOAD = 256 << 20
_F_GET_SEALS = 1034
_NEEDED_SEALS = 0x1 | 0x2 | 0x4  # SEAL, SHRINK, GROW


class Interrupted(KeyboardInterrupt):
    """Raised inside the user's code when the server's patience ends. Not an
    Exception, so that no handler of theirs swallows it."""


class Worker:
    def __init__(self, fd):
        self._fd = fd
        self._socket = socket.socket(fileno=fd)
        self._passed = []  # descriptors that came with a frame
        self._source = None
        self._env = None
        self._id = 0  # of the request in hand
        self._in_user_code = False
        self._signalled = False  # while no user code ran
        self._memory = None
        self._actions = self._observations = None
        self._model = ModelHost(self)
        signal.signal(signal.SIGINT, self._on_interrupt)

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
        kind = 0
        while kind != _CLOSE:
            head = self._receive(_HEADER.size)
            if head is None:
                break  # the server is gone
            kind, _, _, self._id, size = _HEADER.unpack(head)
            payload = self._receive(size) if size else b""
            if payload is None:
                break
            try:
                flags, answer = handlers[kind](payload)
                kind_out = kind | _ANSWER
                if len(answer) > _MAX_PAYLOAD:
                    raise ValueError("an answer of %d bytes is above the limit" % len(answer))
            except BaseException as error:  # whatever user code raises
                self._in_user_code = False
                flags, kind_out, answer = 0, _ERROR, _encode_error(error)
            self._send(_HEADER.pack(kind_out, flags, 0, self._id, len(answer)) + answer)
        if kind != _CLOSE:
            self._close(b"")

    def _receive(self, size):
        if self._observations is not None:  # no descriptor will come any more
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

    def _on_interrupt(self, signum, frame):
        if not self._in_user_code:
            self._signalled = True  # it may have come early, or too late
        elif self._is_interrupted():
            self._in_user_code = False
            raise Interrupted("interrupted by the server")

    def _is_interrupted(self):
        """Whether the server interrupted the request in hand."""
        self._signalled = False
        if self._memory is None:
            return True
        return LENGTH.unpack_from(self._memory, self._interrupted)[0] == self._id

    def _enter(self):
        """Goes before every call of user code."""
        self._in_user_code = True
        if self._signalled and self._is_interrupted():
            raise Interrupted("interrupted by the server")

    def run_user_code(self, function, *args):
        self._enter()
        try:
            return function(*args)
        finally:
            self._in_user_code = False

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
        """Before a policy is loaded: `size` bytes with the interrupted id."""
        self._memory, self._interrupted = self.map_memory(size), 0

    def end_of_loading(self):
        signal.signal(signal.SIGINT, self._on_interrupt)  # user code may take it

    def _setup(self, payload):
        """Makes an environment: the first one, or a fresh one after that."""
        self._enter()
        if self._source is None:
            self._source = Source(parse_texts(payload))
        if self._env is None or not self._source.is_instance:
            if self._env is not None:
                old, self._env = self._env, None
                _close_env(old)
            self._env = self._source.make()
        contract = encode_contract(self._env)
        self._in_user_code = False
        signal.signal(signal.SIGINT, self._on_interrupt)  # user code may take it
        self._bind()
        return (_IS_INSTANCE if self._source.is_instance else 0), contract

    def _attach(self, payload):
        numbers = struct.unpack("<%dQ" % (len(payload) // 8), payload)
        size, _, rewards, terminated, truncated, interrupted = numbers[:6]
        actions, observations = numbers[6:8]
        self._interrupted = interrupted
        self._memory = self.map_memory(size)
        places = []
        for offset, length in zip(numbers[8::2], numbers[9::2]):
            places.append((offset, None if length == _VARIABLE else length))
        if len(places) != actions + observations or truncated != terminated + 1:
            raise ValueError("the server's layout is not one for a single lane")
        self._places = places[:actions], places[actions:]
        self._rewards = rewards, struct.Struct("<d??" if terminated == rewards + 8 else "")
        self._bind()
        return 0, b""

    def _bind(self):
        """Prepares all that a step needs, once there are an environment and
        memory."""
        if self._memory is None:
            return
        env = self._env
        self._user_step, self._user_reset = env.step, bind_reset(env)
        self._actions = Values(env.action_space, self._memory, self._places[0])
        self._observations = Values(env.observation_space, self._memory, self._places[1])
        self._variable_actions = sum(size is None for _, size in self._places[0])

    def _reset(self, payload):
        """u8 has seed, i64 seed, u8 has options, a MetaMap."""
        has_seed, seed, has_options = struct.unpack_from("<BqB", payload)
        options = decode_meta_map(payload[10:]) if has_options else None
        self._enter()
        result = self._user_reset(seed if has_seed else None, options)
        self._in_user_code = False
        if not isinstance(result, tuple) or len(result) != 2:
            raise TypeError(
                "reset() must return (observation, info), got %s" % _shape_of_result(result)
            )
        return self._observed(result[0], result[1])

    def _step(self, payload):
        actions = self._actions
        if self._variable_actions:
            actions.variable = cut_variable(payload, self._variable_actions)
        action = actions.read()
        self._in_user_code = True  # _enter, without a call
        if self._signalled:
            self._enter()
        result = self._user_step(action)
        self._in_user_code = False
        try:
            observation, reward, terminated, truncated, info = result
        except (TypeError, ValueError):
            raise TypeError(
                "step() must return (observation, reward, terminated, truncated, info), got %s"
                % _shape_of_result(result)
            ) from None
        offset, layout = self._rewards
        try:
            layout.pack_into(self._memory, offset, reward, terminated, truncated)
        except struct.error:
            layout.pack_into(self._memory, offset, _as_reward(reward), terminated, truncated)
        return self._observed(observation, info)

    def _observed(self, observation, info):
        values = self._observations
        if values.variable:
            values.variable = []
        values.write(observation)
        answer = b""
        if values.variable:
            answer = b"".join(LENGTH.pack(len(leaf)) + leaf for leaf in values.variable)
        if info is None:
            return 0, answer
        if info:
            if not isinstance(info, Mapping):
                raise TypeError("info must be a dict, got %s" % type(info).__name__)
            answer += encode_meta_map(info)
        return _HAS_INFOS, answer

    def _render(self, payload):
        if not hasattr(self._env, "render"):
            return 0, b""
        self._enter()
        try:
            frame = self._env.render()
        except NotImplementedError:
            frame = None
        self._in_user_code = False
        if isinstance(frame, list):  # "rgb_array_list": all since the last call
            frame = frame[-1] if frame else None
        if frame is None or isinstance(frame, str) or not hasattr(frame, "shape"):
            return 0, b""
        return 0, encode_png(frame)

    def _close(self, payload):
        self._model.close()
        env, self._env = self._env, None
        if env is not None:
            self._enter()
            _close_env(env)
            self._in_user_code = False
        return 0, b""


def _close_env(env):
    if callable(getattr(env, "close", None)):
        env.close()


def _as_reward(reward):
    """What struct does not take: an array of one element, a tensor."""
    if getattr(reward, "size", None) == 1 or hasattr(reward, "item"):
        return float(reward.item())
    raise TypeError("the reward %.80r is not a number" % (reward,))


def _shape_of_result(result):
    if isinstance(result, tuple):
        hint = " (the old Gym interface; wrap the environment)" if len(result) == 4 else ""
        return "a tuple of %d%s" % (len(result), hint)
    return type(result).__name__


def _encode_error(error):
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
    return encode_texts(
        [("code", code), ("type", name), ("message", message[:16384]), ("traceback", text)]
    )


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
