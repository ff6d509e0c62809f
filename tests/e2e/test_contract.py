"""Every route against docs/openapi.yaml and the program's own tables: keys, roles, methods, ids and bodies, with none left out."""
import http.client
import pathlib
import re

from things import KINDS, SOURCE, codes, fill, routes, things
from world import SPEC, UNKNOWN_ID, World

import harness

ROLES = ["OPEN", "VIEWER", "SENDER", "ADMIN"]


def test_the_document_has_the_routes_and_no_others(_):
    ours = {(method.lower(), path, re.sub(r"_(\w)", lambda match: match[1].upper(), handler)) for method, path, _, handler, _ in routes()}
    assert ours == {(method, path, operation["operationId"]) for method, _, path, operation in SPEC.routes}


def role_of(operation):
    """What the document says that this call needs; its own word, so that the table of routes is held to it."""
    needs = operation.get("security", SPEC.tree["security"])
    return needs[0]["key"][0].upper() if needs else "OPEN"


def test_the_document_tells_which_role_each_route_needs(_):
    assert {(method.upper(), path): role_of(operation) for method, _, path, operation in SPEC.routes} == {
        (method, path): role for method, path, role, _, _ in routes()}


def test_the_document_has_the_codes_and_no_others(_):
    """Of the table of codes those that some source adds: the others are kept for what is not built."""
    known = codes()
    source = "".join(path.read_text(encoding="utf-8") for path in SOURCE.glob("*/*.c*") if not path.name.startswith("test_"))
    added = {code for code, (_, name) in known.items() if re.search(rf"\bFAULT_{name}\b", source)}
    schema = SPEC.tree["components"]["schemas"]["Code"]
    assert set(schema["enum"]) == added
    table = {int(code): int(status) for code, status in re.findall(r"^\| (\d{4}) \| (\d{3}) \|", schema["description"], re.M)}
    assert table == {code: known[code][0] for code in added}
    listed = {pair for _, _, _, operation in SPEC.routes for pair in SPEC.codes(operation)}
    assert listed == {(known[code][0], code) for code in added}, "a code is listed for no route, or with another status"


def test_the_document_has_the_metrics_and_no_others(w):
    shown = set(re.findall(r"^# TYPE (\w+) (\w+)$", w.get("/metrics", key=None).body.decode(), re.M))
    assert shown == set(re.findall(r"^\| `(\w+)` \| (\w+) \|", SPEC.tree["paths"]["/metrics"]["get"]["description"], re.M))


def test_the_examples_are_good_requests(_):
    """Each example of a body fits the schema it stands beside."""
    n = 0
    for _, _, _, operation in SPEC.routes:
        for content in SPEC.resolve(operation.get("requestBody", {})).get("content", {}).values():
            if "example" in content:
                SPEC.validate(content["schema"], content["example"])
                n += 1
    assert n >= 8


def test_every_route_wants_a_key(w):
    for method, path, role, _, _ in routes():
        if role != "OPEN":
            for key in (None, "", "crier_nobody-has-this-key", harness.KEY + "x", harness.KEY[:-1]):
                assert w.faults(method, fill(path, things(w)), key=key) == [(401, 1101, None)], (method, path, key)


def test_every_route_wants_its_role(w):
    made = {role: w.post("/v1/keys", {"name": role, "role": role.lower()}).data["key"] for role in ROLES[1:]}
    nothing = dict.fromkeys(KINDS, UNKNOWN_ID)
    for method, _, path, operation in SPEC.routes:
        need = role_of(operation)
        for role, key in made.items():
            answer = w.call(method.upper(), fill(path, nothing), key=key)
            low = ROLES.index(role) < ROLES.index(need)
            assert (answer.status == 403) == (low or operation["operationId"] == "hooksHandshake"), (method, path, role, answer.body)
            if low:
                assert [e["code"] for e in answer.tree["errors"]] == [1102]


def test_other_methods_are_told_which_there_are(w):
    methods = {}
    for method, path, _, _, _ in routes():
        methods.setdefault(path, []).append(method)
    for path, known in methods.items():
        for method in sorted({"GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"} - set(known)):
            answer = w.call(method, fill(path, things(w)))
            assert answer.status == 405 and answer.headers["allow"].split(", ") == known, (method, path, answer.headers)
            assert [e["code"] for e in answer.tree["errors"]] == [1013]


