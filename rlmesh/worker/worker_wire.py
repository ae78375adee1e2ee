# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.

# Protocol buffers by hand, as far as a worker needs them: the wire format, and
# the metadata maps (metadata, infos, options). Texts of frames.

import enum
import struct
from collections.abc import Mapping

_DOUBLE = struct.Struct("<d")
_MASK64 = (1 << 64) - 1
# Lists and maps inside of each other; readers of the wire bound them, and what
# is deeper becomes "...".
MAX_META_DEPTH = 20


def varint(number):
    """A 64-bit integer; a negative one takes ten bytes."""
    number &= _MASK64
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def field_varint(number, value):
    return varint(number << 3) + varint(value)


def field_bytes(number, value):
    return varint(number << 3 | 2) + varint(len(value)) + bytes(value)


def field_text(number, value):
    return field_bytes(number, value.encode("utf-8", "backslashreplace"))


def encode_meta_map(mapping):
    """A serialized MetaMap. What the wire cannot say becomes text."""
    return _encode_map(mapping, MAX_META_DEPTH, [])


def _encode_map(mapping, depth, parents):
    out = []
    for key, value in mapping.items():
        key = key if isinstance(key, str) else str(key)
        entry = field_text(1, key) + field_bytes(2, _encode_value(value, depth - 1, parents))
        out.append(field_bytes(1, entry))
    return b"".join(out)


def _encode_value(value, depth, parents):
    if value is None:
        return b""
    if isinstance(value, enum.Enum):
        value = value.value
    if isinstance(value, bool):
        return b"\x20\x01" if value else b"\x20\x00"
    if isinstance(value, int):
        if -(1 << 63) <= value < 1 << 63:
            return field_varint(1, value)
        return field_text(3, str(value))
    if isinstance(value, float):
        return b"\x11" + _DOUBLE.pack(value)
    if isinstance(value, str):
        return field_text(3, value)
    if isinstance(value, (bytes, bytearray)):
        return field_bytes(5, value)
    if hasattr(value, "dtype") and hasattr(value, "tolist"):  # NumPy and its kin
        try:
            return _encode_value(value.tolist(), depth, parents)
        except Exception:
            return field_text(3, _text(value))
    is_list = isinstance(value, (list, tuple))
    if not is_list and not isinstance(value, Mapping):
        return field_text(3, _text(value))
    if depth <= 0 or any(value is parent for parent in parents):
        return field_text(3, "...")
    parents.append(value)
    try:
        if is_list:
            items = [field_bytes(1, _encode_value(item, depth - 1, parents)) for item in value]
            return field_bytes(6, b"".join(items))
        return field_bytes(7, _encode_map(value, depth, parents))
    finally:
        parents.pop()


def _text(value):
    try:
        return str(value)
    except Exception:
        return "<%s>" % type(value).__name__


def fields(data):
    """Yields (number, wire type, value) of a serialized message."""
    at, end = 0, len(data)
    while at < end:
        tag, at = _read_varint(data, at)
        number, wire_type = tag >> 3, tag & 7
        if wire_type == 0:
            value, at = _read_varint(data, at)
        else:
            if wire_type == 2:
                size, at = _read_varint(data, at)
            elif wire_type in (1, 5):
                size = 8 if wire_type == 1 else 4
            else:
                raise ValueError("a message with a field of wire type %d" % wire_type)
            value = data[at : at + size]
            at += size
            if at > end:
                raise ValueError("a message that ends inside field %d" % number)
        yield number, wire_type, value


def _read_varint(data, at):
    result = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise ValueError("a message with a broken number")
        byte = data[at]
        at += 1
        result |= (byte & 127) << shift
        if byte < 128:
            return result & _MASK64, at
        shift += 7


def decode_meta_map(data):
    """The dict that a serialized MetaMap stands for."""
    result = {}
    for number, wire_type, entry in fields(data):
        if number != 1 or wire_type != 2:
            continue
        key, value = "", b""
        for entry_number, entry_type, entry_value in fields(entry):
            if entry_type == 2 and entry_number == 1:
                key = entry_value.decode("utf-8")
            elif entry_type == 2 and entry_number == 2:
                value = entry_value
        result[key] = _decode_value(value)
    return result


def _decode_value(data):
    result = None
    for number, wire_type, value in fields(data):
        kind = (number, wire_type)
        if kind == (1, 0):
            result = value - (1 << 64) if value >> 63 else value
        elif kind == (2, 1):
            result = _DOUBLE.unpack(value)[0]
        elif kind == (3, 2):
            result = value.decode("utf-8")
        elif kind == (4, 0):
            result = value != 0
        elif kind == (5, 2):
            result = bytes(value)
        elif kind == (6, 2):
            result = [_decode_value(item) for n, t, item in fields(value) if (n, t) == (1, 2)]
        elif kind == (7, 2):
            result = decode_meta_map(value)
        elif kind == (8, 2):
            result = None
    return result


def parse_texts(payload):
    """[(name, value)] of a frame of texts."""
    texts = []
    at = 0
    while at < len(payload):
        size = struct.unpack_from("<I", payload, at)[0]
        texts.append(payload[at + 4 : at + 4 + size].decode("utf-8"))
        at += 4 + size
    return list(zip(texts[::2], texts[1::2]))


def encode_texts(texts):
    out = []
    for pair in texts:
        for text in pair:
            data = text.encode("utf-8", "backslashreplace")
            out.append(struct.pack("<I", len(data)) + data)
    return b"".join(out)
