# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.

import os
import re
import unittest
import xml.etree.ElementTree

import plot

BARS = {
    "title": "Bars & <more>", "commit": "0123456789abcdef",
    "machine": {"cpu": "A cpu", "cores": 2},
    "results": [
        {"name": "python_unix", "what": "ours", "p50_us": 100.0, "p99_us": 400.0},
        {"name": "published_unix", "what": "theirs", "p50_us": 1000.0,
         "p99_us": 3000.0},
        {"name": "gymnasium", "what": "in process", "p50_us": 10.0,
         "p99_us": 20.0}]}
LINES = {
    "title": "Lines", "x": "lanes", "y": "steps per second",
    "series": [{"name": "a", "what": "ours", "points": [[1, 1000], [8, 8000]]},
               {"name": "b", "what": "theirs", "points": [[1, 100], [8, 300]]}]}


class PlotTest(unittest.TestCase):

    def elements(self, records):
        root = xml.etree.ElementTree.fromstring(plot.plot(records))
        return [(e.tag.split("}")[1], e) for e in root.iter()]

    def test_a_bar_is_longer_for_more_time_by_decades(self):
        widths = [float(e.get("width")) for tag, e in self.elements([BARS])
                  if tag == "rect"][1:]
        self.assertAlmostEqual(widths[1] - widths[0], widths[0] - widths[2], delta=1)
        self.assertGreater(widths[1], widths[0])

    def test_texts_are_shown_as_they_are(self):
        texts = [e.text for tag, e in self.elements([BARS, LINES])
                 if tag == "text"]
        for expected in ("Bars & <more>", "ours", "theirs", "lanes",
                         "A cpu, 2 cores, commit 0123456789ab"):
            self.assertIn(expected, texts)

    def test_lines_rise_where_values_do(self):
        drawn = [e.get("points") for tag, e in self.elements([LINES])
                 if tag == "polyline"]
        self.assertEqual(len(drawn), 2)
        for points in drawn:
            (x1, y1), (x2, y2) = [map(float, p.split(",")) for p in points.split()]
            self.assertLess(x1, x2)
            self.assertGreater(y1, y2)

    def test_panels_do_not_overlap(self):
        _, top = plot.bars(BARS, 0)
        drawn, _ = plot.lines(LINES, top)
        ys = [float(y) for e in drawn for y in re.findall(r'\by1?="([0-9.]+)"', e)]
        self.assertGreaterEqual(min(ys), top)

    def test_equal_records_give_equal_bytes(self):
        self.assertEqual(plot.plot([BARS, LINES]), plot.plot([BARS, LINES]))

    def test_the_records_of_the_tree_can_be_drawn(self):
        folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "results")
        for name in os.listdir(folder) if os.path.isdir(folder) else []:
            if name.endswith(".json"):
                with open(os.path.join(folder, name)) as f:
                    plot.plot([plot.json.load(f)])


if __name__ == "__main__":
    unittest.main()
