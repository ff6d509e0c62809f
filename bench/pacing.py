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

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 900, 380, 60, 30, 50, 40


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


def settled(part):
    """What was taken and refused a second, once the limit had been there for half of its time."""
    half = part[len(part) // 2:]
    return tuple(sum(s[i] for s in half) / len(half) for i in (2, 3))


def draw(parts, path):
    samples = [s for part in parts for s in part]
    start, end = samples[0][0], samples[-1][0]
    top = max(max(s[1], s[2]) for s in samples) * 1.05

    def x(at):
        return LEFT + (at - start) / (end - start) * (WIDTH - LEFT - RIGHT)

    def y(value):
        return HEIGHT - BOTTOM - value / top * (HEIGHT - BOTTOM - TOP)

    def line(index, style):
        points = " ".join(f"{x(s[0]):.1f},{y(s[index]):.1f}" for s in samples)
        return f'<polyline fill="none" {style} points="{points}"/>'

    def text(at, level, anchor, words, colour="#333"):
        return f'<text x="{at:.0f}" y="{level:.0f}" text-anchor="{anchor}" fill="{colour}">{words}</text>'

    grid = [f'<path d="M{LEFT} {y(v):.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>' + text(LEFT - 8, y(v) + 4, "end", v) for v in (0, 250, 500, 750, 1000) if v <= top]
    grid += [text(x(start + t), HEIGHT - 20, "middle", f"{t} s") for t in range(0, int(end - start) + 1, 20)]
    words = [("#777", "the limit"), ("#07c", "taken"), ("#c30", "refused")]
    grid += [text(LEFT, 20, "start", "messages a second:")] + [text(LEFT + 130 + 80 * i, 20, "start", word, colour) for i, (colour, word) in enumerate(words)]
    for part in parts:
        taken, refused = settled(part)
        middle = (x(part[0][0]) + x(part[-1][0])) / 2
        grid.append(text(middle, y(part[0][1]) - 10, "middle", f"settled: {taken:.1f} taken, {refused:.2f} refused"))
    path.write_text("\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>', *grid,
        line(1, 'stroke="#777" stroke-dasharray="6 3"'), line(3, 'stroke="#c30"'), line(2, 'stroke="#07c" stroke-width="1.5"'),
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
        parts = []
        for ceiling, told in ((80, True), (1000, True), (80, False)):
            limit_to(server, simulator, sender, ceiling, told)
            part = []
            sample(simulator, seconds, ceiling, part)
            parts.append(part)
            taken, refused = settled(part)
            print(f"limit {ceiling}: {taken:.1f} messages a second taken ({taken / ceiling:.1%}), {refused:.2f} refused")
        draw(parts, pathlib.Path(svg))
    finally:
        server.stop()
        simulator.stop()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:4]))
