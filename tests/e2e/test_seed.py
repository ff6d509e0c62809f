"""The five calls of the public API page that this server follows, by curl, changed in nothing but host, key, ids and dates."""
import json
import shlex
import subprocess

from world import SPEC

CREATE = """curl -X POST "https://api.dexatel.com/v1/campaigns" \\
-H "X-Dexatel-Key: YOUR_API_KEY" \\
-H "Content-Type: application/json" \\
-d '{
"data": {
"name": "January Flash Sale",
"channel": "whatsapp",
"from": "MyBusiness",
"template": "3fa85f64-5717-4562-b3fc-2c963f66afa6",
"audience": "4f6b8d2a-1c3e-5a7f-9b0d-2e4c6a8f0b1d"
}
}'"""
SCHEDULE = """curl -X POST "https://api.dexatel.com/v1/campaigns" \\
-H "X-Dexatel-Key: YOUR_API_KEY" \\
-H "Content-Type: application/json" \\
-d '{
"data": {
"name": "Product Launch — March 1",
"channel": "whatsapp",
"from": "MyBusiness",
"template": "3fa85f64-5717-4562-b3fc-2c963f66afa6",
"audience": "4f6b8d2a-1c3e-5a7f-9b0d-2e4c6a8f0b1d",
"schedule": "2024-03-01 09:00:00"
}
}'"""
READ = """curl -X GET "https://api.dexatel.com/v1/campaigns/c3d4e5f6-a7b8-9012-cdef-123456789012" \\
-H "X-Dexatel-Key: YOUR_API_KEY\""""
RESCHEDULE = """curl -X PUT "https://api.dexatel.com/v1/campaigns/c3d4e5f6-a7b8-9012-cdef-123456789012" \\
-H "X-Dexatel-Key: YOUR_API_KEY" \\
-H "Content-Type: application/json" \\
-d '{
"data": {
"schedule": "2024-03-02 10:00:00"
}
}'"""
DELETE = """curl -X DELETE "https://api.dexatel.com/v1/campaigns/c3d4e5f6-a7b8-9012-cdef-123456789012" \\
-H "X-Dexatel-Key: YOUR_API_KEY\""""


def curl(w, command, **ids):
    """Status and text of the command with this server's host, key, ids and dates in it."""
    import harness
    command = command.replace("https://api.dexatel.com", f"http://{w.server.address}").replace("YOUR_API_KEY", harness.KEY)
    command = command.replace("2024-", "2198-")
    for old, new in (("3fa85f64-5717-4562-b3fc-2c963f66afa6", ids.get("template")), ("4f6b8d2a-1c3e-5a7f-9b0d-2e4c6a8f0b1d", ids.get("audience")),
                     ("c3d4e5f6-a7b8-9012-cdef-123456789012", ids.get("campaign"))):
        command = command.replace(old, new or old)
    done = subprocess.run([*shlex.split(command.replace("\\\n", " ")), "-sS", "-w", "\n%{http_code}"], capture_output=True, text=True, timeout=20, check=True)
    text, status = done.stdout.rsplit("\n", 1)
    return int(status), text


def test_the_five_commands(w):
    ids = {"template": w.template()["id"], "audience": w.audience(2)["id"]}
    status, text = curl(w, CREATE, **ids)
    made = json.loads(text)["data"]
    assert status == 201 and made["name"] == "January Flash Sale" and made["status"] == "in_progress" and made["schedule"] is None
    status, text = curl(w, SCHEDULE, **ids)
    made = json.loads(text)["data"]
    SPEC.validate({"$ref": "#/components/schemas/CampaignAnswer"}, json.loads(text))
    expected = {"name": "Product Launch — March 1", "channel": "whatsapp", "status": "scheduled", "sender": "MyBusiness", "template_id": ids["template"],
                "audience_id": ids["audience"], "schedule": "2198-03-01 09:00:00"}
    assert status == 201 and {name: made[name] for name in expected} == expected and made["id"] and made["create_date"]
    ids["campaign"] = made["id"]
    status, text = curl(w, READ, **ids)
    assert status == 200 and json.loads(text)["data"] == made
    status, text = curl(w, RESCHEDULE, **ids)
    assert status == 200 and json.loads(text)["data"]["schedule"] == "2198-03-02 10:00:00"
    assert curl(w, DELETE, **ids) == (204, "")
    status, text = curl(w, READ, **ids)
    assert status == 404 and json.loads(text)["errors"][0]["code"] == 1601


def test_its_lists(w):
    template, audience = w.template(), w.audience(2)
    over = w.wait(w.campaign(template, audience), lambda c: c["status"] == "completed")
    coming = w.campaign(template, audience, schedule="2198-03-01 09:00:00")
    listed = {query: [c["id"] for c in w.get(f"/v1/campaigns?{query}").tree["data"]]
              for query in ("filter[channel]=WHATSAPP", "filter[channel]=WHATSAPP&filter[statuses]=scheduled,in_progress")}
    every, unfinished = listed.values()
    assert every[:2] == [coming["id"], over["id"]]
    assert coming["id"] in unfinished and over["id"] not in unfinished
