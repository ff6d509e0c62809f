#!/usr/bin/env python3
"""A campaign with its data in PostgreSQL, killed in the middle: campaign.py CRIER. The server is the one of CRIER_TEST_PG."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import harness  # noqa: E402
from harness import call, good, wait_until  # noqa: E402

RECIPIENTS = 1000
SKIPPED = 77  # to meson


def new_database(url):
    name = f"campaign_{os.getpid()}"
    subprocess.run(["psql", "-q", "-d", url, "-c", f"CREATE DATABASE {name}"], check=True)
    return url.replace("///postgres?", f"///{name}?")


def judge(server, simulator, campaign):
    messages = harness.all_messages(server, campaign)
    ledger = harness.sim_ledger(simulator)
    assert len(messages) == RECIPIENTS
    for m in messages:
        taken = ledger[m["to"]]["taken"] if m["to"] in ledger else 0
        assert taken <= 1 and (taken == 1 or m["state"] == "unconfirmed"), (m, taken)
    counts = harness.read_campaign(server, campaign)["messages"]
    assert counts["total"] == RECIPIENTS and counts["read"] == sum(m["state"] == "read" for m in messages)
    assert counts["read"] + counts["unconfirmed"] == RECIPIENTS, counts


def run(crier, folder, url):
    simulator = harness.start_simulator(crier, folder, "--ceiling", "1000", "--sent-delay-ms", "5-20", "--delivered-delay-ms", "5-20",
                                        "--read-delay-ms", "5-20", "--delivered-share", "100", "--read-share", "100", "--template-delay-ms", "50",
                                        "--webhook-retry-ms", "10", "--webhook-retry-max-ms", "100")
    server = harness.start_server(crier, folder, simulator, "--database", url)
    try:
        harness.connect_webhooks(simulator, server)
        harness.make_sender(server)
        template, audience = harness.make_template(server), harness.make_audience(server)
        path = f"/v1/audiences/{audience['id']}/import"
        job = good(call(server.address, "POST", path, harness.contacts_csv(RECIPIENTS), content_type="text/csv"), 202).data
        wait_until(lambda: good(call(server.address, "GET", f"/v1/imports/{job['id']}")).data["status"] == "completed", 60, "the import")
        campaign = harness.make_campaign(server, template, audience)
        wait_until(lambda: harness.read_campaign(server, campaign)["messages"]["delivered"] > 100, 60, "the first messages")
        listen = server.address
        server.kill()
        server = harness.start_server(crier, folder, simulator, "--database", url, listen=listen)

        def over():
            data = harness.read_campaign(server, campaign)
            return data["status"] == "completed" and data["messages"]["read"] + data["messages"]["unconfirmed"] == RECIPIENTS
        wait_until(lambda: over() and harness.sim_is_quiet(simulator), 90, "the end of the campaign")
        judge(server, simulator, campaign)
    finally:
        statuses = server.stop(), simulator.stop()
    assert statuses == (0, 0), statuses
    assert not os.path.exists(f"{folder}/data/crier.db")


def main(crier):
    url = os.environ.get("CRIER_TEST_PG")
    if not url:
        print("CRIER_TEST_PG is not set: run it by tests/pg.sh")
        return SKIPPED
    folder = tempfile.mkdtemp(prefix="crier-pg-campaign-")
    try:
        run(crier, folder, new_database(url))
    finally:
        shutil.rmtree(folder)
    return 0


sys.exit(main(*sys.argv[1:]))
