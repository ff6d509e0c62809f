"""One run: what a seed asks for. Campaigns of all kinds, single messages, opt-outs, pauses and cancels, asked of servers that are
killed meanwhile, with a simulator of Meta that has its own troubles."""
import datetime
import random
import shutil
import tempfile
import time

import harness
from cluster import LEASE_S, Cluster
from harness import Failed, good, wait_until
from judge import Judge

WINDOW_S = 2  # --unconfirmed-window: longer than any webhook takes while a server is up
END_S = 90
SETTLE_S = 10
MOST_CONTACTS = 1000  # in the request that makes an audience
OPEN = {"queued", "claimed"}
PICTURE = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
PAYMENT = 131042
CANARY = {"canary", "canary_failed"}
FAULTS = ("error5xx-before", "error5xx-after", "reset-before", "reset-after", "silent-before", "silent-after")


def in_seconds(seconds):
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Campaign:
    """One of ours: what was asked for, and what came of it."""

    def __init__(self, number, random_, mode, n_recipients):
        self.number, self.mode, self.n_recipients = number, mode, n_recipients
        self.first = number * 10000  # its recipients' numbers begin here: nobody is in two campaigns
        self.sender = None
        self.data = None
        self.was_canceled = False
        self.opted_out = set()
        chance = random_.random
        self.scheduled_in = random_.uniform(0.1, 1.2) if chance() < 0.3 else None
        self.imported = chance() < 0.5
        self.pauses = chance() < 0.25
        self.cancels = mode == "cancel"
        # A deadline that may come while it runs; only what a rule skips is over then, so not where doubt is sent again.
        self.deadline_in = random_.uniform(2, 8) if mode == "hold" and chance() < 0.2 else None
        self.canary = random_.randint(1, 20) if chance() < 0.15 else 0

    @property
    def id(self):
        return self.data["id"]

    def contacts(self):
        return [harness.contact(self.first + i) for i in range(self.n_recipients)]


