"""Senders, templates, audiences and contacts: their lives and their faults."""
from urllib.parse import quote

from world import UNKNOWN_ID, World

import harness

SENDER = {"name": "Second", "code": "+448081570456", "phone_number_id": "448081570456", "waba_id": harness.WABA, "access_token": "EAAx", "app_secret": "s"}


def test_senders(w):
    w.sender()
    made = w.post("/v1/senders", {**SENDER, "rate": 40}).data
    assert made["code"] == "448081570456" and made["countries"] == ["GB"] and made["throughput"]["limit"] == 80 and made["rate"] == 40
    path = f"/v1/senders/{made['id']}"
    assert w.get(path).data == made
    assert w.put(path, {"name": "Renamed", "rate": 30}).data["rate"] == 30
    assert [s["name"] for s in w.get("/v1/senders").tree["data"]] == ["Renamed", "MyBusiness"]
    for query, n in (("filter[name]=Renamed", 1), ("filter[status]=blocked,AVAILABLE", 2), ("filter[status]=nonsense", 0), ("filter[type]=did", 2),
                     ("filter[type]=short", 0), ("filter[channel]=sms", 0), ("filter%5Bchannel%5D=WhatsApp", 2), ("unknown=1", 2)):
        assert len(w.get(f"/v1/senders?{query}").tree["data"]) == n, query
    w.delete(path)
    w.refused("GET", path, None, 404, 1402)
    w.post("/v1/senders", SENDER)


def test_sender_faults(w):
    w.sender()
    missing = w.faults("POST", "/v1/senders", {})
    assert [f[1] for f in missing] == [1404, 1409, 1410, 1410, 1410, 1410]
    good = {**SENDER, "name": "Third", "code": "448081570789", "phone_number_id": "448081570789"}
    for change, status, code, field in (
            ({"name": " "}, 400, 1405, "name"), ({"name": "x" * 46}, 400, 1406, "name"), ({"name": "MyBusiness"}, 409, 1441, "name"),
            ({"code": "12"}, 400, 1407, "code"), ({"code": "1" * 46}, 400, 1408, "code"), ({"channel": "sms"}, 400, 1414, "channel"),
            ({"phone_number_id": "a/b"}, 400, 1410, "phone_number_id"), ({"waba_id": ""}, 400, 1410, "waba_id"),
            ({"rate": 0.5}, 400, 1410, "rate"), ({"access_token": "nonsense"}, 400, 1411, "access_token"),
            ({"access_token": "EAAexpired"}, 400, 1411, "access_token"), ({"code": "448081570777"}, 400, 1411, "phone_number_id"),
            ({"code": harness.NUMBER, "phone_number_id": harness.NUMBER}, 409, 1413, "phone_number_id")):
        w.refused("POST", "/v1/senders", {**good, **change}, status, code, f"data.{field}")
    w.refused("GET", "/v1/senders/xyz", None, 400, 1401)
    w.refused("PUT", f"/v1/senders/{UNKNOWN_ID}", {"rate": 5}, 404, 1402)
    w.refused("PUT", f"/v1/senders/{UNKNOWN_ID}", {"access_token": "EAAok"}, 404, 1402)


def test_templates(w):
    w.sender()
    made = w.post("/v1/templates", {"name": "With a button", "channel": "WhatsApp", "wa_sender_code": harness.NUMBER, "wa_category": "UTILITY",
                                    "text": "Hi {first_name|you}, {city} calls.", "button_type": "LINK", "button_text": "Open",
                                    "button_value": "https://example.org/a", "language": "en_GB"}).data
    assert made["status"] == "IN_PROCESS" and made["meta_id"] is None
    path = f"/v1/templates/{made['id']}"
    done = harness.wait_until(lambda: (lambda d: d if d["status"] == "COMPLETED" else None)(w.get(path).data), 20, "approval")
    assert done["meta_status"] == "APPROVED" and done["meta_id"] and done["reason"] is None
    assert [t["id"] for t in w.get(f"/v1/templates?filter[name]={quote('With a button')}").tree["data"]] == [made["id"]]
    assert w.get("/v1/templates?filter[status]=completed,IN_PROCESS&filter[channel]=whatsapp").tree["pagination"]["total"] >= 1
    assert w.get("/v1/templates?filter[status]=nonsense").tree["data"] == []
    w.delete(path)
    w.refused("GET", path, None, 404, 1251)


