#!/usr/bin/env python3
"""`prahari sensor` over a veth pair in a network namespace finds what `analyze` finds in the file.

    run_live.py PROGRAM PROJECT

Skipped (77) where namespaces or raw sockets are not allowed.
"""
import json
import pathlib
import signal
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import driver
import mirror

FRAMES = 3000


def check(program, plant, port, folder):
    state, part = folder / "state", folder / "part.pcap"
    sensor = port.sensor(program, state)
    port.play(plant, 1, FRAMES)
    time.sleep(1)
    sensor.send_signal(signal.SIGINT)
    _, said = sensor.communicate(timeout=60)
    if sensor.returncode != 0:
        return f"sensor: exit {sensor.returncode}: {said}"
    summary = json.loads((state / "summary.json").read_text())
    mirror.cut(plant, part, 1, FRAMES)
    messages = len(driver.dissect(program, part))
    seen = summary["messages"].get("modbus", {}).get("messages", 0)
    print(f"{summary['packets']} packets, {seen} messages; the file holds {messages} messages")
    if summary["packets"] < FRAMES or seen != messages:
        return "the interface showed something else than the file"
    if not (state / "report.html").is_file() or not (state / "prahari.db").is_file():
        return "the result folder is not whole"
    return None


def main():
    program, project = driver.arguments()
    try:
        with mirror.Mirror() as port, tempfile.TemporaryDirectory() as folder:
            problem = check(program, project / "pcaps" / "plant-demo.pcap", port, pathlib.Path(folder))
    except mirror.Skipped as reason:
        print(f"skipped: {reason}")
        return driver.SKIPPED
    if problem:
        print(problem)
    return 1 if problem else 0


if __name__ == "__main__":
    sys.exit(main())
