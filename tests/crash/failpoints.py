#!/usr/bin/env python3
"""Does a binary hold the failpoints of base/failpoints.def?  failpoints.py BINARY FILE.def present|absent

A release must hold none of them; a build for tests all of them, without which their absence would prove nothing."""
import pathlib
import re
import sys


def main(binary, table, wanted):
    names = re.findall(r"^FAILPOINT_AT\((\w+)\)", pathlib.Path(table).read_text(encoding="utf-8"), re.MULTILINE)
    code = pathlib.Path(binary).read_bytes()
    found = [name for name in names if b"failpoint_" + name.encode() + b"\0" in code]
    named = b"CRIER_FAILPOINT" in code
    print(f"{len(found)} of {len(names)} failpoints")
    if wanted == "present":
        return 0 if names and found == names and named else 1
    return 0 if names and not found and not named else 1


sys.exit(main(*sys.argv[1:]))
