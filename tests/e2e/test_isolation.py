"""Two servers with the same history: what one gave out opens nothing at the other, though both number their rows alike."""
from things import KINDS, completed, fill, things
from world import World

import harness


def pair():
    worlds = World(), World()
    for w in worlds:
        things(w)
        w.post("/v1/audiences", {"name": "Second", "channel": "whatsapp"})
    return worlds


def test_ids_keys_and_tokens_are_good_for_one_server_only(_):
    here, there = pair()
    try:
        ids, theirs = things(here), things(there)
        assert not set(ids.values()) & set(theirs.values())
        for kind, path in (("sender", "/v1/senders/{sender}"), ("template", "/v1/templates/{template}"), ("audience", "/v1/audiences/{audience}"),
                           ("audience", "/v1/audiences/{audience}/contacts"), ("import", "/v1/imports/{import}"), ("campaign", "/v1/campaigns/{campaign}"),
                           ("campaign", "/v1/campaigns/{campaign}/analytics"), ("message", "/v1/messages/{message}")):
            here.get(fill(path, ids))
            there.refused("GET", fill(path, ids), None, 404, KINDS[kind][1])
        there.refused("GET", fill("/v1/audiences/{audience}/contacts/{contact}", {**theirs, "contact": ids["contact"]}), None, 404, 1351)
        for method, path, kind in (("DELETE", "/v1/keys/{key}", "key"), ("DELETE", "/v1/senders/{sender}", "sender"), ("DELETE", "/v1/templates/{template}", "template"),
                                   ("DELETE", "/v1/audiences/{audience}", "audience"), ("DELETE", "/v1/campaigns/{campaign}", "campaign"),
                                   ("DELETE", "/v1/imports/{import}", "import"), ("POST", "/v1/campaigns/{campaign}/pause", "campaign")):
            there.refused(method, fill(path, ids), None, 404, KINDS[kind][1])
        good = {"channel": "whatsapp", "from": "MyBusiness", "template": theirs["template"], "audience": theirs["audience"]}
        for name in ("template", "audience"):
            there.refused("POST", "/v1/campaigns", {**good, name: ids[name]}, 400, 1616, f"data.{name}")
        assert there.get(f"/v1/messages?filter[campaign_id]={ids['campaign']}").tree["data"] == []
        token = here.get("/v1/audiences?page_size=1").tree["pagination"]["links"]["next"].split("page_token=")[1]
        here.get(f"/v1/audiences?page_size=1&page_token={token}")
        assert there.faults("GET", f"/v1/audiences?page_size=1&page_token={token}") == [(400, 1015, "page_token")]
        key = here.post("/v1/keys", {"name": "here", "role": "admin"}).data["key"]
        assert there.faults("GET", "/v1/accounts/self", key=key) == [(401, 1101, None)]
        assert here.get("/v1/accounts/self").data["id"] != there.get("/v1/accounts/self").data["id"]
        for name in theirs:  # and nothing of theirs was touched
            if name not in ("key", "contact"):
                there.get(fill({"import": "/v1/imports/{import}"}.get(name, f"/v1/{name}s/{{{name}}}"), theirs))
    finally:
        here.end()
        there.end()


def test_an_event_signed_for_one_server_is_nothing_to_another(_):
    """Statuses name the server that sent the message. Here both have a campaign of the same number, and the same app secret."""
    here, there = World(), World(simulator=["--delivered-share", "0", "--read-share", "0"])
    try:
        theirs = there.wait(there.campaign(audience=there.audience(3)), completed)
        harness.wait_until(lambda: {m["state"] for m in there.messages(theirs)} == {"sent"}, 20, "their own statuses")
        before = there.read(theirs)
        template = here.template()
        harness.connect_webhooks(here.simulator, there.server)  # as when an old server's webhooks reach its successor
        ours = here.wait(here.campaign(template, here.audience(3)), completed)
        # sent, delivered and read of three
        harness.wait_until(lambda: 'crier_webhook_events_total{kind="status_foreign"} 9\n' in there.get("/metrics", key=None).body.decode(), 20, "our statuses")
        assert there.read(theirs) == before and before["messages"]["sent"] == 3
        assert here.read(ours)["messages"]["delivered"] == 0
    finally:
        here.end()
        there.end()
