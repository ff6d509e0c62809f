#!/usr/bin/env python3
"""Who may include whom (ARCHITECTURE.md): check_layers.py [--self-test]

Prints each breach as file:line and ends with 1 when there is one. A header named *_internal.h is its own room's. A test (test_*)
may see besides every room below its own, through however many floors, and the test database; nothing but a test may see a test.
"""
import pathlib
import re
import sys
import tempfile

MAY = {
    "base": [],
    "model": ["base"],
    "sql": ["base"],
    "http": ["base"],
    "wa": ["base", "model"],
    "store": ["base", "model", "sql"],
    "delivery": ["base", "model", "wa", "http", "store"],
    "webhook": ["base", "model", "wa", "http", "store"],
    "report": ["base", "model", "wa", "store"],
    "api": ["base", "model", "http", "store", "report", "webhook", "delivery"],
    "sim": ["base", "http"],
    # All, but for sql: that is seen from store alone, which holds every statement.
    "app": ["base", "model", "wa", "http", "store", "delivery", "webhook", "report", "api", "sim"],
}
# A room's public face, where the others may see no more of it.
FACE = {("api", "delivery"): {"delivery/delivery.h"}}
# Libraries that stand behind one door, by how their headers begin.
LIBRARY = {
    "sqlite3": "sql", "libpq": "sql", "postgresql/": "sql", "microhttpd": "http", "curl/": "http", "phonenumbers/": "model",
    "csv.h": "api", "ini.h": "app", "cjson/": "base",
}
OWN = {"statements.h": "store"}  # generated, so without a room in its name
TESTDB = {"sql/testdb.h", "sql/test_engines.h"}
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')
SUFFIXES = (".c", ".h", ".cc", ".hh", ".def")


def below(room):
    """Every room under this one, through however many floors."""
    found = set()
    for other in MAY[room]:
        found |= {other} | below(other)
    return found


def is_test(name):
    return name.startswith(("test_", "testdb."))


def breach(room, name, quote, target):
    """Why this include is not allowed, or None."""
    if room not in MAY:
        return f"{room} is no room that this check knows"
    first, _, rest = target.partition("/")
    if rest and first in MAY:
        return room_breach(room, is_test(name), first, target)
    owner = OWN.get(target) or next((owner for begin, owner in LIBRARY.items() if target.startswith(begin)), room)
    if owner != room and not (target in OWN and is_test(name) and owner in below(room)):
        return f"only {owner} may use {target}"
    if rest and quote == '"':
        return f"{target} is not named by its room"
    if is_test(target) and not is_test(name):
        return f"{target} is for tests"
    return None


def room_breach(room, test, other, target):
    header = target.rpartition("/")[2]
    if is_test(header) and not test:
        return f"{target} is for tests"
    if other == room or test and target in TESTDB:
        return None
    if re.search(r"(^|_)internal\.h$", header):
        return f"{target} is {other}'s own"
    if test and other in below(room):
        return None
    if other not in MAY[room]:
        return f"{room} may not use {other}"
    if (room, other) in FACE and target not in FACE[room, other]:
        return f"{room} may see only the face of {other}"
    return None


def in_the_way(path, quote, target):
    """A room's folder is looked through before those of the libraries."""
    return quote == "<" and (path.parent / target).exists() and f"this room's own {target} is found instead"


def check(root):
    found = []
    for path in sorted(root.rglob("*")):
        if path.suffix not in SUFFIXES or not path.is_file():
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            match = INCLUDE.match(line)
            why = match and (in_the_way(path, *match.groups()) or breach(path.relative_to(root).parts[0], path.name, *match.groups()))
            if why:
                found.append(f"{path}:{number}: {why}")
    return found


WRONG = """
base x.c "model/fault.h"; model x.c "wa/send.h"; model x.c "sql/sql.h"; sql x.c "model/fault.h"; wa x.h "http/client.h"
sim x.c "wa/send.h"; sim x.c "model/fault.h"; sim x.c <wa/send.h>; report x.c "delivery/delivery.h"; store x.c "wa/send.h"
api x.c "delivery/lane.h"; api x.c "wa/send.h"; api x.c "sql/sql.h"; app x.c "sql/sql.h"; delivery x.c "sql/sql.h"
delivery x.c "webhook/in.h"; webhook x.c "delivery/engine.h"; webhook x.c "delivery/delivery.h"; app x.c "http/server_internal.h"
store x.c <sqlite3.h>; store x.c <libpq-fe.h>; store x.c "sqlite3.h"; api x.c <microhttpd.h>; wa x.c <curl/multi.h>
http x.c "../store/store.h"; http x.c "../../src/store/store.h"; delivery x.c "statements.h"; newroom x.c "base/err.h"
base x.def "model/codes.def"; model x.cc "store/page.h"; store x.c "store/test_world.h"; report x.c "sql/testdb.h"
base test_x.c "model/fault.h"; sim test_x.c "store/store.h"; delivery test_x.c "api/api.h"; delivery test_x.c "store/store_internal.h"
delivery test_x.c <sqlite3.h>; sim test_x.c "statements.h"; store x.c "test_world.h"; api csv.h <csv.h>
"""
RIGHT = """
base x.c "base/err.h"; model x.h "base/err.h"; http x.c "http/server_internal.h"; http x.c <curl/curl.h>; sql x.c <sqlite3.h>
api x.c "delivery/delivery.h"; app x.c "delivery/lane.h"; sim x.c "sim/internal.h"; store x.c "statements.h"; store x.c "sql/sql.h"
delivery x.c "wa/errors.h"; delivery x.c "wa/errors.def"; base x.c <string.h>; delivery x.c <event2/event.h>
report test_x.c "sql/testdb.h"; delivery test_x.h "store/test_world.h"; delivery test_x.c "sql/sql.h"; api test_x.c "wa/send.h"
api test_x.c "delivery/lane.h"; sql testdb.c "sql/testdb.h"; delivery test_x.c "statements.h"; base test_x.c <cmocka.h>
"""


def self_test():
    """What this check says wrongly of its own examples, read from files as everything else."""
    wrong = []
    for examples, expected in ((WRONG, True), (RIGHT, False)):
        for example in examples.strip().replace("\n", "; ").split("; "):
            room, name, include = example.split()
            with tempfile.TemporaryDirectory() as folder:
                path = pathlib.Path(folder, room, name)
                path.parent.mkdir()
                path.write_text(f"/* x */\n#include {include}\n", encoding="utf-8")
                found = check(pathlib.Path(folder))
            if [one.startswith(f"{path}:2: ") for one in found] != [True] * expected:
                wrong.append(f"check_layers.py: {'passes over' if expected else 'complains of'} {example}")
    return wrong


def main(arguments):
    if arguments not in ([], ["--self-test"]):
        return "usage: check_layers.py [--self-test]"
    found = self_test() if arguments else check(pathlib.Path(__file__).resolve().parent.parent / "src")
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
