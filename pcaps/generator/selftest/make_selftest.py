#!/usr/bin/env python3
"""Makes pcaps/selftest: a small capture for each kind of alert, a clean shift, and what is normal.

    make_selftest.py PROGRAM [FOLDER]

PROGRAM is prahari itself: it learns baseline.json from two hours of the same plant, which are made
here and not kept. The captures are the same bytes on every run.
"""
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
CLEAN_SECONDS = 420
LEARN_SECONDS = 2 * 3600


def new_plant(path, seed, start_hour, seconds, **how):
    Tcp.ports.clear()
    made = plants.Plant(str(path), seed, plants.MIDNIGHT + int(start_hour * plants.HOUR), seconds,
                        period=PERIOD, **how)
    made.everyday()
    return made


def make_test(folder, kind):
    stage, controllers, seconds, baseline = incidents.ALL[kind]
    plant = new_plant(folder / f"{kind}.pcap", f"selftest {kind}", 10, seconds, controllers=controllers)
    begin = 45 if seconds > 60 else 20
    incident = stage(plant, plant.start + begin * SECOND)
    plant.run()
    return {"kind": kind, "capture": f"{kind}.pcap", "baseline": baseline,
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
    (folder / "plant.toml").write_text(plants.SITE)
    tests = [make_test(folder, kind) for kind in incidents.ALL]
    plant = new_plant(folder / "clean-shift.pcap", "selftest clean", 10.5, CLEAN_SECONDS)
    plant.run()
    tests.append({"capture": "clean-shift.pcap", "baseline": True,
                  "story": "seven minutes of the whole plant in which nothing happens"})
    learn(program, folder, folder / "plant.toml")
    (folder / "pack.json").write_text(json.dumps(
        {"schema": "prahari.selftest/1", "site": "plant.toml", "baseline": "baseline.json",
         "tests": tests}, indent=1) + "\n")
    size = sum(os.path.getsize(path) for path in folder.iterdir())
    print(f"{len(tests)} captures, {size / 1e6:.2f} MB in all, in {folder}")


if __name__ == "__main__":
    main()
