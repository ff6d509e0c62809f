"""The program's own tables of routes and codes, and one thing of each kind to call them with."""
import re

from world import ROOT

import harness

SOURCE = ROOT / "src"
KINDS = {"key": (1802, 1801), "sender": (1401, 1402), "template": (1252, 1251), "audience": (1302, 1301), "contact": (1352, 1351),
         "import": (1312, 1311), "campaign": (1602, 1601), "message": (1502, 1501)}  # codes of a malformed id, of an unknown one


def routes():
    """(method, path, role, handler, body) of each."""
    return re.findall(r'^ROUTE\((\w+), "([^"]+)", (\w+), (\w+), (\w+)\)', (SOURCE / "api/routes.def").read_text(encoding="utf-8"), re.M)


def codes():
    """code → (status, name)"""
    text = (SOURCE / "model/codes.def").read_text(encoding="utf-8")
    return {int(code): (int(status), name) for code, status, name in re.findall(r"^X\((\d+), (\d+), (\w+)\)", text, re.M)}


def fill(path, ids):
    return re.sub(r"\{(\w+)\}", lambda match: ids[match[1]], path)


def upload(w, audience, text):
    return harness.good(w.call("POST", f"/v1/audiences/{audience['id']}/import", text, content_type="text/csv"), 202).data


def import_when(w, job, ready, seconds=20):
    """The import once `ready(import)` holds."""
    def look():
        data = w.get(f"/v1/imports/{job['id']}").data
        return data if ready(data) else None
    return harness.wait_until(look, seconds, "the import's progress")


def completed(data):
    return data["status"] == "completed"


def things(w):
    """The id of one of each kind; made once a world."""
    if not hasattr(w, "things"):
        template, audience = w.template(), w.audience(2)
        campaign = w.wait(w.campaign(template, audience), completed)
        job = import_when(w, upload(w, audience, "number\n447400123456\n"), completed)
        w.things = {
            "key": w.post("/v1/keys", {"name": "a viewer", "role": "viewer"}).data["id"], "sender": w.get("/v1/senders").tree["data"][0]["id"],
            "template": template["id"], "audience": audience["id"], "import": job["id"], "campaign": campaign["id"],
            "contact": w.get(f"/v1/audiences/{audience['id']}/contacts").tree["data"][0]["id"], "message": w.messages(campaign)[0]["id"]}
    return w.things