def test_template_faults(w):
    w.sender()
    w.template()
    good = {"name": "Fine", "channel": "whatsapp", "wa_sender_code": harness.NUMBER, "wa_category": "MARKETING", "text": "Hello you."}
    assert [f[1] for f in w.faults("POST", "/v1/templates", {})] == [1261, 1256, 1241, 1259, 1254]
    taken = w.get("/v1/templates").tree["data"][0]["name"]
    for change, status, code, field in (
            ({"name": "x" * 46}, 400, 1263, "name"), ({"name": "\t"}, 400, 1259, "name"), ({"name": taken}, 409, 1258, "name"), ({"name": 5}, 400, 1259, "name"),
            ({"channel": "fax"}, 400, 1257, "channel"), ({"wa_sender_code": "4912345"}, 400, 1241, "wa_sender_code"),
            ({"wa_category": "FUN"}, 400, 1259, "wa_category"), ({"text": " "}, 400, 1254, "text"), ({"text": "x" * 1001}, 400, 1260, "text"),
            ({"text": "Hi {name"}, 400, 1255, "text"), ({"text": "{first_name} hi"}, 400, 1255, "text"), ({"text": "a {x}{y} b"}, 400, 1255, "text"),
            ({"type": "image"}, 400, 1259, "type"), ({"button_type": "LINK", "button_text": "a"}, 400, 1273, "button_value"),
            ({"button_type": "quick_reply"}, 400, 1272, "button_text"), ({"button_type": "quick_reply", "button_text": "x" * 21}, 400, 1274, "button_text"),
            ({"button_type": "PHONE_CALL", "button_text": "a", "button_value": "1"}, 400, 1273, "button_value"), ({"language": "english"}, 400, 1259, "language")):
        w.refused("POST", "/v1/templates", {**good, **change}, status, code, f"data.{field}")
    w.refused("GET", "/v1/templates/nope", None, 400, 1252)
    w.refused("DELETE", f"/v1/templates/{UNKNOWN_ID}", None, 404, 1251)


def test_a_template_in_process_or_in_use_stays(w):
    w.sim("POST", "/_sim/faults", {"template-verdict": "pending"})
    made = w.post("/v1/templates", {"name": w.name(), "channel": "whatsapp", "wa_sender_code": harness.NUMBER, "wa_category": "UTILITY", "text": "Hello."}).data
    w.sim("POST", "/_sim/faults", {"template-verdict": "approve"})
    w.refused("DELETE", f"/v1/templates/{made['id']}", None, 409, 1253)
    template, audience = w.template(), w.audience()
    campaign = w.campaign(template, audience, schedule="2199-01-01 00:00:00")
    w.refused("DELETE", f"/v1/templates/{template['id']}", None, 409, 1253)
    w.refused("DELETE", f"/v1/audiences/{audience['id']}", None, 409, 1310)
    senders = {s["name"]: s for s in w.get("/v1/senders").tree["data"]}
    w.refused("DELETE", f"/v1/senders/{senders['MyBusiness']['id']}", None, 409, 1412)
    w.delete(f"/v1/campaigns/{campaign['id']}")
    w.delete(f"/v1/templates/{template['id']}")
    w.delete(f"/v1/audiences/{audience['id']}")


