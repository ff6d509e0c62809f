#!/usr/bin/env python3
"""One campaign after the other against the simulator, each from an empty database: bench.py CRIER RECIPIENTS…

The machine carries server, simulator and this script at once; CPU time is the figure that compares, the rate is what they reach
together. CPU is the server's own, from the start of the campaign until every status webhook is applied, per message. Memory is
the server's resident set at that moment, and the part of it that is not files (anonymous).
"""
import http.client
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

KEY = "bench-admin-key-0123456789"
NUMBER = "448081570123"
CEILING = 20000
TICKS = os.sysconf("SC_CLK_TCK")


def start(argv, env=None):
    """A process of ours and its host:port."""
    reader, writer = os.pipe()
    process = subprocess.Popen(argv + ["--ready-fd", str(writer)], pass_fds=[writer], env={**os.environ, **(env or {})},
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(writer)
    with os.fdopen(reader) as ready:
        address = ready.readline().strip()
    if not address:
        sys.exit(f"{argv[1]} did not start")
    return process, address


def call(address, method, path, body=None, content_type="application/json"):
    connection = http.client.HTTPConnection(address, timeout=60)
    text = json.dumps(body) if isinstance(body, dict) else body
    headers = {"X-Dexatel-Key": KEY}
    if body is not None:
        headers["Content-Type"] = content_type
    connection.request(method, path, text, headers)
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    if answer.status >= 300:
        sys.exit(f"{method} {path}: {answer.status} {data.decode()}")
    return json.loads(data) if data else None


def until(ready, seconds):
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            sys.exit("it took too long")
        time.sleep(0.1)


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory_mb(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        lines = dict(line.split(":", 1) for line in status)
    return tuple(int(lines[name].split()[0]) / 1024 for name in ("VmRSS", "RssAnon"))


def contacts(n):
    lines = ["number,first_name,custom1"]
    lines += [f"+4474{i:08d},P{i},order {i}" for i in range(n)]
    return "\n".join(lines) + "\n"


def prepare(server, simulator, n):
    """Ids of template and audience, and how long the import took."""
    call(simulator, "POST", "/_sim/webhook", {"url": f"http://{server}/webhooks/whatsapp", "app_secret": "secret"})
    call(server, "POST", "/v1/senders", {"data": {"name": "Bench", "code": NUMBER, "phone_number_id": NUMBER, "waba_id": "100200300",
                                                  "access_token": "EAAbench", "app_secret": "secret"}})
    template = call(server, "POST", "/v1/templates", {"data": {
        "name": "bench", "channel": "whatsapp", "wa_sender_code": NUMBER, "wa_category": "MARKETING",
        "text": "Hello {first_name|friend}, your {custom1} is ready."}})["data"]["id"]
    audience = call(server, "POST", "/v1/audiences", {"data": {"name": "bench", "channel": "whatsapp"}})["data"]["id"]
    begun = time.monotonic()
    job = call(server, "POST", f"/v1/audiences/{audience}/import", contacts(n), "text/csv")["data"]["id"]
    until(lambda: call(server, "GET", f"/v1/imports/{job}")["data"]["status"] == "completed", 3600)
    took = time.monotonic() - begun
    until(lambda: call(server, "GET", f"/v1/templates/{template}")["data"]["status"] == "COMPLETED", 60)
    return template, audience, took


def measure(server, simulator, pid, n):
    template, audience, import_seconds = prepare(server, simulator, n)
    cpu = cpu_seconds(pid)
    campaign = call(server, "POST", "/v1/campaigns", {"data": {"name": "bench", "channel": "whatsapp", "from": "Bench", "template": template,
                                                               "audience": audience}})["data"]["id"]
    until(lambda: call(server, "GET", f"/v1/campaigns/{campaign}")["data"]["status"] == "completed", 3600)
    until(lambda: call(simulator, "GET", "/_sim/ledger")["pending"] == 0, 600)
    ledger = call(simulator, "GET", "/_sim/ledger")
    until(lambda: call(server, "GET", f"/v1/campaigns/{campaign}")["data"]["messages"]["read"] == ledger["read"], 600)
    cpu = cpu_seconds(pid) - cpu
    rss, anonymous = memory_mb(pid)
    seconds = (ledger["last_taken_ms"] - ledger["first_taken_ms"]) / 1000
    return {"recipients": n, "taken": ledger["taken"], "doubles": ledger["doubles"], "messages_per_second": round(ledger["taken"] / seconds),
            "server_cpu_us_per_message": round(cpu * 1e6 / n, 1), "import_rows_per_second": round(n / import_seconds),
            "rss_mb": round(rss, 1), "anonymous_mb": round(anonymous, 1)}


def run(crier, n):
    folder = tempfile.mkdtemp(prefix="crier-bench-")
    simulator, sim_address = start([crier, "simulate", "--listen", "127.0.0.1:0", "--ceiling", str(CEILING), "--ceiling-burst-ms", "500",
                                    "--delivered-delay-ms", "50-500", "--read-delay-ms", "100-2000"])
    server, address = start([crier, "serve", "--data", folder, "--listen", "127.0.0.1:0", "--graph-url", f"http://{sim_address}/v24.0"],
                            {"CRIER_ADMIN_KEY": KEY})
    try:
        print(json.dumps(measure(address, sim_address, server.pid, n)), flush=True)
    finally:
        for process in (server, simulator):
            process.terminate()
            process.wait()
        shutil.rmtree(folder)


for count in " ".join(sys.argv[2:]).split():
    run(sys.argv[1], int(count))
