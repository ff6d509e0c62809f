"""Campaigns: made, scheduled, paused, canceled, and what becomes of their messages."""
import datetime
import time

from world import UNKNOWN_ID, World

import harness

WORLD = {"simulator": ["--ceiling", "1000"]}


def at(seconds):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%d %H:%M:%S")


def finished(data):
    return data["status"] == "completed" and data["messages"]["read"] == data["messages"]["total"] - data["messages"]["skipped"] - data["messages"]["failed"]


def test_a_campaign_from_its_creation_to_its_read_receipts(w):
    template, audience = w.template(), w.audience(25)
    made = w.campaign(template, audience)
    assert made["status"] == "in_progress" and made["schedule"] is None and made["sender"] == "MyBusiness" and made["channel"] == "whatsapp"
    done = w.wait(made, finished)
    assert done["messages"] == {"total": 25, "delivered": 25, "failed": 0, "queued": 0, "sent": 0, "read": 25, "unconfirmed": 0, "skipped": 0}
    assert done["start_date"] and done["end_date"]
    analytics = w.get(f"/v1/campaigns/{made['id']}/analytics").data
    assert analytics["funnel"]["audience"] == analytics["funnel"]["sent"] == analytics["funnel"]["read"] == 25
    assert analytics["rates"] == {"delivered": 1, "read": 1, "failed": 0}
    assert sum(p["sent"] for p in analytics["timeline"]) == 25
    assert w.get(f"/v1/campaigns/{made['id']}/analytics?interval=day").data["interval"] == "day"
    assert w.faults("GET", f"/v1/campaigns/{made['id']}/analytics?interval=week") == [(400, 1014, "interval")]
    messages = w.messages(made)
    assert {m["to"] for m in messages} == {harness.contact(i)["number"].lstrip("+") for i in range(25)}
    one = w.get(f"/v1/messages/{messages[0]['id']}").data
    assert one["status"] == "read" and one["wamid"].startswith("wamid.") and all(one["times"][step] for step in ("accepted", "sent", "delivered", "read"))
    assert one["text"] == "Hello P24, your order 24 is ready." and one["variables"] == ["P24", "order 24"]


def test_who_lacks_a_value_is_skipped_with_the_reason(w):
    contacts = [{"number": "447400000001", "first_name": "Ann", "custom1": "one"}, {"number": "447400000002", "custom1": "two"}, {"number": "447400000003"}]
    audience = w.post("/v1/audiences", {"name": w.name("audience"), "channel": "whatsapp", "contacts": contacts}).data
    made = w.campaign(audience=audience)
    done = w.wait(made, finished)
    assert done["messages"]["skipped"] == 1 and done["messages"]["read"] == 2
    by_number = {m["to"]: m for m in w.messages(made)}
    assert by_number["447400000002"]["text"] == "Hello friend, your two is ready."
    assert by_number["447400000003"]["status"] == "rejected" and "placeholder" in by_number["447400000003"]["status_details"]
    assert w.get(f"/v1/campaigns/{made['id']}/analytics").data["skips"] == [
        {"rule": "empty_placeholder", "count": 1, "meaning": by_number["447400000003"]["status_details"]}]