def test_a_head_is_a_get_without_its_body(w):
    connection = http.client.HTTPConnection(w.server.address, timeout=10)
    for path in ("/v1/campaigns", "/healthz"):
        connection.request("HEAD", path, headers={"X-Dexatel-Key": harness.KEY})
        answer = connection.getresponse()
        assert answer.status == 200 and answer.read() == b"" and answer.headers["X-Request-Id"]
    connection.close()


def test_ids_that_are_malformed_unknown_or_of_another_kind(w):
    ids = things(w)
    for method, path, _, _, _ in routes():
        for kind in re.findall(r"\{(\w+)\}", path):
            malformed, unknown = KINDS[kind]
            other = ids["template" if kind != "template" else "campaign"]
            for wrong, status, code in (("1", 400, malformed), ("a" * 36, 400, malformed), (ids[kind][:-1], 400, malformed), (ids[kind] + "0", 400, malformed),
                                        (UNKNOWN_ID, 404, unknown), (other, 404, unknown), (ids[kind][:-1] + ("1" if ids[kind][-1] == "0" else "0"), 404, unknown)):
                # A body that is good JSON and asks for nothing, so that only the id can be at fault.
                body = {} if any(row[:2] == (method, path) and "JSON" in row[4] for row in routes()) else None
                if path.endswith("/import"):
                    assert w.faults(method, fill(path, {**ids, kind: wrong}), body="number\n", content_type="text/csv") == [(status, code, None)]
                elif path.endswith("/contacts") and method == "POST":
                    w.refused(method, fill(path, {**ids, kind: wrong}), {"number": "447400123457"}, status, code)
                elif path == "/v1/audiences/{audience}" and method == "PUT":
                    w.refused(method, fill(path, {**ids, kind: wrong}), {"name": "Another"}, status, code)
                else:
                    w.refused(method, fill(path, {**ids, kind: wrong}), body, status, code)


def test_a_contact_is_found_in_its_own_audience_only(w):
    """Contacts are numbered from one in each audience, so the id of another's must not be taken for that of one's own."""
    mine, other = w.audience(3), w.audience(3)
    contacts = [w.get(f"/v1/audiences/{audience['id']}/contacts").tree["data"] for audience in (mine, other)]
    for contact in contacts[1]:
        crossed = f"/v1/audiences/{mine['id']}/contacts/{contact['id']}"
        for method, data in (("GET", None), ("PUT", {"first_name": "Another"}), ("DELETE", None)):
            w.refused(method, crossed, data, 404, 1351)
    assert contacts == [w.get(f"/v1/audiences/{audience['id']}/contacts").tree["data"] for audience in (mine, other)]


def test_ids_in_capitals_are_the_same(w):
    ids = things(w)
    for kind, path in (("sender", "/v1/senders/{sender}"), ("campaign", "/v1/campaigns/{campaign}"), ("message", "/v1/messages/{message}")):
        assert w.get(fill(path, {kind: ids[kind].upper()})).data == w.get(fill(path, ids)).data


def test_every_body_is_json_with_data(w):
    for method, path, _, _, body in routes():
        target = fill(path, things(w))
        if body in ("JSON", "BIG_JSON"):
            assert w.faults(method, target, body="{}", content_type="text/plain") == [(415, 1011, None)]
            for text in ("nonsense", '{"data":{}', '{"data":{"name":1e999}}', "\xa0"):
                assert w.faults(method, target, body=text, content_type="application/json") == [(400, 1005, None)], (target, text)
            assert w.call(method, target).tree["errors"][0]["code"] == 1005  # nothing at all
            for text in ("{}", '{"data":[]}', '{"data":"x"}', '{"name":"x"}', "null"):
                assert w.faults(method, target, body=text, content_type="application/json") == [(400, 1007, None)], (target, text)


