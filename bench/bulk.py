#!/usr/bin/env python3
"""What is large in itself, over a folder that scale.py filled: the forecast of the largest campaign, every recipient of every campaign as CSV,
and a CSV of 2 GB that is one line.

Prints how long each takes and the most memory (anonymous, MB) that the server had meanwhile.
"""
import argparse
import http.client
import json
import pathlib
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests"))
import harness  # noqa: E402
from bench import cpu_seconds, memory_mb  # noqa: E402
from harness import call, good, wait_until  # noqa: E402

HOUR = 3600
PIECE = b"4" * (1 << 20)


class Watch:
    """Time, CPU and the most memory of the server inside a with block."""

    def __init__(self, server, what):
        self.server, self.what, self.most, self.over = server, what, 0, threading.Event()

    def __enter__(self):
        self.begun, self.cpu = time.monotonic(), cpu_seconds(self.server.pid)
        self.thread = threading.Thread(target=self.look)
        self.thread.start()
        return self

    def look(self):
        while not self.over.wait(0.05):
            self.most = max(self.most, memory_mb(self.server.pid)[1])

    def __exit__(self, kind, *_):
        self.over.set()
        self.thread.join()
        if not kind:
            print(f"{self.what}: {time.monotonic() - self.begun:.1f} s, {cpu_seconds(self.server.pid) - self.cpu:.1f} s of the server's CPU, {self.most:.1f} MB", flush=True)


def items(server, path):
    while path:
        tree = good(call(server.address, "GET", path)).tree
        yield from tree["data"]
        link = tree["pagination"]["links"]["next"]
        path = link and link.split(server.address, 1)[1]


def export(server, campaign):
    """Lines of the recipients' CSV."""
    connection = http.client.HTTPConnection(server.address, timeout=600)
    connection.request("GET", f"/v1/campaigns/{campaign['id']}/recipients", headers={"X-Dexatel-Key": harness.KEY, "Accept": "text/csv"})
    answer, n = connection.getresponse(), 0
    while piece := answer.read(1 << 20):
        n += piece.count(b"\n")
    connection.close()
    return n - 1


def one_line(server, audience, megabytes):
    return call(server.address, "POST", f"/v1/audiences/{audience['id']}/import", (PIECE for _ in range(megabytes)), content_type="text/csv",
                headers={"Content-Length": str(megabytes << 20)}, timeout=HOUR)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("crier")
    parser.add_argument("folder", help="one that scale.py --folder filled")
    options = parser.parse_args()
    simulator = harness.start_simulator(options.crier, options.folder)
    server = harness.start_server(options.crier, options.folder, simulator, "--log-level", "warn", "--max-import-mb", "4096")
    tag = int(time.time())
    try:
        harness.connect_webhooks(simulator, server)
        template = harness.make_template(server, f"Bulk {tag}")
        audience = next(a for a in items(server, "/v1/audiences?filter[search]=Shop+1&page_size=100") if a["name"] == "Shop 1")
        with Watch(server, f"preflight of {audience['contacts_count']} recipients"):
            good(call(server.address, "POST", "/v1/campaigns/preflight", {"data": {"channel": "whatsapp", "from": "MyBusiness", "template": template["id"],
                                                                                   "audience": audience["id"]}}, timeout=600))
        campaigns = [c for c in items(server, "/v1/campaigns?page_size=100") if c["name"].startswith("Sale")]
        with Watch(server, "CSV of the recipients of the largest campaign"):
            n = export(server, next(c for c in campaigns if c["name"] == "Sale 1"))
        print(f"  {n} rows")
        with Watch(server, "CSV of the recipients of every campaign"):
            n = sum(export(server, c) for c in campaigns)
        print(f"  {n} rows")
        empty = harness.make_audience(server, f"Bulk {tag}")
        with Watch(server, "import of 2 GB that are one line"):
            job = good(one_line(server, empty, 2048), 202).data
            ended = wait_until(lambda: (d := good(call(server.address, "GET", f"/v1/imports/{job['id']}")).data)["status"] in ("completed", "failed") and d, HOUR, "its end")
        print("  " + json.dumps({k: ended[k] for k in ("status", "rows", "added", "invalid", "error")}, ensure_ascii=False))
    finally:
        server.stop()
        simulator.stop()


main()
