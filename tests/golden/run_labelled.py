#!/usr/bin/env python3
"""Learns a baseline on the normal packets of one labelled capture and detects on others.

    run_labelled.py PROGRAM PROJECT

../shared/pcaps/modbus/lemay-modbus: learned on "characterization" or on "fake command", detected on
the other of the two and on "CnC"; scored by ../shared/tools/labelled.py with the labels that are
known to be wrong. Wanted: every attack episode found and no false alert. Prints the table.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import driver

NAMES = {"characterization": "characterization_modbus_6RTU_with_operate",
         "fake command": "send_a_fake_command_modbus_6RTU_with_operate",
         "CnC": "CnC_uploading_exe_modbus_6RTU_with_operate"}
LEARN = ("characterization", "fake command")


def run(*command, allow=(0,)):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=600)
    if done.returncode not in allow:
        sys.exit(f"{' '.join(map(str, command))}: exit {done.returncode}: {done.stderr.strip()[-500:]}")
    return done


def main():
    program, project = driver.arguments()
    shared = project.parent / "shared"
    folder = shared / "pcaps" / "modbus" / "lemay-modbus"
    tool, doubts = shared / "tools" / "labelled.py", shared / "tools" / "label-doubts.tsv"
    if not folder.is_dir() or not tool.is_file():
        print(f"skipped: {folder} or {tool} is not there")
        return driver.SKIPPED
    captures = {name: folder / f"{file}.pcap" for name, file in NAMES.items()}
    labels = {name: folder / f"{file}.pcap.labels" / f"{file}_labeled.csv" for name, file in NAMES.items()}
    failed = False
    print(f"{'learned on':<18} {'detected on':<18} result")
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        for learned in LEARN:
            normal = scratch / "normal.pcap"
            run(sys.executable, tool, "split", captures[learned], labels[learned], normal)
            run(program, "analyze", "-q", "--learn", "--out", scratch / "learned", normal)
            baseline = scratch / "learned" / "baseline.json"
            for target in NAMES:
                if target == learned:
                    continue
                out = scratch / "out"
                run(program, "analyze", "-q", "--baseline", baseline, "--out", out, captures[target])
                score = run(sys.executable, tool, "score", captures[target], labels[target],
                            out / "alerts.jsonl", doubts, allow=(0, 1))
                failed = failed or score.returncode != 0
                *false, last = score.stdout.strip().splitlines()
                print(f"{learned:<18} {target:<18} {last}")
                for line in false:
                    print(f"    {line}")
                for line in open(out / "alerts.jsonl"):
                    alert = json.loads(line)
                    print(f"    {alert['severity']:<8} {alert['kind']} x{alert['count']}: {alert['why']}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