def test_create_faults(w):
    template, audience = w.template(), w.audience()
    good = {"name": w.name("fine"), "channel": "whatsapp", "from": "MyBusiness", "template": template["id"], "audience": audience["id"]}
    w.campaign(template, audience, name="Taken", schedule="2199-01-01 00:00:00")
    pending = w.sim("POST", "/_sim/faults", {"template-verdict": "pending"}) and w.post("/v1/templates", {
        "name": w.name(), "channel": "whatsapp", "wa_sender_code": harness.NUMBER, "wa_category": "UTILITY", "text": "Hello."}).data
    w.sim("POST", "/_sim/faults", {"template-verdict": "approve"})
    assert w.faults("POST", "/v1/campaigns", {}) == [(400, 1515, "data.channel"), (400, 1603, "data.from"), (400, 1607, "data.template"),
                                                     (400, 1605, "data.audience")]
    for change, status, code, field in (
            ({"name": ""}, 400, 1631, "name"), ({"name": "x" * 46}, 400, 1631, "name"), ({"name": "a\nb"}, 400, 1631, "name"),
            ({"name": "Taken"}, 409, 1614, "name"), ({"channel": "sms"}, 400, 1515, "channel"), ({"from": "Nobody"}, 400, 1604, "from"),
            ({"from": 5}, 400, 1604, "from"), ({"template": "x"}, 400, 1608, "template"), ({"template": UNKNOWN_ID}, 400, 1616, "template"),
            ({"template": audience["id"]}, 400, 1616, "template"), ({"template": pending["id"]}, 400, 1608, "template"),
            ({"audience": "x"}, 400, 1606, "audience"), ({"audience": UNKNOWN_ID}, 400, 1616, "audience"),
            ({"schedule": "tomorrow"}, 400, 1609, "schedule"), ({"schedule": "2027-02-30 10:00:00"}, 400, 1609, "schedule"),
            ({"schedule": "2027-02-20 24:00:00"}, 400, 1609, "schedule"), ({"schedule": 5}, 400, 1609, "schedule"),
            ({"schedule": "2020-01-01 00:00:00"}, 400, 1522, "schedule"), ({"schedule": "2027-01-01 00:00:00", "timezone": "Mars"}, 400, 1609, "schedule"),
            ({"deadline": "2020-01-01 00:00:00"}, 400, 1615, "deadline"), ({"on_unconfirmed": "maybe"}, 400, 1615, "on_unconfirmed"),
            ({"late_start_limit": -5}, 400, 1615, "late_start_limit"), ({"rate": 0}, 400, 1615, "rate")):
        w.refused("POST", "/v1/campaigns", {**good, **change}, status, code, f"data.{field}")
    several = w.faults("POST", "/v1/campaigns", {**good, "name": "Taken", "from": "Nobody", "audience": UNKNOWN_ID, "schedule": "x"})
    assert several == [(409, 1614, "data.name"), (400, 1604, "data.from"), (400, 1616, "data.audience"), (400, 1609, "data.schedule")]
    for path, status, code in (("/v1/campaigns/nope", 400, 1602), (f"/v1/campaigns/{UNKNOWN_ID}", 404, 1601), (f"/v1/campaigns/{UNKNOWN_ID}/analytics", 404, 1601)):
        w.refused("GET", path, None, status, code)


def test_a_name_left_out_is_made(w):
    template, audience = w.template(), w.audience(1)
    names = [w.post("/v1/campaigns", {"channel": "whatsapp", "from": "MyBusiness", "template": template["id"], "audience": audience["id"],
                                      "schedule": "2199-01-01 00:00:00"}).data["name"] for _ in range(2)]
    assert names[0].startswith("Campaign 2") and names[0] != names[1]


def test_schedules(w):
    template, audience = w.template(), w.audience(4)
    made = w.campaign(template, audience, schedule=at(2))
    assert made["status"] == "scheduled"
    assert not any(m for m in w.messages(made))
    later = w.campaign(template, audience, schedule="2198-07-01T12:00:00+02:00")
    assert later["schedule"] == "2198-07-01 10:00:00"
    path = f"/v1/campaigns/{later['id']}"
    assert w.put(path, {"schedule": "2198-03-02 10:00:00", "timezone": "Europe/Paris"}).data["schedule"] == "2198-03-02 09:00:00"
    w.refused("PUT", path, {"schedule": "2020-01-01 00:00:00"}, 400, 1522, "data.schedule")
    w.refused("PUT", path, {"schedule": "soon"}, 400, 1609, "data.schedule")
    w.refused("PUT", path, {"status": "completed"}, 409, 1611, "data.status")
    assert w.put(path, {"status": "canceled"}).data["status"] == "canceled"
    w.refused("PUT", path, {"schedule": at(100)}, 409, 1611)
    w.refused("PUT", path, {"status": "canceled"}, 409, 1611)
    done = w.wait(made, finished)
    assert abs((datetime.datetime.fromisoformat(done["start_date"]) - datetime.datetime.fromisoformat(done["schedule"])).total_seconds()) <= 1
    w.refused("PUT", f"/v1/campaigns/{made['id']}", {"schedule": at(100)}, 409, 1611)


