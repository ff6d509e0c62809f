#!/usr/bin/env python3
"""The manual page names every option that --help names, and none that is not there: manual.py CRIER PAGE."""
import pathlib
import re
import subprocess
import sys


def helped(crier, command):
    text = subprocess.run([crier, command, "--help"], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"^\s+(--[a-z-]+)", text, flags=re.M))


def written(page, section):
    text = page.split(f".SH OPTIONS OF {section}\n", 1)[1].split("\n.SH ", 1)[0]
    return {name.replace("\\-", "-") for name in re.findall(r"^\\fB(\\-\\-[a-z\\-]+)\\fR", text, flags=re.M)}


def main(crier, path):
    page = pathlib.Path(path).read_text(encoding="utf-8")
    bad = 0
    for command in ("serve", "demo", "import"):
        program, manual = helped(crier, command) - {"--help"}, written(page, command.upper())
        if program != manual:
            print(f"{command}: only --help has {sorted(program - manual)}, only the manual has {sorted(manual - program)}")
            bad = 1
    return bad


sys.exit(main(*sys.argv[1:]))
