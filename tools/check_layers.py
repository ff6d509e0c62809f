#!/usr/bin/env python3
"""Who may include whom (ARCHITECTURE.md). Prints each breach as file:line and ends with 1 when there is one."""
import pathlib
import re
import sys

MAY = {
    "base": [],
    "model": ["base"],
    "sql": ["base"],
    "http": ["base"],
    "wa": ["base", "model"],
    "store": ["base", "model", "sql"],
    "delivery": ["base", "model", "wa", "http", "store"],
    "webhook": ["base", "model", "wa", "http", "store"],
    "report": ["base", "model", "store"],
    "api": ["base", "model", "http", "store", "report", "webhook", "delivery"],
    "sim": ["base", "http"],
    "app": ["base", "model", "wa", "sql", "http", "store", "delivery", "webhook", "report", "api", "sim"],
}
# A room's public face, where the others may see no more of it.
FACE = {("api", "delivery"): {"delivery/delivery.h"}, ("webhook", "delivery"): set()}
# webhook/in.h names delivery's face in no other way than by a pointer to a function.
LIBRARY = {
    "sqlite3.h": "sql", "libpq-fe.h": "sql", "microhttpd.h": "http", "curl/curl.h": "http", "phonenumbers/": "model",
    "csv.h": "api", "ini.h": "app", "cjson/": "base",
}
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]')


def breach(room, name, quote, target):
    """Why this include is not allowed, or None."""
    is_test = name.startswith("test_") or name.startswith("testdb")
    if quote == "<":
        for prefix, owner in LIBRARY.items():
            if target.startswith(prefix) and room != owner:
                return f"only {owner} may use <{target}>"
        return None
    if "/" not in target:
        return None  # generated, or a .def of its own
    other = target.split("/")[0]
    if other == room or other not in MAY:
        return None
    if is_test and target in ("sql/testdb.h", "sql/test_engines.h"):
        return None
    if other not in MAY[room]:
        return f"{room} may not use {other}"
    if target.endswith("_internal.h"):
        return f"{target} is {other}'s own"
    if (room, other) in FACE and target not in FACE[room, other]:
        return f"{room} may see only the face of {other}"
    return None


def check(root):
    found = []
    for path in sorted(root.glob("*/*")):
        if path.suffix not in (".c", ".h", ".cc", ".def"):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            match = INCLUDE.match(line)
            why = match and breach(path.parent.name, path.name, *match.groups())
            if why:
                found.append(f"{path}:{number}: {why}")
    return found


def self_test():
    wrong = [("base", "x.c", '"', "model/fault.h"), ("sim", "x.c", '"', "wa/send.h"), ("api", "x.c", '"', "delivery/lane.h"),
             ("api", "x.c", '"', "sql/sql.h"), ("store", "x.c", "<", "sqlite3.h"), ("app", "x.c", '"', "http/server_internal.h"),
             ("webhook", "x.c", '"', "delivery/engine.h")]
    right = [("api", "x.c", '"', "delivery/delivery.h"), ("sql", "x.c", "<", "sqlite3.h"), ("report", "test_x.c", '"', "sql/testdb.h"),
             ("store", "x.c", '"', "statements.h")]
    return all(breach(*one) for one in wrong) and not any(breach(*one) for one in right)


if __name__ == "__main__":
    if not self_test():
        sys.exit("check_layers.py: its own test failed")
    breaches = check(pathlib.Path(__file__).resolve().parent.parent / "src")
    print("\n".join(breaches), end="\n" if breaches else "")
    sys.exit(1 if breaches else 0)
