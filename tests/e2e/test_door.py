"""What every request meets first: keys, paths, methods, types, sizes, JSON."""
import http.client
import socket

from world import UNKNOWN_ID

import harness


def test_without_a_key_nothing(w):
    for path in ("/v1/campaigns", "/v1/nothing", "/v1/accounts/self"):
        assert w.faults("GET", path, key=None) == [(401, 1101, None)]
        assert w.faults("GET", path, key="wrong-key-wrong-key") == [(401, 1101, None)]
    assert w.faults("GET", "/v1/campaigns", key=None, headers={"Authorization": f"Bearer {harness.KEY}"}) == [(401, 1101, None)]
    # before anything of the body is looked at
    assert w.faults("POST", "/v1/campaigns", body="not json", key=None) == [(401, 1101, None)]


def test_the_account(w):
    data = w.get("/v1/accounts/self").data
    assert data["roles"] == ["admin"] and data["blocked"] is False
    assert data["links"]["self"] == f"http://{w.server.address}/v1/accounts/self"


def test_unknown_paths_and_methods(w):
    assert w.faults("GET", "/v1/nothing") == [(404, 1012, None)]
    assert w.faults("GET", "/nothing", key=None) == [(404, 1012, None)]
    assert w.faults("PATCH", "/v1/campaigns", {}) == [(405, 1013, None)]
    answer = w.call("DELETE", "/v1/campaigns")
    assert answer.status == 405 and answer.headers["allow"] == "GET, POST"


def test_content_types(w):
    assert w.faults("POST", "/v1/audiences", body="{}", content_type="text/plain") == [(415, 1011, None)]
    assert w.faults("POST", "/v1/audiences", body="{}", content_type="application/x-www-form-urlencoded") == [(415, 1011, None)]
    assert w.faults("POST", f"/v1/audiences/{UNKNOWN_ID}/import", body="{}", content_type="application/json") == [(415, 1011, None)]
    w.post("/v1/audiences", {"name": w.name(), "channel": "whatsapp"})
    body = '{"data":{"name":"utf8 typed","channel":"whatsapp"}}'
    assert w.call("POST", "/v1/audiences", body, content_type="application/json; charset=utf-8").status == 201


def test_what_is_not_json(w):
    bad = ["", "{", "[1,2", '{"data":{}} x', '{"data":{"name":"a","name":"b"}}', '{"data":{"name":"\\ud800"}}', '{"data":{"name":"\\u0000"}}',
           "[" * 40 + "]" * 40, b'{"data":{"name":"\xff"}}'.decode("latin-1").encode("latin-1")]
    for body in bad:
        assert w.faults("POST", "/v1/audiences", body=body or " ", content_type="application/json") == [(400, 1005, None)], body


def test_no_data_object(w):
    for body in ("{}", "[]", "5", '{"name":"x","channel":"whatsapp"}', '{"data":[]}', '{"data":null}'):
        assert w.faults("POST", "/v1/audiences", body=body, content_type="application/json") == [(400, 1007, None)], body


def announce(w, path, n_bytes, content_type="application/json"):
    """The status of a request that announces so many bytes and sends none: it is answered before they come."""
    host, port = w.server.address.split(":")
    with socket.create_connection((host, int(port)), timeout=10) as s:
        s.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\nX-Dexatel-Key: {harness.KEY}\r\nContent-Type: {content_type}\r\n"
                  f"Content-Length: {n_bytes}\r\n\r\n".encode())
        return int(s.recv(4096).split()[1])


def test_sizes(w):
    assert announce(w, "/v1/templates", (1 << 20) + 1) == 413
    assert announce(w, "/v1/audiences", (4 << 20) + 1) == 413
    assert announce(w, f"/v1/audiences/{UNKNOWN_ID}/import", (1 << 30) + 1, "text/csv") == 413
    assert announce(w, "/webhooks/whatsapp", (4 << 20) + 1) == 413
    assert w.faults("GET", "/v1/campaigns?x=" + "y" * 9000) == [(414, 1009, None)]
    assert w.faults("GET", "/v1/campaigns", headers={"X-Long": "z" * 17000}) == [(431, 1010, None)]


def test_roles(w):
    viewer = w.post("/v1/keys", {"name": "viewer", "role": "viewer"}).data["key"]
    sender = w.post("/v1/keys", {"name": "sender", "role": "sender"}).data["key"]
    assert w.get("/v1/accounts/self", key=viewer).data["roles"] == ["viewer"]
    w.get("/v1/campaigns", key=viewer)
    assert w.faults("POST", "/v1/audiences", {"name": "x", "channel": "whatsapp"}, key=viewer) == [(403, 1102, None)]
    w.post("/v1/audiences", {"name": w.name(), "channel": "whatsapp"}, key=sender)
    for method, path in (("GET", "/v1/keys"), ("POST", "/v1/keys"), ("POST", "/v1/senders"), ("DELETE", f"/v1/senders/{UNKNOWN_ID}")):
        assert w.faults(method, path, key=sender) == [(403, 1102, None)]


def test_keys(w):
    made = w.post("/v1/keys", {"name": "to go", "role": "admin"}).data
    assert made["key"].startswith("crier_")
    listed = w.get("/v1/keys").tree
    assert any(k["id"] == made["id"] for k in listed["data"]) and made["key"] not in str(listed)
    w.get("/v1/campaigns", key=made["key"])
    w.delete(f"/v1/keys/{made['id']}")
    assert w.faults("GET", "/v1/campaigns", key=made["key"]) == [(401, 1101, None)]
    w.refused("DELETE", f"/v1/keys/{made['id']}", None, 404, 1801)
    w.refused("DELETE", "/v1/keys/x", None, 400, 1802)
    assert w.faults("POST", "/v1/keys", {"name": " ", "role": "king"}) == [(400, 1803, "data.name"), (400, 1804, "data.role")]


def test_operation(w):
    assert w.get("/healthz", key=None).body == b"ok\n"
    assert w.get("/readyz", key=None).body == b"ready\n"
    assert b"crier_messages_accepted_total" in w.get("/metrics", key=None).body


def test_half_a_request_harms_nobody(w):
    host, port = w.server.address.split(":")
    with socket.create_connection((host, int(port))) as half:
        half.sendall(b"POST /v1/audiences HTTP/1.1\r\nHost: x\r\nX-Dexatel-Key: " + harness.KEY.encode() +
                     b"\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"data\":")
        w.get("/v1/campaigns")
    w.get("/v1/campaigns")


def test_one_connection_serves_many_requests(w):
    connection = http.client.HTTPConnection(w.server.address, timeout=10)
    for _ in range(5):
        connection.request("GET", "/v1/accounts/self", headers={"X-Dexatel-Key": harness.KEY})
        answer = connection.getresponse()
        assert answer.status == 200
        answer.read()
    connection.close()
