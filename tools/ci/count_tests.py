#!/usr/bin/python3
# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""Counts the tests of one or more Bazel runs.

    count_tests.py EVENT_FILE...

EVENT_FILE is what --build_event_json_file wrote. Prints "PASSED FAILED", where a
test that could not be built, ran into its time limit or was never started has
failed; lines about the failed ones go to standard error. A test that several runs
have counts once, and has failed when it failed in one of them.
"""

import json
import sys


def read(path):
    """Yields (test label, status) of one run, and ("", reason) when it was aborted."""
    try:
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
    except OSError as error:
        yield "", str(error)
        return
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:
            # The last line of a run that was killed.
            yield "", "%s ends in the middle of an event" % path
            continue
        identity = event.get("id", {})
        if "testSummary" in identity and "testSummary" in event:
            status = event["testSummary"].get("overallStatus", "NO_STATUS")
            yield identity["testSummary"]["label"], status


def count(paths):
    """Returns the labels that passed, and those that failed with their status."""
    failed, seen = {}, set()
    for path in paths:
        for label, status in read(path):
            if label:
                seen.add(label)
            if status not in ("PASSED", "FLAKY"):
                failed[label or path] = status
    return seen - set(failed), failed


def main(paths):
    passed, failed = count(paths)
    for label, status in sorted(failed.items()):
        print("%s: %s" % (label, status), file=sys.stderr)
    print(len(passed), len(failed))


if __name__ == "__main__":
    main(sys.argv[1:])
