#!/usr/bin/env python3
"""Troubles of the machine and the network, on the real server: faults.py CRIER

Each test runs a campaign into one trouble, looks at what a person is told of it, ends the trouble, and asks the simulator who was
written to: everybody once, and nobody had to mend anything. Tells TAP. Disks that are full or read-only are file systems of a mount
namespace of the test's own; where the system permits none, those tests are skipped.
"""
import pathlib
import shutil
import signal
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import harness  # noqa: E402
from harness import Failed, call, good, wait_until  # noqa: E402

N = 200
FAST = ["--sent-delay-ms", "5-20", "--delivered-delay-ms", "5-20", "--read-delay-ms", "5-20", "--delivered-share", "100",
        "--read-share", "100", "--template-delay-ms", "20", "--webhook-retry-ms", "10", "--webhook-retry-max-ms", "200"]


class Skipped(Exception):
    pass


class World:
    """Simulator, server, sender, template, an audience of N; the server's data are below `folder`."""

    present = None  # of the test that runs

    def __init__(self, crier, *simulator_options):
        World.present = self
        self.crier = crier
        self.folder = tempfile.mkdtemp(prefix="crier-faults-")
        self.simulator = harness.start_simulator(crier, self.folder, "--ceiling", "100", *FAST, *simulator_options)
        self.server = None

    def start(self, graph=None, prefix=()):
        listen = self.server.address if self.server else "127.0.0.1:0"
        argv = harness.server_argv(self.crier, self.folder, self.simulator, "--max-inflight", "16", listen=listen)
        if graph:
            argv[argv.index("--graph-url") + 1] = graph
        self.server = harness.Process([*prefix, *argv], f"{self.folder}/server.log", harness.SERVER_ENV)
        harness.connect_webhooks(self.simulator, self.server)

    def prepare(self):
        harness.make_sender(self.server)
        self.template = harness.make_template(self.server)
        self.audience = harness.make_audience(self.server, contacts=[harness.contact(i) for i in range(N)])

    def run(self, **fields):
        self.campaign = harness.make_campaign(self.server, self.template, self.audience, **fields)

    def messages(self):
        return harness.read_campaign(self.server, self.campaign)["messages"]

    def wait_taken(self, least):
        wait_until(lambda: self.taken() >= least, 30, f"{least} messages taken")

    def taken(self):
        return good(call(self.simulator.address, "GET", "/_sim/ledger")).tree["taken"]

    def told(self, text):
        """A line of the log."""
        return wait_until(lambda: text in self.server.output(), 30, f"a line of the log that says {text!r}")

    def all_once(self, unconfirmed=0):
        """The campaign ends by itself; everybody was written to once, but for so many at most that are in doubt and shown."""
        def over():
            data = harness.read_campaign(self.server, self.campaign)
            m = data["messages"]
            return data["status"] == "completed" and m["read"] + m["unconfirmed"] == N and m["unconfirmed"] <= unconfirmed
        try:
            wait_until(lambda: over() and harness.sim_is_quiet(self.simulator), 90, "the end of the campaign")
        except Failed as late:
            raise Failed(f"{late}: {self.messages()}, the simulator took {self.taken()}") from late
        m = self.messages()
        sums = good(call(self.simulator.address, "GET", "/_sim/ledger")).tree
        if sums["doubles"] or sums["taken"] < N - m["unconfirmed"]:
            raise Failed(f"{sums}, {m}")

    def end(self):
        statuses = [process.stop() for process in (self.server, self.simulator) if process]
        shutil.rmtree(self.folder)
        if any(statuses):
            raise Failed(f"ended with statuses {statuses}")


def cut_off(world, graph, reason):
    """The campaign meets a Meta that cannot be reached: nothing is in doubt, everything waits and says why."""
    world.start()
    world.prepare()
    world.server.stop()
    world.start(graph)
    world.run()
    world.told("WhatsApp cannot be reached; trying again until it can")
    world.told(reason)
    m = wait_until(lambda: (m := world.messages()) and m["queued"] == N and m, 30, "the messages in the queue again")
    if m["unconfirmed"] or m["failed"] or world.taken():
        raise Failed(f"{m}, {world.taken()} taken")
    path = f"/v1/campaigns/{world.campaign['id']}/recipients?page_size=100"

    def says_why():
        return any("certainly not sent" in row["why"] and reason in row["why"] for row in harness.all_pages(world.server, path))
    wait_until(says_why, 30, "a recipient that says why")

    def sender_hold():
        return good(call(world.server.address, "GET", f"/v1/campaigns/{world.campaign['id']}")).data["sender_hold"]
    hold = wait_until(sender_hold, 60, "a hold that says so")
    if hold["rule"] != "unreachable" or reason not in hold["reason"]:
        raise Failed(f"{hold}")
    world.server.stop()
    world.start()
    world.all_once()
    wait_until(lambda: sender_hold() is None, 30, "the end of the hold")


