#!/usr/bin/env python3
"""Kill the server at random instants of a campaign, start it again, and ask the simulator who was written to.

    crash.py CRIER [--runs N] [--kills K] [--seed S] [--recipients N] [--mode hold|resend|cancel|all]

A run: an empty database, an import, one campaign; SIGKILL at random instants (of the first start, the import, the campaign's
creation, freezing, sending, webhooks, and of the starts that follow kills) and a new start on the same port; single messages are
asked for meanwhile, under an Idempotency-Key until each is answered; then all goes on to its end. Judged by the simulator's record of what it took, not by ours. Every run has a seed, which makes everything
but the machine's own timing again; it is told when the run fails. The last line says: N runs, K kills, D doubles, L losses.
"""
import argparse
import http.client
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import harness  # noqa: E402
from harness import Failed, call, good, wait_until  # noqa: E402

WINDOW_S = 2
END_S = 90
SETTLE_S = 10
TAKEN = {"accepted", "sent", "delivered", "read"}
OPEN = {"queued", "claimed"}
COUNTERS = {"total": None, "queued": OPEN, "sent": {"accepted", "sent"}, "delivered": {"delivered", "read"}, "read": {"read"},
            "failed": {"failed"}, "unconfirmed": {"unconfirmed"}, "skipped": {"skipped", "canceled"}}


def knows(m, entry):
    """Does our ledger say of a recipient what the simulator's webhooks said last?"""
    if not entry or entry["taken"] != 1:
        return True
    return m["state"] == entry["status"] or (entry["status"] == "accepted" and m["state"] == "unconfirmed")


