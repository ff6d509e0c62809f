"""What the tests of several servers stand on: PostgreSQL clusters of their own that can be stopped, and servers on one database with
four senders that all send. The judge is the simulator's record."""
import glob
import os
import pathlib
import pwd
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import harness  # noqa: E402
from harness import call, good, wait_until  # noqa: E402

RECIPIENTS = 600
SENDERS = [f"44808157012{i}" for i in range(4)]
NUMBER_ONE = SENDERS[0]
LEASE_S = 4
SKIPPED = 77  # to meson


class Cluster:
    """One PostgreSQL server on a Unix socket in a folder of its own."""

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

    def write_configuration(self):
        with open(f"{self.folder}/data/postgresql.conf", "a", encoding="utf-8") as file:
            file.write(f"listen_addresses = ''\nunix_socket_directories = '{self.folder}'\nfsync = off\nmax_connections = 100\n")

    def make(self):
        self.command("initdb", "-D", f"{self.folder}/data", "-U", "postgres", "-A", "trust", "--no-sync")
        self.write_configuration()

    def make_standby(self, primary):
        """A copy that follows it."""
        self.command("pg_basebackup", "-D", f"{self.folder}/data", "-h", primary.folder, "-U", "postgres", "-R", "--no-sync", "-c", "fast")
        self.write_configuration()

    def start(self):
        self.command("pg_ctl", "start", "-D", f"{self.folder}/data", "-w", "-t", "60", "-s", "-l", f"{self.folder}/data/log")

    def stop(self, mode):
        self.command("pg_ctl", "stop", "-D", f"{self.folder}/data", "-m", mode, "-w", "-s")

    def promote(self):
        self.command("pg_ctl", "promote", "-D", f"{self.folder}/data", "-w", "-t", "60", "-s")

    def ask(self, text):
        return subprocess.run(["psql", "-AtqX", "-d", self.url, "-c", text], check=True, capture_output=True, text=True).stdout

    def lanes(self):
        """How many senders each node has."""
        out = self.ask("SELECT COUNT(s.no) FROM node n LEFT JOIN sender s ON s.node_no = n.no GROUP BY n.no ORDER BY 1 DESC")
        return [int(line) for line in out.split()]

    def remove(self):
        subprocess.run([*self.run_as, f"{self.bin}/pg_ctl", "stop", "-D", f"{self.folder}/data", "-m", "immediate", "-s"], check=False,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        shutil.rmtree(self.folder)


class Nodes:
    """`n` servers on one database, and the simulator, whose webhooks come to the first."""

    def __init__(self, crier, folder, url, n, lease_s=LEASE_S, simulator=(), server=()):
        self.crier, self.folder, self.url, self.lease_s, self.server_options = crier, folder, url, lease_s, server
        self.simulator = harness.start_simulator(
            crier, folder, "--ceiling", "80", "--sent-delay-ms", "5-20", "--delivered-delay-ms", "5-20", "--delivered-share", "100",
            "--read-share", "0", "--template-delay-ms", "50", "--webhook-retry-ms", "10", "--webhook-retry-max-ms", "100", *simulator)
        self.servers = [self.start(i) for i in range(n)]
        self.webhooks_to(0)
        self.campaigns = []

    def start(self, i):
        return harness.start_server(self.crier, self.folder, self.simulator, "--database", self.url, "--lease-seconds", str(self.lease_s),
                                    *self.server_options, log=f"server{i}.log")

    def webhooks_to(self, i):
        harness.connect_webhooks(self.simulator, self.servers[i])

    def make_campaigns(self, rate=40):
        """One a sender, at so many messages a second."""
        server = self.servers[0]
        for number in SENDERS:
            harness.make_sender(server, name=f"S{number}", number=number)
        templates = [harness.make_template(server, name=f"T{number}", number=number) for number in SENDERS]
        audience = harness.make_audience(server)
        path = f"/v1/audiences/{audience['id']}/import"
        job = good(call(server.address, "POST", path, harness.contacts_csv(RECIPIENTS), content_type="text/csv"), 202).data
        wait_until(lambda: good(call(server.address, "GET", f"/v1/imports/{job['id']}")).data["status"] == "completed", 60, "the import")
        self.campaigns = [harness.make_campaign(server, template, audience, name=f"C{number}", sender=f"S{number}", rate=rate)
                          for number, template in zip(SENDERS, templates)]

    def read(self, campaign):
        """None while the database is not there for the server that is asked."""
        answer = call(self.servers[0].address, "GET", f"/v1/campaigns/{campaign['id']}")
        return None if answer.status == 503 else good(answer).data

    def n_taken(self):
        return good(call(self.simulator.address, "GET", "/_sim/ledger")).tree["taken"]

    def while_it_sends(self, n):
        so_far = self.n_taken()
        wait_until(lambda: self.n_taken() >= so_far + n, 60, f"{n} more messages")

    def answers(self, status, seconds=60):
        wait_until(lambda: call(self.servers[0].address, "GET", "/v1/campaigns").status == status, seconds, f"an answer with {status}")

    def wait_for_end(self):
        def is_over(campaign):
            data = self.read(campaign)
            return data is not None and data["status"] == "completed"
        wait_until(lambda: all(is_over(c) for c in self.campaigns) and harness.sim_is_quiet(self.simulator), 120, "the end of the campaigns")

    def entries(self):
        """What the simulator took: an entry a campaign and recipient."""
        after, found = 0, []
        while after is not None:
            page = good(call(self.simulator.address, "GET", f"/_sim/ledger?after={after}")).tree
            found += page["data"]
            after = page["next"]
        return found

    def judge(self, most_unconfirmed=None):
        entries, wanted, unconfirmed = self.entries(), RECIPIENTS * len(SENDERS), 0
        for campaign in self.campaigns:
            counts = self.read(campaign)["messages"]
            assert counts["total"] == RECIPIENTS, counts
            unconfirmed += counts["unconfirmed"]
        taken = sum(entry["taken"] for entry in entries)
        print(f"taken {taken} of {wanted}, unconfirmed {unconfirmed}")
        assert all(entry["taken"] <= 1 for entry in entries), [entry for entry in entries if entry["taken"] > 1]
        assert taken <= wanted <= taken + unconfirmed, (taken, unconfirmed)
        assert most_unconfirmed is None or unconfirmed <= most_unconfirmed, unconfirmed

    def longest_gap(self):
        """Milliseconds in which a sender, between its first and its last message, sent nothing."""
        times = {}
        for entry in self.entries():
            times.setdefault(entry["phone_number_id"], []).append(entry["first_taken_ms"])
        return max(b - a for each in times.values() for a, b in zip(sorted(each), sorted(each)[1:]))

    def stop(self, killed=()):
        statuses = [process.stop() for i, process in enumerate([*self.servers, self.simulator]) if i not in killed]
        assert not any(statuses), statuses


def main(test, crier, n_clusters=1):
    """Run `test(crier, folder, *clusters)`."""
    clusters = [Cluster() for _ in range(n_clusters)]
    folder = tempfile.mkdtemp(prefix="crier-nodes-servers-")
    try:
        if not clusters[0].bin or not shutil.which("psql"):
            print("there is no PostgreSQL server here")
            return SKIPPED
        test(crier, folder, *clusters)
    except BaseException:
        for path in sorted(glob.glob(f"{folder}/*.log")):
            with open(path, encoding="utf-8", errors="replace") as file:
                print(f"== {os.path.basename(path)}\n{file.read()[-6000:]}", file=sys.stderr)
        raise
    finally:
        for cluster in clusters:
            cluster.remove()
        shutil.rmtree(folder)
    return 0
