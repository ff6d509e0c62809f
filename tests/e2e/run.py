#!/usr/bin/env python3
"""The end-to-end tests: run.py CRIER [PATTERN]. Every function test_* of every file test_*.py, told as TAP.

A function takes the World of its file; a file may say in WORLD how that is started. At the end every route of the specification
must have been answered with success at least once.
"""
import importlib
import pathlib
import sys
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import world as worlds  # noqa: E402


class Tap:
    def __init__(self):
        self.n = self.bad = 0

    def tell(self, name, error=None):
        self.n += 1
        self.bad += error is not None
        print(f"{'not ok' if error else 'ok'} {self.n} - {name}", flush=True)
        for line in (error or "").splitlines():
            print(f"# {line}", flush=True)


def run_file(tap, module, pattern):
    tests = [(name, value) for name, value in vars(module).items() if name.startswith("test_") and callable(value) and pattern in name]
    if not tests:
        return
    bad = tap.bad
    world = worlds.World(**getattr(module, "WORLD", {}))
    for name, test in tests:
        try:
            test(world)
            tap.tell(f"{module.__name__}.{name}")
        except Exception:  # pylint: disable=broad-except
            tap.tell(f"{module.__name__}.{name}", traceback.format_exc())
    try:
        world.end(keep=tap.bad > bad)
    except Exception:  # pylint: disable=broad-except
        tap.tell(f"{module.__name__}: the end", traceback.format_exc())


def main(crier, pattern=""):
    worlds.World.crier = str(pathlib.Path(crier).resolve())
    tap = Tap()
    for path in sorted(HERE.glob("test_*.py")):
        run_file(tap, importlib.import_module(path.stem), pattern)
    if not pattern:
        missing = worlds.SPEC.never_succeeded()
        tap.tell("every route of docs/openapi.yaml was answered with success", "\n".join(missing) or None)
    print(f"# {worlds.SPEC.checked} answers were judged by docs/openapi.yaml")
    for pair in [] if pattern else worlds.SPEC.never_seen():
        print(f"# never seen: {pair}")
    print(f"1..{tap.n}")
    return 1 if tap.bad else 0


sys.exit(main(*sys.argv[1:]))
