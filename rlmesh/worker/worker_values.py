# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.

# Values and leaves: a Writer puts observations into shared memory, a Reader
# makes actions from it. Both are built once for a space and a layout, and are
# then chains of closures that do as little as Python allows.

import operator
import struct
import sys
from collections.abc import Mapping

from worker_specs import Leaf, as_lists, children, flatten, kind_of  # a part

LENGTH = struct.Struct("<Q")  # of a leaf of variable size, in a frame


class Values:
    """The values of one space in `memory`. `places` has (offset, bytes) for
    every leaf; bytes is None for texts, which travel in frames. `variable`
    holds those of the last read or write, in order, as UTF-8.

    With `batch`, values of so many lanes at once, as vector environments have
    them: arrays with one more dimension, lists of texts (in `variable` too)."""

    def __init__(self, space, memory, places, batch=None):
        self.variable = []
        self._batch = batch
        self._memory = memory
        self._places = iter(places)
        # NumPy is used when the environment has brought it.
        self._np = sys.modules.get("numpy")
        self.write, self.read = self._build(space, "$")

    def _build(self, space, path):
        kind = kind_of(space, path)
        if kind == "Dict":
            return self._build_dict(children(space, kind, path), path)
        if kind == "Tuple":
            return self._build_tuple(children(space, kind, path), path)
        leaf = Leaf(path, kind, space)
        offset, size = next(self._places)
        if size != leaf.bytes:
            raise ValueError("%s takes %s bytes, the server says %s" % (path, leaf.bytes, size))
        if kind == "Text":
            return self._build_text(path) if self._batch is None else self._build_texts(path)
        if self._batch is not None:
            leaf.repeat(self._batch)
        elif kind == "Discrete":
            return self._build_discrete(leaf, offset)
        if self._np is None:
            return self._build_lists(leaf, offset)
        return self._build_array(leaf, offset)

    def _build_dict(self, parts, path):
        built = [(key,) + self._build(child, child_path) for key, child, child_path in parts]
        writers = [(key, write) for key, write, _ in built]
        readers = [(key, read) for key, _, read in built]

        def write_dict(value):
            if not isinstance(value, Mapping):
                raise ValueError("%s: expected a dict, got %s" % (path, type(value).__name__))
            for key, write in writers:
                try:
                    part = value[key]
                except KeyError:
                    raise ValueError("%s: missing key %r" % (path, key)) from None
                write(part)

        return write_dict, lambda: {key: read() for key, read in readers}

    def _build_tuple(self, parts, path):
        built = [self._build(child, child_path) for _, child, child_path in parts]
        writers = [write for write, _ in built]
        readers = [read for _, read in built]

        def write_tuple(value):
            if not isinstance(value, (tuple, list)):
                raise ValueError("%s: expected a tuple, got %s" % (path, type(value).__name__))
            if len(value) != len(writers):
                raise ValueError(
                    "%s: got %d items, expected %d" % (path, len(value), len(writers))
                )
            for write, part in zip(writers, value):
                write(part)

        return write_tuple, lambda: tuple([read() for read in readers])

    def _build_text(self, path):
        def write_text(value):
            self.variable.append(_encode_text(value, path))

        return write_text, lambda: self.variable.pop(0).decode("utf-8")

    def _build_texts(self, path):
        def write_texts(value):
            value = as_lists(value)
            if not isinstance(value, (tuple, list)) or len(value) != self._batch:
                raise ValueError("%s: expected a list of %d texts" % (path, self._batch))
            self.variable.append([_encode_text(text, path) for text in value])

        return write_texts, lambda: tuple([t.decode("utf-8") for t in self.variable.pop(0)])

    def _build_discrete(self, leaf, offset):
        memory, path = self._memory, leaf.path
        pack_into, unpack_from = struct.Struct("<q").pack_into, struct.Struct("<q").unpack_from

        def write_discrete(value):
            if type(value) is not int:
                value = _as_int(value, path)
            try:
                pack_into(memory, offset, value)
            except struct.error:
                raise ValueError("%s: value %d does not fit int64" % (path, value)) from None

        if self._np is None:
            return write_discrete, lambda: unpack_from(memory, offset)[0]
        # As Gymnasium's own samples: a NumPy scalar of the space's dtype.
        scalar = self._np.dtype(getattr(leaf.space, "dtype", None) or "int64").type
        return write_discrete, lambda: scalar(unpack_from(memory, offset)[0])

    def _build_lists(self, leaf, offset):
        memory, shape, path = self._memory, leaf.shape, leaf.path
        layout = struct.Struct("<%d%s" % (leaf.count(), leaf.code))
        is_float = leaf.dtype.startswith("float")
        is_binary = leaf.dtype == "bool" or leaf.kind == "MultiBinary"
        starts = leaf.starts

        def write_lists(value):
            value = as_lists(value)
            _check_shape(value, shape, path)
            values = flatten([value])
            try:
                values = list(map(float if is_float else _exact_int, values))
                if is_binary and not all(v in (0, 1) for v in values):
                    raise ValueError("a value is neither 0 nor 1")
                if starts is not None:
                    values = list(map(operator.sub, values, starts))
                layout.pack_into(memory, offset, *values)
            except (struct.error, ValueError, TypeError, OverflowError) as error:
                raise ValueError("%s: %s for %s" % (path, error, leaf.dtype)) from None

        def read_lists():
            values = list(layout.unpack_from(memory, offset))
            if starts is not None:
                values = list(map(operator.add, values, starts))
            return _nest(values, shape)

        return write_lists, read_lists

    def _build_array(self, leaf, offset):
        np, shape, path, starts = self._np, leaf.shape, leaf.path, leaf.starts
        view = np.frombuffer(self._memory, leaf.dtype, leaf.count(), offset).reshape(shape)
        dtype, ndarray = view.dtype, np.ndarray
        if starts is not None:
            starts = np.array(starts, "int64").reshape(shape)
        is_binary = leaf.kind == "MultiBinary"

        def write_array(value):
            if type(value) is ndarray and value.dtype == dtype and value.shape == shape:
                if not is_binary and starts is None:
                    view[...] = value
                    return
            array = np.asarray(value)
            if array.shape != shape:
                raise ValueError("%s: shape %s, expected %s" % (path, array.shape, shape))
            with np.errstate(all="ignore"):
                array = _coerce(np, array, np.dtype("bool") if is_binary else dtype, path)
            view[...] = array if starts is None else array - starts

        # The types that Gymnasium's own samples have.
        like = dtype
        if leaf.kind == "MultiBinary":
            like = np.dtype("int8")
        elif leaf.kind in ("Discrete", "MultiDiscrete"):
            like = np.dtype(getattr(leaf.space, "dtype", None) or "int64")
        if starts is not None:
            return write_array, lambda: (view + starts).astype(like)
        if like != dtype:
            return write_array, lambda: view.astype(like)
        if shape == ():
            return write_array, lambda: np.array(view)
        return write_array, view.copy


