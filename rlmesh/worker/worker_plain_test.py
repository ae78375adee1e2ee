# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.

"""The worker without any package: spaces, values, metadata, pictures."""

import ast
import collections
import enum
import struct
import sys
import unittest
import zlib

import worker_testing as wt

worker = wt.worker
Bench = wt.Bench
NUMPY_AT_START = "numpy" in sys.modules


class GoldenTest(unittest.TestCase):
    def test_specs_and_values_are_those_of_the_released_peer(self):
        cases = wt.golden_cases(wt)
        examples = wt.golden()
        self.assertEqual(set(cases), set(examples))
        for number, (space, value) in cases.items():
            spec, leaves = examples[number]
            with self.subTest(number):
                if spec is not None:
                    self.assertEqual(worker.encode_space(space).hex(), spec)
                self.assertEqual(Bench(space).write(value), leaves)

    def test_actions_are_read_back(self):
        examples = wt.golden()
        for number, (space, value) in wt.golden_cases(wt).items():
            with self.subTest(number):
                got = Bench(space).read(examples[number][1])
                if number == 1:  # float32 rounds
                    got = [[round(x, 6) for x in row] for row in got]
                self.assertEqual(got, value)


class SpecTest(unittest.TestCase):
    def test_box_of_rank_0_is_served_as_one_element(self):
        space = wt.Box(0.0, 1.0, (), "float32")
        self.assertEqual(
            worker.encode_space(space), worker.encode_space(wt.Box(0.0, 1.0, (1,), "float32"))
        )
        bench = Bench(space)
        self.assertEqual(bench.write(0.5), [struct.pack("<f", 0.5)])
        self.assertEqual(bench.read([struct.pack("<f", 0.25)]), 0.25)

    def test_start_of_multi_discrete_is_shifted(self):
        space = wt.MultiDiscrete([3, 5], start=[10, -1])
        self.assertEqual(
            worker.encode_space(space), worker.encode_space(wt.MultiDiscrete([3, 5]))
        )
        bench = Bench(space)
        leaf = struct.pack("<qq", 2, 0)
        self.assertEqual(bench.write([12, -1]), [leaf])
        self.assertEqual(bench.read([leaf]), [12, -1])

    def test_default_charset_is_left_out(self):
        alphanumeric = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
        self.assertEqual(
            worker.encode_space(wt.Text(5, charset=alphanumeric)),
            worker.encode_space(wt.Text(5)),
        )

    def test_python_types_are_dtypes(self):
        for python, name in ((float, "float64"), (int, "int64"), (bool, "bool")):
            self.assertEqual(worker.dtype_name(python), name)

    def test_subclasses_count(self):
        class Camera(wt.Box):
            pass

        self.assertEqual(worker.kind_of(Camera(0, 1, (1,), "uint8")), "Box")

    def test_unsupported_spaces_are_named_with_their_path(self):
        class Graph:
            pass

        space = wt.Dict({"a": wt.Tuple([wt.Discrete(2), Graph()])})
        with self.assertRaisesRegex(TypeError, r"Unsupported space type: Graph \(at \$\.a\[1\]"):
            worker.encode_space(space)
        with self.assertRaisesRegex(TypeError, r"\$\.z: Box of dtype complex64"):
            worker.encode_space(wt.Dict({"z": wt.Box(0, 1, (1,), "complex64")}))
        with self.assertRaisesRegex(TypeError, r"\$: Dict key 3 is not text"):
            worker.encode_space(wt.Dict({3: wt.Discrete(2)}))
        with self.assertRaisesRegex(ValueError, r"\$: Box bound 300 is no uint8"):
            worker.encode_space(wt.Box(0, 300, (1,), "uint8"))


