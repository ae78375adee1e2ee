# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.

# What a space looks like: Gymnasium's spaces, and any object that looks like
# one of them, as leaves and as a serialized SpaceSpec.

import string
import struct

from worker_wire import field_bytes, field_text, field_varint, varint  # a part

# name: (number on the wire, struct code, size)
DTYPES = {
    "bool": (1, "?", 1),
    "uint8": (2, "B", 1),
    "uint16": (3, "H", 2),
    "uint32": (4, "I", 4),
    "uint64": (5, "Q", 8),
    "int8": (6, "b", 1),
    "int16": (7, "h", 2),
    "int32": (8, "i", 4),
    "int64": (9, "q", 8),
    "float16": (10, "e", 2),
    "float32": (11, "f", 4),
    "float64": (12, "d", 8),
}
_PYTHON_DTYPES = {bool: "bool", int: "int64", float: "float64"}
_KINDS = ("Box", "Discrete", "MultiBinary", "MultiDiscrete", "Text", "Dict", "Tuple")
_ALPHANUMERIC = frozenset(string.ascii_letters + string.digits)


_MAX_LEVELS = 32  # dicts and tuples inside of each other, and what is in them


class UnsupportedSpace(TypeError):
    """A space that has no form on the wire."""


def kind_of(space, path="$"):
    """"Box", "Dict", ...: the first known name among the space's classes."""
    for cls in type(space).__mro__:
        if cls.__name__ in _KINDS:
            return cls.__name__
    raise UnsupportedSpace(
        "Unsupported space type: %s (at %s); served are %s"
        % (type(space).__name__, path, ", ".join(_KINDS))
    )


def dtype_name(dtype):
    if isinstance(dtype, type) and dtype in _PYTHON_DTYPES:
        return _PYTHON_DTYPES[dtype]
    name = getattr(dtype, "name", None) or getattr(dtype, "__name__", None)
    return name or str(dtype)


def as_lists(value):
    """NumPy arrays, and their kin, as numbers or nested lists of numbers."""
    return value.tolist() if hasattr(value, "tolist") else value


def flatten(value, out=None):
    """The numbers of nested lists, row-major."""
    out = [] if out is None else out
    for item in value:
        item = as_lists(item)
        if isinstance(item, (list, tuple)):
            flatten(item, out)
        else:
            out.append(item)
    return out


class Leaf:
    """One leaf of a space. `bytes` is None when its size varies."""

    def __init__(self, path, kind, space):
        self.path = path
        self.kind = kind
        self.space = space
        self.shape = ()  # of the user's values
        self.dtype = "int64"  # on the wire
        self.starts = None  # of a MultiDiscrete, row-major; None: all zero
        if kind == "Box":
            self.shape = tuple(int(n) for n in space.shape)
            self.dtype = dtype_name(space.dtype)
            if self.dtype not in DTYPES:
                raise UnsupportedSpace(
                    "%s: Box of dtype %s; served are %s" % (path, self.dtype, ", ".join(DTYPES))
                )
        elif kind == "MultiBinary":
            self.dtype = "uint8"
            self.shape = _shape_of(space, lambda: _zeros(space.n))
        elif kind == "MultiDiscrete":
            self.shape = _shape_of(space, lambda: space.nvec)
            starts = as_lists(getattr(space, "start", 0))
            if isinstance(starts, (list, tuple)):
                starts = flatten(starts)
                self.starts = starts if any(starts) else None
            elif starts:
                self.starts = [starts] * self.count()
        elif kind == "Text":
            self.dtype = "uint8"
        self.code, self.size = DTYPES[self.dtype][1:]
        self.bytes = None if kind == "Text" else self.count() * self.size

    def repeat(self, lanes):
        """Makes it the leaf of so many lanes at once."""
        self.shape = (lanes,) + self.shape
        if self.starts is not None:
            self.starts = self.starts * lanes

    def count(self):
        count = 1
        for n in self.shape:
            count *= n
        return count

    def encode(self):
        shape = self.shape
        if self.kind == "Box":
            shape = shape or (1,)  # the wire has no rank 0
            arm = field_bytes(10, self._encode_bounds())
        elif self.kind == "Discrete":
            start = int(getattr(self.space, "start", 0))
            arm = field_varint(1, int(self.space.n))
            arm = field_bytes(11, arm + (field_varint(2, start) if start else b""))
        elif self.kind == "MultiBinary":
            arm = field_bytes(12, b"")
        elif self.kind == "MultiDiscrete":
            nvec = flatten([as_lists(self.space.nvec)])
            arm = field_bytes(13, field_bytes(1, b"".join(varint(int(n)) for n in nvec)))
        else:
            arm = field_bytes(14, self._encode_text())
        out = field_bytes(1, b"".join(map(varint, shape))) if shape else b""
        return out + field_varint(2, DTYPES[self.dtype][0]) + arm

    def _encode_text(self):
        low = int(getattr(self.space, "min_length", 1))
        out = (field_varint(1, low) if low else b"") + field_varint(2, int(self.space.max_length))
        charset = getattr(self.space, "characters", "") or ""
        if charset and frozenset(charset) != _ALPHANUMERIC:
            out += field_text(3, charset)
        return out

    def _encode_bounds(self):
        low = _Bound(self, self.space.low)
        high = _Bound(self, self.space.high)
        infinity = float("inf")
        if low.value == -infinity and high.value == infinity:
            return b"\x08\x01"
        arm = 3
        if low.value is not None and high.value is not None:
            arm = 2
        return field_bytes(
            arm, field_bytes(1, low.encode(arm == 3)) + field_bytes(2, high.encode(arm == 3))
        )


