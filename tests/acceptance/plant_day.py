#!/usr/bin/env python3
"""Writes a day of a plant as a capture: polls, people, reboots, a failover, a mirror with faults.

    plant_day.py OUT.pcap [--day N] [--seed N] [--hours H] [--period S] [--incidents]

Time is compressed by polling every few seconds only: the packets span the whole day. The same
arguments give the same bytes. With --incidents each of the 24 incidents of detections.md that a
capture can hold happens once, at a random time; OUT.json then says when and between whom. An
incident is not placed into the minutes in which the mirror shows one direction only or loses more
than usual, since nobody can be asked to find what was not captured.
"""
import argparse
import json
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "pcaps" / "generator" / "selftest"))
import incidents  # noqa: E402
import plant as plants  # noqa: E402
from packets import SECOND, Tcp  # noqa: E402

MINUTE, HOUR, DAY = plants.MINUTE, plants.HOUR, 24 * plants.HOUR
FIRST_DAY = 4  # 2026-11-24, a Tuesday
LOSS = 0.0005
APART = 28 * MINUTE  # the longest incident takes 25 minutes
# Of the fast variant, which has an hour only.
FEW = ("new-asset", "new-talker", "write-outside-baseline", "scan", "controller-mode-change",
       "probing", "device-silent", "second-master")


def faults(seed, start, hours):
    """(one-way phase, bursts of loss): of a day twenty and ten minutes, of an hour two and one."""
    dice = random.Random(f"{seed}/faults")
    span = int(hours * HOUR)
    long = span // 72
    one_way = start + int(span * dice.uniform(0.55, 0.6))
    burst = start + int(span * dice.uniform(0.3, 0.35))
    return (one_way, one_way + long), [(burst, burst + long // 2, 0.02)]


def place(kinds, seed, start, hours, taken):
    """A random time for each incident, apart from each other and from the mirror's faults."""
    dice = random.Random(f"{seed}/incidents")
    apart = APART if hours > 2 else 4 * MINUTE
    begin, end = start + (HOUR if hours > 2 else 6 * MINUTE), start + int(hours * HOUR) - apart
    free = []
    at = begin
    while at < end:
        if all(at + apart < a or at > b for a, b in taken):
            free.append(at)
        at += apart
    if len(free) < len(kinds):
        raise SystemExit(f"{len(kinds)} incidents do not fit into {hours} h")
    times = dice.sample(free, len(kinds))
    return {kind: time + int(dice.uniform(0, 2 * MINUTE if hours > 2 else 20 * SECOND))
            for kind, time in zip(kinds, times)}


def write_day(path, day, seed, hours=24.0, period=5.0, kinds=(), first_hour=0.0):
    Tcp.ports.clear()
    start = plants.MIDNIGHT + (FIRST_DAY + day) * DAY + int(first_hour * HOUR)
    one_way, bursts = faults(seed, start, hours)
    plant = plants.Plant(str(path), seed, start, hours * 3600, period=period, loss=LOSS,
                         one_way=one_way, bursts=bursts)
    if hours <= 2:
        plant.pause = 0.1  # an hour has to show what takes a day
    plant.everyday()
    if hours > 2:
        plant.day_events()
    else:
        plant.reboot("PLC-3", start + 9 * MINUTE)
        plant.failover = (start + 12 * MINUTE, start + 20 * MINUTE)
    taken = [one_way] + [burst[:2] for burst in bursts]
    staged = []
    for kind, time in place(kinds, seed, start, hours, taken).items():
        if kind == "device-silent" and hours <= 2:
            plant.silent_for = 3 * MINUTE
        incident = incidents.ALL[kind][0](plant, time)
        staged.append({"kind": kind, "begins_ns": time, "trigger_ns": incident.trigger,
                       "hosts": list(incident.hosts), "story": incident.story})
    packets = plant.run()
    staged.sort(key=lambda entry: entry["begins_ns"])
    return {"packets": packets, "lost": plant.wire.lost, "incidents": staged}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("out")
    parser.add_argument("--day", type=int, default=0)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--hours", type=float, default=24)
    parser.add_argument("--period", type=float, default=5)
    parser.add_argument("--incidents", action="store_true")
    chosen = parser.parse_args()
    kinds = () if not chosen.incidents else tuple(incidents.ALL) if chosen.hours > 2 else FEW
    said = write_day(chosen.out, chosen.day, chosen.seed, chosen.hours, chosen.period, kinds,
                     0 if chosen.hours > 2 else 9)
    print(f"{said['packets']} packets, {said['lost']} lost by the mirror")
    if kinds:
        pathlib.Path(chosen.out).with_suffix(".json").write_text(json.dumps(said, indent=1) + "\n")


if __name__ == "__main__":
    main()