def test_renaming_and_deleting(w):
    made = w.wait(w.campaign(audience=w.audience(2)), finished)
    path = f"/v1/campaigns/{made['id']}"
    other = w.campaign(audience=w.audience(1), schedule="2199-01-01 00:00:00")
    assert w.put(path, {"name": "Ünïcode — 名"}).data["name"] == "Ünïcode — 名"
    w.refused("PUT", path, {"name": other["name"]}, 409, 1614, "data.name")
    w.refused("PUT", path, {"name": " "}, 400, 1631, "data.name")
    message = w.messages(made)[0]
    w.delete(path)
    w.refused("GET", path, None, 404, 1601)
    w.refused("GET", f"/v1/messages/{message['id']}", None, 404, 1501)
    w.refused("GET", "/v1/messages/x", None, 400, 1502)
    w.refused("DELETE", path, None, 404, 1601)
    w.delete(f"/v1/campaigns/{other['id']}")


def test_lists_and_filters(w):
    made = w.campaign(audience=w.audience(1), schedule="2199-01-01 00:00:00")
    def ids(query):
        return [c["id"] for c in w.get(f"/v1/campaigns?{query}").tree["data"]]
    assert ids("page_size=1") == [made["id"]]
    assert made["id"] in ids("filter[channel]=WHATSAPP&filter[statuses]=scheduled,in_progress&page_size=100")
    assert made["id"] not in ids("filter%5Bstatuses%5D=completed&page_size=100")
    assert ids("filter[statuses]=nonsense") == [] and ids("filter[channel]=SMS") == []
    assert ids("filter[search]=" + made["name"].upper().replace(" ", "%20")) == [made["id"]]
    assert ids("filter[senders]=Nobody") == [] and made["id"] in ids("filter[senders]=MyBusiness&page_size=100")


def test_messages_of_all_campaigns_and_of_one(w):
    made = w.wait(w.campaign(audience=w.audience(5)), finished)
    assert w.get(f"/v1/messages?filter[campaign_id]={made['id']}").tree["pagination"]["total"] == 5
    everything, target = [], "/v1/messages?page_size=7"
    while target:
        tree = w.get(target).tree
        everything += [m["id"] for m in tree["data"]]
        target = tree["pagination"]["links"]["next"]
        target = target and target.split(w.server.address, 1)[1]
    assert len(everything) == len(set(everything)) == tree["pagination"]["total"]
    assert {m["id"] for m in w.messages(made)} <= set(everything)
    assert w.get(f"/v1/messages?filter[campaign_id]={UNKNOWN_ID}").tree["data"] == []
    assert w.get("/v1/messages?filter[campaign_id]=x").tree["data"] == []


def test_pause_resume_and_cancel_in_mid_flight(w):
    made = w.campaign(audience=w.audience(900), rate=100)
    path = f"/v1/campaigns/{made['id']}"
    w.wait(made, lambda d: d["messages"]["delivered"] > 10)
    held = w.post(path + "/pause", status=200).data
    assert held["status"] == "in_progress" and held["hold"]["by"] == "person" and held["hold"]["reason"]
    w.refused("DELETE", path, None, 409, 1612)
    quiet = w.wait(made, lambda d: d["messages"]["sent"] == 0 and d["messages"]["read"] == d["messages"]["delivered"])
    time.sleep(0.3)  # a lane that does not rest would have sent 30 more
    assert w.read(made)["messages"]["read"] <= quiet["messages"]["read"] + 1
    assert w.post(path + "/resume", status=200).data["hold"] is None
    w.wait(made, lambda d: d["messages"]["delivered"] > quiet["messages"]["delivered"] + 10)
    assert w.put(path, {"status": "canceled"}).data["status"] == "canceled"
    done = w.wait(made, lambda d: d["messages"]["queued"] == 0 and d["messages"]["sent"] == 0 and d["messages"]["read"] + d["messages"]["skipped"] == 900)
    taken = sum(1 for m in w.messages(made) if m["state"] == "read")
    assert taken == done["messages"]["read"] and done["messages"]["total"] == 900
    assert w.get(f"{path}/analytics").data["funnel"]["canceled"] == 900 - taken
    for action in ("pause", "resume"):
        w.refused("POST", f"{path}/{action}", None, 409, 1611)
        w.refused("POST", f"/v1/campaigns/{UNKNOWN_ID}/{action}", None, 404, 1601)


