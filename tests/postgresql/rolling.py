#!/usr/bin/env python3
"""Three servers that are restarted one by one while four senders send: rolling.py CRIER. By the simulator's record no sender pauses for
longer than a moment, nobody is in doubt, and everybody is written to once."""
import sys

import cluster
from cluster import Nodes
from harness import wait_until

LEASE_S = 20
MOST_MS = 1000 * LEASE_S // 2  # nobody waits for a lease to end; starting a server takes seconds where others want the same cores


def test(crier, folder, database):
    database.make()
    database.start()
    nodes = Nodes(crier, folder, database.url, 3, LEASE_S)
    try:
        nodes.make_campaigns(rate=40)
        wait_until(lambda: database.lanes() == [2, 1, 1], 60, "an even spread of four senders")
        nodes.while_it_sends(50)
        for i in range(3):
            nodes.webhooks_to((i + 1) % 3)
            assert nodes.servers[i].stop() == 0
            nodes.while_it_sends(40)
            nodes.servers[i] = nodes.start(i)
            wait_until(lambda: database.lanes() == [2, 1, 1], 60, "an even spread again")
            nodes.while_it_sends(40)
        nodes.wait_for_end()
        nodes.judge(most_unconfirmed=0)
        gap = nodes.longest_gap()
        print(f"longest pause of a sender: {gap} ms")
        assert gap < MOST_MS, gap
    finally:
        nodes.stop()


sys.exit(cluster.main(test, sys.argv[1]))
