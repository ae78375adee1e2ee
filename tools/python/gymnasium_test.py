# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""The locked Gymnasium runs under the workspace's Python toolchain."""

import os
import sys
import unittest

import gymnasium
import numpy


class GymnasiumTest(unittest.TestCase):

    def test_comes_from_the_locked_wheels(self):
        for module in (gymnasium, numpy):
            self.assertIn(os.sep + "pypi_gymnasium" + os.sep, module.__file__)

    def test_runs_on_the_machines_own_python(self):
        self.assertEqual(sys.version_info[:2], (3, 11))

    def test_steps_cart_pole(self):
        env = gymnasium.make("CartPole-v1")
        observation, info = env.reset(seed=7)
        self.assertEqual(observation.shape, (4,))
        self.assertEqual(observation.dtype, numpy.float32)
        again, _ = env.reset(seed=7)
        self.assertEqual(observation.tobytes(), again.tobytes())
        steps = 0
        terminated = False
        while not terminated:
            _, reward, terminated, truncated, info = env.step(1)
            self.assertEqual(reward, 1.0)
            self.assertFalse(truncated)
            steps += 1
        # Pushing to one side only lets the pole fall within a few steps.
        self.assertTrue(5 <= steps <= 15, steps)
        env.close()


if __name__ == "__main__":
    unittest.main()
