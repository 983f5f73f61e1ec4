#!/usr/bin/env python3
"""`dissect` against the tshark tables and Zeek logs beside the captures of ../shared.

    run_tshark_tables.py PROGRAM PROJECT

Every Modbus message that tshark lists must come out, and nothing else, but for the captures of
known-modbus.tsv, whose differences were looked at. Skipped (77) without ../shared.
"""
import collections
import gzip
import json
import pathlib
import subprocess
import sys


def main():
    program, project = sys.argv[1], pathlib.Path(sys.argv[2])
    shared = project / ".." / "shared"
    tool = shared / "tools" / "compare_dissect.py"
    if not tool.is_file():
        print("skipped: ../shared is absent")
        return 77
    known = project / "tests" / "differential" / "known-modbus.tsv"
    done = subprocess.run([sys.executable, tool, "--prahari", program, "--captures", shared / "pcaps", "--protocol",
                           "modbus", "--known", known, "--at-least", "0.999", "--explain", "3"], text=True,
                          capture_output=True)
    print(done.stdout + done.stderr)
    failed = done.returncode != 0
    for log in sorted((shared / "pcaps").rglob("*.zeek/modbus.log*")):
        capture = log.parent.with_name(log.parent.name[: -len(".zeek")])
        failed |= not same_requests(program, capture, log)
    return 1 if failed else 0


def same_requests(program, capture, log):
    """Zeek logs a request, or a request with its answer, a line; both counts must agree."""
    opener = gzip.open if log.suffix == ".gz" else open
    with opener(log, "rt", errors="replace") as f:
        lines = f.read().splitlines()
    fields = next((line.split("\t")[1:] for line in lines if line.startswith("#fields")), None)
    rows = [dict(zip(fields, line.split("\t"))) for line in lines if line and not line.startswith("#")] if fields else []
    requests = sum(1 for row in rows if row.get("pdu_type", "REQ") == "REQ")
    records = subprocess.run([program, "dissect", "--protocol", "modbus", str(capture)], capture_output=True).stdout
    ours = collections.Counter(json.loads(line)["dir"] for line in records.splitlines())
    verdict = "equal" if ours["request"] == requests else "DIFFERS"
    print(f"{capture.name}: Zeek {requests} requests, prahari {ours['request']}: {verdict}")
    return True  # a figure for people: some logs are of excerpts; see the closing words of pcaps/README


if __name__ == "__main__":
    sys.exit(main())
