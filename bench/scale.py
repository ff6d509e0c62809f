#!/usr/bin/env python3
"""Every list, search, read and write against a large database while a campaign is sending.

Prints a line a request: how often, the median, the 99th percentile and the longest time in milliseconds, as a client on the same
machine sees them, over a connection that stays open; and of reads the median CPU time of the server's HTTP threads for one, asked
again when nothing else goes on: what it costs, whatever else the machine does. Server, simulator and client share the machine. The webhook of deliveries
leads to a port where nobody listens, so that as many events wait as may, and each new one costs an old one.
"""
import argparse
import http.client
import json
import pathlib
import random
import shutil
import statistics
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests"))
import harness  # noqa: E402
from harness import call, good, wait_until  # noqa: E402
from fill import fill  # noqa: E402

HOUR = 3600
LIVE = 300000
QUIET_ROUNDS = 5


def tell(text):
    print(f"# {text}", file=sys.stderr, flush=True)


class Client:
    def __init__(self, address):
        self.address = address
        self.connection = http.client.HTTPConnection(address, timeout=120)
        self.times, self.cpu = {}, {}
        self.cpu_of = None  # the server's pid: measure CPU, not time

    def ask(self, name, method, path, data=None, status=200):
        body = None if data is None else json.dumps({"data": data})
        headers = {"X-Dexatel-Key": harness.KEY, **({"Content-Type": "application/json"} if body else {})}
        cpu = http_cpu_ms(self.cpu_of) if self.cpu_of else 0
        begun = time.perf_counter()
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read()
        took = time.perf_counter() - begun
        if answer.status != status:
            raise harness.Failed(f"{method} {path}: {answer.status}, not {status}: {text[:500]!r}")
        if name and self.cpu_of:
            self.cpu.setdefault(name, []).append(http_cpu_ms(self.cpu_of) - cpu)
        elif name:
            self.times.setdefault(name, []).append(took * 1000)
        return json.loads(text) if text else None

    def report(self):
        print(f"{'request':62} {'n':>4} {'median':>8} {'p99':>8} {'longest':>8} {'CPU':>8}")
        for name, times in self.times.items():
            times.sort()
            p99 = times[max(0, -(-len(times) * 99 // 100) - 1)]
            cpu = f"{statistics.median(self.cpu[name]):8.1f}" if name in self.cpu else ""
            print(f"{name:62} {len(times):4} {times[len(times) // 2]:8.1f} {p99:8.1f} {times[-1]:8.1f} {cpu}")


def http_cpu_ms(pid):
    """What the threads that answer requests have used."""
    return sum(int((task / "schedstat").read_text(encoding="ascii").split()[0]) for task in pathlib.Path(f"/proc/{pid}/task").iterdir()
               if (task / "comm").read_text(encoding="ascii").startswith("MHD-")) / 1e6


def every(client, path):
    """All items of a list, page by page."""
    path += ("&" if "?" in path else "?") + "page_size=100"
    while path:
        tree = client.ask(None, "GET", path)
        yield from tree["data"]
        link = tree["pagination"]["links"]["next"]
        path = link and link.split(client.address, 1)[1]


def walk(client, name, path, pages):
    """The list's first page and those behind it, each measured."""
    for _ in range(pages):
        tree = client.ask(name, "GET", path)
        link = tree["pagination"]["links"]["next"]
        if not link:
            return
        path = link.split(client.address, 1)[1]


def reads(client, audiences, campaigns, number):
    big = next(c for c in campaigns if c["name"] == "Sale 1")
    small = random.choice(campaigns)
    shop, huge = random.choice(audiences), next(a for a in audiences if a["name"] == "Shop 1")
    walk(client, "GET campaigns", "/v1/campaigns", 3)
    client.ask("GET campaigns, by status", "GET", "/v1/campaigns?filter[statuses]=in_progress")
    client.ask("GET campaigns, search", "GET", f"/v1/campaigns?filter[search]=ale+{random.randrange(1, 900)}")
    client.ask("GET campaign", "GET", f"/v1/campaigns/{small['id']}")
    for c, size in ((small, "small"), (big, "largest")):
        client.ask(f"GET analytics, {size} campaign", "GET", f"/v1/campaigns/{c['id']}/analytics")
        for query in ("", "?filter[state]=failed", "?filter[state]=sent,delivered", "?filter[state]=unconfirmed", "?filter[code]=131026", f"?filter[search]={number()}",
                      f"?filter[search]={number()[:7]}"):
            shown = query.split("=")[0].lstrip("?") + ("=" + query.split("=")[1] if "search" not in query and query else "")
            walk(client, f"GET recipients {shown or 'all'}, {size} campaign", f"/v1/campaigns/{c['id']}/recipients{query}", 2)
    for query, shown in (("", ""), ("filter[statuses]=failed", ""), ("filter[statuses]=enroute", ""), ("filter[to]=" + number(), "filter[to]"),
                         ("filter[to_prefix]=" + number()[:8], "filter[to_prefix]"), ("filter[countries]=GB", ""), ("filter[countries]=FR", ""),
                         ("filter[direction]=MO", ""), ("filter[direction]=MO&filter[countries]=FR", ""), ("filter[from]=" + number(), "filter[from]"), ("filter[created_date_start]=2020-01-01 00:00:00", "filter[created_date_start]"),
                         (f"filter[campaign_id]={big['id']}", "filter[campaign_id]"), (f"filter[campaign_id]={big['id']}&filter[statuses]=failed", "filter[campaign_id], failed")):
        walk(client, f"GET messages {shown or query}", "/v1/messages" + ("?" + query.replace(" ", "+") if query else ""), 2)
    message = client.ask(None, "GET", f"/v1/messages?filter[campaign_id]={small['id']}&page_size=1")["data"][0]
    client.ask("GET message", "GET", f"/v1/messages/{message['id']}")
    walk(client, "GET audiences", "/v1/audiences", 2)
    client.ask("GET audiences, search", "GET", f"/v1/audiences?filter[search]=hop+{random.randrange(1, 900)}")
    client.ask("GET audience", "GET", f"/v1/audiences/{shop['id']}")
    for a, size in ((shop, "small"), (huge, "largest")):
        path = f"/v1/audiences/{a['id']}/contacts"
        walk(client, f"GET contacts, {size} audience", path, 3)
        client.ask(f"GET contacts, search a number, {size} audience", "GET", f"{path}?filter[search]={number()}")
        client.ask(f"GET contacts, search a name, {size} audience", "GET", f"{path}?filter[search]=P{random.randrange(1, 9000)}")
        client.ask(f"GET contacts, search what nobody is called, {size} audience", "GET", f"{path}?filter[search]=zzzz")
    contact = client.ask(None, "GET", f"/v1/audiences/{shop['id']}/contacts?page_size=1")["data"][0]
    client.ask("GET contact", "GET", f"/v1/audiences/{shop['id']}/contacts/{contact['id']}")
    client.ask("GET optouts, search a number", "GET", f"/v1/optouts?filter[search]=4477{random.randrange(100000):08d}")
    client.ask("GET optouts, search what nobody has", "GET", "/v1/optouts?filter[search]=999999")
    for hook in client.ask(None, "GET", "/v1/webhooks")["data"]:
        for query in ("", "?filter[status]=delivered", "?filter[status]=failed"):
            walk(client, f"GET deliveries of a webhook {query[1:]}", f"/v1/webhooks/{hook['id']}/deliveries{query}", 2)
    for path in ("templates", "senders", "keys", "optouts", "webhooks", "media"):
        client.ask(f"GET {path}", "GET", f"/v1/{path}")


def writes(client, audiences, template, n):
    shop = random.choice(audiences)
    path = f"/v1/audiences/{shop['id']}/contacts"
    made = client.ask("POST contact", "POST", path, {"number": f"+4475{n:08d}", "first_name": "New"}, 201)["data"]
    client.ask("PUT contact", "PUT", f"{path}/{made['id']}", {"first_name": "Newer"})
    client.ask("DELETE contact", "DELETE", f"{path}/{made['id']}", status=204)
    audience = client.ask("POST audience, with 100 contacts", "POST", "/v1/audiences",
                          {"name": f"New {n}", "channel": "whatsapp", "contacts": [{"number": f"+4475{n % 9000:04d}{k:04d}"} for k in range(100)]}, 201)["data"]
    client.ask("PUT audience", "PUT", f"/v1/audiences/{audience['id']}", {"name": f"Newer {n}"})
    campaign = client.ask("POST campaign, scheduled", "POST", "/v1/campaigns",
                          {"name": f"Later {n}", "channel": "whatsapp", "from": "MyBusiness", "template": template["id"], "audience": audience["id"],
                           "schedule": "2090-01-01 00:00:00"}, 201)["data"]
    client.ask("PUT campaign, its schedule", "PUT", f"/v1/campaigns/{campaign['id']}", {"schedule": "2091-01-01 00:00:00"})
    client.ask("DELETE campaign", "DELETE", f"/v1/campaigns/{campaign['id']}", status=204)
    client.ask("DELETE audience", "DELETE", f"/v1/audiences/{audience['id']}", status=204)
    optout = client.ask("POST optout", "POST", "/v1/optouts", {"number": f"+4474{n:08d}"}, 201)["data"]
    client.ask("DELETE optout", "DELETE", f"/v1/optouts/{optout['id']}", status=204)
    client.ask("POST message", "POST", "/v1/messages", single(template, f"+4475{n:08d}")["data"], 201)


def seed(server, simulator):
    """One of each kind, as the server made it: what the rows are cloned from."""
    harness.connect_webhooks(simulator, server)
    harness.make_sender(server)
    for event in ("message", "delivery", "campaign"):
        good(call(server.address, "POST", "/v1/webhooks", {"data": {"url": f"http://127.0.0.1:9/{event}", "event": event}}), 201)
    template = harness.make_template(server)
    audience = harness.make_audience(server, "Seed", [harness.contact(0)])
    campaign = harness.make_campaign(server, template, audience, "Seed")
    wait_until(lambda: harness.read_campaign(server, campaign)["messages"]["read"] == 1, 60, "the seed's campaign")
    good(call(server.address, "POST", "/v1/messages", single(template, "+447400000000")), 201)
    good(call(simulator.address, "POST", "/_sim/inbound", {"from": "447400000000", "phone_number_id": harness.NUMBER, "text": "yes"}))
    good(call(server.address, "POST", "/v1/optouts", {"data": {"number": "+447600000000"}}), 201)
    for status in ("received", "read"):  # the campaign's message, the single one, and what the person wrote
        wait_until(lambda query=f"/v1/messages?filter[statuses]={status}": len(good(call(server.address, "GET", query)).data) == (2 if status == "read" else 1), 60, status)


def single(template, number):
    return {"data": {"channel": "whatsapp", "from": "MyBusiness", "to": number, "template": template["id"], "variables": ["Ann", "order 7"]}}


class Machine:
    """Simulator and server over one folder."""

    def __init__(self, crier, folder):
        self.crier, self.folder = crier, folder
        self.simulator = harness.start_simulator(crier, folder, "--ceiling", "1000", "--ceiling-burst-ms", "500", "--delivered-share", "100",
                                                 "--read-share", "100")
        self.start()

    def start(self):
        self.server = harness.start_server(self.crier, self.folder, self.simulator, "--allow-private-urls", "yes", "--log-level", "warn")

    def stop(self):
        self.server.stop()
        self.simulator.stop()


def fill_folder(machine, n_rows, n_audiences):
    seed(machine.server, machine.simulator)
    machine.server.stop()
    begun = time.monotonic()
    fill(f"{machine.folder}/data/crier.db", n_rows, n_audiences, tell)
    tell(f"filled in {time.monotonic() - begun:.0f} s")
    pathlib.Path(f"{machine.folder}/filled").touch()
    machine.start()


def start_campaign(server, tag):
    """One of LIVE recipients, under way when this returns, and its template."""
    template = harness.make_template(server, f"Sale {tag}")
    live = harness.make_audience(server, f"Live {tag}")
    job = good(call(server.address, "POST", f"/v1/audiences/{live['id']}/import", harness.contacts_csv(LIVE), content_type="text/csv"), 202)
    wait_until(lambda: good(call(server.address, "GET", f"/v1/imports/{job.data['id']}")).data["status"] == "completed", HOUR, "the import")
    campaign = harness.make_campaign(server, template, live, f"Live {tag}")
    wait_until(lambda: harness.read_campaign(server, campaign)["messages"]["sent"] > 0, 60, "the first messages")
    return campaign, template


def measure(machine, n_rows, rounds):
    harness.connect_webhooks(machine.simulator, machine.server)
    client, tag = Client(machine.server.address), int(time.time()) % 10 ** 7
    sending, template = start_campaign(machine.server, tag)
    audiences = [a for a in every(client, "/v1/audiences") if a["name"].startswith("Shop")]
    campaigns = [c for c in every(client, "/v1/campaigns") if c["name"].startswith("Sale")]
    for n in range(rounds):
        reads(client, audiences, campaigns, lambda: f"4474{random.randrange(n_rows):08d}")
        writes(client, audiences, template, tag + n)
    messages = harness.read_campaign(machine.server, sending)["messages"]
    good(call(machine.server.address, "PUT", f"/v1/campaigns/{sending['id']}", {"data": {"status": "canceled"}}))
    wait_until(lambda: harness.sim_is_quiet(machine.simulator), HOUR, "the end of the webhooks")
    client.cpu_of = machine.server.pid
    for n in range(QUIET_ROUNDS):
        reads(client, audiences, campaigns, lambda: f"4474{random.randrange(n_rows):08d}")
    client.report()
    print(f"# the campaign beside it: {messages['total']} recipients, {messages['queued']} of them still to be sent at the end")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("crier")
    parser.add_argument("rows", type=int, nargs="?", default=10_000_000, help="contacts, and as many ledger rows")
    parser.add_argument("--audiences", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=100, help="how often each is asked")
    parser.add_argument("--folder", help="fill this, or use it as it was filled before, and keep it")
    options = parser.parse_args()
    random.seed(1)
    folder = options.folder or tempfile.mkdtemp(prefix="crier-scale-")
    pathlib.Path(folder).mkdir(exist_ok=True)
    machine = Machine(options.crier, folder)
    try:
        if not pathlib.Path(f"{folder}/filled").exists():
            fill_folder(machine, options.rows, options.audiences)
        if options.rounds:
            measure(machine, options.rows, options.rounds)
    finally:
        machine.stop()
        if not options.folder:
            shutil.rmtree(folder)


main()
