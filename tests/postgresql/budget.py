#!/usr/bin/env python3
"""Two servers whose senders share the 24-hour budget of one portfolio: budget.py CRIER. They never begin with more people than Meta
allows, and with no fewer; by the simulator's record, which refuses whoever is beyond."""
import sys

import cluster
import harness
from cluster import SENDERS, Nodes
from harness import call, good, wait_until

LIMIT = 250
EACH = 100  # people whom each of the four senders would write to


def make_campaign(nodes, i, number):
    server = nodes.servers[0]
    harness.make_sender(server, name=f"S{number}", number=number)
    template = harness.make_template(server, name=f"T{number}", number=number)
    audience = harness.make_audience(server, name=f"P{i}", contacts=[harness.contact(1000 * i + k) for k in range(EACH)])
    return {"template": template, "audience": audience, "name": f"C{i}", "sender": f"S{number}"}


def test(crier, folder, database):
    database.make()
    database.start()
    nodes = Nodes(crier, folder, database.url, 2, simulator=("--messaging-limit", "TIER_250"))
    try:
        asked = [make_campaign(nodes, i, number) for i, number in enumerate(SENDERS)]
        wait_until(lambda: database.lanes() == [2, 2], 60, "an even spread of four senders")
        wait_until(lambda: database.ask("SELECT COUNT(*) FROM sender s JOIN portfolio p ON p.no = s.portfolio_no WHERE p.limit_24h = 250").strip()
                   == str(len(SENDERS)), 60, "the portfolio's limit")
        for each in asked:
            harness.make_campaign(nodes.servers[0], **each)
        wait_until(lambda: nodes.n_taken() >= LIMIT, 60, "all that the budget allows")
        wait_until(lambda: harness.sim_is_quiet(nodes.simulator), 60, "the end of the webhooks")
        wait_until(lambda: database.ask("SELECT COUNT(*) FROM ledger WHERE state = 1").strip() == "0", 60, "the last answer")
        ledger = good(call(nodes.simulator.address, "GET", "/_sim/ledger")).tree
        print({name: ledger[name] for name in ("users", "taken", "refused")})
        assert (ledger["users"], ledger["taken"], ledger["refused"]) == (LIMIT, LIMIT, 0), ledger
        assert database.ask("SELECT used, (SELECT COUNT(*) FROM budget) FROM portfolio").strip() == f"{LIMIT}|{LIMIT}"
    finally:
        nodes.stop()


sys.exit(cluster.main(test, sys.argv[1]))
