"""The simulator and the servers before it, which are killed and started again while others talk to them.

Deaths come from one thread, the killer: at random instants, while a server starts, and by failpoints (base/failpoint.h) that a
server is started with. Of several servers on one database one is now and then stopped instead, for longer than its lease or
shorter, and goes on. The simulator's webhooks go to one that is up, as through a load balancer. Whoever asks a server something asks until there is an answer; a POST carries an Idempotency-Key, so that
asking twice is asking once.
"""
import http.client
import os
import random
import signal
import subprocess
import threading
import time

import harness
from harness import Died, Failed, call

ANSWER_S = 60
ARMED_S = 1.5  # a failpoint that is not passed for so long
STARTING_S = (0.02, 0.15)
LEASE_S = 2  # --lease-seconds of several servers
STOPPED_S = (0.3, LEASE_S + 1.5)
RARE = ("start_", "freeze_", "resend_")  # failpoints that a run passes a few times only


class Node:
    """One server: the process of the moment, on the same port from life to life."""

    def __init__(self, cluster, number):
        self.cluster, self.log = cluster, f"server-{number}.log"
        self.process = None
        self.failpoint = ""  # that it lives with
        self.listen = "127.0.0.1:0"

    def argv(self):
        c = self.cluster
        return harness.server_argv(c.crier, c.folder, c.simulator, *c.server_options, listen=self.listen)

    def start(self, failpoint=""):
        """False when it died of its failpoint before it was ready."""
        c = self.cluster
        self.failpoint = failpoint
        try:
            self.process = harness.start_server(c.crier, c.folder, c.simulator, *c.server_options, listen=self.listen,
                                                env={"CRIER_FAILPOINT": failpoint}, log=self.log)
        except Died as died:
            if died.status == -signal.SIGKILL and failpoint:
                return False
            raise
        self.listen = self.process.address
        return True

    def kill_starting(self, seconds):
        with open(f"{self.cluster.folder}/{self.log}", "ab") as log:
            process = subprocess.Popen(self.argv(), stdout=log, stderr=log, env={**os.environ, **harness.SERVER_ENV})
        time.sleep(seconds)
        process.kill()
        check_killed(process.wait())

    def kill(self):
        self.process.kill()
        check_killed(self.process.popen.returncode)

    def is_dead(self):
        return self.process is None or self.process.popen.poll() is not None

    def send(self, sign):
        self.process.popen.send_signal(sign)

    def output(self):
        with open(f"{self.cluster.folder}/{self.log}", encoding="utf-8", errors="replace") as file:
            return file.read()


def check_killed(status):
    """That it was we who ended it: a sanitizer's abort must not pass for a kill."""
    if status != -signal.SIGKILL:
        raise Failed(f"the server ended by itself, status {status}")


