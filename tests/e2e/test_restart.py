"""What a stop must not lose besides messages, and what the most talkative log must not tell."""
import datetime
import pathlib

from things import completed, import_when, upload
from world import World

import harness


def soon(seconds):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%d %H:%M:%S")


def test_an_import_goes_on_after_a_stop(w):
    n, audience = 60000, w.audience(0)
    job = upload(w, audience, harness.contacts_csv(n))
    before = import_when(w, job, lambda d: d["rows"] > 0)
    assert before["status"] == "running" and 0 < before["progress"] < 1
    assert w.server.stop() == 0
    w.restart()
    after = w.get(f"/v1/imports/{job['id']}").data
    assert after["rows"] >= before["rows"]
    done = import_when(w, job, completed, 60)
    assert (done["rows"], done["added"], done["updated"], done["duplicates"], done["invalid"]) == (n, n, 0, 0, 0)
    assert w.get(f"/v1/audiences/{audience['id']}").data["contacts_count"] == n
    assert not list(pathlib.Path(w.folder, "data", "imports").iterdir())


def test_holds_schedules_and_keys_are_there_again(w):
    template = w.template()
    running = w.campaign(template, w.audience(400), rate=50)
    w.wait(running, lambda c: c["messages"]["delivered"] > 0)
    held = w.post(f"/v1/campaigns/{running['id']}/pause", status=200).data["hold"]
    assert held["by"] == "person"
    settled = w.wait(running, lambda c: c["messages"]["sent"] == 0 and c["messages"]["read"] == c["messages"]["delivered"])
    coming = w.campaign(template, w.audience(3), schedule=soon(4))
    key = w.post("/v1/keys", {"name": "kept", "role": "viewer"}).data["key"]
    ids = [w.get("/v1/accounts/self").data["id"], w.messages(running)[0]["id"]]
    assert w.server.stop() == 0
    w.restart()
    assert [w.get("/v1/accounts/self", key=key).data["id"], w.messages(running)[0]["id"]] == ids
    assert w.wait(coming, completed)["start_date"] >= coming["schedule"]
    still = w.read(running)
    assert still["hold"] == held and still["messages"]["read"] == settled["messages"]["read"]
    assert w.put(f"/v1/campaigns/{running['id']}", {"status": "canceled"}).data["hold"] is None


def test_the_log_at_its_most_talkative_tells_no_secret(_):
    w = World(server=["--log-level", "debug"])
    token, secret, key = "EAAa-token-that-nobody-may-see", "a-secret-that-nobody-may-see", "a-key-that-nobody-may-see"
    sender = {"name": "Hidden", "code": "448081570456", "phone_number_id": "448081570456", "waba_id": harness.WABA, "access_token": token, "app_secret": secret}
    try:
        w.template()
        answers = [w.call("POST", "/v1/senders", {"data": {**sender, "rate": "x"}}), w.call("POST", "/v1/senders", {"data": {**sender, "code": "448081570777"}}),
                   w.call("POST", "/v1/senders", {"data": {**sender, "access_token": "not" + token}}), w.call("GET", "/v1/campaigns", key=key),
                   w.call("POST", "/v1/senders", '{"data":{"access_token":"' + token + '"', content_type="application/json"),
                   w.call("POST", "/v1/senders", {"data": {**sender, "access_token": [token], "app_secret": {"a": secret}}}),
                   w.call("POST", "/v1/senders", {"data": sender}), w.call("GET", "/v1/senders")]
        assert [a.status for a in answers] == [400, 400, 400, 401, 400, 400, 201, 200]
        contacts = w.audience(3)
        w.wait(w.campaign(audience=contacts), lambda c: c["status"] == "completed" and c["messages"]["read"] == 3)
        said = w.server.output()
        assert " debug " in said
        for text in [said, *(a.body.decode() for a in answers)]:
            assert not [word for word in (token, secret, key, harness.TOKEN, harness.SECRET, harness.KEY) if word in text]
        # neither a whole phone number nor the text of a message
        assert not [c for c in map(harness.contact, range(3)) if c["number"].lstrip("+") in said or c["custom1"] in said]
    finally:
        w.end()
