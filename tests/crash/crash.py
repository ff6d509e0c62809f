#!/usr/bin/env python3
"""Kill the server at random instants of a campaign, start it again, and ask the simulator who was written to.

    crash.py CRIER [--runs N] [--kills K] [--seed S] [--recipients N] [--mode hold|resend|both]

A run: an empty database, an import, one campaign; K times SIGKILL at a random instant and a new start on the same port; then the
campaign goes on to its end. Judged by the simulator's record of what it took, not by ours. Every run has a seed that is told when
it fails. The last line says: N runs, K kills, D doubles, L losses.
"""
import argparse
import pathlib
import random
import shutil
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import harness  # noqa: E402
from harness import Failed, call, good, wait_until  # noqa: E402

CEILING = 2000
MAX_INFLIGHT = 64
TAKEN = {"accepted", "sent", "delivered", "read"}


class Run:
    def __init__(self, crier, seed, mode, recipients, kills):
        self.crier, self.seed, self.mode, self.recipients, self.kills = crier, seed, mode, recipients, kills
        self.random = random.Random(seed)
        self.folder = tempfile.mkdtemp(prefix="crier-crash-")
        self.doubles = self.losses = self.killed = 0
        self.server = self.simulator = None

    # ---- the actors ----

    def start_simulator(self):
        faults = []
        if self.mode == "hold" and self.random.random() < 0.5:  # under resend every silence must be the kill's
            faults = ["--error5xx-before", "0.3", "--error5xx-after", "0.3", "--reset-before", "0.3", "--reset-after", "0.3"]
        latency = str(self.random.choice([0, 5, 40]))
        self.simulator = harness.start_simulator(
            self.crier, self.folder, "--seed", str(self.seed), "--ceiling", str(CEILING), "--latency-ms", latency, "--latency-jitter-ms", "20",
            "--refuse-codes", "131026:1", "--fail-codes", "131049:1", "--sent-delay-ms", "5-50", "--delivered-delay-ms", "10-100",
            "--read-delay-ms", "10-100", "--webhook-retry-ms", "10", "--webhook-retry-max-ms", "100", "--template-delay-ms", "50", *faults)

    def start_server(self):
        listen = self.server.address if self.server else "127.0.0.1:0"
        self.server = harness.start_server(self.crier, self.folder, self.simulator, "--unconfirmed-window", "2", "--max-inflight",
                                           str(MAX_INFLIGHT), listen=listen)

    def kill_and_start(self):
        self.server.kill()
        self.killed += 1
        self.start_server()

    def instant(self, most):
        """Let a random time pass: the instant of a kill is what is tried here."""
        time.sleep(self.random.uniform(0, most))

    # ---- a run ----

    def prepare(self):
        self.start_simulator()
        self.start_server()
        harness.connect_webhooks(self.simulator, self.server)
        harness.make_sender(self.server)
        template = harness.make_template(self.server)
        audience = harness.make_audience(self.server)
        path = f"/v1/audiences/{audience['id']}/import"
        job = good(call(self.server.address, "POST", path, harness.contacts_csv(self.recipients), content_type="text/csv"), 202).data
        if self.random.random() < 0.5:  # sometimes the import is what is interrupted
            self.instant(0.1)
            self.kill_and_start()
        done = wait_until(lambda: self.import_done(job), 60, "the end of the import")
        if (done["added"], done["rows"]) != (self.recipients, self.recipients):
            raise Failed(f"the import added {done['added']} of {self.recipients} in {done['rows']} rows")
        return harness.make_campaign(self.server, template, audience, on_unconfirmed=self.mode)

    def import_done(self, job):
        data = good(call(self.server.address, "GET", f"/v1/imports/{job['id']}")).data
        return data if data["status"] == "completed" else None

    def over(self, campaign):
        data = harness.read_campaign(self.server, campaign)
        if data["hold"]:
            raise Failed(f"the campaign is held: {data['hold']}")
        return data["status"] == "completed" and harness.sim_is_quiet(self.simulator) and self.all_applied(campaign, data)

    def all_applied(self, campaign, data):
        """Webhooks are answered when they are durable; applying them takes a moment more."""
        ours, theirs = data["messages"], good(call(self.simulator.address, "GET", "/_sim/ledger")).tree
        return ours["delivered"] == theirs["delivered"] and ours["read"] == theirs["read"]

    def go(self):
        campaign = self.prepare()
        for _ in range(self.kills):
            self.instant(0.6)
            self.kill_and_start()
        wait_until(lambda: self.over(campaign), 90, "the end of the campaign")
        self.judge(campaign)

    # ---- the judgement ----

    def judge(self, campaign):
        ledger = harness.sim_ledger(self.simulator)
        messages = harness.all_messages(self.server, campaign)
        stats = good(call(self.simulator.address, "GET", "/_sim/stats")).tree
        faults = []
        if len(messages) != self.recipients or len({m["to"] for m in messages}) != self.recipients:
            faults.append(f"{len(messages)} messages for {self.recipients} recipients")
        faults += [fault for m in messages for fault in self.judge_message(m, ledger.get(m["to"]))]
        unconfirmed = sum(m["state"] == "unconfirmed" for m in messages)
        allowed = self.killed * MAX_INFLIGHT + stats["resets"] + stats["errors5xx"]
        if unconfirmed > (allowed if self.mode == "hold" else 0):
            faults.append(f"{unconfirmed} unconfirmed, {allowed} could have been in flight")
        faults += self.judge_counts(campaign, messages)
        if faults:
            raise Failed("\n".join(faults[:20]))

    def judge_message(self, m, entry):
        """What our ledger says of one recipient against what the simulator took."""
        taken = entry["taken"] if entry else 0
        who = f"{m['to']}: ours {m['state']} ({m['status_details']}), attempts {m['attempts']}, taken {taken}"
        if taken > 1:
            self.doubles += 1
            yield f"twice: {who}"
        elif m["state"] in TAKEN and taken != 1:
            yield f"not taken: {who}"
        elif m["state"] in ("queued", "claimed"):
            self.losses += 1
            yield f"left behind: {who}"
        elif m["state"] == "failed" and taken != (1 if m["times"]["accepted"] else 0):
            yield f"failed: {who}"
        elif m["state"] == "unconfirmed" and taken == 1 and entry["status"] != "accepted":
            yield f"a status came and did not settle it: {who}"
        elif m["state"] == "skipped":
            yield f"skipped: {who}"
        if taken == 0 and m["state"] not in ("failed", "unconfirmed"):
            self.losses += 1
            yield f"lost: {who}"

    def judge_counts(self, campaign, messages):
        """The campaign's counters against its messages."""
        states = [m["state"] for m in messages]
        listed = {"total": len(states), "failed": states.count("failed"), "read": states.count("read"),
                  "delivered": states.count("delivered") + states.count("read"), "unconfirmed": states.count("unconfirmed")}
        counted = harness.read_campaign(self.server, campaign)["messages"]
        return [f"{name}: {counted[name]} counted, {n} listed" for name, n in listed.items() if counted[name] != n]

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
    parser.add_argument("--mode", choices=["hold", "resend", "both"], default="both")
    options = parser.parse_args()
    first = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 30)
    modes = ["hold", "resend"] if options.mode == "both" else [options.mode]
    doubles = losses = kills = bad = 0
    for i in range(options.runs):
        run = Run(options.crier, first + i, modes[i % len(modes)], options.recipients, options.kills)
        failed = False
        try:
            run.go()
        except (Failed, OSError) as error:
            failed = True
            print(f"seed {run.seed}, {run.mode}: {error}\nthe data are in {run.folder}", flush=True)
        finally:
            run.end(keep=failed)
        doubles, losses, kills, bad = doubles + run.doubles, losses + run.losses, kills + run.killed, bad + failed
    print(f"{options.runs} runs, {kills} kills, {doubles} doubles, {losses} losses" + (f", {bad} runs failed" if bad else ""))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