class Cluster:
    def __init__(self, crier, folder, seed, n_nodes, server_options, failpoint, database):
        self.crier, self.folder, self.server_options, self.failpoint = crier, folder, server_options, failpoint
        self.database = database
        self.cuts = 0        # of the connections to the database
        self.stops = 0       # of servers that went on later
        self.random = random.Random(f"killer {seed}")
        self.seed = seed
        self.nodes = [Node(self, i) for i in range(n_nodes)]
        self.simulator = None
        self.kills = 0       # all deaths
        self.passings = 0    # those by the failpoint
        self.armed_s = ARMED_S
        self.n_posts = 0
        self.thread = None
        self.over = threading.Event()
        self.trouble = None  # what ended the killer

    def start(self, simulator_options):
        argv = [text for name, value in simulator_options.items() for text in ("--" + name, str(value))]
        self.simulator = harness.start_simulator(self.crier, self.folder, *argv)
        for node in self.nodes:
            self.revive(node, 0)

    def connect_webhooks(self, but=None):
        """Any server takes them that is up."""
        up = [node for node in self.nodes if node is not but and not node.is_dead()] or self.nodes
        self.tell_simulator("/_sim/webhook", {"url": f"http://{self.random.choice(up).listen}/webhooks/whatsapp",
                                              "app_secret": harness.SECRET, "verify_token": "verify"})

    # ---- dying ----

    def arm(self):
        """The failpoint of this run, sometimes, for one of its passings."""
        if not self.failpoint or self.random.random() < 0.4:
            return ""
        if self.failpoint.startswith(RARE):
            return f"{self.failpoint}:1"
        return f"{self.failpoint}:{self.random.randint(1, self.random.choice([1, 1, 3, 10, 40]))}"

    def revive(self, node, most_deaths):
        """The server again; on its way to being up it may die."""
        while most_deaths > 0 and self.random.random() < 0.2:
            node.kill_starting(self.random.uniform(0, self.random.choice(STARTING_S)))
            self.kills += 1
            most_deaths -= 1
        while not node.start(self.arm() if most_deaths > 0 else ""):
            self.kills += 1
            self.passings += 1
            most_deaths -= 1

    def armed(self):
        return [node for node in self.nodes if node.failpoint]

    def await_death(self, pause):
        """Let a random time pass; those that live with a failpoint get a while to reach it. Who died of it?"""
        armed = self.armed()
        deadline = time.monotonic() + (self.armed_s if armed else pause)
        dead = None
        while time.monotonic() < deadline and not self.over.is_set() and not dead:
            time.sleep(0.002)
            dead = next((node for node in armed if node.is_dead()), None)
        return dead

    def victim(self):
        """One that lives with a failpoint may die at any moment: it is looked after first."""
        return self.random.choice(self.armed() or self.nodes)

    def arm_all(self):
        """A server that comes back finds its lanes with the others: only when all live with the failpoint does it meet who sends."""
        for node in self.nodes:
            node.kill()
            self.kills += 1
        for node in self.nodes:
            if not node.start(f"{self.failpoint}:{self.random.choice([1, 1, 3, 10])}"):
                self.kills += 1
                self.passings += 1
                node.start()
        self.connect_webhooks()

    def stop_for_a_while(self, node):
        """It may be thought lost meanwhile, and does not know when it goes on."""
        node.send(signal.SIGSTOP)
        self.stops += 1
        self.connect_webhooks(but=node)
        self.over.wait(self.random.uniform(*STOPPED_S))
        node.send(signal.SIGCONT)

    def kill_one(self, node, n_deaths):
        node.kill()
        self.kills += 1
        several = len(self.nodes) > 1
        if several:
            self.connect_webhooks()
        if self.random.random() < 0.1:  # away for longer than a window
            self.over.wait(self.random.uniform(0.5, 2.5))
        self.revive(node, n_deaths)
        if several:
            self.connect_webhooks()

    def work(self, n_deaths, pauses):
        if len(self.nodes) > 1 and self.failpoint and self.random.random() < 0.7:
            self.arm_all()
        while n_deaths > 0 and not self.over.is_set():
            if self.database.url and self.random.random() < 0.5:
                self.over.wait(self.random.uniform(0, self.random.choice(pauses)))
                self.database.cut()
                self.cuts += 1
            died = self.await_death(self.random.uniform(0, self.random.choice(pauses)))
            node = died or self.victim()
            self.passings += died is not None
            n_deaths -= 1
            if len(self.nodes) > 1 and not died and self.random.random() < 0.25:
                self.stop_for_a_while(node)
            else:
                self.kill_one(node, n_deaths)
        for node in self.nodes:  # none goes on with a failpoint
            if node.failpoint:
                node.kill()
                self.kills += 1
                node.start()

    def start_killer(self, n_deaths, pauses):
        def main():
            try:
                self.work(n_deaths, pauses)
            except (Failed, OSError) as trouble:
                self.trouble = trouble
        self.thread = threading.Thread(target=main)
        self.thread.start()

    def end_killer(self, at_once):
        """Wait for the last death; `at_once`: no more of them."""
        if at_once:
            self.over.set()
        if self.thread:
            self.thread.join()
        self.check()

    def is_killing(self):
        return self.thread.is_alive()

    def check(self):
        if self.trouble:
            raise self.trouble

    def kill_all(self):
        for node in self.nodes:
            node.kill()
            self.kills += 1
        for node in self.nodes:
            node.start()

    # ---- asking ----

    def ask(self, method, path, body=None, content_type=None):
        """The answer, of whatever server gives one. Told that it is busy, it asks again."""
        headers = {}
        if method == "POST" and content_type is None:
            self.n_posts += 1
            headers["Idempotency-Key"] = f"{self.seed}-{self.n_posts}"
        deadline = time.monotonic() + ANSWER_S
        while True:
            self.check()
            node = self.nodes[self.n_posts % len(self.nodes)]
            try:
                answer = call(node.listen, method, path, body, content_type=content_type, headers=headers, timeout=20)
                if not self.is_busy(answer):
                    return answer
            except (OSError, http.client.HTTPException):
                self.n_posts += len(self.nodes) > 1  # another one, next time
            if time.monotonic() > deadline:
                raise Failed(f"no answer to {method} {path} within {ANSWER_S} s")
            time.sleep(0.01)

    def is_busy(self, answer):
        """Is it to be asked again? A server whose database was cut off does not know what came of it."""
        running = answer.status == 409 and answer.tree["errors"][0]["code"] == 1019
        return answer.status == 503 or running or (answer.status == 500 and self.database.url is not None)

    def tell_simulator(self, path, body):
        harness.good(call(self.simulator.address, "POST", path, body))

    def ask_simulator(self, path):
        return harness.good(call(self.simulator.address, "GET", path)).tree

    # ---- the end ----

    def end_well(self):
        """An orderly end, and no error in a log of servers that were never parted from their database."""
        for process in [node.process for node in self.nodes] + [self.simulator]:
            status = process.stop()
            if status != 0:
                raise Failed(f"ended with status {status}: {process.log}")
        bad = [line for node in self.nodes for line in node.output().splitlines() if "ERROR:" in line or (" error " in line and not self.cuts and not self.stops)]
        if bad:
            raise Failed("in the log: " + "\n".join(bad[:5]))

    def end(self):
        self.over.set()
        if self.thread:
            self.thread.join()
        for process in [node.process for node in self.nodes] + [self.simulator]:
            if process:
                process.stop()
