# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.

"""The worker with NumPy and the real Gymnasium."""

import types
import unittest

import gymnasium
import numpy as np
from gymnasium import spaces

import worker_testing as wt

worker = wt.worker
Bench = wt.Bench


def box(low, high, shape, dtype):
    if isinstance(low, np.ndarray):
        return spaces.Box(low, high, dtype=dtype)
    return spaces.Box(low, high, shape, dtype)


GYM = types.SimpleNamespace(
    Box=box,
    Discrete=spaces.Discrete,
    MultiBinary=spaces.MultiBinary,
    MultiDiscrete=spaces.MultiDiscrete,
    Text=spaces.Text,
    Dict=spaces.Dict,
    Tuple=spaces.Tuple,
)


def as_value(space, value):
    """Nested lists as what an environment of `space` would return."""
    if isinstance(space, spaces.Dict):
        return {key: as_value(space[key], part) for key, part in value.items()}
    if isinstance(space, spaces.Tuple):
        return tuple(as_value(s, part) for s, part in zip(space, value))
    if isinstance(space, spaces.Text):
        return value
    return space.dtype.type(value) if space.shape == () else np.array(value, space.dtype)


def equal(a, b):
    if isinstance(a, dict):
        return set(a) == set(b) and all(equal(a[key], b[key]) for key in a)
    if isinstance(a, tuple):
        return len(a) == len(b) and all(map(equal, a, b))
    return type(a) is type(b) and np.array_equal(a, b)


class GoldenTest(unittest.TestCase):
    def test_specs_and_values_are_those_of_the_released_peer(self):
        examples = wt.golden()
        for number, (space, value) in wt.golden_cases(GYM, np.array).items():
            spec, leaves = examples[number]
            bench = Bench(space)
            with self.subTest(number):
                if spec is not None:
                    self.assertEqual(worker.encode_space(space).hex(), spec)
                self.assertEqual(bench.write(as_value(space, value)), leaves)
                self.assertEqual(bench.write(value), leaves)  # lists do as well

    def test_dict_keys_are_sorted_by_gymnasium(self):
        space = spaces.Dict({"b": spaces.Discrete(2), "a": spaces.Discrete(3)})
        self.assertEqual([leaf.path for leaf in wt.leaves_of(space)], ["$.a", "$.b"])


class SampleTest(unittest.TestCase):
    """What a sample becomes and comes back as."""

    SPACES = (
        spaces.Box(-1, 1, (3, 2), np.float32),
        spaces.Box(0, 255, (4, 5, 3), np.uint8),
        spaces.Box(-5, 5, (2,), np.int16),
        spaces.Box(0, 1, (2,), np.float64),
        spaces.Discrete(5),
        spaces.Discrete(5, start=-3),
        spaces.MultiBinary((2, 3)),
        spaces.MultiDiscrete([3, 4]),
        spaces.MultiDiscrete([3, 4], dtype=np.int32),
        spaces.MultiDiscrete([[3], [4]], start=[[7], [-2]]),
        spaces.Text(9),
        spaces.Dict(a=spaces.Tuple([spaces.Text(3), spaces.Discrete(3), spaces.Text(4)])),
    )

    def test_samples_come_back_equal_and_of_the_same_types(self):
        for space in self.SPACES:
            bench = Bench(space)
            space.seed(3)
            for _ in range(20):
                sample = space.sample()
                got = bench.read(bench.write(sample))
                with self.subTest(space):
                    self.assertTrue(equal(got, sample), (got, sample))
                    self.assertIn(got, space)

    def test_actions_do_not_share_memory(self):
        bench = Bench(spaces.Box(0, 9, (2,), np.float32))
        first = bench.read([np.array([1, 2], "<f4").tobytes()])
        bench.read([np.array([3, 4], "<f4").tobytes()])
        self.assertEqual(first.tolist(), [1.0, 2.0])

    def test_box_of_rank_0(self):
        space = spaces.Box(np.float32(0), np.float32(1), ())
        bench = Bench(space)
        leaf = np.float32(0.5).tobytes()
        self.assertEqual(bench.write(np.float32(0.5)), [leaf])
        self.assertIn(bench.read([leaf]), space)