class Run:
    def __init__(self, crier, seed, mode, recipients, kills):
        self.crier, self.seed, self.mode, self.kills = crier, seed, mode, kills
        self.random = random.Random(seed)
        self.folder = tempfile.mkdtemp(prefix="crier-crash-")
        self.doubles = self.losses = self.killed = 0
        self.written = set()  # numbers that a single message was asked for
        self.server = self.simulator = None
        chance = self.random.random
        # A small campaign is over before its last messages have later ones to speak for them.
        self.recipients = max(1, recipients // 100) if chance() < 0.2 else recipients
        self.ceiling = max(20, round(self.recipients / self.random.uniform(0.7, 2)))
        self.latency = self.random.choice([0, 5, 40])
        # Few in flight make a slow lane: no fewer than what is through in some seconds.
        enough = self.recipients * (self.latency + 10) / 1000 / 5
        self.max_inflight = self.random.choice([n for n in (8, 64, 256) if n >= enough] or [256])
        # Under resend the window is to be longer than any webhook takes while the server is up.
        self.hook_retry_most = self.random.choice([100, 500])
        self.faults = chance() < 0.5
        self.strange_hooks = chance() < 0.5

    # ---- the actors ----

    def start_simulator(self):
        options = {"seed": self.seed, "ceiling": self.ceiling, "latency-ms": self.latency, "latency-jitter-ms": 20,
                   "refuse-codes": "131026:1", "fail-codes": "131049:1", "sent-delay-ms": "5-50", "delivered-delay-ms": "10-100",
                   "read-delay-ms": "10-100", "webhook-retry-ms": 10, "webhook-retry-max-ms": self.hook_retry_most,
                   "template-delay-ms": 50}
        if self.faults:
            options |= dict.fromkeys(("error5xx-before", "error5xx-after", "reset-before", "reset-after"), "0.3")
        if self.strange_hooks:
            options |= {"webhook-doubled": 5, "webhook-reordered": 5, "webhook-reorder-ms": "20-200"}
        argv = [text for name, value in options.items() for text in ("--" + name, str(value))]
        self.simulator = harness.start_simulator(self.crier, self.folder, *argv)

    def server_options(self):
        return ["--unconfirmed-window", str(WINDOW_S), "--max-inflight", str(self.max_inflight)]

    def listen(self):
        return self.server.address if self.server else "127.0.0.1:0"

    def start_server(self):
        self.server = harness.start_server(self.crier, self.folder, self.simulator, *self.server_options(), listen=self.listen())

    def restart(self):
        """Start after a kill: sometimes later than the window is long, sometimes killed while it starts."""
        if self.random.random() < 0.1:
            time.sleep(WINDOW_S * 1.2)
        while self.random.random() < 0.2:
            self.kill_starting()
        self.start_server()

    def kill_starting(self):
        argv = [self.crier, "serve", "--data", f"{self.folder}/data", "--listen", self.listen(), "--graph-url",
                f"http://{self.simulator.address}/v24.0", "--admin-key", harness.KEY, "--verify-token", "verify",
                *self.server_options()]
        with open(f"{self.folder}/server.log", "ab") as log:
            process = subprocess.Popen(argv, stdout=log, stderr=log)
        self.instant(self.random.choice([0.02, 0.2]))
        process.kill()
        if process.wait() != -signal.SIGKILL:
            raise Failed(f"the server ended by itself while it started, status {process.returncode}")
        self.killed += 1

    def kill(self):
        self.server.kill()
        self.killed += 1

    def kill_and_start(self):
        self.kill()
        self.check_killed()
        self.restart()

    def check_killed(self):
        """That it was we who ended it: a sanitizer's abort must not pass for a kill."""
        if self.server.popen.returncode != -signal.SIGKILL:
            raise Failed(f"the server ended by itself, status {self.server.popen.returncode}")

    def instant(self, most):
        """Let a random time pass: the instant of a kill is what is tried here."""
        time.sleep(self.random.uniform(0, most))

    def kill_during(self, most, action):
        """Kill and start again while `action` goes on; its answer, or None when it had none."""
        timer = threading.Timer(self.random.uniform(0, most), self.kill)
        timer.start()
        try:
            answer = action()
        except (OSError, http.client.HTTPException):
            answer = None
        timer.join()
        self.check_killed()
        self.restart()
        return answer

    # ---- a run ----

    def prepare(self):
        """Everything a campaign needs: template, audience."""
        self.start_simulator()
        while self.random.random() < 0.4:
            self.kill_starting()
        self.start_server()
        harness.connect_webhooks(self.simulator, self.server)
        harness.make_sender(self.server)
        template = harness.make_template(self.server)
        audience = harness.make_audience(self.server)
        self.fill(audience)
        return template, audience

    def when(self, status, path):
        data = good(call(self.server.address, "GET", path)).data
        return data if data["status"] == status else None

    def fill(self, audience):
        contacts = harness.contacts_csv(self.recipients)
        path = f"/v1/audiences/{audience['id']}/import"
        if self.random.random() < 0.3:  # an upload that was cut off is tried again
            self.kill_during(0.03, lambda: call(self.server.address, "POST", path, contacts, content_type="text/csv"))
        job = good(call(self.server.address, "POST", path, contacts, content_type="text/csv"), 202).data
        if self.random.random() < 0.5:
            self.instant(0.1)
            self.kill_and_start()
        done = wait_until(lambda: self.when("completed", f"/v1/imports/{job['id']}"), 60, "the end of the import")
        count = good(call(self.server.address, "GET", f"/v1/audiences/{audience['id']}")).data["contacts_count"]
        if done["added"] + done["duplicates"] != self.recipients or done["rows"] != self.recipients or count != self.recipients:
            raise Failed(f"of {self.recipients} contacts {count} are there; the import says {done}")

    def campaign(self, template, audience):
        """Created for good, however often the server is killed meanwhile."""
        fields = {"on_unconfirmed": "resend" if self.mode == "resend" else "hold"}

        def create():
            return harness.make_campaign(self.server, template, audience, **fields)
        if self.random.random() < 0.5:
            made = self.kill_during(0.05, create)
            there = good(call(self.server.address, "GET", "/v1/campaigns")).data
            if made and not there:
                raise Failed("a campaign that was answered 201 is not there")
            if there:
                return there[0]
        return create()

    def write(self, template):
        """Single messages, each asked for until it is answered: the same key asks for the same one."""
        for _ in range(self.random.randrange(4)):
            n = len(self.written)
            number = f"4475{n:08d}"
            body = {"data": {"channel": "whatsapp", "from": "MyBusiness", "to": [number], "template": template["id"],
                             "variables": ["Ann", f"order {n}"]}}

            def ask():
                return call(self.server.address, "POST", "/v1/messages", body, headers={"Idempotency-Key": f"single-{n}"})
            answer = self.kill_during(0.02, ask) if self.random.random() < 0.3 else ask()
            good(answer or ask(), 201)
            self.written.add(number)

    def singles(self):
        return harness.all_pages(self.server, "/v1/messages?filter[to_prefix]=4475&page_size=100")

    def cancel(self, campaign):
        data = {"data": {"status": "canceled"}}
        path = f"/v1/campaigns/{campaign['id']}"
        if self.random.random() < 0.5:
            self.kill_during(0.02, lambda: call(self.server.address, "PUT", path, data))
        if call(self.server.address, "PUT", path, data).status not in (200, 409):
            raise Failed("the campaign cannot be canceled")

    def over(self, campaign):
        data = harness.read_campaign(self.server, campaign)
        if data["hold"]:
            raise Failed(f"the campaign is held: {data['hold']}")
        ended = data["status"] == "completed" or (data["status"] == "canceled" and data["messages"]["queued"] == 0)
        ended = ended and not any(m["state"] in OPEN for m in self.singles())
        return ended and harness.sim_is_quiet(self.simulator)

    def go(self):
        template, audience = self.prepare()
        campaign = self.campaign(template, audience)
        cancel_at = self.random.randrange(self.kills) if self.mode == "cancel" and self.kills else -1
        for i in range(self.kills):
            self.instant(self.random.choice([0.03, 0.2, 0.6]))
            if i == cancel_at:
                self.cancel(campaign)
            self.write(template)
            self.instant(0.05)
            self.kill_and_start()
        self.wait_for_end(campaign)
        self.kill_and_start()  # what is over stays as it is
        self.settle(campaign)
        self.judge(campaign)
        self.end_well()

    def wait_for_end(self, campaign):
        try:
            wait_until(lambda: self.over(campaign), END_S, "the end of the campaign")
        except Failed as late:
            try:
                self.judge(campaign)
            except Failed as faults:
                raise Failed(f"{late}: {faults}") from late
            raise

    def settle(self, campaign):
        """Webhooks are answered when they are durable; applying the last of them takes a moment more."""
        ledger = harness.sim_ledger(self.simulator)

        def told():
            return all(knows(m, ledger.get(m["to"])) for m in harness.all_messages(self.server, campaign) + self.singles())
        try:
            wait_until(told, SETTLE_S, "what the last webhooks said")
        except Failed:
            pass  # the judgement says of whom

    # ---- the judgement ----

    def judge(self, campaign):
        ledger = harness.sim_ledger(self.simulator)
        messages = harness.all_messages(self.server, campaign)
        stats = good(call(self.simulator.address, "GET", "/_sim/stats")).tree
        sums = good(call(self.simulator.address, "GET", "/_sim/ledger")).tree
        faults = []
        # A campaign that was canceled while its audience was frozen has no rows for the rest.
        numbers = {m["to"] for m in messages}
        missing = self.recipients - len(numbers)
        if len(messages) != len(numbers) or missing < 0 or (missing and self.mode != "cancel"):
            faults.append(f"{len(messages)} messages to {len(numbers)} numbers for {self.recipients} recipients")
        singles = self.singles()
        if len(singles) != len(self.written) or {m["to"] for m in singles} != self.written:
            faults.append(f"{len(singles)} single messages for {len(self.written)} asked for")
        numbers |= self.written
        faults += [f"taken, not in the ledger: {entry}" for to, entry in ledger.items() if entry["taken"] and to not in numbers]
        faults += [fault for m in messages + singles for fault in self.judge_message(m, ledger.get(m["to"]))]
        if sums["doubles"] and not self.doubles:
            faults.append(f"the simulator counts {sums['doubles']} doubles")
        # Single messages are never sent again, whatever a campaign beside them wants.
        unconfirmed = sum(m["state"] == "unconfirmed" for m in (messages if self.mode == "resend" else messages + singles))
        allowed = self.killed * self.max_inflight + stats["resets"] + stats["errors5xx"] if self.mode != "resend" else 0
        if unconfirmed > allowed:
            faults.append(f"{unconfirmed} unconfirmed, {allowed} could have been in flight")
        faults += self.judge_counts(campaign, messages)
        if faults:
            raise Failed(f"{len(faults)} faults, {self.facts()}\n" + "\n".join(faults[:5]))

    def facts(self):
        return (f"{self.recipients} recipients, {self.killed} kills, ceiling {self.ceiling}, in flight {self.max_inflight}, "
                f"latency {self.latency}, faults {self.faults}, strange hooks {self.strange_hooks}")

    def judge_message(self, m, entry):
        """What our ledger says of one recipient against what the simulator took."""
        taken, state = entry["taken"] if entry else 0, m["state"]
        facts = f"{m['to']}: ours {state} ({m['status_details']}), attempts {m['attempts']}, {m['times']}; theirs {entry}"
        if taken > 1:
            self.doubles += 1
            yield f"twice: {facts}"
        elif state in TAKEN and taken != 1:
            self.losses += 1
            yield f"not taken: {facts}"
        elif state in OPEN:
            self.losses += 1
            yield f"left behind: {facts}"
        elif state == "failed" and (taken != (1 if m["times"]["accepted"] else 0) or not m["status_details"]):
            yield f"failed: {facts}"
        elif not knows(m, entry):
            yield f"a status came and is not known: {facts}"
        elif state == "canceled" and (taken or self.mode != "cancel" or not m["campaign_id"]):
            yield f"canceled: {facts}"
        elif state == "skipped":
            self.losses += 1
            yield f"skipped: {facts}"

    def judge_counts(self, campaign, messages):
        """The campaign's counters against its messages."""
        counted = harness.read_campaign(self.server, campaign)["messages"]
        for name, states in COUNTERS.items():
            n = sum(states is None or m["state"] in states for m in messages)
            if counted[name] != n:
                yield f"{name}: {counted[name]} counted, {n} listed"

    def end_well(self):
        """An orderly end, and nothing in the log that nobody may see."""
        for process in (self.server, self.simulator):
            status = process.stop()
            if status != 0:
                raise Failed(f"ended with status {status}: {process.log}")
        bad = [line for line in self.server.output().splitlines() if " error " in line or "ERROR:" in line]
        if bad:
            raise Failed("in the log: " + "\n".join(bad[:5]))

    def end(self, keep):
        for process in (self.server, self.simulator):
            if process:
                process.stop()
        if not keep:
            shutil.rmtree(self.folder)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("crier")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--kills", type=int, default=8)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--recipients", type=int, default=3000)
    parser.add_argument("--mode", choices=["hold", "resend", "cancel", "all"], default="all")
    options = parser.parse_args()
    first = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 30)
    modes = ["hold", "resend", "cancel"] if options.mode == "all" else [options.mode]
    doubles = losses = kills = bad = 0
    for i in range(options.runs):
        run = Run(options.crier, first + i, modes[(first + i) % len(modes)], options.recipients, options.kills)
        failed = False
        try:
            run.go()
        except (Failed, OSError, http.client.HTTPException) as error:
            failed = True
            print(f"seed {run.seed}, {run.mode}: {error}\nthe data are in {run.folder}", flush=True)
        finally:
            run.end(keep=failed)
        doubles, losses, kills, bad = doubles + run.doubles, losses + run.losses, kills + run.killed, bad + failed
    print(f"{options.runs} runs, {kills} kills, {doubles} doubles, {losses} losses" + (f", {bad} runs failed" if bad else ""))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
