#!/usr/bin/env python3
"""`prahari sensor` over a veth pair in a network namespace finds what `analyze` finds in the file.

    run_live.py PROGRAM PROJECT

Skipped (77) where namespaces or raw sockets are not allowed.
"""
import json
import os
import pathlib
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

NAMESPACE = f"prahari-test-{os.getpid()}"
FRAMES = 3000


def sh(*command, check=True):
    return subprocess.run(command, check=check, capture_output=True)


def frames(path, count):
    data = path.read_bytes()
    at = 24
    for _ in range(count):
        captured = struct.unpack_from("<I", data, at + 8)[0]
        yield data[at + 16 : at + 16 + captured]
        at += 16 + captured


def send(path):
    """Run inside the namespace: plays the first frames into one end of the pair."""
    out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    out.bind(("tap0", 0))
    for n, frame in enumerate(frames(path, FRAMES)):
        out.send(frame)
        if n % 50 == 0:
            time.sleep(0.005)


def main():
    program, project = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
    plant = project / "pcaps" / "plant-demo.pcap"
    if len(sys.argv) > 3:
        return send(plant)
    try:
        sh("ip", "netns", "add", NAMESPACE)
    except (subprocess.CalledProcessError, FileNotFoundError) as failure:
        print(f"skipped: cannot make a network namespace here ({failure})")
        return 77
    inside = ["ip", "netns", "exec", NAMESPACE]
    try:
        made = sh(*inside, "ip", "link", "add", "tap0", "type", "veth", "peer", "name", "mirror0", check=False)
        if made.returncode != 0:
            print(f"skipped: cannot make a veth pair here ({made.stderr.decode().strip()})")
            return 77
        for link in ("tap0", "mirror0"):
            sh(*inside, "sysctl", "-qw", f"net.ipv6.conf.{link}.disable_ipv6=1", check=False)
            sh(*inside, "ip", "link", "set", link, "up")
        with tempfile.TemporaryDirectory() as folder:
            state = pathlib.Path(folder) / "state"
            sensor = subprocess.Popen([*inside, program, "sensor", "-i", "mirror0", "--state", str(state)],
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            time.sleep(1.5)
            sh(*inside, sys.executable, __file__, program, str(project), "send")
            time.sleep(1)
            sensor.send_signal(signal.SIGINT)
            _, said = sensor.communicate(timeout=60)
            if sensor.returncode != 0:
                print(f"sensor: exit {sensor.returncode}: {said}")
                return 1
            summary = json.loads((state / "summary.json").read_text())
            seen = {p["protocol"]: p["messages"] for p in summary["messages"]} \
                if isinstance(summary["messages"], list) else summary["messages"]
            part = pathlib.Path(folder) / "part.pcap"
            whole = plant.read_bytes()
            at = 24
            for _ in range(FRAMES):
                at += 16 + struct.unpack_from("<I", whole, at + 8)[0]
            part.write_bytes(whole[:at])
            lines = sh(program, "dissect", str(part)).stdout.splitlines()
            print(f"{summary['packets']} packets, messages {seen}; the file holds {len(lines)} messages")
            text = json.dumps(summary)
            if summary["packets"] < FRAMES or f"{len(lines)}" not in text:
                print("the interface showed something else than the file")
                return 1
            if not (state / "report.html").is_file() or not (state / "prahari.db").is_file():
                print("the result folder is not whole")
                return 1
            return 0
    finally:
        sh("ip", "netns", "del", NAMESPACE, check=False)


if __name__ == "__main__":
    sys.exit(main())
