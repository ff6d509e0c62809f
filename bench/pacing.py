#!/usr/bin/env python3
"""The rate of a sender against a limit that moves: pacing.py CRIER SVG [SECONDS]

A campaign runs against the simulator, whose limit goes from 80 to 1,000 messages a second and back, each for SECONDS (40). The
first two changes are told by the number's record, as Meta tells of an upgrade; the last one by nothing but refusals. What the
simulator took and what it refused is sampled every second, and drawn. Prints the settled rate of each part: its last half.
"""
import pathlib
import shutil
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests"))
import harness  # noqa: E402
from harness import call, good, wait_until  # noqa: E402

WIDTH, HEIGHT, LEFT, BOTTOM = 900, 360, 60, 40


def limit_to(server, simulator, sender, ceiling, told):
    good(call(simulator.address, "POST", "/_sim/faults", {"ceiling": ceiling}))
    if told:  # a token is tried at Meta, and the number's record is read with it
        good(call(server.address, "PUT", f"/v1/senders/{sender['id']}", {"data": {"access_token": harness.TOKEN}}))


def counts(simulator):
    stats = good(call(simulator.address, "GET", "/_sim/stats")).tree
    return stats["taken"], stats["limited"]


def sample(simulator, seconds, ceiling, into):
    before, then = counts(simulator), time.monotonic()
    end = then + seconds
    while time.monotonic() < end:
        time.sleep(1)
        now = time.monotonic()
        taken, limited = counts(simulator)
        into.append((now, ceiling, (taken - before[0]) / (now - then), (limited - before[1]) / (now - then)))
        before, then = (taken, limited), now


def draw(samples, path):
    start, end = samples[0][0], samples[-1][0]
    top = max(max(s[1], s[2]) for s in samples) * 1.1

    def point(s, value):
        x = LEFT + (s[0] - start) / (end - start) * (WIDTH - LEFT - 10)
        return f"{x:.1f},{HEIGHT - BOTTOM - value / top * (HEIGHT - BOTTOM - 10):.1f}"

    def line(index, style):
        return f'<polyline fill="none" {style} points="{" ".join(point(s, s[index]) for s in samples)}"/>'

    marks = [f'<text x="{LEFT - 8}" y="{HEIGHT - BOTTOM - v / top * (HEIGHT - BOTTOM - 10) + 4:.0f}" text-anchor="end">{v}</text>' for v in (0, 250, 500, 750, 1000)]
    marks += [f'<text x="{LEFT + t / (end - start) * (WIDTH - LEFT - 10):.0f}" y="{HEIGHT - 20}" text-anchor="middle">{t} s</text>'
              for t in range(0, int(end - start) + 1, 20)]
    words = [("#999", "the limit"), ("#07c", "taken"), ("#c30", "refused")]
    marks += [f'<text x="{LEFT + 20 + 90 * i}" y="24" fill="{colour}">{word}</text>' for i, (colour, word) in enumerate(words)]
    path.write_text("\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>', *marks,
        line(1, 'stroke="#999" stroke-dasharray="6 3"'), line(2, 'stroke="#07c" stroke-width="1.5"'), line(3, 'stroke="#c30"'),
        "</svg>", ""]), encoding="utf-8")


def main(crier, svg, seconds=40):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="crier-pacing-"))
    simulator = harness.start_simulator(crier, folder, "--ceiling=80")
    server = harness.start_server(crier, folder, simulator)
    try:
        harness.connect_webhooks(simulator, server)
        sender = harness.make_sender(server)
        template, audience = harness.make_template(server), harness.make_audience(server)
        job = good(call(server.address, "POST", f"/v1/audiences/{audience['id']}/import", harness.contacts_csv(1100 * seconds + 20000), content_type="text/csv"), 202)
        wait_until(lambda: good(call(server.address, "GET", f"/v1/imports/{job.data['id']}")).data["status"] == "completed", 600, "the import")
        harness.make_campaign(server, template, audience)
        samples = []
        for ceiling, told in ((80, True), (1000, True), (80, False)):
            limit_to(server, simulator, sender, ceiling, told)
            part = []
            sample(simulator, seconds, ceiling, part)
            samples += part
            settled = part[len(part) // 2:]
            taken, refused = (sum(s[i] for s in settled) / len(settled) for i in (2, 3))
            print(f"limit {ceiling}: {taken:.1f} messages a second taken ({taken / ceiling:.1%}), {refused:.2f} refused")
        draw(samples, pathlib.Path(svg))
    finally:
        server.stop()
        simulator.stop()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:4]))
