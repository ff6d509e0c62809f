#!/usr/bin/env python3
"""Two servers on a PostgreSQL whose primary is lost, and whose standby takes over: failover.py CRIER. The URL names both hosts.
Replication is synchronous, so that what the primary has answered the standby has. Judged by the simulator's record."""
import sys

import cluster
from cluster import Nodes
from harness import wait_until


def test(crier, folder, primary, standby):
    primary.make()
    primary.start()
    standby.make_standby(primary)
    standby.start()
    # Not before the copy was made, so that the standby does not wait for one itself when it takes over.
    primary.ask("ALTER SYSTEM SET synchronous_standby_names = '*'")
    primary.ask("SELECT pg_reload_conf()")
    wait_until(lambda: primary.ask("SELECT sync_state FROM pg_stat_replication").strip() == "sync", 60, "synchronous replication")
    # The one that only follows comes first: it is not taken.
    nodes = Nodes(crier, folder, f"postgresql:///postgres?host={standby.folder},{primary.folder}&user=postgres", 2)
    try:
        nodes.make_campaigns()
        wait_until(lambda: primary.lanes() == [2, 2], 60, "an even spread of four senders")
        nodes.while_it_sends(200)
        primary.stop("immediate")
        nodes.answers(503)
        standby.promote()
        nodes.answers(200)
        wait_until(lambda: sum(standby.lanes()) == 4, 60, "the senders at servers that are there")
        nodes.while_it_sends(200)
        nodes.wait_for_end()
        nodes.judge()
    finally:
        nodes.stop()


sys.exit(cluster.main(test, sys.argv[1], 2))