class WrongValueTest(unittest.TestCase):
    """Errors say where and what."""

    def check(self, space, value, regex):
        with self.assertRaisesRegex(ValueError, regex):
            Bench(space).write(value)

    def test_structure(self):
        space = wt.Dict({"a": wt.Tuple([wt.Discrete(2), wt.Text(3)])})
        self.check(space, {}, r"^\$: missing key 'a'")
        self.check(space, [1], r"^\$: expected a dict, got list")
        self.check(space, {"a": 1}, r"^\$\.a: expected a tuple, got int")
        self.check(space, {"a": (1,)}, r"^\$\.a: got 1 items, expected 2")
        self.check(space, {"a": (1, 5)}, r"^\$\.a\[1\]: expected text, got int")
        self.check(space, {"a": (1, "\ud800")}, r"^\$\.a\[1\]: .*surrogates")

    def test_integers(self):
        space = wt.Discrete(3)
        self.assertEqual(Bench(space).write(2.0), [struct.pack("<q", 2)])
        self.assertEqual(Bench(space).write(True), [struct.pack("<q", 1)])
        for value in (0.5, "x", None, [1], float("nan"), float("inf")):
            self.check(space, value, r"^\$: .* is not an integer")
        self.check(space, 1 << 70, r"^\$: value \d+ does not fit int64")

    def test_shapes(self):
        space = wt.Box(0, 1, (2, 3), "float32")
        self.check(space, [1.0, 2.0], r"^\$: no list in dimension 1, expected shape \(2, 3\)")
        self.check(space, [[1.0] * 3], r"^\$: 1 items in dimension 0")
        self.check(space, [[1.0] * 3, [1.0] * 4], r"^\$: 4 items in dimension 1")
        self.check(space, [[[1.0]] * 3] * 2, r"^\$: more than 2 dimensions")
        self.check(space, 3.0, r"^\$: no list in dimension 0")
        self.check(space, [["x"] * 3] * 2, r"^\$: .*for float32")

    def test_dtypes(self):
        space = wt.Box(0, 255, (2,), "uint8")
        self.assertEqual(Bench(space).write((3.0, True)), [b"\3\1"])
        self.check(space, [0.5, 1], r"^\$: 0\.5 is not integral for uint8")
        self.check(space, [256, 1], r"^\$: .*for uint8")
        self.check(space, [-1, 1], r"^\$: .*for uint8")
        self.check(wt.MultiBinary(2), [2, 0], r"^\$: a value is neither 0 nor 1")
        self.check(wt.Box(0, 1, (1,), "bool"), [7], r"^\$: a value is neither 0 nor 1")


class MetaTest(unittest.TestCase):
    def round_trip(self, value):
        return worker.decode_meta_map(worker.encode_meta_map(value))

    def test_known_bytes(self):
        for value, data in (
            ({}, ""),
            ({"k": None}, "0a050a016b1200"),
            ({"k": 7}, "0a070a016b12020807"),
            ({"k": -1}, "0a100a016b120b08ffffffffffffffffff01"),
            ({"k": True}, "0a070a016b12022001"),
            ({"k": False}, "0a070a016b12022000"),
            ({"k": 2.0}, "0a0e0a016b1209110000000000000040"),
            ({"k": "a"}, "0a080a016b12031a0161"),
            ({"k": b"a"}, "0a080a016b12032a0161"),
            ({"k": [1]}, "0a0b0a016b120632040a020801"),
            ({"k": {}}, "0a070a016b12023a00"),
        ):
            with self.subTest(value):
                self.assertEqual(worker.encode_meta_map(value).hex(), data)

    def test_values_that_the_wire_has_come_back(self):
        value = {
            "i": -(1 << 63),
            "f": 0.1,
            "t": "h\u00e9",
            "b": b"\0\xff",
            "l": [1, "x", None, [True, {"y": 2.5}]],
            "m": {"": {"deep": []}},
            "n": None,
        }
        self.assertEqual(self.round_trip(value), value)

    def test_others_become_what_is_nearest(self):
        class Colour(enum.Enum):
            RED = "red"

        class Broken:
            def __str__(self):
                raise RuntimeError

        class Thing:
            def __str__(self):
                return "a thing"

        got = self.round_trip(
            {
                "tuple": (1, 2),
                "enum": Colour.RED,
                "ordered": collections.OrderedDict(x=1),
                "huge": 1 << 64,
                "thing": Thing(),
                "broken": Broken(),
                "complex": 1j,
                "surrogate": "\ud800",
                5: "key",
            }
        )
        self.assertEqual(
            got,
            {
                "tuple": [1, 2],
                "enum": "red",
                "ordered": {"x": 1},
                "huge": "18446744073709551616",
                "thing": "a thing",
                "broken": "<Broken>",
                "complex": "1j",
                "surrogate": "\\ud800",
                "5": "key",
            },
        )

    def test_cycles_and_depth_end(self):
        cycle = {}
        cycle["self"] = [cycle, 1]
        self.assertEqual(self.round_trip({"c": cycle})["c"], {"self": ["...", 1]})
        shared = [1]
        self.assertEqual(self.round_trip({"a": [shared, shared]}), {"a": [[1], [1]]})
        deep = []
        for _ in range(1000):
            deep = [deep]
        self.assertIn("...", str(self.round_trip({"d": deep})))

    def test_broken_bytes_are_an_error_and_unknown_fields_are_not(self):
        data = worker.encode_meta_map({"k": [1, "abc", 2.5]})
        for end in range(1, len(data)):
            with self.assertRaises(ValueError):
                worker.decode_meta_map(data[:end])
        with self.assertRaises(ValueError):
            worker.decode_meta_map(b"\x80" * 20)
        with self.assertRaises(ValueError):
            worker.decode_meta_map(b"\x0b")  # a group
        unknown = worker.field_varint(9, 1) + worker.field_bytes(10, b"x")
        self.assertEqual(worker.decode_meta_map(unknown + data), {"k": [1, "abc", 2.5]})
        self.assertEqual(worker.decode_meta_map(bytes.fromhex("0a070a016b12024200")), {"k": None})


