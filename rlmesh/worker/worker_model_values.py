# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.

# Observations and actions of a policy. Unlike an environment, a policy has no
# space objects of its own: what there is, is the wire's SpaceSpec, so values
# are as the wire has them (a Discrete is an int, a MultiBinary uint8).

import struct
from collections.abc import Mapping

from worker_specs import DTYPES, as_lists, flatten  # a part
from worker_values import _as_int, _check_shape, _coerce, _exact_int, _nest  # a part
from worker_wire import _read_varint, fields  # a part

_DTYPE_NAMES = {number: name for name, (number, _, _) in DTYPES.items()}
_ARMS = {
    10: "Box",
    11: "Discrete",
    12: "MultiBinary",
    13: "MultiDiscrete",
    14: "Text",
    20: "Dict",
    21: "Tuple",
}


class WireLeaf:
    """One leaf of a space. `bytes` are those of a row; None: they vary."""

    def __init__(self, path, kind, dtype, shape):
        self.path, self.kind, self.dtype, self.shape = path, kind, dtype, shape
        self.code, self.size = DTYPES[dtype][1:]
        self.count = 1
        for n in shape:
            self.count *= n
        self.bytes = None if kind == "Text" else self.count * self.size


class WireTree:
    """A Dict or a Tuple: `parts` has (key or index, child) in their order."""

    def __init__(self, path, kind, parts):
        self.path, self.kind, self.parts = path, kind, parts


def decode_space(data, path="$"):
    """The WireTree or WireLeaf of a serialized SpaceSpec."""
    shape, dtype, kind, body = [], 0, "Tuple", b""
    for number, wire_type, value in fields(data):
        if number == 1:
            shape.extend([value] if wire_type == 0 else _varints(value))
        elif number == 2:
            dtype = value
        elif number in _ARMS:
            kind, body = _ARMS[number], value
    if kind not in ("Dict", "Tuple"):
        return WireLeaf(path, kind, _DTYPE_NAMES[dtype], tuple(shape))
    parts = [value for _, _, value in fields(body)]
    if kind == "Tuple":
        parts = [(i, decode_space(p, "%s[%d]" % (path, i))) for i, p in enumerate(parts)]
        return WireTree(path, kind, parts)
    keys = [value.decode("utf-8") for number, _, value in fields(body) if number == 1]
    spaces = [value for number, _, value in fields(body) if number == 2]
    parts = [(k, decode_space(p, "%s.%s" % (path, k))) for k, p in zip(keys, spaces)]
    return WireTree(path, kind, parts)


def _varints(data):
    at = 0
    while at < len(data):
        value, at = _read_varint(data, at)
        yield value


def leaves_of_tree(tree):
    if isinstance(tree, WireLeaf):
        return [tree]
    return [leaf for _, child in tree.parts for leaf in leaves_of_tree(child)]


class Observations:
    """What `memory` holds at `places` (an offset for each leaf, or None), row
    after row. `np`: NumPy, or None for lists."""

    def __init__(self, tree, memory, places, rows, np):
        self._memory, self._rows, self._np = memory, rows, np
        self._places = iter(places)
        self.texts = []  # of every Text leaf: a list with the text of each row
        self.row, batch = self._build(tree)
        if np is not None:
            self.batch = batch

    def batch(self, rows):
        """Leaves [rows, ...]; without NumPy a list of observations."""
        return [self.row(i) for i in range(rows)]

    def _build(self, tree):
        if isinstance(tree, WireTree):
            parts = [(key,) + self._build(child) for key, child in tree.parts]
            if tree.kind == "Dict":
                return (
                    lambda row: {key: read(row) for key, read, _ in parts},
                    lambda rows: {key: read(rows) for key, _, read in parts},
                )
            return (
                lambda row: tuple([read(row) for _, read, _ in parts]),
                lambda rows: tuple([read(rows) for _, _, read in parts]),
            )
        offset = next(self._places)
        if tree.kind == "Text":
            texts, index = self.texts, len(self.texts)
            texts.append([])
            return lambda row: texts[index][row], lambda rows: list(texts[index])
        view = self._view(tree, offset)
        if tree.kind == "Discrete":
            memory, size, unpack = self._memory, tree.size, struct.Struct("<" + tree.code)
            return (
                lambda row: unpack.unpack_from(memory, offset + row * size)[0],
                lambda rows: view[:rows].copy(),
            )
        if self._np is None:
            return self._build_lists(tree, offset), None
        if tree.kind == "MultiBinary" or tree.dtype == "bool":
            dtype = view.dtype  # a byte that is not 0 reads as 1
            bits = self._np.frombuffer(self._memory, "uint8", view.size, offset)
            bits = bits.reshape(view.shape)
            return (
                lambda row: (bits[row] != 0).astype(dtype),
                lambda rows: (bits[:rows] != 0).astype(dtype),
            )
        return lambda row: view[row].copy(), lambda rows: view[:rows].copy()

    def _view(self, leaf, offset):
        if self._np is None:
            return None
        count = self._rows * leaf.count
        view = self._np.frombuffer(self._memory, leaf.dtype, count, offset)
        return view.reshape((self._rows,) + leaf.shape)

    def _build_lists(self, leaf, offset):
        memory, size, shape = self._memory, leaf.bytes, leaf.shape
        layout = struct.Struct("<%d%s" % (leaf.count, leaf.code))
        binary = leaf.kind == "MultiBinary"

        def read(row):
            values = list(layout.unpack_from(memory, offset + row * size))
            return _nest([int(v != 0) for v in values] if binary else values, shape)

        return read


