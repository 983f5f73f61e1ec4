#!/usr/bin/env python3
"""Learns one generated day, judges a clean one, then one with every incident in it.

    run_plant_day.py PROGRAM PROJECT [--fast] [--seed N] [--keep DIR]

Fails if the clean day raises more than one alert, if an incident is not found, or if its first
alert comes later than ten seconds of packet time after its trigger. For incidents that are an
absence the time of an alert does not tell when it was raised: the capture is cut ten seconds after
the trigger, where the alert must be there, and ten seconds before it, where it must not. --fast:
an hour each and a few incidents.
"""
import argparse
import collections
import datetime
import json
import pathlib
import struct
import subprocess
import sys
import tempfile
import time

import plant_day
from packets import SECOND

ABSENCES = ("device-silent", "timing-change")
DUE = 10 * SECOND
EARLY = 40 * SECOND  # evidence may begin before the incident
MAY_FALSE = 1


def nanoseconds(text):
    whole, _, fraction = text.rstrip("Z").partition(".")
    seconds = datetime.datetime.fromisoformat(whole + "+00:00").timestamp()
    return int(seconds) * SECOND + int((fraction or "0").ljust(9, "0"))


def clock(ns):
    india = datetime.timezone(datetime.timedelta(hours=5, minutes=30))
    return datetime.datetime.fromtimestamp(ns // SECOND, india).strftime("%H:%M:%S")


class Bench:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.site = folder / "plant.toml"
        self.site.write_text(plant_day.plants.SITE)

    def analyze(self, name, capture, *options):
        out = self.folder / name
        began = time.monotonic()
        done = subprocess.run([self.program, "analyze", "-q", "--site", self.site, "--out", out,
                               *options, capture], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"analyze {capture}: status {done.returncode}: {done.stderr.strip()}")
        alerts = [json.loads(line) for line in open(out / "alerts.jsonl")]
        for alert in alerts:
            alert["first"], alert["last"] = (nanoseconds(alert[k]) for k in ("first_seen", "last_seen"))
        return alerts, time.monotonic() - began


def cut(source, target, until):
    """The same capture as far as `until`."""
    head = struct.Struct("<IIII")
    with open(source, "rb") as f, open(target, "wb") as out:
        out.write(f.read(24))
        while record := f.read(16):
            seconds, fraction, size, _ = head.unpack(record)
            if seconds * SECOND + fraction > until:
                break
            out.write(record + f.read(size))


def concerns(alert, incident):
    return alert["kind"] == incident["kind"] and any(
        alert[side] and alert[side]["ip"] in incident["hosts"] for side in ("source", "destination"))


def told(alert, incident):
    """Its time. What a device said before it said otherwise may be hours older: then the last packet."""
    return alert["first"] if alert["first"] >= incident["begins_ns"] - EARLY else alert["last"]


def found(alerts, incident, until=None):
    """The earliest alert that is due to the incident."""
    until = incident["trigger_ns"] + DUE if until is None else until
    due = [a for a in alerts if concerns(a, incident) and
           incident["begins_ns"] - EARLY <= told(a, incident) <= until]
    return min(due, key=lambda a: told(a, incident), default=None)


def found_in_time(bench, capture, incident):
    """By cutting: is it raised within ten seconds, and not before its time?"""
    answers = []
    for name, until in (("late", incident["trigger_ns"] + DUE), ("early", incident["trigger_ns"] - DUE)):
        part = bench.folder / f"cut-{name}.pcap"
        cut(capture, part, until)
        alerts, _ = bench.analyze(f"cut-{name}", part, "--baseline", bench.folder / "learn" / "baseline.json")
        answers.append(found(alerts, incident) is not None)
        part.unlink()
    late, early = answers
    return "yes" if late and not early else "too early" if early else "too late"


def tell_alert(alert):
    return f"    {clock(alert['first'])} {alert['severity']:8} {alert['kind']}: {alert['why']}"


def split(alerts):
    """Alerts, and records of what counts as known (severity info), which nobody is called for."""
    loud = [alert for alert in alerts if alert["severity"] != "info"]
    return loud, len(alerts) - len(loud)


def judge_clean(alerts):
    loud, records = split(alerts)
    print(f"clean day: {len(loud)} alerts, at most {MAY_FALSE} wanted; {records} records of severity info")
    for alert in loud:
        print(tell_alert(alert))
    return len(loud) <= MAY_FALSE


def judge_incidents(bench, capture, said, alerts):
    wrong = []
    print(f"\n{'incident':24}{'begins':10}{'trigger':10}{'first alert':13}{'after':>9}  others in its time")
    for incident in said["incidents"]:
        alert = found(alerts, incident)
        others = collections.Counter(
            a["kind"] for a in alerts if a is not alert and
            incident["begins_ns"] - EARLY <= a["first"] <= incident["begins_ns"] + 25 * 60 * SECOND)
        words = ", ".join(f"{kind} {count}" if count > 1 else kind for kind, count in sorted(others.items()))
        if alert is None:
            later = found(alerts, incident, incident["begins_ns"] + 25 * 60 * SECOND)
            when, after = (clock(later["first"]), "LATE") if later else ("-", "MISSED")
            wrong.append(incident["kind"])
        else:
            when = clock(told(alert, incident))
            after = f"{max(0, told(alert, incident) - incident['trigger_ns']) / SECOND:.3f} s"
        if alert is not None and incident["kind"] in ABSENCES:
            after = found_in_time(bench, capture, incident)
            if after != "yes":
                wrong.append(incident["kind"])
        print(f"{incident['kind']:24}{clock(incident['begins_ns']):10}{clock(incident['trigger_ns']):10}"
              f"{when:13}{after:>9}  {words}")
    stray = [a for a in split(alerts)[0] if not any(
        i["begins_ns"] - EARLY <= told(a, i) <= i["begins_ns"] + 26 * 60 * SECOND for i in said["incidents"])]
    print(f"\n{len(said['incidents']) - len(set(wrong))} of {len(said['incidents'])} found in time; "
          f"{len(stray)} alerts belong to no incident")
    for alert in stray:
        print(tell_alert(alert))
    return not wrong and len(stray) <= MAY_FALSE


def run(bench, seed, fast):
    hours, first = (1, 9) if fast else (24, 0)
    kinds = plant_day.FEW if fast else tuple(plant_day.incidents.ALL)
    captures, said = {}, {}
    for day, name in enumerate(("learn", "clean", "incidents")):
        captures[name] = bench.folder / f"{name}.pcap"
        began = time.monotonic()
        said[name] = plant_day.write_day(captures[name], day, f"{seed}/{name}", hours,
                                         kinds=kinds if name == "incidents" else (), first_hour=first)
        print(f"{name}: {said[name]['packets']} packets of {hours} h, {said[name]['lost']} lost by the "
              f"mirror, made in {time.monotonic() - began:.0f} s", flush=True)
    baseline = bench.folder / "learn" / "baseline.json"
    alerts, seconds = bench.analyze("learn", captures["learn"], "--learn")
    print(f"learned in {seconds:.0f} s; {len(alerts)} alerts while learning")
    for alert in alerts:
        print(tell_alert(alert))
    clean, seconds = bench.analyze("clean", captures["clean"], "--baseline", baseline)
    print(f"clean day analysed in {seconds:.0f} s")
    good = judge_clean(clean)
    alerts, seconds = bench.analyze("incidents", captures["incidents"], "--baseline", baseline)
    print(f"day of incidents analysed in {seconds:.0f} s")
    return judge_incidents(bench, captures["incidents"], said["incidents"], alerts) and good


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program")
    parser.add_argument("project")
    parser.add_argument("--fast", action="store_true")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--keep", type=pathlib.Path)
    chosen = parser.parse_args()
    if chosen.keep:
        chosen.keep.mkdir(parents=True, exist_ok=True)
        return 0 if run(Bench(chosen.program, chosen.keep), chosen.seed, chosen.fast) else 1
    with tempfile.TemporaryDirectory() as folder:
        return 0 if run(Bench(chosen.program, pathlib.Path(folder)), chosen.seed, chosen.fast) else 1


if __name__ == "__main__":
    sys.exit(main())
