#!/usr/bin/env python3
"""Two servers, and what one alone does for both: services.py CRIER. A picture, a template that shows it, an import and a user's webhook
are asked of the second one; the first one, which works them off, is killed in the middle of the campaign. Everybody gets the
picture once, and every message's delivery is told to the user."""
import http.server
import json
import sys
import threading

import cluster
import harness
from cluster import NUMBER_ONE, RECIPIENTS, Nodes
from harness import call, good, wait_until

PICTURE = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDRa picture"


class Receiver(http.server.ThreadingHTTPServer):
    """Takes the user's webhooks; `told`: the messages whose delivery it was told of."""
    daemon_threads = True

    def __init__(self):
        self.told = set()
        super().__init__(("127.0.0.1", 0), Receiver.Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["data"]
            if event["status"] == "delivered":
                self.server.told.add(event["message_id"])
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass


def make_campaign(server):
    harness.make_sender(server, name="Shop", number=NUMBER_ONE)
    medium = good(call(server.address, "POST", "/v1/media", PICTURE, content_type="image/png"), 201).data
    made = good(call(server.address, "POST", "/v1/templates", {"data": {
        "name": "Sale", "channel": "whatsapp", "wa_sender_code": NUMBER_ONE, "wa_category": "MARKETING", "text": "Look, {first_name|friend}!",
        "type": "image", "media_id": medium["id"]}}), 201).data
    wait_until(lambda: good(call(server.address, "GET", f"/v1/templates/{made['id']}")).data["status"] == "COMPLETED", 60, "the approval")
    audience = harness.make_audience(server)
    path = f"/v1/audiences/{audience['id']}/import"
    job = good(call(server.address, "POST", path, harness.contacts_csv(RECIPIENTS), content_type="text/csv"), 202).data
    wait_until(lambda: good(call(server.address, "GET", f"/v1/imports/{job['id']}")).data["status"] == "completed", 60, "the import")
    return harness.make_campaign(server, made, audience, sender="Shop", rate=60)


def of_state(server, campaign, *states):
    return {m["id"] for m in harness.all_messages(server, campaign) if m["state"] in states}


def test(crier, folder, database):
    database.make()
    database.start()
    receiver = Receiver()
    nodes = Nodes(crier, folder, database.url, 2, server=("--allow-private-urls", "yes"))
    try:
        nodes.webhooks_to(1)
        second = nodes.servers[1]
        good(call(second.address, "POST", "/v1/webhooks", {"data": {
            "url": f"http://127.0.0.1:{receiver.server_port}/events", "event": "delivery", "secret": "a secret of the user's"}}), 201)
        campaign = make_campaign(second)
        nodes.while_it_sends(100)
        wait_until(lambda: receiver.told, 60, "the first events")
        nodes.servers[0].kill()
        wait_until(lambda: harness.read_campaign(second, campaign)["status"] == "completed", 120, "the end of the campaign")
        wait_until(lambda: harness.sim_is_quiet(nodes.simulator), 60, "the end of the webhooks")
        ledger = harness.sim_ledger(nodes.simulator)
        assert all(entry["taken"] == 1 for entry in ledger.values())
        # The last webhooks are stored, and may still be applied.
        wait_until(lambda: len(of_state(second, campaign, "delivered", "read", "unconfirmed")) == RECIPIENTS, 60, "the last statuses")
        delivered = of_state(second, campaign, "delivered", "read")
        wait_until(lambda: receiver.told >= delivered, 60, "the events of all that were delivered")
        print(f"{len(delivered)} delivered and told")
    finally:
        receiver.shutdown()
        nodes.stop([0])


sys.exit(cluster.main(test, sys.argv[1]))