class Actions:
    """Writes actions where the server looks for them: frame after frame, of
    `rows` rows each."""

    def __init__(self, tree, memory, places, rows, frames, np):
        self._memory, self._rows, self._frames, self._np = memory, rows, frames, np
        self._places = iter(places)
        self.has_texts = False
        self.texts = {}  # (frame, Text leaf): {row: bytes}
        self._text_leaves = 0
        self.write = self._build(tree)  # frame, row, value

    def _build(self, tree):
        path = tree.path
        if isinstance(tree, WireTree):
            parts = [(key, self._build(child)) for key, child in tree.parts]
            return self._build_tree(tree, parts)
        offset = next(self._places)
        if tree.kind == "Text":
            return self._build_text(path)
        if tree.kind == "Discrete":
            return self._build_discrete(tree, offset)
        if self._np is None:
            return self._build_lists(tree, offset)
        return self._build_array(tree, offset)

    def _build_tree(self, tree, parts):
        path = tree.path

        def write_dict(frame, row, value):
            if not isinstance(value, Mapping):
                raise ValueError("%s: expected a dict, got %s" % (path, type(value).__name__))
            for key, write in parts:
                try:
                    part = value[key]
                except KeyError:
                    raise ValueError("%s: missing key %r" % (path, key)) from None
                write(frame, row, part)

        def write_tuple(frame, row, value):
            if not isinstance(value, (tuple, list)):
                raise ValueError("%s: expected a tuple, got %s" % (path, type(value).__name__))
            if len(value) != len(parts):
                raise ValueError("%s: got %d items, expected %d" % (path, len(value), len(parts)))
            for (_, write), part in zip(parts, value):
                write(frame, row, part)

        return write_dict if tree.kind == "Dict" else write_tuple

    def _build_text(self, path):
        index = self._text_leaves
        self._text_leaves += 1
        self.has_texts = True

        def write_text(frame, row, value):
            if not isinstance(value, str):
                raise ValueError("%s: expected text, got %s" % (path, type(value).__name__))
            try:
                data = value.encode("utf-8")
            except UnicodeEncodeError as error:
                raise ValueError("%s: %s" % (path, error)) from None
            self.texts.setdefault((frame, index), {})[row] = data

        return write_text

    def encode_texts(self, frames, rows):
        """The Text leaves of all frames, as they travel in a frame; forgets
        them."""
        out = []
        for frame in range(frames):
            for index in range(self._text_leaves):
                bodies = [self.texts[frame, index][row] for row in range(rows)]
                leaf = struct.pack("<%dQ" % (rows + 1), rows, *map(len, bodies))
                leaf += b"".join(bodies)
                out.append(struct.pack("<Q", len(leaf)) + leaf)
        self.texts.clear()
        return b"".join(out)

    def _build_discrete(self, leaf, offset):
        memory, size, rows, path = self._memory, leaf.size, self._rows, leaf.path
        pack_into = struct.Struct("<" + leaf.code).pack_into

        def write_discrete(frame, row, value):
            if type(value) is not int:
                value = _as_int(_single(value), path)
            try:
                pack_into(memory, offset + (frame * rows + row) * size, value)
            except struct.error:
                raise ValueError(
                    "%s: value %d does not fit %s" % (path, value, leaf.dtype)
                ) from None

        return write_discrete

    def _build_lists(self, leaf, offset):
        memory, rows, shape, path = self._memory, self._rows, leaf.shape, leaf.path
        layout = struct.Struct("<%d%s" % (leaf.count, leaf.code))
        is_float = leaf.dtype.startswith("float")
        is_binary = leaf.dtype == "bool" or leaf.kind == "MultiBinary"

        def write_lists(frame, row, value):
            value = as_lists(value)
            if shape == (1,) and not isinstance(value, (list, tuple)):
                value = [value]
            _check_shape(value, shape, path)
            try:
                values = list(map(float if is_float else _exact_int, flatten([value])))
                if is_binary and not all(v in (0, 1) for v in values):
                    raise ValueError("a value is neither 0 nor 1")
                layout.pack_into(memory, offset + (frame * rows + row) * leaf.bytes, *values)
            except (struct.error, ValueError, TypeError, OverflowError) as error:
                raise ValueError("%s: %s for %s" % (path, error, leaf.dtype)) from None

        return write_lists

    def _build_array(self, leaf, offset):
        np, shape, path = self._np, leaf.shape, leaf.path
        rows = (self._frames, self._rows)
        view = np.frombuffer(self._memory, leaf.dtype, rows[0] * rows[1] * leaf.count, offset)
        view = view.reshape(rows + shape)
        dtype, ndarray = view.dtype, np.ndarray
        is_binary = leaf.kind == "MultiBinary"

        def write_array(frame, row, value):
            if type(value) is ndarray and value.dtype == dtype and value.shape == shape:
                if not is_binary:
                    view[frame, row] = value
                    return
            try:
                array = np.asarray(value)
            except (ValueError, TypeError) as error:  # ragged lists
                raise ValueError("%s: %s" % (path, error)) from None
            if array.shape != shape:
                if array.shape == () and shape == (1,):
                    array = array.reshape(shape)
                else:
                    raise ValueError("%s: shape %s, expected %s" % (path, array.shape, shape))
            with np.errstate(all="ignore"):
                view[frame, row] = _coerce(
                    np, array, np.dtype("bool") if is_binary else dtype, path
                )

        return write_array


