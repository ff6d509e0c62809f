#!/usr/bin/env python3
"""Three servers on one database that goes away: nodes.py CRIER. One server is killed, one stopped and continued, one drained and
started anew; PostgreSQL is restarted, and away for longer than a lease. Judged by the simulator's record: nobody twice, nobody left
out but what was on the wire of the killed one."""
import signal
import sys
import time

import cluster
from cluster import LEASE_S, Nodes
from harness import wait_until


def servers_in_trouble(nodes, database):
    """The first one takes the webhooks, and is left in peace."""
    servers = nodes.servers
    wait_until(lambda: database.lanes() == [2, 1, 1], 60, "an even spread of four senders")
    nodes.while_it_sends(100)

    servers[1].kill()
    wait_until(lambda: database.lanes() == [2, 2], 60, "the lanes of the killed server at the others")
    nodes.while_it_sends(100)

    servers[2].popen.send_signal(signal.SIGSTOP)
    wait_until(lambda: database.lanes() == [4], 60, "the lanes of the stopped server at the last one")
    nodes.while_it_sends(50)
    servers[2].popen.send_signal(signal.SIGCONT)
    wait_until(lambda: database.lanes() == [2, 2], 60, "the lanes of the one that woke")
    nodes.while_it_sends(50)

    assert servers[2].stop() == 0
    wait_until(lambda: database.lanes() == [4], 60, "the lanes that were handed over")
    servers[1] = nodes.start(1)
    servers[2] = nodes.start(2)
    wait_until(lambda: database.lanes() == [2, 1, 1], 60, "an even spread again")
    nodes.while_it_sends(50)


def database_in_trouble(nodes, database):
    database.stop("immediate")
    nodes.answers(503)
    database.start()
    nodes.answers(200)
    nodes.while_it_sends(50)

    # Away for longer than a lease: by then nobody sends, and how much longer it is away makes no difference to anyone.
    database.stop("fast")
    gone = time.monotonic()
    wait_until(lambda: time.monotonic() > gone + LEASE_S, 2 * LEASE_S, "the end of the leases")
    taken = nodes.n_taken()
    wait_until(lambda: time.monotonic() > gone + LEASE_S + 2, 2 * LEASE_S, "two seconds more")
    assert nodes.n_taken() == taken, "sent without a lease"
    database.start()
    nodes.answers(200)
    nodes.while_it_sends(50)


def test(crier, folder, database):
    database.make()
    database.start()
    nodes = Nodes(crier, folder, database.url, 3)
    try:
        nodes.make_campaigns()
        servers_in_trouble(nodes, database)
        database_in_trouble(nodes, database)
        nodes.wait_for_end()
        nodes.judge()
    finally:
        for server in nodes.servers:
            if server.popen.poll() is None:
                server.popen.send_signal(signal.SIGCONT)
        nodes.stop()


sys.exit(cluster.main(test, sys.argv[1]))
