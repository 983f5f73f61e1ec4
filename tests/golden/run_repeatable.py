#!/usr/bin/env python3
"""The same input gives the same output, byte for byte: twice, and for any number of workers.

    run_repeatable.py PROGRAM PROJECT
"""
import hashlib
import pathlib
import struct
import subprocess
import sys
import tempfile

# What says how long it took, where it lay or how much memory it needed may differ.
VARIES = {"summary.json", "report.html", "prahari.db", ".prahari"}
SHARED = ["modbus/iti/ModbusTCP.pcap", "mixed/arkime/arkime_synthetic.pcap", "mixed/zeek/mixed-vlan-mpls.pcap",
          "modbus/lemay-modbus/characterization_modbus_6RTU_with_operate.pcap", "hostile/zeek/nmap-vsn.pcap"]


def digest(folder):
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
            for p in sorted(folder.rglob("*")) if p.is_file() and p.name not in VARIES}


def many_unreadable_frames(program):
    """Frames that carry nothing for a worker must not pile up: the same time for any number."""
    with tempfile.TemporaryDirectory() as base:
        capture = pathlib.Path(base) / "junk.pcap"
        frame = bytes(12) + b"\x08\x00" + bytes(60)  # IPv4 of version 0
        record = struct.pack("<IIII", 1, 0, len(frame), len(frame)) + frame
        capture.write_bytes(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1) + record * 150_000)
        command = [program, "analyze", "-q", "--workers", "2", "--out", base + "/out", str(capture)]
        try:
            subprocess.run(command, check=True, timeout=60)
        except subprocess.TimeoutExpired:
            print("150,000 unreadable frames with two workers: no end after 60 s")
            return 1
    return 0


def main():
    program, project = sys.argv[1], pathlib.Path(sys.argv[2])
    captures = [project / "pcaps" / "plant-demo.pcap"]
    shared = project / ".." / "shared" / "pcaps"
    if shared.is_dir():
        captures += [shared / name for name in SHARED]
    else:
        print("../shared is absent: only the project's own capture is tried")
    failures = many_unreadable_frames(program)
    for capture in captures:
        with tempfile.TemporaryDirectory() as base:
            runs = []
            for n, workers in enumerate(("1", "1", "2", "5")):
                out = pathlib.Path(base) / str(n)
                arguments = [program, "analyze", "-q", "--messages", "--workers", workers, "--out", str(out)]
                site = capture.with_suffix(".toml")
                if site.is_file():
                    arguments += ["--site", str(site)]
                subprocess.run([*arguments, str(capture)], check=True)
                runs.append((workers, digest(out)))
            first = runs[0][1]
            if "alerts.jsonl" not in first or "assets.csv" not in first:
                failures += 1
                print(f"{capture.name}: the result folder lacks files: {sorted(first)[:8]}")
            for workers, files in runs[1:]:
                different = sorted(k for k in first.keys() | files.keys() if first.get(k) != files.get(k))
                if different:
                    failures += 1
                    print(f"{capture.name}: with {workers} workers these differ: {', '.join(different[:8])}")
    print(f"{len(captures)} captures, {failures} differences")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