class _Bound:
    """One side of a Box. `value` is the bound of all elements, or None."""

    def __init__(self, leaf, bound):
        self._leaf = leaf
        if hasattr(bound, "tobytes") and getattr(bound, "size", 0) > 1:
            # An array: compared and encoded as one, images are large.
            self._array = bound
            first = bound.flat[0]
            self.value = first.item() if (bound == first).all() else None
            return
        self._array = None
        bound = as_lists(bound)
        values = flatten(bound) if isinstance(bound, (list, tuple)) else [bound]
        self._values = values
        self.value = values[0] if all(v == values[0] for v in values) else None

    def encode(self, elementwise):
        leaf = self._leaf
        if not elementwise:
            return self._pack([self.value])
        if self._array is not None:
            return self._array.astype(leaf.dtype).tobytes()
        values = self._values
        return self._pack(values if len(values) == leaf.count() else values * leaf.count())

    def _pack(self, values):
        cast = float if self._leaf.dtype.startswith("float") else int
        try:
            return struct.pack("<%d%s" % (len(values), self._leaf.code), *map(cast, values))
        except (struct.error, ValueError, OverflowError) as error:
            raise ValueError(
                "%s: Box bound %r is no %s (%s)"
                % (self._leaf.path, values[0], self._leaf.dtype, error)
            ) from None


def _shape_of(space, example):
    """The space's shape; without one, that of the nested lists of `example`."""
    shape = getattr(space, "shape", None)
    if shape is not None:
        return tuple(int(n) for n in shape)
    value = as_lists(example())
    shape = []
    while isinstance(value, (list, tuple)):
        shape.append(len(value))
        value = value[0] if value else 0
    return tuple(shape)


def _zeros(shape):
    """Nested lists of that shape; a number stands for a vector."""
    value = 0
    for size in reversed([shape] if isinstance(shape, int) else list(shape)):
        value = [value] * size
    return value


def children(space, kind, path):
    """(key, child, path of the child) of a Dict or Tuple."""
    spaces = getattr(space, "spaces", space)
    if kind == "Tuple":
        return [(i, child, "%s[%d]" % (path, i)) for i, child in enumerate(spaces)]
    for key in spaces:
        if not isinstance(key, str):
            raise UnsupportedSpace("%s: Dict key %r is not text" % (path, key))
    return [(key, spaces[key], "%s.%s" % (path, key)) for key in spaces]


def encode_space(space, path="$", level=1):
    """The space as a serialized SpaceSpec."""
    if level > _MAX_LEVELS:
        raise UnsupportedSpace(
            "a space of more than %d levels cannot be served; it goes on at %.80s..."
            % (_MAX_LEVELS, path)
        )
    kind = kind_of(space, path)
    if kind not in ("Dict", "Tuple"):
        return Leaf(path, kind, space).encode()
    parts = children(space, kind, path)
    specs = [encode_space(child, child_path, level + 1) for _, child, child_path in parts]
    if kind == "Tuple":
        return field_bytes(21, b"".join(field_bytes(1, spec) for spec in specs))
    keys = b"".join(field_text(1, key) for key, _, _ in parts)
    return field_bytes(20, keys + b"".join(field_bytes(2, spec) for spec in specs))