class Run:
    def __init__(self, crier, seed, failpoint, n_nodes, database):
        self.seed = seed
        self.random = random.Random(f"run {seed}")
        self.folder = tempfile.mkdtemp(prefix="crier-crash-")
        r = self.random
        self.senders = [(f"Sender {i}", str(int(harness.NUMBER) + i)) for i in range(r.choice([1, 1, 2, 3]))]
        at_resend = (failpoint or "").startswith("resend")
        resend = r.random() < 0.3 or at_resend
        modes = ["resend"] if resend else []
        modes += [r.choice(["hold", "hold", "cancel"]) for _ in range(r.choice([1, 1, 2]) if not resend else r.choice([0, 0, 1]))]
        self.campaigns = [Campaign(i, r, mode, r.choice([1, r.randint(2, 40), r.randint(50, 300), r.randint(100, 400)]))
                          for i, mode in enumerate(modes)]
        if n_nodes > 1:  # the others go on meanwhile
            for campaign in self.campaigns:
                campaign.n_recipients = min(4 * campaign.n_recipients, MOST_CONTACTS)
        for campaign in self.campaigns:
            campaign.sender = r.choice(self.senders)[0]
            if (failpoint or "").startswith("start_") and campaign.scheduled_in is None:
                campaign.scheduled_in = r.uniform(0.1, 1.2)
        self.singles = set()  # numbers that a single message was asked for
        self.max_inflight = r.choice([4, 16, 64, 256])
        self.lost_hooks = not resend and r.random() < 0.2
        self.options = self.simulator_options(resend)
        if at_resend:  # somebody whom only a resend reaches, for as long as it takes
            self.options |= {"reset-before": "3", "ceiling": 100}
            self.campaigns[0].n_recipients = r.randint(150, 300)
        self.storm = r.random() < 0.1
        self.media = r.random() < 0.2
        # What the webhooks' server had not stored when it fell comes again to another, at the latest when its lease is over.
        window = WINDOW_S if n_nodes == 1 else WINDOW_S + 2 * LEASE_S
        options = ["--unconfirmed-window", str(window), "--max-inflight", str(self.max_inflight), "--template-poll", "1"]
        if n_nodes > 1:
            options += ["--lease-seconds", str(LEASE_S)]
        if database.url:
            options += ["--database", database.url]
        self.cluster = Cluster(crier, self.folder, seed, n_nodes, options, failpoint, database)
        if n_nodes > 1:  # the lanes of one that died are free when its lease is over
            self.cluster.armed_s += LEASE_S
        if at_resend:  # silence is evidence only a window after a start
            self.cluster.armed_s += window
        self.judge = Judge(self)

    def simulator_options(self, resend):
        r = self.random
        ceiling = r.choice([100, 300, 600, 1000])
        options = {"seed": self.seed % (1 << 31), "ceiling": ceiling, "latency-ms": r.choice([0, 0, 5, 20]), "latency-jitter-ms": 20,
                   "refuse-codes": "131026:1", "fail-codes": "131026:1", "sent-delay-ms": "5-50", "delivered-delay-ms": "5-60",
                   "read-delay-ms": "5-60", "webhook-retry-ms": 10, "webhook-retry-max-ms": 100, "template-delay-ms": 20,
                   "silent-ms": 150, "webhook-batch": r.choice([1, 10, 100])}
        if r.random() < 0.2:  # it says more than it takes: 130429
            options |= {"throughput-level": "HIGH", "ceiling": 200}
        if r.random() < 0.2:  # held back from a person, and not tried again on another day
            options["fail-codes"] += ",131049:2"
        self.unpaid = r.random() < 0.15
        if self.unpaid:  # stops the sender, after the message was taken
            options["fail-codes"] += f",{PAYMENT}:0.3"
        if r.random() < 0.1:  # this person later
            options["refuse-codes"] += ",131056:1"
        if r.random() < 0.3:  # far from used up: places are taken and given back
            options["messaging-limit"] = "TIER_10K"
        if r.random() < 0.2:
            options |= {"held-share": 5, "held-delay-ms": "20-200"}
        if r.random() < 0.5:
            options |= {fault: r.choice(["0.2", "0.6"]) for fault in FAULTS}
        if r.random() < 0.5:
            options |= {"webhook-doubled": 5, "webhook-reordered": 5, "webhook-reorder-ms": "20-200"}
        if self.lost_hooks:
            options["webhook-lost"] = 3
        return options

    def ask(self, *args, **more):
        return self.cluster.ask(*args, **more)

    # ---- what stands before the campaigns ----

    def prepare(self):
        self.cluster.start(self.options)
        self.cluster.connect_webhooks()
        early = self.random.random() < 0.1
        if early:
            self.start_killer()
        for name, number in self.senders:
            good(self.ask("POST", "/v1/senders", {"data": {
                "name": name, "code": number, "phone_number_id": number, "waba_id": harness.WABA, "access_token": harness.TOKEN,
                "app_secret": harness.SECRET}}), 201)
        asked = {"name": "Sale", "channel": "whatsapp", "wa_sender_code": self.senders[0][1], "wa_category": "MARKETING",
                 "text": "Hello {first_name|friend}, your {custom1} is ready."}
        if self.media:
            asked |= {"type": "image", "media_id": good(self.ask("POST", "/v1/media", PICTURE, content_type="image/png"), 201).data["id"]}
        template = good(self.ask("POST", "/v1/templates", {"data": asked}), 201).data
        self.template = template["id"]
        wait_until(lambda: self.read(f"/v1/templates/{self.template}")["status"] == "COMPLETED", 100, "the template's approval")
        if not early:
            self.start_killer()

    def start_killer(self):
        self.cluster.start_killer(self.random.randint(2, 5), [0.03, 0.15, 0.4])

    def read(self, path):
        return good(self.ask("GET", path)).data

    def make_audience(self, campaign):
        audience = {"name": f"People {campaign.number}", "channel": "whatsapp"}
        if not campaign.imported:
            audience["contacts"] = campaign.contacts()
        made = good(self.ask("POST", "/v1/audiences", {"data": audience}), 201).data
        path = f"/v1/audiences/{made['id']}"
        if campaign.imported:  # an upload that was cut off is made again: who is there already is there once
            rows = "\n".join(f"{c['number']},{c['first_name']},{c['custom1']}" for c in campaign.contacts())
            job = good(self.ask("POST", f"{path}/import", f"number,first_name,custom1\n{rows}\n", content_type="text/csv"), 202).data
            wait_until(lambda: self.read(f"/v1/imports/{job['id']}")["status"] == "completed", 60, "the end of the import")
        count = self.read(path)["contacts_count"]
        if count != campaign.n_recipients:
            raise Failed(f"of {campaign.n_recipients} contacts {count} are there")
        return made["id"]

    def create(self, campaign):
        audience = self.make_audience(campaign)
        for contact in campaign.contacts()[1:]:
            if self.random.random() < 0.01:
                good(self.ask("POST", "/v1/optouts", {"data": {"number": contact["number"]}}), 201)
                campaign.opted_out.add(contact["number"].lstrip("+"))
        asked = {"name": f"Campaign {campaign.number}", "channel": "whatsapp", "from": campaign.sender, "template": self.template,
                 "audience": audience, "on_unconfirmed": "resend" if campaign.mode == "resend" else "hold", "on_capped": "fail",
                 "canary": campaign.canary}
        if campaign.scheduled_in is not None:
            asked["schedule"] = in_seconds(campaign.scheduled_in)
        if campaign.deadline_in is not None:
            asked["deadline"] = in_seconds(campaign.deadline_in)
        made = self.ask("POST", "/v1/campaigns", {"data": asked})
        if made.status == 400 and {"schedule", "deadline"} & set(asked):  # the time came before the server did
            for name in ("schedule", "deadline"):
                asked.pop(name, None)
            campaign.deadline_in = None
            made = self.ask("POST", "/v1/campaigns", {"data": asked})
        campaign.data = good(made, 201).data

    # ---- while they run ----

    def write(self):
        """A single message, ahead of the campaigns."""
        number = f"4475{len(self.singles):08d}"
        good(self.ask("POST", "/v1/messages", {"data": {
            "channel": "whatsapp", "from": self.random.choice(self.senders)[0], "to": [number], "template": self.template,
            "variables": ["Ann", f"order {len(self.singles)}"]}}), 201)
        self.singles.add(number)

    def pause(self, campaign):
        path = f"/v1/campaigns/{campaign.id}"
        if self.ask("POST", f"{path}/pause").status == 200:
            time.sleep(self.random.uniform(0, 0.3))
            if self.ask("POST", f"{path}/resume").status not in (200, 409):
                raise Failed("a campaign cannot be resumed")

    def cancel(self, campaign):
        answer = self.ask("PUT", f"/v1/campaigns/{campaign.id}", {"data": {"status": "canceled"}})
        if answer.status not in (200, 409):
            raise Failed("a campaign cannot be canceled")
        campaign.was_canceled = self.read(f"/v1/campaigns/{campaign.id}")["status"] == "canceled"

    def set_storm(self, percent):
        self.cluster.tell_simulator("/_sim/faults", {"error5xx-before": percent, "error5xx-after": percent})

    def live(self):
        """What people do while it runs, in any order."""
        acts = [lambda c=c: self.pause(c) for c in self.campaigns if c.pauses]
        acts += [lambda c=c: self.cancel(c) for c in self.campaigns if c.cancels]
        acts += [self.write] * self.random.randrange(6)
        if self.storm:
            acts += [lambda: self.set_storm("50"), lambda: time.sleep(0.2), lambda: self.set_storm("0.2")]
        else:
            self.random.shuffle(acts)
        for act in acts:
            time.sleep(self.random.uniform(0, 0.15))
            act()

    # ---- to the end ----

    def list(self, path):
        found = []
        while path:
            tree = good(self.ask("GET", path)).tree
            found += tree["data"]
            link = tree["pagination"]["links"]["next"]
            path = link and "/v1/" + link.split("/v1/", 1)[1]
        return found

    def messages_of(self, campaign):
        return self.list(f"/v1/messages?filter[campaign_id]={campaign.id}&page_size=100")

    def all_singles(self):
        return self.list("/v1/messages?filter[to_prefix]=4475&page_size=100")

    def is_over(self, campaign):
        data = self.read(f"/v1/campaigns/{campaign.id}")
        if data["hold"]:
            self.lift(campaign, data["hold"])
        return data["status"] == "completed" or (data["status"] == "canceled" and data["messages"]["queued"] == 0)

    def resume(self, path):
        if self.ask("POST", f"{path}/resume").status not in (200, 409):
            raise Failed("what is held cannot be resumed")

    def lift(self, campaign, hold):
        """What a person would do about a hold that is due; any other is a failure."""
        if not campaign.canary or hold["rule"] not in CANARY:
            raise Failed(f"a campaign is held: {hold}")
        self.resume(f"/v1/campaigns/{campaign.id}")

    def lift_senders(self):
        for sender in self.read("/v1/senders"):
            if sender["hold"] and sender["hold"]["code"] == PAYMENT:
                self.resume(f"/v1/senders/{sender['id']}")

    def over(self):
        if self.unpaid:
            self.lift_senders()
        return (harness.sim_is_quiet(self.cluster.simulator) and all(self.is_over(c) for c in self.campaigns)
                and not any(m["state"] in OPEN for m in self.all_singles()))

    def wait_for_end(self):
        try:
            wait_until(self.over, END_S, "the end of the campaigns")
        except Failed as late:
            raise Failed(f"{late}\n" + "\n".join(self.judge.faults()[:5])) from late

    def settle(self):
        """Webhooks are answered when they are durable; applying the last of them takes a moment more."""
        try:
            wait_until(self.judge.is_told, SETTLE_S, "what the last webhooks said")
        except Failed:
            pass  # the judgement says of whom

    def go(self):
        self.prepare()
        for campaign in self.campaigns:
            self.create(campaign)
        self.live()
        self.cluster.end_killer(at_once=self.random.random() < 0.3)
        self.wait_for_end()
        self.cluster.kill_all()  # what is over stays as it is
        self.settle()
        faults = self.judge.faults()
        if faults:
            raise Failed(f"{len(faults)} faults\n" + "\n".join(faults[:5]))
        self.cluster.end_well()

    def end(self, keep):
        self.cluster.end()
        if not keep:
            shutil.rmtree(self.folder)

    def facts(self):
        c = self.cluster
        sizes = ", ".join(f"{x.mode} {x.n_recipients}" for x in self.campaigns)
        return f"{sizes}; {len(self.senders)} senders, {c.kills} kills, {c.stops} stops, {c.cuts} cuts, failpoint {c.failpoint}, in flight {self.max_inflight}, {self.options}"
