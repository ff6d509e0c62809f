#!/usr/bin/env python3
"""One campaign after the other against the simulator, each from an empty database: bench.py CRIER RECIPIENTS…

The machine carries server, simulator and this script at once; CPU time is the figure that compares, the rate is what they reach
together. CPU is the server's own, from the start of the campaign until every status webhook is applied, per message. Memory is
the server's resident set at that moment, and the part of it that is not files (anonymous).
"""
import json
import os
import pathlib
import shutil
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests"))
import harness  # noqa: E402
from harness import call, good, wait_until  # noqa: E402

CEILING = 20000
HOUR = 3600
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory_mb(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        lines = dict(line.split(":", 1) for line in status)
    return tuple(int(lines[name].split()[0]) / 1024 for name in ("VmRSS", "RssAnon"))


def import_contacts(server, audience, n):
    """How long it took."""
    begun = time.monotonic()
    job = good(call(server.address, "POST", f"/v1/audiences/{audience['id']}/import", harness.contacts_csv(n), content_type="text/csv"), 202)
    wait_until(lambda: good(call(server.address, "GET", f"/v1/imports/{job.data['id']}")).data["status"] == "completed", HOUR, "the import")
    return time.monotonic() - begun


def sim_ledger(simulator):
    return good(call(simulator.address, "GET", "/_sim/ledger")).tree


def measure(server, simulator, n):
    harness.connect_webhooks(simulator, server)
    harness.make_sender(server)
    template, audience = harness.make_template(server), harness.make_audience(server)
    import_seconds = import_contacts(server, audience, n)
    cpu = cpu_seconds(server.pid)
    campaign = harness.make_campaign(server, template, audience)
    wait_until(lambda: harness.read_campaign(server, campaign)["status"] == "completed", HOUR, "the end of the campaign")
    wait_until(lambda: harness.sim_is_quiet(simulator), HOUR, "the end of the webhooks")
    ledger = sim_ledger(simulator)
    wait_until(lambda: harness.read_campaign(server, campaign)["messages"]["read"] == ledger["read"], HOUR, "the last status")
    cpu = cpu_seconds(server.pid) - cpu
    rss, anonymous = memory_mb(server.pid)
    seconds = (ledger["last_taken_ms"] - ledger["first_taken_ms"]) / 1000
    return {"recipients": n, "taken": ledger["taken"], "doubles": ledger["doubles"], "messages_per_second": round(ledger["taken"] / seconds),
            "server_cpu_us_per_message": round(cpu * 1e6 / n, 1), "import_rows_per_second": round(n / import_seconds),
            "rss_mb": round(rss, 1), "anonymous_mb": round(anonymous, 1)}


def run(crier, n):
    folder = tempfile.mkdtemp(prefix="crier-bench-")
    simulator = harness.start_simulator(crier, folder, "--ceiling", str(CEILING), "--ceiling-burst-ms", "500", "--delivered-delay-ms", "50-500",
                                        "--read-delay-ms", "100-2000")
    server = harness.start_server(crier, folder, simulator)
    try:
        print(json.dumps(measure(server, simulator, n)), flush=True)
    finally:
        server.stop()
        simulator.stop()
        shutil.rmtree(folder)


if __name__ == "__main__":
    for count in " ".join(sys.argv[2:]).split():
        run(sys.argv[1], int(count))
