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
    sensor = port.sensor(program, state, "--learn")
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
    return check_restart(program, plant, port, state)


def assets_of(state):
    return {a["id"]: a for a in json.loads((state / "assets.json").read_text())["assets"]}


def learned_in(state):
    """The entries of baseline.json, and since when it was learned."""
    data = json.loads((state / "baseline.json").read_text())
    entries = {(zone["zone"], name, entry["client"], entry["server"], entry.get("first"),
                entry.get("text"), entry.get("function"))
               for zone in data["zones"] for name in ("talkers", "operations", "writes", "polls")
               for entry in zone[name]}
    return entries, data["learned"]["from"]


def check_restart(program, plant, port, state):
    """Started again over its folder the sensor goes on with what it knew and had learned."""
    before, learned = assets_of(state), learned_in(state)
    sensor = port.sensor(program, state, "--learn")
    port.play(plant, 1, 200)
    time.sleep(1)
    sensor.send_signal(signal.SIGINT)
    sensor.communicate(timeout=60)
    after = assets_of(state)
    print(f"{len(before)} assets before the restart, {len(after)} after it")
    for key, asset in before.items():
        if key not in after:
            return f"{key} was forgotten"
        if after[key]["first_seen"] != asset["first_seen"]:
            return f"{key}: first seen {asset['first_seen']}, after the restart {after[key]['first_seen']}"
        if after[key]["packets_sent"] < asset["packets_sent"]:
            return f"{key}: its packets were forgotten"
    entries, since = learned_in(state)
    print(f"{len(learned[0])} entries learned before the restart, {len(entries)} after it")
    if not learned[0] or not learned[0] <= entries or since != learned[1]:
        return f"what was learned was forgotten: {sorted(learned[0] - entries, key=str)[:5]}, {since}"
    if not any(after[key]["last_seen"] > asset["last_seen"] for key, asset in before.items()):
        return "after the restart nobody was heard"
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