def test_failures_by_code(w):
    w.sim("POST", "/_sim/faults", {"refuse-codes": "131026:20", "fail-codes": "131049:20"})
    made = w.campaign(audience=w.audience(200))
    done = w.wait(made, finished)
    w.sim("POST", "/_sim/faults", {"refuse-codes": "", "fail-codes": ""})
    data = w.get(f"/v1/campaigns/{made['id']}/analytics").data
    failures = {f["code"]: f for f in data["failures"]}
    assert set(failures) == {131026, 131049} and all(f["meaning"] and f["remedy"] for f in failures.values())
    assert sum(f["count"] for f in failures.values()) == done["messages"]["failed"] == data["funnel"]["failed"]
    assert data["funnel"]["refused"] == failures[131026]["count"]
    states = {(m["status"], m["error_code"]) for m in w.messages(made)}
    assert states == {("read", None), ("rejected", 131026), ("failed", 131049)}


def test_who_says_stop_is_skipped_by_later_campaigns(w):
    audience = w.audience(3)
    w.wait(w.campaign(audience=audience), finished)
    number = harness.contact(1)["number"].lstrip("+")
    before = metric(w, "inbound")
    w.sim("POST", "/_sim/inbound", {"from": number, "phone_number_id": harness.NUMBER, "text": "Stop!"})
    harness.wait_until(lambda: metric(w, "inbound") > before, 20, "the STOP")
    done = w.wait(w.campaign(audience=audience), finished)
    assert done["messages"]["skipped"] == 1
    assert [m["to"] for m in w.messages(done) if m["state"] == "skipped"] == [number]
    w.sim("POST", "/_sim/inbound", {"from": number, "phone_number_id": harness.NUMBER, "text": "start"})
    harness.wait_until(lambda: metric(w, "inbound") > before + 1, 20, "the START")
    assert w.wait(w.campaign(audience=audience), finished)["messages"]["skipped"] == 0


def metric(w, kind):
    for line in w.get("/metrics", key=None).body.decode().splitlines():
        if line.startswith("crier_webhook_events_total") and f'kind="{kind}"' in line:
            return int(line.rsplit(" ", 1)[1])
    return 0


def test_a_refused_token_holds_the_sender_until_a_new_one_comes(_):
    w = World(simulator=["--ceiling", "1000"])
    try:
        w.sim("POST", "/_sim/numbers", {"phone_number_id": harness.NUMBER, "waba_id": harness.WABA})  # whatever token comes
        template, audience = w.template(), w.audience(50)
        w.sim("POST", "/_sim/faults", {"token-expired": "on"})
        made = w.campaign(template, audience)
        sender = harness.wait_until(lambda: next((s for s in w.get("/v1/senders").tree["data"] if s["hold"]), None), 20, "the hold")
        assert sender["status"] == "blocked" and "token" in sender["hold"]["reason"].lower()
        assert w.read(made)["messages"]["queued"] == 50
        w.sim("POST", "/_sim/faults", {"token-expired": "off"})
        assert w.put(f"/v1/senders/{sender['id']}", {"access_token": "EAAfresh"}).data["hold"] is None
        assert w.wait(made, finished)["messages"]["read"] == 50
        assert w.sim("GET", "/_sim/ledger")["doubles"] == 0
    finally:
        w.end()