def test_audiences(w):
    made = w.post("/v1/audiences", {"name": "Kundinnen Köln-2_a", "channel": "WHATSAPP"}).data
    assert made["contacts_count"] == 0 and made["channel"] == "WHATSAPP"
    path = f"/v1/audiences/{made['id']}"
    assert w.get(path).data == made
    assert w.put(path, {"name": "Клиенты"}).data["name"] == "Клиенты"
    assert [a["id"] for a in w.get("/v1/audiences?filter[search]=" + quote("лиен")).tree["data"]] == [made["id"]]
    assert w.get("/v1/audiences?filter[channel]=viber").tree["data"] == []
    w.delete(path)
    w.refused("GET", path, None, 404, 1301)
    w.refused("GET", path + "/contacts", None, 404, 1301)
    w.refused("POST", path + "/contacts", harness.contact(1), 404, 1301)


def test_audience_faults(w):
    w.post("/v1/audiences", {"name": "Taken", "channel": "whatsapp"})
    assert [f[1] for f in w.faults("POST", "/v1/audiences", {})] == [1303, 1306]
    for data, status, code, field in (
            ({"name": "a/b", "channel": "whatsapp"}, 400, 1304, "name"), ({"name": "x" * 46, "channel": "whatsapp"}, 400, 1305, "name"),
            ({"name": "Taken", "channel": "whatsapp"}, 409, 1309, "name"), ({"name": "b", "channel": "sms"}, 400, 1307, "channel"),
            ({"name": "b", "channel": "whatsapp", "contacts": [{}] * 1001}, 400, 1308, "contacts"),
            ({"name": "b", "channel": "whatsapp", "contacts": {}}, 400, 1308, "contacts")):
        w.refused("POST", "/v1/audiences", data, status, code, f"data.{field}")
    contacts = [harness.contact(i) for i in range(5)]
    contacts[3] = {"number": "12"}
    w.refused("POST", "/v1/audiences", {"name": "Atomic", "channel": "whatsapp", "contacts": contacts}, 400, 1354, "data.contacts[3].number")
    contacts[3] = harness.contact(1)
    w.refused("POST", "/v1/audiences", {"name": "Atomic", "channel": "whatsapp", "contacts": contacts}, 409, 1360, "data.contacts[3].number")
    assert w.get("/v1/audiences?filter[search]=Atomic").tree["data"] == []
    full = {"name": "Full", "channel": "whatsapp", "contacts": [harness.contact(i) for i in range(1000)]}
    assert w.post("/v1/audiences", full).data["contacts_count"] == 1000
    w.refused("GET", "/v1/audiences/1", None, 400, 1302)


def test_contacts(w):
    audience = w.audience(0)
    path = f"/v1/audiences/{audience['id']}/contacts"
    made = w.post(path, {"number": "+33612345678", "first_name": "Zoé", "timestamp": "noon", "date": "today", "tags": ["a"], "fields": {"city": "Nîmes"}}).data
    assert made["number"] == "33612345678" and made["custom1"] == made["timestamp"] == "noon" and made["custom2"] == made["date"] == "today"
    one = f"{path}/{made['id']}"
    assert w.get(one).data == made
    changed = w.put(one, {"number": "447400123456", "custom1": "evening"}).data
    assert changed["number"] == "33612345678" and changed["custom1"] == "evening" and changed["first_name"] == "Zoé" and changed["id"] == made["id"]
    assert w.get(f"/v1/audiences/{audience['id']}").data["contacts_count"] == 1
    assert len(w.get(path + "?filter[search]=3361").tree["data"]) == 1
    assert len(w.get(path + "?filter[search]=" + quote("zo")).tree["data"]) == 1
    assert w.get(path + "?filter[search]=%25").tree["data"] == []
    w.refused("POST", path, {"number": "33612345678"}, 409, 1360, "data.number")
    other = w.audience(0)
    w.refused("GET", f"/v1/audiences/{other['id']}/contacts/{made['id']}", None, 404, 1351)
    w.delete(one)
    w.refused("GET", one, None, 404, 1351)
    w.refused("DELETE", one, None, 404, 1351)
    assert w.post(path, {"number": "33612345678"}).data["id"] != made["id"]