class CoercionTest(unittest.TestCase):
    def check(self, space, value, regex):
        with self.assertRaisesRegex(ValueError, regex):
            Bench(space).write(value)

    def test_floats_are_rounded_to_the_declared_dtype(self):
        bench = Bench(spaces.Box(-1, 1, (2,), np.float32))
        self.assertEqual(
            bench.write(np.array([0.1, 0.2])), [np.array([0.1, 0.2], np.float32).tobytes()]
        )
        self.assertEqual(bench.write([1, 0]), [np.array([1, 0], np.float32).tobytes()])
        self.assertEqual(len(bench.write(np.array([np.inf, np.nan]))), 1)  # the server's to judge

    def test_integers_only_when_nothing_is_lost(self):
        space = spaces.Box(0, 255, (2,), np.uint8)
        bench = Bench(space)
        self.assertEqual(bench.write(np.array([3.0, 255.0])), [b"\x03\xff"])
        self.assertEqual(bench.write(np.array([3, 4], np.int64)), [b"\x03\x04"])
        self.assertEqual(bench.write(np.array([True, False])), [b"\x01\x00"])
        self.check(space, np.array([0.5, 1]), r"^\$: 0\.5 is not integral")
        self.check(space, np.array([np.nan, 1]), r"^\$: nan is not integral")
        self.check(space, np.array([256, 1]), r"^\$: 256 is out of range for dtype uint8")
        self.check(space, np.array([-1, 1]), r"^\$: -1 is out of range")
        self.check(space, np.array(["a", "b"]), r"^\$: dtype <U1 cannot become uint8")
        self.check(space, np.array([1j, 2]), r"^\$: dtype complex128 cannot")
        self.check(space, None, r"^\$: shape \(\), expected \(2,\)")

    def test_large_integers_are_exact(self):
        bench = Bench(spaces.Box(-(2**62), 2**62, (1,), np.int64))
        self.assertEqual(bench.write([2**53 + 1]), [(2**53 + 1).to_bytes(8, "little")])
        self.check(
            spaces.Box(-(2**62), 2**62, (1,), np.int64), np.array([2.0**63]), "out of range"
        )

    def test_shapes_are_never_broadcast(self):
        space = spaces.Box(-1, 1, (2, 3), np.float32)
        for shape in ((3,), (1, 3), (2, 1), (6,), (2, 3, 1), ()):
            self.check(space, np.zeros(shape, np.float32), r"^\$: shape .*, expected \(2, 3\)")
        self.check(space, [[1, 2, 3], [4, 5]], "inhomogeneous|shape")

    def test_views_of_any_layout(self):
        bench = Bench(spaces.Box(0, 99, (2, 3), np.int32))
        wanted = np.arange(6, dtype=np.int32).reshape(2, 3)
        for array in (np.asfortranarray(wanted), wanted[::-1][::-1], wanted.astype(">i4")):
            self.assertEqual(bench.write(array), [wanted.tobytes()])

    def test_binary(self):
        bench = Bench(spaces.MultiBinary(3))
        for array in (np.array([1, 0, 1]), np.array([True, False, True]), [1.0, 0.0, 1.0]):
            self.assertEqual(bench.write(array), [b"\1\0\1"])
        self.check(spaces.MultiBinary(1), np.array([2], np.int8), r"^\$: 2 is out of range")

    def test_discrete_takes_every_integer(self):
        bench = Bench(spaces.Discrete(300))
        for value in (np.int64(7), np.uint8(7), np.array(7), np.float32(7.0), np.bool_(True)):
            self.assertEqual(bench.write(value), [int(value).to_bytes(8, "little")])
        self.check(spaces.Discrete(3), np.array([1]), "is not an integer")
        self.check(spaces.Discrete(3), np.float64(0.5), "is not an integer")


class BoundsTest(unittest.TestCase):
    def arm(self, space):
        for number, _, body in worker.fields(worker.encode_space(space)):
            if number == 10:
                return [n for n, _, _ in worker.fields(body)][0]

    def test_arms(self):
        inf = np.inf
        self.assertEqual(self.arm(spaces.Box(-inf, inf, (2, 2))), 1)
        self.assertEqual(self.arm(spaces.Box(0, inf, (2, 2))), 2)
        self.assertEqual(self.arm(spaces.Box(0, 255, (64, 64, 3), np.uint8)), 2)
        mixed = spaces.Box(np.array([-inf, 0]), np.array([inf, inf]), dtype=np.float32)
        self.assertEqual(self.arm(mixed), 3)
        low = np.zeros((2, 2), np.uint8)
        high = np.array([[1, 2], [3, 4]], np.uint8)
        self.assertEqual(self.arm(spaces.Box(low, high, dtype=np.uint8)), 3)

    def test_elementwise_bounds_are_row_major(self):
        high = np.asfortranarray(np.array([[1, 2], [3, 4]], np.uint8))
        space = spaces.Box(np.zeros((2, 2), np.uint8), high, dtype=np.uint8)
        self.assertIn(bytes([1, 2, 3, 4]), worker.encode_space(space))


class MetaTest(unittest.TestCase):
    def test_numpy_becomes_python(self):
        got = worker.decode_meta_map(
            worker.encode_meta_map(
                {
                    "i": np.int32(3),
                    "f": np.float32(0.5),
                    "b": np.bool_(True),
                    "a": np.array([[1, 2], [3, 4]], np.uint8),
                    "s": np.str_("x"),
                    "t": np.array([np.datetime64("2020-01-01")], dtype=object),
                    "mode": gymnasium.vector.AutoresetMode.NEXT_STEP,
                }
            )
        )
        self.assertEqual(
            got,
            {
                "i": 3,
                "f": 0.5,
                "b": True,
                "a": [[1, 2], [3, 4]],
                "s": "x",
                "t": ["2020-01-01"],
                "mode": "NextStep",
            },
        )


class PictureTest(unittest.TestCase):
    def test_other_dtypes_are_clipped(self):
        frame = np.array([[[-5.0, 300.0, 7.9]]])
        self.assertEqual(
            worker.encode_png(frame), worker.encode_png(np.array([[[0, 255, 7]]], np.uint8))
        )


if __name__ == "__main__":
    unittest.main()
