#!/usr/bin/env python3
"""Sizes of files and functions. Reports what is over 500 and 60 lines; fails over 800 and 100."""
import pathlib
import re
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def functions(text):
    """(name, lines) of each function: from its opening brace in the first column to the closing one."""
    begin = name = None
    previous = ""
    for number, line in enumerate(text.splitlines(), 1):
        if line == "{" and begin is None:
            match = re.search(r"(\w+)\(", previous)
            begin, name = number, match.group(1) if match else "?"
        elif line.startswith("}") and begin is not None:
            yield name, number - begin + 1
            begin = None
        if line and not line[0].isspace() and line != "{":
            previous = line


def tell(what, sizes):
    values = sorted(size for size, _ in sizes)
    print(f"{what}: {len(values)}, median {statistics.median(values):.0f}, p90 {values[len(values) * 9 // 10]}, max {values[-1]}")


def main():
    names = subprocess.run(["git", "ls-files", "src", "tests", "tools"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    files, bodies = [], []
    for name in names:
        if not name.endswith((".c", ".h", ".cc", ".py", ".sh", ".def")) or not (ROOT / name).exists():
            continue
        text = (ROOT / name).read_text(encoding="utf-8")
        files.append((text.count("\n"), name))
        if name.endswith((".c", ".cc")):
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


sys.exit(main())
