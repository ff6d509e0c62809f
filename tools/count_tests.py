#!/usr/bin/env python3
"""Count the cases in meson's testlog.json: count_tests.py LOG STATUS. The last line is "N passed, N failed"
(", N skipped" follows only when there are some).

A program that speaks TAP counts by its cases, another one as a single case. What was announced and not told counts as failed:
a program that ends in the middle with status 0 has not passed. A program that meson calls failed (it died, timed out, told a
bad status) counts as at least one failed case. STATUS is meson's own: when it is not 0, something has failed.

What failed is told once more before that line: of a long log meson shows only the end.
"""
import json
import re
import sys

CASE = re.compile(r"^(not ok|ok) (\d+)\b(.*)$", re.M)
PLAN = re.compile(r"^1\.\.(\d+)\s*(?:#.*)?$", re.M)
# A case that failed and the first of the comments below it.
FAILED = re.compile(r"^not ok \d+\b(?!.*#\s*skip).*(?:\n#.*){0,12}", re.M | re.I)


def cases(test):
    """(passed, failed, skipped, why) of one program; why is what meson has not told itself."""
    output = test.get("stdout") or ""
    good = test["result"] in ("OK", "EXPECTEDFAIL")
    told = CASE.findall(output)
    plans = [int(n) for n in PLAN.findall(output)]
    if not told and not plans:
        skip = test["result"] == "SKIP"
        return int(good), int(not good and not skip), int(skip), None
    skipped = sum(bool(re.match(r"\s*#\s*SKIP", rest, re.I)) for _, _, rest in told)
    failed = sum(verdict != "ok" and not re.match(r"\s*#\s*SKIP", rest, re.I) for verdict, _, rest in told)
    passed = len(told) - skipped - failed
    # Number 0 is the setup or the end of a whole group, which no plan announces.
    numbered = sum(number != "0" for _, number, _ in told)
    why = None
    if plans and numbered != sum(plans):
        why = f"announced {sum(plans)} cases, told {numbered}"
        failed += max(sum(plans) - len(told), 0)
    if failed == 0 and (why or not good and test["result"] != "SKIP"):
        failed = 1
    return passed, failed, skipped, why


def count(lines, status):
    """(passed, failed, skipped) of a whole run; says what meson has passed over."""
    total = [0, 0, 0]
    for line in lines:
        test = json.loads(line)
        *counts, why = cases(test)
        total = [a + b for a, b in zip(total, counts)]
        if why:
            print(f"{test['name']}: {why}\n{test.get('stdout') or ''}")
        for failed in FAILED.findall(test.get("stdout") or ""):
            print(f"{test['name']}: {failed}")
    if sum(total) == 0 or status != 0 and total[1] == 0:
        total[1] += 1
    return total


def self_test():
    def one(result, stdout=None):
        return cases({"result": result, "stdout": stdout})[:3]

    tap = "1..3\nok 1 - a\nok 2 - b\n"
    skips = "1..2\nnot ok 1 # SKIP a\nok 2 # skip b\n"
    checks = [
        one("OK") == (1, 0, 0), one("FAIL") == (0, 1, 0), one("TIMEOUT") == (0, 1, 0), one("SKIP") == (0, 0, 1),
        one("OK", "it is\nok computer\n") == (1, 0, 0),
        one("OK", tap + "ok 3 - c\n") == (3, 0, 0), one("FAIL", tap + "not ok 3 - c\n") == (2, 1, 0),
        one("OK", tap + "not ok 3 - c\n") == (2, 1, 0),  # a status that hides a failure
        one("OK", tap) == (2, 1, 0), one("OK", "1..3\n") == (0, 3, 0),  # exit(0) in the middle
        one("FAIL", tap + "ok 3 - c\n") == (3, 1, 0),  # a leak told by the sanitizer at the end
        one("TIMEOUT", tap) == (2, 1, 0), one("ERROR", "ok 1 - a\n") == (1, 1, 0),
        one("OK", tap + "ok 3 - c\n1..1\nok 1 - d\n") == (4, 0, 0),  # two groups in one program
        one("FAIL", "1..2\nnot ok 0 - g [  FAILED  ] GROUP SETUP\n") == (0, 2, 0),
        one("FAIL", tap + "ok 3 - c\nnot ok 0 - g GROUP TEARDOWN\n") == (3, 1, 0),
        one("OK", tap + "ok 3 - c\nok 4 - d\n") == (4, 1, 0),
        one("OK", skips) == (0, 0, 2), FAILED.findall(skips) == [],
        FAILED.findall("ok 1 - a\n# a\nnot ok 2 - b\n# why\n# more\nok 3 - c\n# c\n") == ["not ok 2 - b\n# why\n# more"],
        count([], 0) == [0, 1, 0], count(['{"name": "x", "result": "OK"}'], 1) == [1, 1, 0],
    ]
    return [i for i, right in enumerate(checks) if not right]


def main(arguments):
    if arguments == ["--self-test"]:
        wrong = self_test()
        return f"count_tests.py: wrong in its own cases {wrong}" if wrong else 0
    path, status = arguments
    try:
        with open(path, encoding="utf-8") as log:
            passed, failed, skipped = count(log, int(status))
    except OSError as error:
        print(f"no tests were run: {error}")
        passed, failed, skipped = 0, 1, 0
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