def test_a_certificate_that_nobody_vouches_for(crier):
    world = World(crier)
    key, certificate = f"{world.folder}/tls.key", f"{world.folder}/tls.crt"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-keyout",
                    key, "-out", certificate, "-subj", "/CN=localhost"], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with ThreadedTls(context) as peer:
        cut_off(world, f"https://localhost:{peer.port}/v24.0", "certificate")
        if peer.n_requests:
            raise Failed("something was said to a peer that nobody vouches for")


class ThreadedTls:
    """A TLS server that counts who says anything to it."""

    def __init__(self, context):
        import socket
        self.context, self.n_requests = context, 0
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]

    def __enter__(self):
        threading.Thread(target=self.main, daemon=True).start()
        return self

    def main(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            connection.settimeout(5)
            try:
                with self.context.wrap_socket(connection, server_side=True) as tls:
                    self.n_requests += bool(tls.recv(1))
            except OSError:
                pass

    def __exit__(self, *_):
        self.socket.close()


def test_a_name_that_does_not_resolve(crier):
    world = World(crier)
    cut_off(world, "http://graph.crier.invalid/v24.0", "resolve")


def test_the_process_stands_still(crier):
    world = World(crier, "--latency-ms", "20")
    world.start()
    world.prepare()
    world.run()
    world.wait_taken(30)
    world.server.popen.send_signal(signal.SIGSTOP)
    time.sleep(4)  # longer than a turn may be late, while webhooks and answers wait
    world.server.popen.send_signal(signal.SIGCONT)
    world.told("the server stood still")
    world.all_once()


def test_the_database_is_locked_by_another(crier):
    world = World(crier)
    world.start()
    world.prepare()
    world.run()
    world.wait_taken(30)
    other = sqlite3.connect(f"{world.folder}/data/crier.db", isolation_level=None, timeout=30)
    other.execute("BEGIN IMMEDIATE")
    world.told("the database refuses changes")  # after the time that a lock is waited for
    world.told("locked")
    stopped_at = world.taken()
    other.execute("COMMIT")
    other.close()
    if stopped_at > N - 30:
        raise Failed(f"it went on sending without a database: {stopped_at} taken")
    world.all_once()


def in_namespace(folder, script):
    """A command's prefix: `script` in a mount namespace of its own, then the command."""
    probe = subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False)
    if probe.returncode != 0:
        raise Skipped("no mount namespaces here")
    return ["unshare", "-m", "sh", "-ec", f'{script}; exec "$@"', "sh"]


def test_the_disk_is_full(crier):
    world = World(crier)
    data = f"{world.folder}/data"
    pathlib.Path(data).mkdir()
    world.start(prefix=in_namespace(world.folder, f"mount -t tmpfs -o size=24m none {data}"))
    world.prepare()
    world.run()
    world.wait_taken(30)
    filler = pathlib.Path(f"/proc/{world.server.pid}/root{data}/filler")
    with open(filler, "wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            pass
    many = [harness.contact(i) for i in range(500)]

    def refused():  # what is free inside the database's files is soon used up
        made = call(world.server.address, "POST", "/v1/audiences", {"data": {
            "name": f"Full {time.monotonic_ns()}", "channel": "whatsapp", "contacts": many}})
        return made if made.status != 201 else None
    refusal = wait_until(refused, 30, "a refusal of what cannot be kept")
    world.told("the database refuses changes")
    world.told("disk is full")
    if refusal.status not in (500, 503) or good(call(world.server.address, "GET", "/v1/campaigns")).data[0]["status"] != "in_progress":
        raise Failed(f"{refusal.status}: {refusal.body}")
    stopped_at = world.taken()
    filler.unlink()
    if stopped_at > N - 30:
        raise Failed(f"it went on sending without a disk: {stopped_at} taken")
    world.all_once()
    world.told("the database takes changes again")


def test_the_disk_is_read_only(crier):
    world = World(crier)
    world.start()
    world.prepare()
    world.server.stop()
    data = f"{world.folder}/data"
    prefix = in_namespace(world.folder, f"mount --bind {data} {data}; mount -o remount,bind,ro {data}")
    argv = harness.server_argv(crier, world.folder, world.simulator)
    ended = subprocess.run([*prefix, *argv], env={**harness.SERVER_ENV, "PATH": "/usr/bin:/bin"}, capture_output=True, timeout=60, check=False)
    said = ended.stderr.decode()
    if ended.returncode != 2 or not said.startswith("crier serve: ") or len(said.splitlines()) != 1:
        raise Failed(f"status {ended.returncode}: {said}")
    world.start()
    world.run()
    world.all_once()


def main(crier):
    tests = [(name, test) for name, test in globals().items() if name.startswith("test_")]
    print(f"1..{len(tests)}")
    bad = 0
    for number, (name, test) in enumerate(tests, 1):
        try:
            try:
                test(crier)
            finally:
                World.present.end()
            print(f"ok {number} - {name}", flush=True)
        except Skipped as reason:
            print(f"ok {number} - {name} # SKIP {reason}", flush=True)
        except (Failed, OSError, subprocess.SubprocessError) as error:
            bad += 1
            print(f"not ok {number} - {name}\n# {error}", flush=True)
    return 1 if bad else 0


sys.exit(main(*sys.argv[1:]))
