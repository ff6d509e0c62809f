"""A server and a simulator for the tests of one file, and calls whose every answer is judged by the specification."""
import pathlib
import shutil
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))
import harness  # noqa: E402
from spec import Spec  # noqa: E402

SPEC = Spec(ROOT / "docs" / "openapi.yaml")
UNKNOWN_ID = "11111111-2222-8333-8444-555555555555"


class World:
    crier = None  # path of the program, set by run.py

    def __init__(self, simulator=(), server=(), webhooks=True):
        self.folder = tempfile.mkdtemp(prefix="crier-e2e-")
        self.server_options = server
        self.simulator = harness.start_simulator(
            self.crier, self.folder, "--template-delay-ms", "50", "--sent-delay-ms", "5-20", "--delivered-delay-ms", "5-20", "--read-delay-ms",
            "5-20", "--webhook-retry-ms", "10", "--webhook-retry-max-ms", "100", "--delivered-share", "100", "--read-share", "100", *simulator)
        self.server = harness.start_server(self.crier, self.folder, self.simulator, *server)
        if webhooks:
            harness.connect_webhooks(self.simulator, self.server)
        self.n = 0

    def restart(self):
        listen = self.server.address
        self.server = harness.start_server(self.crier, self.folder, self.simulator, *self.server_options, listen=listen)

    def end(self, keep=False):
        statuses = [process.stop() for process in (self.server, self.simulator)]
        output = self.server.output()
        if not keep:
            shutil.rmtree(self.folder)
        assert statuses == [0, 0], f"exit statuses {statuses}: {output[-3000:]}"

    # ---- calls ----

    def call(self, method, path, body=None, **more):
        answer = harness.call(self.server.address, method, path, body, **more)
        SPEC.check(method, path, answer)
        return answer

    def get(self, path, status=200, **more):
        return harness.good(self.call("GET", path, **more), status)

    def post(self, path, data=None, status=201, **more):
        return harness.good(self.call("POST", path, None if data is None else {"data": data}, **more), status)

    def put(self, path, data, status=200, **more):
        return harness.good(self.call("PUT", path, {"data": data}, **more), status)

    def delete(self, path, status=204, **more):
        return harness.good(self.call("DELETE", path, **more), status)

    def faults(self, method, path, data=None, **more):
        """[(status, code, field)] of a refusal; `data` is wrapped unless a `body` is given."""
        body = more.pop("body", None) or (None if data is None else {"data": data})
        answer = self.call(method, path, body, **more)
        assert answer.status >= 400, f"{method} {path} was not refused: {answer.status} {answer.body}"
        errors = answer.tree["errors"]
        assert errors[0]["status"] == answer.status
        return [(e["status"], e["code"], e.get("field")) for e in errors]

    def refused(self, method, path, data, status, code, field=None, **more):
        got = self.faults(method, path, data, **more)
        want = [(status, code, None if field is None else field)]
        assert got == want, f"{method} {path}: {got}, not {want}"

    # ---- things ----

    def name(self, what="thing"):
        """Another one every time."""
        self.n += 1
        return f"{what} {self.n}"

    def sender(self, name="MyBusiness", number=harness.NUMBER):
        if not any(s["name"] == name for s in self.get("/v1/senders").tree["data"]):
            harness.make_sender(self.server, name, number)
        return name

    def template(self, text="Hello {first_name|friend}, your {custom1} is ready."):
        self.sender()
        return harness.make_template(self.server, self.name("template"), text)

    def audience(self, n=3, **fields):
        contacts = [{**harness.contact(i), **fields} for i in range(n)]
        return self.post("/v1/audiences", {"name": self.name("audience"), "channel": "whatsapp", "contacts": contacts}).data

    def campaign(self, template=None, audience=None, **fields):
        template, audience = template or self.template(), audience or self.audience()
        return self.post("/v1/campaigns", {"name": self.name("campaign"), "channel": "whatsapp", "from": "MyBusiness", "template": template["id"],
                                           "audience": audience["id"], **fields}).data

    def read(self, campaign):
        return self.get(f"/v1/campaigns/{campaign['id']}").data

    def wait(self, campaign, ready, seconds=30):
        """The campaign once `ready(campaign)` holds."""
        def look():
            data = self.read(campaign)
            return data if ready(data) else None
        return harness.wait_until(look, seconds, "the campaign's progress")

    def messages(self, campaign):
        return [self.spec_checked(m) for m in harness.all_messages(self.server, campaign)]

    @staticmethod
    def spec_checked(message):
        SPEC.validate({"$ref": "#/components/schemas/Message"}, message)
        return message

    def sim(self, method, path, body=None):
        return harness.good(harness.call(self.simulator.address, method, path, body, key=None)).tree
