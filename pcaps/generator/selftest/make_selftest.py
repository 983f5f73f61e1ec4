#!/usr/bin/env python3
"""Makes pcaps/selftest: a small capture for each kind of alert, a clean shift, and what is normal.

    make_selftest.py PROGRAM [FOLDER]

PROGRAM is prahari itself: it learns baseline.json from two hours of the same plant, which are made
here and not kept. The captures are the same bytes on every run.
"""
import gzip
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import incidents
import plant as plants
from packets import SECOND, Tcp

PERIOD = 5.0
CLEAN_SECONDS = 300
LEARN_SECONDS = 2 * 3600


def new_plant(path, seed, start_hour, seconds, **how):
    Tcp.ports.clear()
    made = plants.Plant(str(path), seed, plants.MIDNIGHT + int(start_hour * plants.HOUR), seconds,
                        period=PERIOD, **how)
    made.everyday()
    return made


def packed(path):
    """The name of the capture, compressed where it is large; without a date, so always the same."""
    if path.stat().st_size < 100_000:
        return path.name
    smaller = path.with_name(path.name + ".gz")
    with open(smaller, "wb") as out, gzip.GzipFile("", "wb", 9, out, 0) as file:
        file.write(path.read_bytes())
    path.unlink()
    return smaller.name


def make_test(folder, kind):
    """With a baseline the whole plant has to be there: what is missing would be silent."""
    stage, controllers, seconds, baseline = incidents.ALL[kind]
    path = folder / f"{kind}.pcap"
    plant = new_plant(path, f"selftest {kind}", 10, seconds,
                      controllers=None if baseline else controllers)
    incident = stage(plant, plant.start + (45 if baseline else 20) * SECOND)
    plant.run()
    return {"kind": kind, "capture": packed(path), "baseline": baseline,
            "trigger_ns": incident.trigger, "hosts": list(incident.hosts), "story": incident.story}


def learn(program, folder, site):
    with tempfile.TemporaryDirectory() as temporary:
        capture = pathlib.Path(temporary) / "learn.pcap"
        new_plant(capture, "selftest learn", 9, LEARN_SECONDS).run()
        out = pathlib.Path(temporary) / "out"
        subprocess.run([program, "analyze", "-q", "--learn", "--site", site, "--out", out, capture],
                       check=True)
        shutil.copy(out / "baseline.json", folder / "baseline.json")


def main():
    program = sys.argv[1]
    here = pathlib.Path(__file__).resolve().parent
    folder = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else here.parents[1] / "selftest"
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    (folder / "plant.toml").write_text(plants.SITE)
    tests = [make_test(folder, kind) for kind in incidents.ALL]
    plant = new_plant(folder / "clean-shift.pcap", "selftest clean", 10.5, CLEAN_SECONDS)
    plant.run()
    tests.append({"capture": packed(folder / "clean-shift.pcap"), "baseline": True,
                  "story": "five minutes of the whole plant in which nothing happens"})
    learn(program, folder, folder / "plant.toml")
    (folder / "pack.json").write_text(json.dumps(
        {"schema": "prahari.selftest/1", "site": "plant.toml", "baseline": "baseline.json",
         "tests": tests}, indent=1) + "\n")
    size = sum(os.path.getsize(path) for path in folder.iterdir())
    print(f"{len(tests)} captures, {size / 1e6:.2f} MB in all, in {folder}")


if __name__ == "__main__":
    main()