def _single(value):
    """The number in an array of one."""
    if getattr(value, "size", None) == 1 and hasattr(value, "item"):
        return value.item()
    return value


def split(value, tree, count, path=None):
    """The `count` items (None: as many as there are) of a list of them, or of a
    value whose leaves have them along their first axis; indexable."""
    path = path or tree.path
    if isinstance(value, list):
        items = value
    elif isinstance(tree, WireLeaf):
        if not hasattr(value, "__len__") or isinstance(value, (str, bytes, Mapping)):
            raise TypeError(
                "%s: cannot split %s into %s; return leaves [%s, ...] or a list of them"
                % (path, _kind(value), "actions" if count is None else "%d actions" % count,
                   "n" if count is None else count)
            )
        if getattr(value, "shape", None) == ():
            raise TypeError("%s: cannot split a single number into actions" % path)
        items = value
    elif tree.kind == "Dict":
        if not isinstance(value, Mapping):
            raise TypeError("%s: expected a dict, got %s" % (path, _kind(value)))
        missing = [key for key, _ in tree.parts if key not in value]
        if missing:
            raise ValueError("%s: missing key %r" % (path, missing[0]))
        columns = [split(value[key], child, count) for key, child in tree.parts]
        count = _common_length(columns, tree, count)
        keys = [key for key, _ in tree.parts]
        return [dict(zip(keys, [column[i] for column in columns])) for i in range(count)]
    else:
        if not isinstance(value, tuple) or len(value) != len(tree.parts):
            raise TypeError(
                "%s: expected a tuple of %d, or a list of actions, got %s"
                % (path, len(tree.parts), _kind(value))
            )
        columns = [split(part, child, count) for part, (_, child) in zip(value, tree.parts)]
        count = _common_length(columns, tree, count)
        return [tuple([column[i] for column in columns]) for i in range(count)]
    if count is not None and len(items) != count:
        raise ValueError("%s: got %d actions, expected %d" % (path, len(items), count))
    return items


def _common_length(columns, tree, count):
    if not columns:
        return 1 if count is None else count
    lengths = [len(column) for column in columns]
    if len(set(lengths)) > 1:
        raise ValueError("%s: its leaves have %s items" % (tree.path, lengths))
    return lengths[0]


def _kind(value):
    if isinstance(value, tuple):
        return "a tuple of %d" % len(value)
    return "a value of type %s" % type(value).__name__

