#!/usr/bin/env python3
"""Kill the server at random instants and at every boundary in turn, start it again, and ask the simulator who was written to.

    crash.py CRIER [--failpoints FILE.def] [--runs N] [--seed S] [--nodes N] [--postgresql URL]

A run (run.py) has a seed, which makes everything again but the machine's own timing, and one of the failpoints of FILE.def, which
come in turn. A run that fails tells the command that replays it, and its data are kept. The last line says
"N runs, D doubles, L losses".
"""
import argparse
import collections
import http.client
import os
import pathlib
import random
import re
import subprocess
import sys
import time

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent.parent)]
from harness import Failed  # noqa: E402
from run import Run  # noqa: E402

SKIPPED = 77  # to meson


class Database:
    """One of its own in a PostgreSQL server for a run; without a server none, which is SQLite."""

    def __init__(self, server, seed):
        self.server, self.name = server, f"crash_{seed}"
        if server:
            self.command(f"CREATE DATABASE {self.name}")

    def command(self, text):
        subprocess.run(["psql", "-q", "-d", self.server, "-c", text], check=True, stdout=subprocess.DEVNULL)

    @property
    def url(self):
        return self.server and self.server.replace("///postgres?", f"///{self.name}?")

    def cut(self):
        """End every connection to it, whatever is on the way: a commit may stand whose answer is lost."""
        self.command(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{self.name}'")

    def drop(self):
        if self.server:
            self.command(f"DROP DATABASE {self.name} WITH (FORCE)")


class Sums:
    def __init__(self):
        self.runs = self.kills = self.stops = self.cuts = self.doubles = self.losses = self.failed = self.recipients = 0
        self.by_failpoint = collections.Counter()

    def add(self, run, failed):
        self.runs += 1
        self.kills += run.cluster.kills
        self.stops += run.cluster.stops
        self.cuts += run.cluster.cuts
        self.doubles += run.judge.doubles
        self.losses += run.judge.losses
        self.failed += failed
        self.recipients += sum(c.n_recipients for c in run.campaigns) + len(run.singles)
        self.by_failpoint[run.cluster.failpoint] += run.cluster.passings

    def tell(self, failpoints, first, seconds):
        last = first + self.runs - 1
        print(f"seeds {first} to {last}: {self.recipients} recipients, {self.kills} kills, {sum(self.by_failpoint.values())} of them "
              f"at failpoints, {self.stops} stops, {self.cuts} cuts, {seconds:.0f} s")
        never = [name for name in failpoints if not self.by_failpoint[name]]
        if never and self.runs >= 4 * len(failpoints):
            self.failed += 1
            print(f"failpoints that nobody died at: {', '.join(never)}")
        print(f"{self.runs} runs, {self.doubles} doubles, {self.losses} losses" + (f", {self.failed} failed" if self.failed else ""))


def one_run(options, seed, failpoint, sums):
    database = Database(options.postgresql, seed)
    run = Run(options.crier, seed, failpoint, options.nodes, database)
    failed = True
    try:
        run.go()
        failed = False
    except (Failed, OSError, http.client.HTTPException) as error:
        again = [sys.argv[0], options.crier, "--seed", str(seed)]
        for name in ("failpoints", "nodes", "postgresql"):
            value = getattr(options, name)
            again += [f"--{name}", str(value)] if value else []
        print(f"seed {seed}: {error}\n{run.facts()}\nagain: {' '.join(again)}\nits data: {run.folder}", flush=True)
    finally:
        run.end(keep=failed)
        sums.add(run, failed)
        if not failed:
            database.drop()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("crier")
    parser.add_argument("--failpoints", help="the table of a CRIER that was built with them")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--nodes", type=int, default=1)
    parser.add_argument("--postgresql", nargs="?", const=os.environ.get("CRIER_TEST_PG", ""),
                        help="a server, that of CRIER_TEST_PG where none is named; SQLite without")
    options = parser.parse_args()
    if options.postgresql == "":
        print("CRIER_TEST_PG is not set: run it by tests/pg.sh")
        return SKIPPED
    if options.nodes > 1 and not options.postgresql:
        parser.error("several servers share a PostgreSQL: --postgresql")
    failpoints = []
    if options.failpoints:
        text = pathlib.Path(options.failpoints).read_text(encoding="utf-8")
        failpoints = re.findall(r"^FAILPOINT_AT\((\w+)\)", text, re.MULTILINE)
    first = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 30)
    sums, began = Sums(), time.monotonic()
    for seed in range(first, first + options.runs):
        one_run(options, seed, failpoints[seed % len(failpoints)] if failpoints else None, sums)
    sums.tell(failpoints, first, time.monotonic() - began)
    return 1 if sums.failed else 0


if __name__ == "__main__":
    sys.exit(main())