def test_no_name_is_given_twice(w):
    ids = things(w)
    w.post("/v1/senders", {"name": "Taken", "code": "448081570456", "phone_number_id": "448081570456", "waba_id": harness.WABA, "access_token": "EAAx",
                           "app_secret": "s"})
    w.post("/v1/audiences", {"name": "Taken", "channel": "whatsapp"})
    w.campaign({"id": ids["template"]}, {"id": ids["audience"]}, name="Taken", schedule="2199-01-01 00:00:00")
    for kind, code in (("sender", 1441), ("audience", 1309), ("campaign", 1614)):
        path = fill(f"/v1/{kind}s/{{{kind}}}", ids)
        own = w.get(path).data["name"]
        w.refused("PUT", path, {"name": "Taken"}, 409, code, "data.name")
        assert w.get(path).data["name"] == own
        assert w.put(path, {"name": own}).data["name"] == own  # its own name is not taken by another


def test_unknown_fields_and_parameters_are_ignored(w):
    made = w.post("/v1/audiences?surprise=1", {"name": w.name(), "channel": "whatsapp", "surprise": {"a": [None]}}).data
    assert "surprise" not in made
    assert w.get("/v1/audiences?surprise=1&filter[surprise]=2").tree["data"][0]["id"] == made["id"]


def test_queries_that_cannot_be_read(w):
    for query in ("x=%zz", "x=%", "x=%00", "x=%ff", "&".join(f"p{i}=1" for i in range(65))):
        assert w.faults("GET", f"/v1/campaigns?{query}") == [(400, 1014, None)], query
    w.get("/v1/campaigns?" + "&".join(f"p{i}=1" for i in range(64)))


def test_each_answer_has_an_id_of_its_own(w):
    seen = {w.call("GET", path).headers["x-request-id"] for path in ["/v1/campaigns", "/v1/nothing", "/healthz"] * 5}
    assert len(seen) == 15


def test_links_are_those_of_the_host_that_was_asked(w):
    data = w.get(f"/v1/campaigns/{things(w)['campaign']}", headers={"Host": "crier.example:99"}).data
    assert data["links"]["self"] == f"http://crier.example:99/v1/campaigns/{data['id']}"
    for name, link in w.get(f"/v1/campaigns/{data['id']}").data["links"].items():
        assert w.get(link.split(w.server.address, 1)[1]).tree["data"], name


def chunked(w, target, size, content_type):
    """The answer to a body whose length is not announced."""
    connection = http.client.HTTPConnection(w.server.address, timeout=20)
    try:
        connection.request("POST", target, (b"x" * 65536 for _ in range(size // 65536 + 1)), {"X-Dexatel-Key": harness.KEY, "Content-Type": content_type},
                           encode_chunked=True)
        answer = connection.getresponse()
        answer = harness.Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
    finally:
        connection.close()
    SPEC.check("POST", target, answer)
    return answer


def test_bodies_without_a_length_have_the_same_limits(_):
    w = World(server=["--max-import-mb", "1"])
    try:
        for target, limit, content_type in (("/v1/templates", 1 << 20, "application/json"), ("/v1/audiences", 4 << 20, "application/json"),
                                            (f"/v1/audiences/{w.audience(0)['id']}/import", 1 << 20, "text/csv"),
                                            ("/webhooks/whatsapp", 4 << 20, "application/json")):
            answer = chunked(w, target, limit + 1, content_type)
            assert (answer.status, [e["code"] for e in answer.tree["errors"]]) == (413, [1008]), target
        assert not list(pathlib.Path(w.folder, "data", "imports").iterdir())
    finally:
        w.end()


def test_the_last_admin_key_stays(_):
    w = World()
    try:
        only = w.get("/v1/keys").tree["data"][0]
        w.post("/v1/keys", {"name": "no admin", "role": "sender"})
        w.refused("DELETE", f"/v1/keys/{only['id']}", None, 409, 1805)
        second = w.post("/v1/keys", {"name": "second", "role": "admin"}).data
        w.delete(f"/v1/keys/{only['id']}", key=second["key"])
        assert w.faults("GET", "/v1/keys") == [(401, 1101, None)]
        w.refused("DELETE", f"/v1/keys/{second['id']}", None, 409, 1805, key=second["key"])
    finally:
        w.end()
