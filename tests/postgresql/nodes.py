#!/usr/bin/env python3
"""Three servers on one database that is restarted: nodes.py CRIER. One server is killed, one stopped and continued, one drained and
started anew, and PostgreSQL goes away and comes back. Judged by the simulator's record: nobody twice, nobody left out but what was on
the wire of the killed one. The database is a private one, of a cluster that the test makes and stops."""
import glob
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import harness  # noqa: E402
from harness import call, good, wait_until  # noqa: E402

RECIPIENTS = 600
SENDERS = [f"44808157012{i}" for i in range(4)]
LEASE_S = 4
SKIPPED = 77  # to meson


class Cluster:
    def __init__(self):
        found = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
        self.bin = found[-1] if found else None
        self.folder = tempfile.mkdtemp(prefix="crier-nodes-")
        self.run_as = []
        if os.getuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self.run_as = ["runuser", "-u", "postgres", "--"]
        self.url = f"postgresql:///postgres?host={self.folder}&user=postgres"

    def command(self, name, *arguments):
        subprocess.run([*self.run_as, f"{self.bin}/{name}", *arguments], check=True, cwd=self.folder, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)

    def make(self):
        self.command("initdb", "-D", f"{self.folder}/data", "-U", "postgres", "-A", "trust", "--no-sync")
        with open(f"{self.folder}/data/postgresql.conf", "a", encoding="utf-8") as file:
            file.write(f"listen_addresses = ''\nunix_socket_directories = '{self.folder}'\nfsync = off\nmax_connections = 100\n")

    def start(self):
        self.command("pg_ctl", "start", "-D", f"{self.folder}/data", "-w", "-t", "60", "-s", "-l", f"{self.folder}/data/log")

    def stop(self, mode):
        self.command("pg_ctl", "stop", "-D", f"{self.folder}/data", "-m", mode, "-w", "-s")

    def remove(self):
        subprocess.run([*self.run_as, f"{self.bin}/pg_ctl", "stop", "-D", f"{self.folder}/data", "-m", "immediate", "-s"], check=False,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        shutil.rmtree(self.folder)


def lanes(cluster):
    """How many senders each node has."""
    out = subprocess.run(["psql", "-AtqX", "-d", cluster.url, "-c", "SELECT COUNT(s.no) FROM node n LEFT JOIN sender s ON s.node_no = n.no"
                          " GROUP BY n.no ORDER BY 1 DESC"], check=True, capture_output=True, text=True).stdout
    return [int(line) for line in out.split()]


def make_all(server):
    for number in SENDERS:
        harness.make_sender(server, name=f"S{number}", number=number)
    templates = [harness.make_template(server, name=f"T{number}", number=number) for number in SENDERS]
    audience = harness.make_audience(server)
    path = f"/v1/audiences/{audience['id']}/import"
    job = good(call(server.address, "POST", path, harness.contacts_csv(RECIPIENTS), content_type="text/csv"), 202).data
    wait_until(lambda: good(call(server.address, "GET", f"/v1/imports/{job['id']}")).data["status"] == "completed", 60, "the import")
    return [harness.make_campaign(server, template, audience, name=f"C{number}", sender=f"S{number}", rate=40)
            for number, template in zip(SENDERS, templates)]


def n_sent(server, campaigns):
    counts = [harness.read_campaign(server, c)["messages"] for c in campaigns]
    return sum(c["sent"] + c["delivered"] + c["failed"] + c["unconfirmed"] for c in counts)


def while_it_sends(server, campaigns, n):
    so_far = n_sent(server, campaigns)
    wait_until(lambda: n_sent(server, campaigns) >= so_far + n, 60, f"{n} more messages")


def trouble(start, cluster, servers, door, campaigns):
    """`door` takes the webhooks, and is left in peace."""
    wait_until(lambda: lanes(cluster) == [2, 1, 1], 60, "an even spread of four senders")
    while_it_sends(door, campaigns, 100)

    servers[1].kill()
    wait_until(lambda: lanes(cluster) == [2, 2], 60, "the lanes of the killed server at the others")
    while_it_sends(door, campaigns, 100)

    servers[2].popen.send_signal(signal.SIGSTOP)
    wait_until(lambda: lanes(cluster) == [4], 60, "the lanes of the stopped server at the last one")
    while_it_sends(door, campaigns, 50)
    servers[2].popen.send_signal(signal.SIGCONT)
    wait_until(lambda: lanes(cluster) == [2, 2], 60, "the lanes of the one that woke")
    while_it_sends(door, campaigns, 50)

    assert servers[2].stop() == 0
    wait_until(lambda: lanes(cluster) == [4], 60, "the lanes that were handed over")
    servers[1] = start(1)
    servers[2] = start(2)
    wait_until(lambda: lanes(cluster) == [2, 1, 1], 60, "an even spread again")
    while_it_sends(door, campaigns, 50)

    cluster.stop("immediate")
    wait_until(lambda: call(door.address, "GET", "/v1/campaigns").status == 503, 60, "503 without a database")
    cluster.start()
    wait_until(lambda: call(door.address, "GET", "/v1/campaigns").status == 200, 60, "answers with the database")


def sim_entries(simulator):
    """What the simulator took: an entry a campaign and recipient."""
    after, found = 0, []
    while after is not None:
        page = good(call(simulator.address, "GET", f"/_sim/ledger?after={after}")).tree
        found += page["data"]
        after = page["next"]
    return found


def judge(server, simulator, campaigns):
    entries = sim_entries(simulator)
    unconfirmed = 0
    for campaign in campaigns:
        counts = harness.read_campaign(server, campaign)["messages"]
        assert counts["total"] == RECIPIENTS, counts
        unconfirmed += counts["unconfirmed"]
    taken = sum(entry["taken"] for entry in entries)
    assert all(entry["taken"] <= 1 for entry in entries), [entry for entry in entries if entry["taken"] > 1]
    assert taken + unconfirmed >= RECIPIENTS * len(SENDERS), (taken, unconfirmed)
    assert taken <= RECIPIENTS * len(SENDERS), taken
    print(f"taken {taken} of {RECIPIENTS * len(SENDERS)}, unconfirmed {unconfirmed}")


def run(crier, folder, cluster):
    simulator = harness.start_simulator(crier, folder, "--ceiling", "80", "--sent-delay-ms", "5-20", "--delivered-delay-ms", "5-20",
                                        "--delivered-share", "100", "--read-share", "0", "--template-delay-ms", "50",
                                        "--webhook-retry-ms", "10", "--webhook-retry-max-ms", "100")

    def start(i):
        return harness.Process([crier, "serve", "--data", f"{folder}/data", "--listen", "127.0.0.1:0", "--database", cluster.url,
                                "--lease-seconds", str(LEASE_S), "--graph-url", f"http://{simulator.address}/v24.0"],
                               f"{folder}/server{i}.log", {"CRIER_ADMIN_KEY": harness.KEY, "CRIER_VERIFY_TOKEN": "verify"})
    servers = [start(i) for i in range(3)]
    try:
        harness.connect_webhooks(simulator, servers[0])
        campaigns = make_all(servers[0])
        trouble(start, cluster, servers, servers[0], campaigns)

        def is_over(campaign):
            answer = call(servers[2].address, "GET", f"/v1/campaigns/{campaign['id']}")
            if answer.status == 503:  # one of its connections had not learned yet that the database was away
                return False
            return good(answer).data["status"] == "completed"

        def over():
            return all(is_over(c) for c in campaigns)
        wait_until(lambda: over() and harness.sim_is_quiet(simulator), 120, "the end of the campaigns")
        judge(servers[1], simulator, campaigns)
    finally:
        for server in servers:
            if server.popen.poll() is None:
                server.popen.send_signal(signal.SIGCONT)
        statuses = [process.stop() for process in [*servers, simulator]]
    assert statuses == [0, 0, 0, 0], statuses


def main(crier):
    cluster = Cluster()
    if not cluster.bin or not shutil.which("psql"):
        print("there is no PostgreSQL server here")
        return SKIPPED
    folder = tempfile.mkdtemp(prefix="crier-nodes-servers-")
    try:
        cluster.make()
        cluster.start()
        run(crier, folder, cluster)
    except BaseException:
        for path in sorted(glob.glob(f"{folder}/*.log")):
            with open(path, encoding="utf-8", errors="replace") as file:
                print(f"== {os.path.basename(path)}\n{file.read()[-6000:]}", file=sys.stderr)
        raise
    finally:
        cluster.remove()
        shutil.rmtree(folder)
    return 0


sys.exit(main(*sys.argv[1:]))
