#!/usr/bin/env python3
"""Count the cases in meson's testlog.json: count_tests.py LOG STATUS. The last line is "N passed, N failed".

A program that speaks TAP counts by its cases, another one as a single case. A program that meson calls failed (it died,
timed out, or gave another number of cases than it announced) counts as at least one failed case.
"""
import json
import re
import sys

CASE = re.compile(r"^\s*(not ok|ok)\b(.*)$", re.M)


def cases(test):
    """(passed, failed, skipped) of one program."""
    passed = failed = skipped = 0
    for verdict, rest in CASE.findall(test.get("stdout") or ""):
        if re.search(r"#\s*SKIP", rest, re.I):
            skipped += 1
        elif verdict == "ok":
            passed += 1
        else:
            failed += 1
    good = test["result"] in ("OK", "EXPECTEDFAIL")
    if passed + failed + skipped == 0:
        if test["result"] == "SKIP":
            return 0, 0, 1
        return int(good), int(not good), 0
    if not good and test["result"] != "SKIP" and failed == 0:
        failed = 1
    return passed, failed, skipped


def main(path, status):
    total = [0, 0, 0]
    try:
        with open(path, encoding="utf-8") as log:
            for line in log:
                total = [a + b for a, b in zip(total, cases(json.loads(line)))]
    except OSError as error:
        print(f"no tests were run: {error}")
        total[1] += 1
    passed, failed, skipped = total
    if status != 0 and failed == 0:
        failed = 1
    if skipped:
        print(f"{skipped} skipped")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or passed == 0 else 0


sys.exit(main(sys.argv[1], int(sys.argv[2])))
