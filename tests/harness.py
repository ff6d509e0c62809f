"""What the tests of the whole program share: starting it, calling it, waiting on conditions with a deadline."""
import http.client
import json
import os
import signal
import subprocess
import time

KEY = "test-admin-key-0123456789"
NUMBER = "448081570123"  # of a range kept for drama; the simulator shows an id that reads like a number as that number
WABA = "102290129340398"
SECRET = "app-secret-of-the-tests"
TOKEN = "EAAtoken-of-the-tests"


class Failed(Exception):
    pass


class Died(Failed):
    """A process that ended before it was ready; `status` as subprocess has it."""

    def __init__(self, text, status):
        super().__init__(text)
        self.status = status


def wait_until(ready, seconds, what):
    """The first true value of ready()."""
    deadline = time.monotonic() + seconds
    while True:
        value = ready()
        if value:
            return value
        if time.monotonic() > deadline:
            raise Failed(f"{what} did not come within {seconds} s")
        time.sleep(0.02)


class Process:
    """`crier ARGV… --ready-fd N`, ready when this returns. Its output goes to `log`."""

    def __init__(self, argv, log, env=None):
        reader, writer = os.pipe()
        with open(log, "ab") as output:
            self.popen = subprocess.Popen(argv + ["--ready-fd", str(writer)], pass_fds=[writer], env={**os.environ, **(env or {})},
                                          stdout=output, stderr=output)
        os.close(writer)
        self.log = log
        with os.fdopen(reader) as ready:
            self.address = ready.readline().strip()
        if not self.address:
            status = self.popen.wait()
            raise Died(f"{argv[1]} did not start, status {status}: {self.output()[-2000:]}", status)

    @property
    def pid(self):
        return self.popen.pid

    def output(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def kill(self):
        """SIGKILL; returns when it is gone."""
        self.popen.send_signal(signal.SIGKILL)
        self.popen.wait()

    def stop(self, seconds=15):
        """SIGTERM; its exit status."""
        if self.popen.poll() is None:
            self.popen.terminate()
        return self.popen.wait(timeout=seconds)


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def tree(self):
        return json.loads(self.body)

    @property
    def data(self):
        return self.tree["data"]


def call(address, method, path, body=None, key=KEY, content_type=None, headers=None, timeout=30):
    """One request on a connection of its own."""
    connection = http.client.HTTPConnection(address, timeout=timeout)
    sent = dict(headers or {})
    if key is not None:
        sent["X-Dexatel-Key"] = key
    if isinstance(body, (dict, list)):
        body = json.dumps(body)
        content_type = content_type or "application/json"
    if isinstance(body, str):
        body = body.encode()
    if content_type:
        sent["Content-Type"] = content_type
    try:
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
    finally:
        connection.close()


def good(answer, status=200):
    """The answer, which must have this status."""
    if answer.status != status:
        raise Failed(f"status {answer.status}, not {status}: {answer.body.decode(errors='replace')[:1000]}")
    return answer


def start_simulator(crier, folder, *options):
    return Process([crier, "simulate", "--listen", "127.0.0.1:0", *options], f"{folder}/simulator.log")


SERVER_ENV = {"CRIER_ADMIN_KEY": KEY, "CRIER_VERIFY_TOKEN": "verify"}


def server_argv(crier, folder, simulator, *options, listen="127.0.0.1:0"):
    return [crier, "serve", "--data", f"{folder}/data", "--listen", listen, "--graph-url", f"http://{simulator.address}/v24.0", *options]


def start_server(crier, folder, simulator, *options, listen="127.0.0.1:0", env=None, log="server.log"):
    return Process(server_argv(crier, folder, simulator, *options, listen=listen), f"{folder}/{log}", {**SERVER_ENV, **(env or {})})


def connect_webhooks(simulator, server):
    good(call(simulator.address, "POST", "/_sim/webhook", {"url": f"http://{server.address}/webhooks/whatsapp", "app_secret": SECRET,
                                                           "verify_token": "verify"}))


def make_sender(server, name="MyBusiness", number=NUMBER):
    return good(call(server.address, "POST", "/v1/senders", {"data": {
        "name": name, "code": number, "phone_number_id": number, "waba_id": WABA, "access_token": TOKEN, "app_secret": SECRET}}), 201).data


def make_template(server, name="Sale", text="Hello {first_name|friend}, your {custom1} is ready.", number=NUMBER):
    """An approved one."""
    made = good(call(server.address, "POST", "/v1/templates", {"data": {
        "name": name, "channel": "whatsapp", "wa_sender_code": number, "wa_category": "MARKETING", "text": text}}), 201).data

    def approved():
        data = good(call(server.address, "GET", f"/v1/templates/{made['id']}")).data
        return data if data["status"] == "COMPLETED" else None
    return wait_until(approved, 30, "the template's approval")


def make_audience(server, name="People", contacts=()):
    return good(call(server.address, "POST", "/v1/audiences", {"data": {
        "name": name, "channel": "whatsapp", "contacts": list(contacts)}}), 201).data


def make_campaign(server, template, audience, name="Campaign", sender="MyBusiness", **fields):
    return good(call(server.address, "POST", "/v1/campaigns", {"data": {
        "name": name, "channel": "whatsapp", "from": sender, "template": template["id"], "audience": audience["id"], **fields}}), 201).data


def contact(i):
    return {"number": f"+4474{i:08d}", "first_name": f"P{i}", "custom1": f"order {i}"}


def contacts_csv(n):
    rows = [f"{c['number']},{c['first_name']},{c['custom1']}" for c in map(contact, range(n))]
    return "number,first_name,custom1\n" + "\n".join(rows) + "\n"


def read_campaign(server, campaign):
    return good(call(server.address, "GET", f"/v1/campaigns/{campaign['id']}")).data


def all_messages(server, campaign):
    """Every message of a campaign."""
    return all_pages(server, f"/v1/messages?filter[campaign_id]={campaign['id']}&page_size=100")


def all_pages(server, path):
    """Every item of a list."""
    found = []
    while path:
        tree = good(call(server.address, "GET", path)).tree
        found += tree["data"]
        link = tree["pagination"]["links"]["next"]
        path = link and link.split(server.address, 1)[1]
    return found


def sim_ledger(simulator):
    """Per recipient what the simulator took: number → its entry."""
    after, found = 0, {}
    while after is not None:
        page = good(call(simulator.address, "GET", f"/_sim/ledger?after={after}")).tree
        found.update((entry["to"], entry) for entry in page["data"])
        after = page["next"]
    return found


def sim_is_quiet(simulator):
    """Has the simulator told everything it has to tell?"""
    pending = good(call(simulator.address, "GET", "/_sim/ledger")).tree["pending"]
    webhook = good(call(simulator.address, "GET", "/_sim/stats")).tree["webhook"]
    return pending == 0 and webhook["waiting"] == 0 and webhook["in_flight"] == 0 and webhook.get("parked", 0) == 0
