#!/usr/bin/env python3
"""Which alerts other people's captures raise, and that plain polling raises none.

    run_alerts.py PROGRAM PROJECT

alerts.tsv lists for each capture which kinds of alert it raises without a site file, how many
of each, how the operations ended, and why that is right. A capture that is not listed must raise
none of the kinds below; an EtherNet/IP capture that is not listed must raise nothing at all. Needs
../shared/pcaps beside the checkout.
"""
import collections
import json
import pathlib
import subprocess
import sys
import tempfile

# Kinds that follow from what is done to a device, or from what it says about itself. The others
# (scans, probing, breaches, posture) are compared in EtherNet/IP captures only.
DONE = {"program-download", "controller-mode-change", "program-upload", "identity-change",
        "network-config-change", "second-master", "alarm-suppression", "cleartext-credentials",
        "internet-exposure", "remote-access", "address-conflict", "it-attack-in-ot",
        "device-silent", "timing-change", "new-asset", "new-talker", "new-operation",
        "write-outside-baseline"}
SUFFIXES = (".pcap", ".pcapng", ".cap", ".pcap.gz", ".pcapng.gz", ".trace")


def expected(table):
    captures = collections.defaultdict(dict)
    for line in table.read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        capture, kind, count, outcomes, _why = line.split("\t")
        captures[capture][kind] = (int(count), outcomes)
    return captures


def raised(program, capture):
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "out"
        done = subprocess.run([program, "analyze", "-q", "--out", out, capture], capture_output=True, text=True)
        if done.returncode != 0:
            return None, done.stderr.strip()
        kinds = collections.defaultdict(list)
        words = []
        for line in open(out / "alerts.jsonl"):
            alert = json.loads(line)
            kinds[alert["kind"]].append(alert["outcome"])
            words.append(f"    {alert['kind']}: {alert['why']}")
        return {kind: (len(ends), ",".join(sorted(ends))) for kind, ends in kinds.items()}, "\n".join(words)


def main():
    program, project = sys.argv[1], pathlib.Path(sys.argv[2])
    pcaps = project.parent / "shared" / "pcaps"
    if not pcaps.is_dir():
        print(f"skipped: {pcaps} is not there")
        return 77
    listed = expected(project / "tests" / "golden" / "alerts.tsv")
    failures = []
    for name in listed:
        if not (pcaps / name).is_file():
            failures.append(f"{name}: listed, but not there")
    looked = 0
    for path in sorted(pcaps.rglob("*")):
        name = str(path.relative_to(pcaps))
        if not path.is_file() or not name.endswith(SUFFIXES):
            continue
        found, words = raised(program, path)
        if found is None:
            if name in listed:
                failures.append(f"{name}: {words}")
            continue
        looked += 1
        if not name.startswith("enip/"):
            found = {kind: what for kind, what in found.items() if kind in DONE}
        if found != listed.get(name, {}):
            failures.append(f"{name}: expected {listed.get(name, {})}, found {found}\n{words}")
    print("\n".join(failures))
    print(f"{looked} captures, {len(listed)} of them listed, {len(failures)} differences")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
