#!/usr/bin/env python3
"""Messages a second of 1, 2 and 3 servers on one PostgreSQL: tests/pg.sh bench/nodes.py CRIER [--nodes N…] [--senders N]
[--recipients N].

Each sender has a campaign over the same audience; all run at once, from an empty database. The simulator's limit is far above
what is reached, so that the database and the servers are what is measured. PostgreSQL, servers, simulator and this script share the
machine: CPU time is the figure that compares, until every status webhook is applied, per message: of all servers together, and of
PostgreSQL. PostgreSQL is that of CRIER_TEST_PG, set here to write its log durably.
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests"))
import harness  # noqa: E402
from bench import CEILING, HOUR, TICKS, cpu_seconds, import_contacts, sim_ledger  # noqa: E402
from harness import wait_until  # noqa: E402


def psql(url, text):
    return subprocess.run(["psql", "-AtqX", "-d", url, "-c", text], check=True, capture_output=True, text=True).stdout.strip()


def stat_of(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        return stat.read().rsplit(")", 1)[1].split()


def postgresql_cpu(url):
    """Of all its processes, those that have ended too."""
    main = stat_of(psql(url, "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'"))[1]
    ended = sum(int(n) for n in stat_of(main)[11:15])
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            fields = stat_of(folder.name)
        except OSError:
            continue
        if fields[1] == main:
            ended += int(fields[11]) + int(fields[12])
    return ended / TICKS


def measure(url, servers, simulator, senders, recipients):
    first = servers[0]
    harness.connect_webhooks(simulator, first)
    numbers = [str(int(harness.NUMBER) + i) for i in range(senders)]
    for number in numbers:
        harness.make_sender(first, name=f"S{number}", number=number)
    templates = [harness.make_template(first, name=f"T{number}", number=number) for number in numbers]
    audience = harness.make_audience(first)
    import_contacts(first, audience, recipients)
    share = senders // len(servers)
    wait_until(lambda: psql(url, f"SELECT COUNT(*) FROM node WHERE (SELECT COUNT(*) FROM sender WHERE node_no = node.no) >= {share}")
               == str(len(servers)), 60, "an even spread of the senders")
    cpu, database = sum(cpu_seconds(s.pid) for s in servers), postgresql_cpu(url)
    campaigns = [harness.make_campaign(first, template, audience, name=f"C{number}", sender=f"S{number}")
                 for number, template in zip(numbers, templates)]
    wait_until(lambda: all(harness.read_campaign(first, c)["status"] == "completed" for c in campaigns), HOUR, "the end of the campaigns")
    wait_until(lambda: harness.sim_is_quiet(simulator), HOUR, "the end of the webhooks")
    ledger = sim_ledger(simulator)
    wait_until(lambda: sum(harness.read_campaign(first, c)["messages"]["read"] for c in campaigns) == ledger["read"], HOUR, "the last status")
    n = senders * recipients
    seconds = (ledger["last_taken_ms"] - ledger["first_taken_ms"]) / 1000
    return {"nodes": len(servers), "senders": senders, "messages": n, "taken": ledger["taken"], "doubles": ledger["doubles"],
            "messages_per_second": round(ledger["taken"] / seconds),
            "servers_cpu_us_per_message": round((sum(cpu_seconds(s.pid) for s in servers) - cpu) * 1e6 / n),
            "postgresql_cpu_us_per_message": round((postgresql_cpu(url) - database) * 1e6 / n)}


def run(options, server_url, n_nodes):
    name = f"bench_{n_nodes}"
    psql(server_url, f"CREATE DATABASE {name}")
    url = server_url.replace("///postgres?", f"///{name}?")
    folder = tempfile.mkdtemp(prefix="crier-bench-")
    simulator = harness.start_simulator(options.crier, folder, "--ceiling", str(CEILING), "--ceiling-burst-ms", "500", "--delivered-delay-ms",
                                        "50-500", "--read-delay-ms", "100-2000")
    servers = []
    try:
        for i in range(n_nodes):
            servers.append(harness.start_server(options.crier, folder, simulator, "--database", url, log=f"server{i}.log"))
        print(json.dumps(measure(url, servers, simulator, options.senders, options.recipients)), flush=True)
    finally:
        for process in [*servers, simulator]:
            process.stop()
        shutil.rmtree(folder)
        psql(server_url, f"DROP DATABASE {name} WITH (FORCE)")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("crier")
    parser.add_argument("--nodes", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--senders", type=int, default=6)
    parser.add_argument("--recipients", type=int, default=5000)
    options = parser.parse_args()
    url = os.environ["CRIER_TEST_PG"]
    for setting in ("fsync", "full_page_writes"):
        psql(url, f"ALTER SYSTEM SET {setting} = on")
    psql(url, "SELECT pg_reload_conf()")
    for n_nodes in options.nodes:
        run(options, url, n_nodes)


if __name__ == "__main__":
    main()
