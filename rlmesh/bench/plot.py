# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""Draws benchmark records as one SVG, a panel a record.

    plot.py OUTPUT.svg RECORD.json...

A record with "series" (a list of {"name", "what", "points": [[x, y], ...]}, and
the names of both axes in "x" and "y") becomes lines on two logarithmic scales;
one with "results" bars of the median, on a logarithmic scale, with a mark at the
99th percentile. Equal records give equal bytes.
"""

import json
import math
import sys
from xml.sax.saxutils import escape

WIDTH = 860
LEFT = 360
RIGHT = 90
ROW = 22
HEAD = 58
FOOT = 34
LINES = 260
COLOURS = ["#1f6feb", "#d1732b", "#2b8a5a", "#8250df", "#c4324f", "#5b6472"]


def colour_of(name):
    if name.startswith("published"):
        return COLOURS[1]
    if name.startswith(("native", "python", "ours")):
        return COLOURS[0]
    return COLOURS[5]


def text(x, y, what, size=12, anchor="start", fill="#24292f", weight="normal"):
    return ('<text x="%.1f" y="%.1f" font-size="%d" text-anchor="%s" fill="%s" '
            'font-weight="%s">%s</text>' % (
                x, y, size, anchor, fill, weight, escape(what)))


def line(x1, y1, x2, y2, stroke="#d8dee4", width=1.0):
    return ('<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="%s" '
            'stroke-width="%.1f"/>' % (x1, y1, x2, y2, stroke, width))


def short(value):
    """12345 as 12k, 0.25 as 0.25."""
    for limit, suffix in ((1e6, "M"), (1e3, "k")):
        if value >= limit:
            return "%.3g%s" % (value / limit, suffix)
    return "%.3g" % value


class Scale:
    """A logarithmic axis over whole decades, or over whole powers of two."""

    def __init__(self, values, start, end, base=10):
        values = [v for v in values if v > 0] or [1.0]
        # The shortest bar is to be seen too.
        room = 0.3 if base == 10 else 0.0
        low = math.floor(round(math.log(min(values), base) - room, 9))
        high = math.ceil(round(math.log(max(values), base), 9))
        self.base, self.low, self.high = base, low, max(high, low + 1)
        self.start, self.end = start, end

    def at(self, value):
        share = (math.log(max(value, 1e-9), self.base) - self.low) / (
            self.high - self.low)
        return self.start + min(max(share, 0.0), 1.0) * (self.end - self.start)

    def ticks(self):
        return [float(self.base) ** i for i in range(self.low, self.high + 1)]


def heading(record, top):
    machine = record.get("machine", {})
    return [
        text(16, top + 22, record["title"], 15, weight="bold"),
        text(16, top + 40, "%s, %s cores, commit %s" % (
            machine.get("cpu", "unknown"), machine.get("cores", "?"),
            str(record.get("commit", "unknown"))[:12]), 11, fill="#5b6472")]


def bars(record, top):
    rows = record["results"]
    bottom = top + HEAD + ROW * len(rows)
    values = [row[key] for row in rows for key in ("p50_us", "p99_us")]
    scale = Scale(values, LEFT, WIDTH - RIGHT)
    out = heading(record, top)
    for tick in scale.ticks():
        x = scale.at(tick)
        out.append(line(x, top + HEAD - 6, x, bottom))
        out.append(text(x, bottom + 16, short(tick) + " \u00b5s", 11, "middle", "#5b6472"))
    for i, row in enumerate(rows):
        y = top + HEAD + ROW * i
        end = scale.at(row["p50_us"])
        mark = scale.at(row["p99_us"])
        out.append(text(LEFT - 8, y + 13, row["what"], 12, "end"))
        out.append('<rect x="%.1f" y="%.1f" width="%.1f" height="%d" fill="%s"/>' % (
            LEFT, y + 2, max(end - LEFT, 1.0), ROW - 8, colour_of(row["name"])))
        out.append(line(end, y + 9, mark, y + 9, "#5b6472"))
        out.append(line(mark, y + 4, mark, y + 14, "#5b6472", 1.5))
        out.append(text(max(end, mark) + 6, y + 13, short(row["p50_us"]), 11))
    return out, bottom + FOOT


def lines(record, top):
    series = record["series"]
    head = HEAD + 14  # with the name of the y axis
    bottom = top + head + LINES
    left = 70
    points = [p for one in series for p in one["points"]]
    x_scale = Scale([p[0] for p in points], left, WIDTH - 250, 2)
    y_scale = Scale([p[1] for p in points], bottom, top + head)
    out = heading(record, top)
    for tick in x_scale.ticks():
        x = x_scale.at(tick)
        out.append(line(x, top + head, x, bottom))
        out.append(text(x, bottom + 16, short(tick), 11, "middle", "#5b6472"))
    for tick in y_scale.ticks():
        y = y_scale.at(tick)
        out.append(line(left, y, WIDTH - 250, y))
        out.append(text(left - 6, y + 4, short(tick), 11, "end", "#5b6472"))
    out.append(text(WIDTH - 250, bottom + 30, record["x"], 11, "end", "#5b6472"))
    out.append(text(left, top + head - 8, record["y"], 11, "start", "#5b6472"))
    for i, one in enumerate(series):
        colour = COLOURS[i % len(COLOURS)]
        path = " ".join("%.1f,%.1f" % (x_scale.at(x), y_scale.at(y))
                        for x, y in one["points"])
        out.append('<polyline points="%s" fill="none" stroke="%s" '
                   'stroke-width="2"/>' % (path, colour))
        y = top + head + 16 + 18 * i
        out.append(line(WIDTH - 236, y - 4, WIDTH - 216, y - 4, colour, 2))
        out.append(text(WIDTH - 210, y, one["what"], 11))
    return out, bottom + FOOT + 8


def plot(records):
    body = []
    top = 0.0
    for record in records:
        drawn, top = (lines if "series" in record else bars)(record, top)
        body += drawn
    return "\n".join(
        ['<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" '
         'viewBox="0 0 %d %d" font-family="sans-serif">' % (
             WIDTH, top, WIDTH, top),
         '<rect width="%d" height="%d" fill="#ffffff"/>' % (WIDTH, top)]
        + body + ["</svg>", ""])


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__.strip())
    records = []
    for path in sys.argv[2:]:
        with open(path) as f:
            records.append(json.load(f))
    with open(sys.argv[1], "w", encoding="utf-8") as f:
        f.write(plot(records))


if __name__ == "__main__":
    main()