def test_contact_faults(w):
    path = f"/v1/audiences/{w.audience(0)['id']}/contacts"
    for data, code, field in (
            ({}, 1353, "number"), ({"number": "0612345678"}, 1354, "number"), ({"number": "++33612345678"}, 1354, "number"),
            ({"number": 33612345678}, 1354, "number"), ({"number": "3" * 46}, 1355, "number"),
            ({"number": "33612345678", "first_name": "x" * 33}, 1361, "first_name"), ({"number": "33612345678", "last_name": "x" * 33}, 1362, "last_name"),
            ({"number": "33612345678", "custom1": "x" * 33}, 1363, "custom1"), ({"number": "33612345678", "custom2": "x" * 71}, 1364, "custom2"),
            ({"number": "33612345678", "tags": ["x"] * 11}, 1359, "tags"), ({"number": "33612345678", "fields": {"a": 1}}, 1365, "fields")):
        w.refused("POST", path, data, 400, code, f"data.{field}")
    w.refused("GET", path + "/zzz", None, 400, 1352)
    w.post(path, {"number": "33612345678", "first_name": "ß" * 32})


def test_pages(w):
    audience = w.audience(47)
    path = f"/v1/audiences/{audience['id']}/contacts"
    forwards, target = [], path + "?page_size=10"
    while target:
        tree = w.get(target).tree
        forwards.append([c["id"] for c in tree["data"]])
        links, last = tree["pagination"]["links"], tree
        assert tree["pagination"]["total"] == 47 and tree["pagination"]["size"] == len(tree["data"])
        target = links["next"] and links["next"].split(w.server.address, 1)[1]
    assert [len(p) for p in forwards] == [10, 10, 10, 10, 7] and len(set(sum(forwards, []))) == 47
    backwards, target = [], last["pagination"]["links"]["previous"].split(w.server.address, 1)[1]
    while target:
        tree = w.get(target).tree
        backwards.insert(0, [c["id"] for c in tree["data"]])
        target = tree["pagination"]["links"]["previous"]
        target = target and target.split(w.server.address, 1)[1]
    assert backwards == forwards[:4]
    assert w.get(path + "?page_size=5000").tree["pagination"]["size"] == 47
    for size in ("0", "-1", "x", "", "1e3"):
        assert w.faults("GET", f"{path}?page_size={size}") == [(400, 1016, "page_size")], size
    token = w.get(path + "?page_size=10").tree["pagination"]["links"]["next"].split("page_token=")[1]
    other = f"/v1/audiences/{w.audience(30)['id']}/contacts"
    changed = ("a" if token[-1] != "a" else "b")
    for target in (f"{other}?page_token={token}", f"{path}?filter[search]=44&page_token={token}", f"{path}?page_token={token[:-1]}{changed}", f"{path}?page_token=zzz"):
        assert w.faults("GET", target) == [(400, 1015, "page_token")], target


def test_a_refused_template_tells_why(_):
    w = World(simulator=["--template-verdict", "reject"])
    try:
        w.sender()
        made = w.post("/v1/templates", {"name": "No", "channel": "whatsapp", "wa_sender_code": harness.NUMBER, "wa_category": "UTILITY", "text": "Hello."}).data
        done = harness.wait_until(lambda: (lambda d: d if d["status"] == "CANCELED" else None)(w.get(f"/v1/templates/{made['id']}").data), 20, "refusal")
        assert done["reason"] and done["meta_status"] == "REJECTED"
    finally:
        w.end()


def test_without_webhooks_the_verdict_is_asked_for(_):
    w = World(server=["--template-poll", "1"], webhooks=False)
    try:
        assert w.template()["status"] == "COMPLETED"
    finally:
        w.end()
