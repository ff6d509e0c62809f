"""The program itself: its webhooks' door, its stop, its configuration, its secrets."""
import glob
import hashlib
import hmac
import json
import os
import pathlib
import subprocess

from world import World

import harness


def event(w, body, secret=harness.SECRET, header=None):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    signature = header if header is not None else "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    return w.call("POST", "/webhooks/whatsapp", raw, key=None, content_type="application/json", headers={"X-Hub-Signature-256": signature})


def waiting(w):
    return [int(line.rsplit(" ", 1)[1]) for line in w.get("/metrics", key=None).body.decode().splitlines() if line.startswith("crier_webhooks_received_total ")][0]


def test_the_handshake(w):
    ask = "/webhooks/whatsapp?hub.mode=subscribe&hub.challenge=4711&hub.verify_token="
    assert w.get(ask + "verify", key=None).body == b"4711"
    assert w.call("GET", ask + "wrong", key=None).status == 403
    assert w.call("GET", "/webhooks/whatsapp", key=None).status == 403


def test_signatures(w):
    w.sender()
    before = waiting(w)
    body = {"object": "whatsapp_business_account", "entry": []}
    assert event(w, body).status == 200
    for header in ("", "sha256=", "sha256=" + "0" * 64, "sha1=abc", "nonsense"):
        assert event(w, body, header=header).status == 401, header
    assert event(w, body, secret="another").status == 401
    assert waiting(w) == before + 1
    assert event(w, b"not json at all").status == 200  # signed by Meta all the same: set aside, and counted
    harness.wait_until(lambda: 'crier_webhook_events_total{kind="set_aside"} 1' in w.get("/metrics", key=None).body.decode(), 10, "the event set aside")


def test_sigterm_in_a_running_campaign_loses_nothing(_):
    w = World(simulator=["--ceiling", "1000", "--latency-ms", "30"])
    try:
        made = w.campaign(audience=w.audience(1000), rate=500)
        for _ in range(3):
            seen = w.read(made)["messages"]["sent"]
            w.wait(made, lambda d: d["messages"]["queued"] < 1000 and d["messages"]["sent"] + d["messages"]["delivered"] > seen)
            begun = harness.time.monotonic()
            assert w.server.stop(12) == 0
            assert harness.time.monotonic() - begun < 8  # answers come within 30 ms: it does not sit out its 10 s
            w.restart()
        done = w.wait(made, lambda d: d["status"] == "completed" and d["messages"]["read"] == 1000, 60)
        assert done["messages"]["unconfirmed"] == 0
        ledger = w.sim("GET", "/_sim/ledger")
        assert (ledger["recipients"], ledger["taken"], ledger["doubles"]) == (1000, 1000, 0)
    finally:
        w.end()


def test_secrets_stay_secret(w):
    made = w.post("/v1/keys", {"name": "secret", "role": "viewer"}).data["key"]
    w.sender()
    w.wait(w.campaign(audience=w.audience(2)), lambda d: d["status"] == "completed")
    secrets = [harness.TOKEN, harness.SECRET, made, harness.KEY]
    files = glob.glob(w.folder + "/**/*", recursive=True)
    assert any(name.endswith("crier.db") for name in files)
    for name in files:
        if os.path.isfile(name):
            raw = pathlib.Path(name).read_bytes()
            assert not [s for s in secrets if s.encode() in raw], name
    for name in ("crier.db", "crier.key"):
        assert os.stat(f"{w.folder}/data/{name}").st_mode & 0o077 == 0
    shown = w.get("/v1/senders").body + w.get("/v1/keys").body + w.get("/metrics", key=None).body
    assert not [s for s in secrets if s.encode() in shown]


def serve(w, *options, env=None):
    """`crier serve` that is expected to refuse to start: its status and words."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CRIER_")}
    done = subprocess.run([World.crier, "serve", *options], capture_output=True, text=True, timeout=20, env={**clean, **(env or {})}, check=False)
    return done.returncode, done.stderr


def test_bad_configuration_is_refused_with_a_sentence(w):
    data = ["--data", f"{w.folder}/other"]
    file = pathlib.Path(w.folder, "bad.ini")
    file.write_text("listen = 127.0.0.1:0\ngraf-url = http://x\n", encoding="utf-8")
    for options, env, words in (
            (["--lisen", "x"], {}, ["'lisen'", "'listen'"]), (["--config", str(file)], {}, ["line 2", "'graph-url'"]),
            ([*data, "--listen", "nowhere"], {}, ["'listen'", "HOST:PORT"]), ([*data, "--listen", "127.0.0.1:99999"], {}, ["listen"]),
            ([*data, "--log-level", "loud"], {}, ["'log-level'"]), ([*data, "--max-inflight", "0"], {}, ["'max-inflight'"]),
            ([*data, "--graph-url", "ftp://x"], {}, ["'graph-url'"]), ([*data, "--listen", "127.0.0.1:0"], {"CRIER_ADMIN_KEY": "short"}, ["admin-key", "16"]),
            (["--data", "/proc/nowhere"], {}, ["/proc/nowhere"]), ([*data, "--listen", w.server.address], {"CRIER_ADMIN_KEY": harness.KEY}, ["use"]),
            ([*data, "--database", "mysql://x"], {}, ["postgresql://"])):
        status, said = serve(w, *options, env=env)
        assert status == 2 and all(word in said for word in words), (options, status, said)


def test_the_first_start_shows_a_key_once(w):
    folder = f"{w.folder}/first"
    os.mkdir(folder)
    clean = {"CRIER_ADMIN_KEY": ""}
    first = harness.start_server(World.crier, folder, w.simulator, env=clean)
    said = first.output()
    key = said.split("shown this once: ")[1].split()[0]
    assert harness.call(first.address, "GET", "/v1/accounts/self", key=key).status == 200
    assert first.stop() == 0
    second = harness.start_server(World.crier, folder, w.simulator, env=clean)
    assert second.output().count(key) == 1
    assert harness.call(second.address, "GET", "/v1/accounts/self", key=key).status == 200
    assert second.stop() == 0
    third = harness.start_server(World.crier, folder, w.simulator, env={"CRIER_ADMIN_KEY": "another-operators-key"})
    assert harness.call(third.address, "GET", "/v1/accounts/self", key="another-operators-key").status == 200
    assert third.stop() == 0


def test_nothing_to_do_costs_nothing(w):
    w.get("/v1/campaigns")
    def ticks():
        with open(f"/proc/{w.server.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])
    before = ticks()
    harness.time.sleep(1)
    assert ticks() - before <= 2  # of 100 a second