class PictureTest(unittest.TestCase):
    class Frame:
        dtype = "uint8"

        def __init__(self, shape):
            self.shape = shape
            self.data = bytes(i % 251 for i in range(self.size(shape)))

        @staticmethod
        def size(shape):
            size = 1
            for n in shape:
                size *= n
            return size

        def tobytes(self):
            return self.data

    def decode(self, png):
        """(width, height, colour type, pixels) of a PNG with no filters."""
        self.assertEqual(png[:8], b"\x89PNG\r\n\x1a\n")
        at, chunks = 8, {}
        while at < len(png):
            size, tag = struct.unpack_from(">I4s", png, at)
            body = png[at + 8 : at + 8 + size]
            crc = struct.unpack_from(">I", png, at + 8 + size)[0]
            self.assertEqual(crc, zlib.crc32(tag + body))
            chunks[tag] = body
            at += 12 + size
        width, height, depth, color = struct.unpack_from(">IIBB", chunks[b"IHDR"])
        self.assertEqual(depth, 8)
        rows = zlib.decompress(chunks[b"IDAT"])
        stride = len(rows) // height
        self.assertTrue(all(rows[i * stride] == 0 for i in range(height)))
        pixels = b"".join(rows[i * stride + 1 : (i + 1) * stride] for i in range(height))
        return width, height, color, pixels

    def test_every_form_of_picture(self):
        for shape, color in (((2, 3), 0), ((2, 3, 1), 0), ((4, 3, 3), 2), ((1, 1, 4), 6)):
            frame = self.Frame(shape)
            with self.subTest(shape):
                self.assertEqual(
                    self.decode(worker.encode_png(frame)), (shape[1], shape[0], color, frame.data)
                )

    def test_no_picture_is_an_error(self):
        for shape in ((3,), (2, 2, 5), (0, 2, 3), (1, 2, 3, 4)):
            with self.assertRaisesRegex(ValueError, "is no picture"):
                worker.encode_png(self.Frame(shape))


class ShippedFileTest(unittest.TestCase):
    def setUp(self):
        with open(wt.WORKER_FILE, encoding="utf-8") as file:
            self.tree = ast.parse(file.read(), feature_version=(3, 8))

    def test_imports_the_standard_library_only(self):
        allowed = "array collections.abc difflib enum faulthandler fcntl importlib inspect json mmap operator os"
        allowed += " signal socket string struct sys traceback warnings zlib"
        names = set()
        for node in self.tree.body:
            if isinstance(node, ast.Import):
                names.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                names.add(node.module)
        self.assertEqual(names, set(allowed.split()))

    def test_parts_define_no_name_twice(self):
        names = []
        for node in self.tree.body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                names.append(node.name)
            elif isinstance(node, ast.Assign):
                names.extend(n.id for t in node.targets for n in ast.walk(t) if isinstance(n, ast.Name))
        self.assertEqual([n for n in names if names.count(n) > 1], [])

    def test_numpy_is_not_imported(self):
        self.assertEqual("numpy" in sys.modules, NUMPY_AT_START)


if __name__ == "__main__":
    unittest.main()
