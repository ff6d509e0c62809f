#!/usr/bin/env python3
"""Sizes of files and functions. Tells what is over 500 and 60 lines; fails over 800 and 100.

A function is what stands from a { in the first column to the next } there. Data (CSV, YAML) and what is generated do not count.
"""
import pathlib
import re
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SUFFIXES = (".c", ".h", ".cc", ".py", ".sh", ".def", ".ts", ".js", ".mjs", ".css")


def functions(text):
    """(name, lines) of each function, both braces counted."""
    begin = name = None
    signature = ""
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if begin is not None:
            if line.startswith("}"):
                yield name, number - begin + 1
                begin = None
        elif line == "{":
            match = re.search(r"\b(?!__attribute__)(\w+)\(", signature)
            begin, name = number, match.group(1) if match else "?"
        elif line and not line[0].isspace():
            signature = line
    if begin is not None:  # never closed in the first column: not our style, so it must not pass unseen
        yield name, len(lines) - begin + 1


def tell(what, sizes):
    values = sorted(size for size, _ in sizes)
    print(f"{what}: {len(values)}, median {statistics.median(values):.0f}, p90 {values[len(values) * 9 // 10]}, max {values[-1]}")


def sources():
    """Files that git knows or would take."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "src", "tests", "tools", "web"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return sorted({name for name in names if name.endswith(SUFFIXES) and (ROOT / name).exists()})


def main():
    files, bodies = [], []
    for name in sources():
        text = (ROOT / name).read_text(encoding="utf-8")
        files.append((len(text.splitlines()), name))
        if name.endswith((".c", ".cc", ".h")):
            bodies += [(lines, f"{name}: {function}") for function, lines in functions(text)]
    tell("files", files)
    tell("functions", bodies)
    bad = False
    for sizes, warn, limit in ((files, 500, 800), (bodies, 60, 100)):
        for size, name in sorted(sizes, reverse=True):
            if size > warn:
                print(f"{'FAILED' if size > limit else 'long'}: {size} lines: {name}")
                bad |= size > limit
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
