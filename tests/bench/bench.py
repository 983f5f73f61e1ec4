#!/usr/bin/env python3
"""Measures prahari on a large capture and prints a table.

    bench.py --prahari PROGRAM --tools DIR --site FILE --work DIR [--runs N]
             [--protocol NAME] [--aim N] CAPTURE...

Time is CPU time (user and system) of the best of N runs, memory the peak of resident memory of
any; both are the kernel's account of the child process. With several captures there is a table for
each.
"""
import argparse
import collections
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys

TSHARK_PACKETS = 200_000
TSHARK_FIELDS = {"modbus": "modbus.func_code", "enip": "enip.command", "opcua": "opcua.transport.type"}

Run = collections.namedtuple("Run", "cpu wall peak")


def size_of(path):
    """(packets, bytes in them) of a classic pcap of our own making."""
    packets = size = 0
    record = struct.Struct("<8xII")
    with open(path, "rb", buffering=1 << 20) as f:
        f.seek(24)
        while head := f.read(16):
            captured, _ = record.unpack(head)
            f.seek(captured, os.SEEK_CUR)
            packets += 1
            size += captured
    return packets, size


def measure(tools, command, runs, folder):
    """The best of some runs; None where the program fails, which is said."""
    best, result = None, folder / "usage.txt"
    for _ in range(runs):
        shutil.rmtree(folder / "out", ignore_errors=True)
        done = subprocess.run([tools / "measure", result, *command], stderr=subprocess.PIPE)
        said = done.stderr.decode(errors="replace").strip().splitlines()
        user, system, wall, peak, status = map(float, result.read_text().split())
        if done.returncode or status:
            print(f"{' '.join(command)}: failed: {said[-1] if said else status}", file=sys.stderr)
            return None
        run = Run(user + system, wall, peak / 1024)
        best = run if best is None else Run(min(best.cpu, run.cpu), min(best.wall, run.wall),
                                            max(best.peak, run.peak))
    return best


def row(name, packets, size, seconds, wall=None, peak=None):
    line = (f"{name:<28}{packets / seconds / 1e6:>12.3f}{size / seconds / 1e6:>10.1f}"
            f"{seconds / packets * 1e9:>12.1f}")
    line += f"{wall:>10.2f}" if wall is not None else f"{'':>10}"
    line += f"{peak:>11.1f}" if peak is not None else ""
    print(line)


def table(args, capture, folder):
    packets, size = size_of(capture)
    print(f"\n{capture}: {packets:,} packets, {size:,} bytes")
    print(f"{'':<28}{'Mpackets/s':>12}{'MB/s':>10}{'ns/packet':>12}{'wall s':>10}{'peak MiB':>11}")
    analyze = [args.prahari, "analyze", "--workers", "1", "--quiet", "--site", args.site, "--out",
               str(folder / "out"), str(capture)]
    loop = [str(args.tools / "bare_loop"), str(capture)]
    programs = [("bare libpcap loop", loop, args.runs + 1, 1.0),
                ("prahari analyze", analyze, args.runs, 1.0),
                ("prahari dissect", [args.prahari, "dissect", str(capture)], args.runs, 1.0)]
    if shutil.which("tshark") and args.protocol in TSHARK_FIELDS:  # so slow that a part has to do
        part = min(packets, TSHARK_PACKETS)
        programs.append((f"tshark, first {part:,}", [
            "tshark", "-n", "-c", str(part), "-r", str(capture), "-Y", args.protocol, "-T",
            "fields", "-e", "frame.number", "-e", TSHARK_FIELDS[args.protocol]], 1, part / packets))
    results, hashing = {}, None
    for name, command, runs, share in programs:
        run = measure(args.tools, command, runs, folder)
        if run is None:
            continue
        results[name] = run
        row(name, packets * share, size * share, run.cpu, run.wall, run.peak)
        summary = folder / "out" / "summary.json"
        if name == "prahari analyze" and summary.exists():
            hashing = json.loads(summary.read_text()).get("hashing_seconds")
            if hashing:
                row("  of which hashing the input", packets, size, hashing)
                row("  without it", packets, size, run.cpu - hashing)
    compare(results, hashing, args.aim)
    return results


def compare(results, hashing, aim):
    if not {"bare libpcap loop", "prahari analyze"} <= results.keys():
        return
    bare, analyze = results["bare libpcap loop"].cpu, results["prahari analyze"].cpu
    text = f"analyze takes {analyze / bare:.2f} times the CPU time of the bare loop"
    if hashing:
        text += f", {(analyze - hashing) / bare:.2f} times without hashing"
    print(text + (f"; the aim is {aim:g} without hashing" if aim else ""))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prahari", required=True)
    parser.add_argument("--tools", required=True, type=pathlib.Path)
    parser.add_argument("--site", required=True)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--runs", type=int, default=2)
    parser.add_argument("--protocol", default="modbus")
    parser.add_argument("--aim", type=float, help="times the bare loop that analyze may take")
    parser.add_argument("captures", nargs="+", type=pathlib.Path)
    args = parser.parse_args()
    complete = True
    for capture in args.captures:
        complete &= "prahari analyze" in table(args, capture, args.work)
    shutil.rmtree(args.work / "out", ignore_errors=True)
    sys.exit(0 if complete else 1)


if __name__ == "__main__":
    main()
