#!/usr/bin/env python3
"""CSV imports, each into an empty database: import.py CRIER ROWS…

Numbers of five countries in random order, with two more columns; the time is from the request to the end of the import, upload
included. CPU is the server's own. Then the same file again, into the audience that has all of it.
"""
import json
import pathlib
import random
import shutil
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests"))
import harness  # noqa: E402
from bench import cpu_seconds, memory_mb  # noqa: E402
from harness import call, good, wait_until  # noqa: E402

HOUR = 3600
RANGES = (("+4474", 8), ("+336", 8), ("+491511", 7), ("+9198", 8), ("+55119", 8))


def file_of(n):
    dice, numbers = random.Random(1), set()
    while len(numbers) < n:
        begin, digits = dice.choice(RANGES)
        numbers.add(f"{begin}{dice.randrange(10 ** digits):0{digits}d}" if begin != "+55119" else f"{begin}{dice.randrange(6 * 10 ** 7, 10 ** 8)}")
    rows = sorted(numbers)
    dice.shuffle(rows)
    return "number,first_name,custom1\n" + "".join(f"{number},Name {i % 977},order {i}\n" for i, number in enumerate(rows))


def import_once(server, audience, text):
    begun, cpu = time.monotonic(), cpu_seconds(server.pid)
    job = good(call(server.address, "POST", f"/v1/audiences/{audience['id']}/import", text, content_type="text/csv", timeout=HOUR), 202)
    uploaded = time.monotonic() - begun
    done = wait_until(lambda: (d := good(call(server.address, "GET", f"/v1/imports/{job.data['id']}")).data)["status"] in
                      ("completed", "failed") and d, HOUR, "the import")
    seconds = time.monotonic() - begun
    return done, {"seconds": round(seconds, 2), "upload_seconds": round(uploaded, 2), "rows_per_second": round(done["rows"] / seconds),
                  "server_cpu_seconds": round(cpu_seconds(server.pid) - cpu, 2)}


def run(crier, n):
    folder = tempfile.mkdtemp(prefix="crier-bench-")
    simulator = harness.start_simulator(crier, folder)
    server = harness.start_server(crier, folder, simulator)
    try:
        text, audience = file_of(n), harness.make_audience(server)
        for what in ("new", "again"):
            done, figures = import_once(server, audience, text)
            rss, anonymous = memory_mb(server.pid)
            print(json.dumps({"rows": n, "contacts": what, **{k: done[k] for k in ("added", "duplicates", "invalid")}, **figures,
                              "rss_mb": round(rss, 1), "anonymous_mb": round(anonymous, 1)}), flush=True)
    finally:
        server.stop()
        simulator.stop()
        shutil.rmtree(folder)


for count in " ".join(sys.argv[2:]).split():
    run(sys.argv[1], int(count))