def _encode_text(value, path):
    if not isinstance(value, str):
        raise ValueError("%s: expected text, got %s" % (path, type(value).__name__))
    try:
        return value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError("%s: %s" % (path, error)) from None


def _as_int(value, path):
    try:
        return operator.index(value)
    except TypeError:
        pass
    shape = getattr(value, "shape", ())
    if shape == () and hasattr(value, "item"):
        value = value.item()  # a NumPy scalar, or an array of rank 0
    try:
        if shape == ():
            return _exact_int(value)
    except (ValueError, TypeError, OverflowError):
        pass
    raise ValueError("%s: %.80r is not an integer" % (path, value))


def _exact_int(value):
    if isinstance(value, float):
        if not value.is_integer():
            raise ValueError("%r is not integral" % value)
        return int(value)
    return operator.index(value)


def _coerce(np, array, dtype, path):
    """`array` as `dtype`, if that loses nothing but a float's precision."""
    source = array.dtype
    if source == dtype:
        return array
    if source.kind not in "biuf":
        raise ValueError("%s: dtype %s cannot become %s" % (path, source, dtype))
    if dtype.kind == "f":
        return array.astype(dtype)
    if array.size == 0 or (source.kind != "f" and np.can_cast(source, dtype)):
        return array.astype(dtype)
    if source.kind == "f":
        bad = ~(np.isfinite(array) & (np.rint(array) == array))
        if bad.any():
            raise ValueError(
                "%s: %r is not integral, for dtype %s" % (path, array[bad][0].item(), dtype)
            )
    low, high = (0, 1) if dtype.kind == "b" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    for extreme in (array.min().item(), array.max().item()):
        if not low <= int(extreme) <= high:
            raise ValueError("%s: %r is out of range for dtype %s" % (path, extreme, dtype))
    return array.astype(dtype)


def _check_shape(value, shape, path):
    """That nested lists have `shape`."""
    level = [value]
    for depth, size in enumerate(shape):
        below = []
        for item in level:
            item = as_lists(item)
            if not isinstance(item, (list, tuple)) or len(item) != size:
                got = "%d items" % len(item) if isinstance(item, (list, tuple)) else "no list"
                raise ValueError(
                    "%s: %s in dimension %d, expected shape %s" % (path, got, depth, shape)
                )
            below.extend(item)
        level = below
    if any(isinstance(as_lists(item), (list, tuple)) for item in level):
        raise ValueError("%s: more than %d dimensions" % (path, len(shape)))


def _nest(values, shape):
    if not shape:
        return values[0]
    for size in reversed(shape[1:]):
        values = [values[i : i + size] for i in range(0, len(values), size)]
    return values


def pack_texts(texts):
    """The Text leaf of `texts`, one a lane, framed by its length."""
    lengths = [len(text) for text in texts]
    header = struct.pack("<%dQ" % (len(texts) + 1), len(texts), *lengths)
    return b"".join([LENGTH.pack(len(header) + sum(lengths)), header] + texts)


def cut_texts(payload, count, lanes):
    """The first `count` Text leaves of a frame: lists of `lanes` texts."""
    leaves = []
    at = 0
    for _ in range(count):
        lengths = struct.unpack_from("<%dQ" % lanes, payload, at + 16)
        at += 16 + 8 * lanes
        texts = []
        for length in lengths:
            texts.append(payload[at : at + length])
            at += length
        leaves.append(texts)
    return leaves
