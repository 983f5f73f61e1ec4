#!/usr/bin/env python3
"""prahari selftest: everything fires; and it says so, with status 1, when something does not.

    run_selftest.py PROGRAM PROJECT
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

failures = []


def check(what, good, seen=""):
    if not good:
        failures.append(f"{what}: {seen}"[:900])


def run(program, *arguments):
    return subprocess.run([program, "selftest", *map(str, arguments)], capture_output=True, text=True,
                          timeout=600)


def rows(done):
    return {row["DETECTION"]: row for row in json.loads(done.stdout)}


def main():
    program, project = sys.argv[1], pathlib.Path(sys.argv[2])
    kinds = re.findall(r'\{"([a-z0-9-]+)", "', (project / "rules" / "kinds.hpp").read_text())
    check("25 kinds", len(kinds) == 25, kinds)
    # A kind whose detector is not part of this build has a row as well, and says no.
    built = {name.replace("_", "-") for name in re.findall(
        r"^DETECTOR\((\w+)", (project / "rules" / "detectors.def").read_text(), re.M)}
    absent = set(kinds) - built - {"sensor-blind"}
    pack = project / "pcaps" / "selftest"

    done = run(program, "--format", "json")
    check("status", done.returncode == (1 if absent else 0), done.stdout + done.stderr)
    table = rows(done)
    rows_wanted = {*kinds, "clean"} - {"sensor-blind"}  # which no capture can show
    check("a row for each kind and the clean shift", set(table) == rows_wanted, set(table) ^ rows_wanted)
    for kind, row in table.items():
        check(kind, (row["FIRED"] == row["EXPECTED"]) == (kind not in absent), row)
    size = sum(path.stat().st_size for path in pack.iterdir())
    check("less than 2 MB", size < 2_000_000, size)

    one = run(program, "scan", "--format", "json")
    check("one kind", one.returncode == 0 and set(rows(one)) == {"scan"}, one.stdout)
    check("an unknown kind", run(program, "scam").returncode == 2)
    with tempfile.TemporaryDirectory() as folder:
        check("no pack", run(program, "--pack", folder).returncode == 3)
        other = pathlib.Path(folder) / "pack"
        shutil.copytree(pack, other)
        # What does not fire, fires late, or fires on a clean shift is told.
        text = json.loads((other / "pack.json").read_text())
        files = {test.get("kind", "clean"): test["capture"] for test in text["tests"]}
        for test in text["tests"]:
            if test.get("kind") == "scan":
                test["capture"] = files["alarm-suppression"]
            if "kind" not in test:
                test.update(capture=files["controller-mode-change"], baseline=False)
            if test.get("kind") == "probing":
                test["trigger_ns"] -= 20 * 10**9
        (other / "pack.json").write_text(json.dumps(text))
        bad = run(program, "--pack", other, "--format", "json", "scan", "probing", "clean", "alarm-suppression")
        check("status of failures", bad.returncode == 1, bad.stderr)
        check("one line of error", "3 of 4 tests not as expected" in bad.stderr, bad.stderr)
        told = rows(bad)
        check("not fired", told["scan"]["FIRED"] == "no" and "expected since" in told["scan"]["WHAT HAPPENS"], told)
        check("late", "later than" in told["probing"]["WHAT HAPPENS"], told)
        check("not clean", told["clean"]["FIRED"] == "1 alert", told)
        check("the rest", told["alarm-suppression"]["FIRED"] == "yes", told)
        for damage in ("", "{", "[]", '{"schema": "prahari.selftest/1"}', json.dumps(
                {**text, "tests": [{"kind": "scan", "capture": "../../etc/passwd", "trigger_ns": 1}]}),
                json.dumps({**text, "tests": [{"kind": "no-such", "capture": "scan.pcap"}]})):
            (other / "pack.json").write_text(damage)
            done = run(program, "--pack", other)
            check(f"damaged pack {damage[:40]!r}", done.returncode == 3 and len(done.stderr.splitlines()) == 1,
                  done.stderr)
    print("\n".join(failures) or f"selftest: {len(table)} rows as expected; failures are told")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
