#!/usr/bin/env python3
"""Runs README.md's shell lines, in their order, as one script: readme.py CRIER README. Only the ports are changed, to free ones."""
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile

SECONDS = 60


def free_ports(n):
    """Ports that were free a moment ago; the caller tries again with others when they are not any more."""
    sockets = [socket.socket() for _ in range(n)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def script(readme, ports):
    """The server's port is the default there, so it is set by the environment."""
    text = "\n".join(re.findall(r"^```sh\n(.*?)^```", readme, flags=re.M | re.S))
    assert "127.0.0.1:8080" in text and "127.0.0.1:8090" in text, "README.md has lost its campaign"
    for known, port in zip((8080, 8090), ports):
        text = text.replace(f"127.0.0.1:{known}", f"127.0.0.1:{port}")
    return f"set -eu\nexport CRIER_LISTEN=127.0.0.1:{ports[0]}\ntrap 'kill $(jobs -p); wait' EXIT\n" + text


def run(crier, readme):
    with tempfile.TemporaryDirectory() as folder:
        build = pathlib.Path(folder, "build")
        build.mkdir()
        (build / "crier").symlink_to(crier)
        process = subprocess.Popen(["bash", "-c", script(readme, free_ports(2))], cwd=folder, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True, start_new_session=True)
        try:
            output, _ = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGTERM)
            output, _ = process.communicate()
            output += "\n(it took too long)"
        logs = "".join(log.read_text() for log in pathlib.Path(folder).glob("*.log"))
        return process.returncode, output, logs


def main(crier, path):
    readme = pathlib.Path(path).read_text(encoding="utf-8")
    for _ in range(3):
        status, output, logs = run(pathlib.Path(crier).resolve(), readme)
        if "in use" not in logs:
            break
    want = ['"status":"completed","funnel":{"audience":3,"queued":0,"skipped":1,', '"rule":"empty_placeholder","count":1', '"name":"MyBusiness"']
    missing = [one for one in want if one not in output]
    if status != 0 or missing:
        print(output, logs, f"status {status}, not seen: {missing}", sep="\n")
        return 1
    return 0


sys.exit(main(*sys.argv[1:]))
