# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.

"""What the tests of the worker share. Standard library only: they run on every
Python there is, from 3.8 on."""

import os
import types

_RUNFILES = os.path.join(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"])
WORKER_FILE = os.path.join(_RUNFILES, "rlmesh/worker/worker.py")
GOLDEN_FILE = os.path.join(_RUNFILES, "rlmesh/spaces/testdata/values.txt")


def load_worker():
    """The worker as it is shipped, one file, as a module."""
    with open(WORKER_FILE, encoding="utf-8") as file:
        source = file.read()
    module = types.ModuleType("rlmesh_worker")
    exec(compile(source, "<rlmesh worker>", "exec"), module.__dict__)
    return module


worker = load_worker()


def leaves_of(space, path="$"):
    kind = worker.kind_of(space, path)
    if kind in ("Dict", "Tuple"):
        return [
            leaf
            for _, child, child_path in worker.children(space, kind, path)
            for leaf in leaves_of(child, child_path)
        ]
    return [worker.Leaf(path, kind, space)]


class Bench:
    """A space with memory, as the server would lay it out."""

    def __init__(self, space):
        self._places = []
        end = 0
        for leaf in leaves_of(space):
            self._places.append((end, leaf.bytes))
            end += 0 if leaf.bytes is None else (leaf.bytes + 15) // 16 * 16
        self.memory = bytearray(end + 64)
        self.values = worker.Values(space, self.memory, self._places)

    def write(self, value):
        """The leaves that `value` becomes."""
        self.values.variable = []
        self.values.write(value)
        variable = iter(self.values.variable)
        return [
            worker.pack_texts([next(variable)])[8:] if size is None else bytes(self.memory[offset : offset + size])
            for offset, size in self._places
        ]

    def read(self, leaves):
        """The value that `leaves` stand for."""
        self.values.variable = []
        for leaf, (offset, size) in zip(leaves, self._places):
            if size is None:
                framed = worker.LENGTH.pack(len(leaf)) + leaf
                self.values.variable += worker.cut_texts(framed, 1, 1)[0]
            else:
                self.memory[offset : offset + size] = leaf
        return self.values.read()


def golden():
    """{number: (SpaceSpec, leaves)} of the released peer's single-lane values."""
    examples = {}
    with open(GOLDEN_FILE, encoding="utf-8") as file:
        for line in file:
            if line.startswith("#") or not line.strip():
                continue
            number, lanes, spec, value, _ = [part.strip() for part in line.split("|", 4)]
            if lanes != "1" or number == "18":
                continue
            leaves = [data for _, _, data in worker.fields(bytes.fromhex(value))]
            examples[int(number)] = (None if spec == "-" else spec, leaves)
    return examples


# Spaces without any package, as user code may bring them.


class Box:
    def __init__(self, low, high, shape, dtype):
        self.low, self.high, self.shape, self.dtype = low, high, shape, dtype


class Discrete:
    def __init__(self, n, start=0):
        self.n, self.start = n, start


class MultiBinary:
    def __init__(self, n):
        self.n = n


class MultiDiscrete:
    def __init__(self, nvec, start=0):
        self.nvec, self.start = nvec, start


class Text:
    def __init__(self, max_length, min_length=1, charset=""):
        self.max_length, self.min_length, self.characters = max_length, min_length, charset


class Dict:
    def __init__(self, spaces):
        self.spaces = spaces


class Tuple:
    def __init__(self, spaces):
        self.spaces = spaces


def golden_cases(s, array=lambda value: value):
    """{number: (space, value)} of the examples, built from the classes in `s`;
    `array` makes of nested lists what goes into the spaces' bounds."""
    inf = float("inf")
    box = s.Box
    return {
        1: (box(-1, 1, (2, 3), "float32"), [[0.0, 0.1, 0.2], [0.3, 0.4, 0.5]]),
        2: (box(-inf, inf, (2,), "float32"), [1.0, 2.0]),
        3: (box(0, inf, (2,), "float64"), [1.0, 2.0]),
        4: (box(-5, 2**62, (1,), "int64"), [2**53 + 1]),
        5: (box(array([0.0, 1.0]), array([2.0, 3.0]), (2,), "float32"), [1.0, 2.0]),
        6: (box(0, 1, (3,), "bool"), [True, False, True]),
        7: (box(0, 65535, (2,), "uint16"), [1, 65535]),
        8: (s.Discrete(5, start=-2), -1),
        9: (s.MultiBinary([2, 2]), [[1, 0], [0, 1]]),
        10: (s.MultiDiscrete([[3, 5], [2, 300]]), [[2, 4], [1, 299]]),
        11: (s.Text(8, min_length=2, charset="abc\u00e9"), "ab\u00e9"),
        12: (s.Tuple([s.Discrete(4), s.Text(5)]), (2, "Hi")),
        13: (
            s.Dict(
                {
                    "a": s.Dict({"x": s.MultiBinary(2), "y": box(0, 255, (2,), "uint8")}),
                    "b": s.Discrete(3),
                }
            ),
            {"b": 1, "a": {"y": [7, 9], "x": [0, 1]}},
        ),
        14: (s.Dict({}), {}),
        16: (
            s.Dict(
                {
                    "alpha": s.Tuple([s.Discrete(4), s.MultiBinary(3), s.Text(8)]),
                    "b64": box(-9, 9, (2,), "float64"),
                    "f16": box(-9, 9, (1,), "float16"),
                    "md": s.MultiDiscrete([3, 5]),
                    "zeta": box(0, 255, (2, 2, 3), "uint8"),
                }
            ),
            {
                "alpha": (2, [1, 0, 1], "h\u00e9!"),
                "b64": [0.5, -1.5],
                "f16": [0.5],
                "md": [2, 4],
                "zeta": [[[0, 1, 2], [3, 4, 5]], [[6, 7, 8], [9, 10, 11]]],
            },
        ),
    }
