"""Faults that a field has on more than one route: a list of contacts judges each as a single one is, and a PUT as a POST."""
from things import fill, things

NUMBER = "447400123456"
CONTACT = (({"first_name": "x" * 33}, 1361, "first_name"), ({"first_name": "a\nb"}, 1361, "first_name"), ({"first_name": 5}, 1361, "first_name"),
           ({"last_name": "x" * 33}, 1362, "last_name"), ({"custom1": "x" * 33}, 1363, "custom1"), ({"timestamp": 5}, 1363, "timestamp"),
           ({"custom2": "x" * 71}, 1364, "custom2"), ({"date": []}, 1364, "date"), ({"tags": ["x"] * 11}, 1359, "tags"), ({"tags": {"a": "b"}}, 1359, "tags"),
           ({"tags": ["x" * 65]}, 1359, "tags"), ({"tags": [1]}, 1359, "tags"), ({"fields": []}, 1365, "fields"), ({"fields": {"": "x"}}, 1365, "fields"),
           ({"fields": {"a{": "x"}}, 1365, "fields"), ({"fields": {"a": "x" * 1025}}, 1365, "fields"), ({"fields": {"a": None}}, 1365, "fields"),
           ({"fields": {str(i): "x" for i in range(51)}}, 1365, "fields"))
# Just within the same limits, counted in characters.
FITTING = {"first_name": "ß" * 32, "last_name": "名" * 32, "custom1": "é" * 32, "custom2": "ü" * 70, "tags": ["t" * 64] * 10,
           "fields": {**{f"key {i}": "x" for i in range(49)}, "k" * 64: "ö" * 1024}}


def test_a_contact_in_a_list_is_judged_as_a_single_one(w):
    def data(contact):
        return {"name": "Never made", "channel": "whatsapp", "contacts": [{"number": "447400123457"}, contact]}
    for change, code, field in CONTACT:
        w.refused("POST", "/v1/audiences", data({"number": NUMBER, **change}), 400, code, f"data.contacts[1].{field}")
    for contact, code in (({}, 1353), ({"number": ""}, 1353), ({"number": "12"}, 1354), ({"number": 5}, 1354), ({"number": "4" * 46}, 1355)):
        w.refused("POST", "/v1/audiences", data(contact), 400, code, "data.contacts[1].number")
    assert w.get("/v1/audiences?filter[search]=Never").tree["data"] == []
    assert w.post("/v1/audiences", data({"number": NUMBER, **FITTING})).data["contacts_count"] == 2


def test_a_contact_is_changed_by_the_rules_it_was_made_by(w):
    path = f"/v1/audiences/{things(w)['audience']}/contacts"
    made = w.post(path, {"number": NUMBER[:-1] + "9", "first_name": "Ann"}).data
    one = f"{path}/{made['id']}"
    for change, code, field in CONTACT:
        w.refused("PUT", one, change, 400, code, f"data.{field}")
        w.refused("POST", path, {"number": NUMBER[:-1] + "8", **change}, 400, code, f"data.{field}")
    w.refused("PUT", one, {"number": 5}, 400, 1354, "data.number")
    assert w.get(one).data == made
    changed = w.put(one, FITTING).data
    assert {name: changed[name] for name in FITTING} == FITTING
    cleared = w.put(one, {"first_name": "", "custom1": None}).data  # an empty text clears, null is as good as left out
    assert cleared["first_name"] == "" and cleared["custom1"] == FITTING["custom1"]


def test_several_faults_stand_in_the_order_of_the_fields(w):
    path = f"/v1/audiences/{things(w)['audience']}/contacts"
    wrong = {"fields": 5, "tags": 5, "custom2": 5, "custom1": 5, "last_name": 5, "first_name": 5, "number": 5}
    assert w.faults("POST", path, wrong) == [(400, code, f"data.{field}") for code, field in (
        (1354, "number"), (1361, "first_name"), (1362, "last_name"), (1363, "custom1"), (1364, "custom2"), (1359, "tags"), (1365, "fields"))]
    contacts = [{"number": "1", "tags": 5}, {"number": NUMBER}, {"last_name": 5}]
    assert w.faults("POST", "/v1/audiences", {"contacts": contacts, "channel": "fax", "name": "a/b"}) == [
        (400, 1304, "data.name"), (400, 1307, "data.channel"), (400, 1354, "data.contacts[0].number"), (400, 1359, "data.contacts[0].tags"),
        (400, 1353, "data.contacts[2].number"), (400, 1362, "data.contacts[2].last_name")]


def test_updates_refuse_what_creates_refuse(w):
    ids = things(w)
    w.campaign({"id": ids["template"]}, {"id": ids["audience"]}, schedule="2199-01-01 00:00:00")
    for path, change, code, field in (
            ("/v1/audiences/{audience}", {}, 1303, "name"), ("/v1/audiences/{audience}", {"name": "a/b"}, 1304, "name"),
            ("/v1/audiences/{audience}", {"name": "x" * 46}, 1305, "name"), ("/v1/audiences/{audience}", {"name": "Fine", "channel": 5}, 1307, "channel"),
            ("/v1/senders/{sender}", {"name": " "}, 1405, "name"), ("/v1/senders/{sender}", {"name": "x" * 46}, 1406, "name"),
            ("/v1/senders/{sender}", {"code": 5}, 1407, "code"), ("/v1/senders/{sender}", {"channel": 5}, 1414, "channel"),
            ("/v1/senders/{sender}", {"rate": -1}, 1410, "rate"), ("/v1/senders/{sender}", {"rate": 100001}, 1410, "rate"),
            ("/v1/senders/{sender}", {"app_secret": ""}, 1410, "app_secret"), ("/v1/senders/{sender}", {"access_token": "a b"}, 1410, "access_token"),
            ("/v1/senders/{sender}", {"access_token": "nonsense"}, 1411, "access_token"), ("/v1/campaigns/{campaign}", {"channel": 5}, 1515, "channel"),
            ("/v1/campaigns/{campaign}", {"from": 5}, 1604, "from"), ("/v1/campaigns/{campaign}", {"template": 5}, 1608, "template"),
            ("/v1/campaigns/{campaign}", {"audience": 5}, 1606, "audience"), ("/v1/campaigns/{campaign}", {"rate": "x"}, 1615, "rate"),
            ("/v1/campaigns/{campaign}", {"name": 5}, 1631, "name"), ("/v1/campaigns/{campaign}", {"schedule": 5}, 1609, "schedule")):
        before = w.get(fill(path, ids)).data
        w.refused("PUT", fill(path, ids), change, 400, code, f"data.{field}")
        assert w.get(fill(path, ids)).data == before
