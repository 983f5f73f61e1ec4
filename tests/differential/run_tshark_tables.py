#!/usr/bin/env python3
"""`dissect` against the tshark tables and Zeek logs beside the captures of ../shared.

    run_tshark_tables.py PROGRAM PROJECT

Every message of a protocol that tshark lists must come out, and nothing else, but for the captures
of known-PROTOCOL.tsv, whose differences were looked at. Skipped (77) without ../shared.
"""
import collections
import gzip
import json
import pathlib
import subprocess
import sys

PROTOCOLS = ("modbus", "enip", "cip", "opcua")


def main():
    program, project = sys.argv[1], pathlib.Path(sys.argv[2])
    shared = project / ".." / "shared"
    tool = shared / "tools" / "compare_dissect.py"
    if not tool.is_file():
        print("skipped: ../shared is absent")
        return 77
    failed = False
    for protocol in PROTOCOLS:
        known = project / "tests" / "differential" / f"known-{protocol}.tsv"
        done = subprocess.run([sys.executable, tool, "--prahari", program, "--captures", shared / "pcaps",
                               "--protocol", protocol, "--known", known, "--at-least", "0.999", "--explain", "3"],
                              text=True, capture_output=True)
        print(done.stdout + done.stderr)
        failed |= done.returncode != 0
    for log in sorted((shared / "pcaps").rglob("*.zeek/modbus.log*")):
        if "hostile" not in log.parts:  # a fuzzed stream: Zeek's log of it is not complete
            failed |= not same_requests(program, log)
    failed |= not same_counts(program, shared / "pcaps")
    return 1 if failed else 0


def same_counts(program, pcaps):
    """The capture that all peers agree on (pcaps/README.md): ICSNPP's logs have these lines."""
    capture = pcaps / "enip" / "icsnpp-enip" / "enip_cip_example.pcap"
    wanted = {"enip": 269, "cip": 1158, "cipio": 398}
    records = subprocess.run([program, "dissect", str(capture)], capture_output=True).stdout
    ours = collections.Counter(json.loads(line)["protocol"] for line in records.splitlines())
    ours = {protocol: ours[protocol] for protocol in wanted}  # the switch beside them is nobody's business here
    print(f"{capture.name}: ICSNPP {wanted}, prahari {dict(ours)}")
    return ours == wanted


def zeek_requests(log):
    """Newer logs have a line a request with its answer; where there is a pdu_type, a line a PDU."""
    opener = gzip.open if log.suffix == ".gz" else open
    with opener(log, "rt", errors="replace") as f:
        lines = f.read().splitlines()
    fields = next((line.split("\t")[1:] for line in lines if line.startswith("#fields")), [])
    rows = [dict(zip(fields, line.split("\t"))) for line in lines if line and not line.startswith("#")]
    return sum(1 for row in rows if row.get("pdu_type", "REQ") == "REQ")


def same_requests(program, log):
    capture = log.parent.with_name(log.parent.name[: -len(".zeek")])
    records = subprocess.run([program, "dissect", "--protocol", "modbus", str(capture)], capture_output=True).stdout
    ours = collections.Counter(json.loads(line)["dir"] for line in records.splitlines())
    wanted = zeek_requests(log)
    print(f"{capture.name}: Zeek {wanted} requests, prahari {ours['request']}")
    return ours["request"] == wanted


if __name__ == "__main__":
    sys.exit(main())
