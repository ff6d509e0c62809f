"""What came of a run, by the simulator's record of whom it took a message for, and not by ours: who was written to twice, who was
left out, and whether ledger and counters say the same."""
from harness import wait_until

TAKEN = {"accepted", "sent", "delivered", "read"}
OPEN = {"queued", "claimed"}
COUNTERS = {"total": None, "queued": OPEN, "sent": {"accepted", "sent"}, "delivered": {"delivered", "read"}, "read": {"read"},
            "failed": {"failed"}, "unconfirmed": {"unconfirmed"}, "skipped": {"skipped", "canceled"}}


def sim_ledger(cluster):
    """Number → the simulator's entry. Nobody is written to by two senders."""
    after, found = 0, {}
    while after is not None:
        page = cluster.ask_simulator(f"/_sim/ledger?after={after}")
        found.update((entry["to"], entry) for entry in page["data"])
        after = page["next"]
    return found


class Judge:
    def __init__(self, run):
        self.run = run
        self.doubles = self.losses = 0

    def knows(self, m, entry):
        """Does our ledger say of a recipient what the simulator's webhooks said last?"""
        if not entry or entry["taken"] != 1 or self.run.lost_hooks:
            return True
        return m["state"] == entry["status"] or (entry["status"] == "accepted" and m["state"] == "unconfirmed")

    def is_told(self):
        ledger = sim_ledger(self.run.cluster)
        messages = self.run.all_singles() + [m for c in self.run.campaigns for m in self.run.messages_of(c)]
        return all(self.knows(m, ledger.get(m["to"])) for m in messages)

    def faults(self):
        """All that is wrong, in words; counts doubles and losses on the way."""
        self.doubles = self.losses = 0
        run, ledger = self.run, sim_ledger(self.run.cluster)
        known, unconfirmed, found = set(), 0, []
        for campaign in run.campaigns:
            if not campaign.data:
                continue
            messages, counted, shown = self.seen(campaign)
            numbers = {m["to"] for m in messages}
            found += self.of_campaign(campaign, messages, numbers, ledger)
            found += self.of_counters(messages, counted, shown)
            known |= numbers
            unconfirmed += sum(m["state"] == "unconfirmed" for m in messages)
        singles = run.all_singles()
        numbers = {m["to"] for m in singles}
        if len(singles) != len(run.singles) or numbers != run.singles:
            found.append(f"{len(singles)} single messages for {len(run.singles)} asked for")
        found += [fault for m in singles for fault in self.of_message(None, m, ledger.get(m["to"]))]
        unconfirmed += sum(m["state"] == "unconfirmed" for m in singles)
        found += [f"taken, not in the ledger: {entry}" for to, entry in ledger.items() if entry["taken"] and to not in known | numbers]
        return found + self.of_sums(unconfirmed)

    def seen(self, campaign):
        """Its messages, counters and unconfirmed ones, of one moment: webhooks still come, and may come between two requests."""
        run = self.run

        def of_one_moment():
            messages = run.messages_of(campaign)
            counted = run.read(f"/v1/campaigns/{campaign.id}")["messages"]
            shown = run.list(f"/v1/campaigns/{campaign.id}/recipients?filter[state]=unconfirmed&page_size=100")
            return run.messages_of(campaign) == messages and (messages, counted, shown)

        return wait_until(of_one_moment, 60, "a campaign at rest")

    def of_sums(self, unconfirmed):
        run = self.run
        sums, stats = run.cluster.ask_simulator("/_sim/ledger"), run.cluster.ask_simulator("/_sim/stats")
        found = []
        if sums["doubles"] != self.doubles:
            found.append(f"the simulator counts {sums['doubles']} doubles, we {self.doubles}")
        in_flight = (run.cluster.kills + run.cluster.stops) * run.max_inflight * len(run.senders)
        allowed = in_flight + stats["resets"] + stats["errors5xx"] + stats["silences"]
        if unconfirmed > allowed:
            found.append(f"{unconfirmed} unconfirmed, {allowed} could have been in flight")
        return found

    def of_campaign(self, campaign, messages, numbers, ledger):
        # One that was canceled while its audience was frozen has no rows for the rest.
        missing = campaign.n_recipients - len(numbers)
        if len(messages) != len(numbers) or missing < 0 or (missing and not campaign.was_canceled):
            yield f"{len(messages)} messages to {len(numbers)} numbers for {campaign.n_recipients} recipients"
            self.losses += max(missing, 0)
        for m in messages:
            yield from self.of_message(campaign, m, ledger.get(m["to"]))

    @staticmethod
    def of_counters(messages, counted, shown):
        for name, states in COUNTERS.items():
            n = sum(states is None or m["state"] in states for m in messages)
            if counted[name] != n:
                yield f"{name}: {counted[name]} counted, {n} listed"
        if {r["number"] for r in shown} != {m["to"] for m in messages if m["state"] == "unconfirmed"} or not all(r["why"] for r in shown):
            yield f"unconfirmed ones are not shown as such: {shown}"

    def of_message(self, campaign, m, entry):
        """What our ledger says of one recipient against what the simulator took. `campaign`: None of a single message."""
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
        elif state == "unconfirmed" and campaign and campaign.mode == "resend":
            self.losses += taken == 0
            yield f"in doubt for good: {facts}"
        elif not self.knows(m, entry):
            yield f"a status came and is not known: {facts}"
        elif state == "canceled" and (taken or not campaign or not campaign.was_canceled):
            yield f"canceled: {facts}"
        elif state == "skipped" and (taken or not campaign or (m["to"] not in campaign.opted_out and campaign.deadline_in is None)):
            self.losses += 1
            yield f"skipped: {facts}"
        elif campaign and m["to"] in campaign.opted_out and state not in ("skipped", "canceled"):
            yield f"written to although opted out: {facts}"
