#!/usr/bin/env python3
"""Every capture through `analyze` and `dissect`: exit 0, and a sanitizer has nothing to say.

    every_capture.py PROGRAM PROJECT [--cuts N] [--sample N] [--seed S]

Takes the captures of the project and, where it is there, of ../shared/pcaps. `--cuts N` also cuts
each at N random bytes: the same is wanted, except that a cut inside the file's own header ends
with status 3 and one line. Prints what went wrong and a last line with the counts.
"""
import argparse
import concurrent.futures
import os
import pathlib
import random
import subprocess
import sys
import tempfile

HEADER = {b"\xd4\xc3\xb2\xa1": 24, b"\xa1\xb2\xc3\xd4": 24, b"\x4d\x3c\xb2\xa1": 24, b"\xa1\xb2\x3c\x4d": 24}


def captures(project):
    roots = [project / "pcaps", project / ".." / "shared" / "pcaps"]
    found = [p for root in roots for p in sorted(root.rglob("*")) if p.suffix in (".pcap", ".pcapng", ".cap")]
    return [p for p in found if p.is_file()]


def header_size(path):
    """Bytes without which a file is no capture: the pcap header, or pcapng's section header."""
    head = path.read_bytes()[:16]
    if head[:4] in HEADER:
        return HEADER[head[:4]]
    order = "little" if head[8:12] == b"\x4d\x3c\x2b\x1a" else "big"
    return int.from_bytes(head[4:8], order)


def run(program, *arguments):
    environment = dict(os.environ, ASAN_OPTIONS="detect_leaks=1", UBSAN_OPTIONS="print_stacktrace=1")
    return subprocess.run([program, *arguments], capture_output=True, env=environment, timeout=600)


def check(program, path, name, wanted):
    """Complaints about one file; `wanted` are the exit statuses that are right."""
    out = []
    with tempfile.TemporaryDirectory() as folder:
        for command in (["dissect", str(path)], ["analyze", "--out", folder + "/out", "--messages", str(path)]):
            try:
                done = run(program, *command)
            except subprocess.TimeoutExpired:
                out.append(f"{name}: {command[0]}: no end after 600 s")
                continue
            errors = done.stderr.decode(errors="replace")
            if done.returncode not in wanted or "Sanitizer" in errors or "runtime error" in errors:
                out.append(f"{name}: {command[0]}: exit {done.returncode}: {errors.strip()[:600]}")
            if done.returncode == 3 and len(errors.strip().splitlines()) != 1:
                out.append(f"{name}: {command[0]}: not one line: {errors.strip()[:300]}")
    return out


def check_cut(program, path, size):
    with tempfile.NamedTemporaryFile(suffix=path.suffix) as cut:
        cut.write(path.read_bytes()[:size])
        cut.flush()
        wanted = {3} if size < header_size(path) else {0}
        return check(program, cut.name, f"{path.name} cut at {size}", wanted)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("program")
    p.add_argument("project", type=pathlib.Path)
    p.add_argument("--cuts", type=int, default=0)
    p.add_argument("--sample", type=int, default=0)
    p.add_argument("--seed", type=int, default=1)
    a = p.parse_args()
    program = os.path.abspath(a.program)
    chance = random.Random(a.seed)
    files = captures(a.project)
    if a.sample and a.sample < len(files):
        files = chance.sample(files, a.sample)
    jobs = [(check, program, f, str(f), {0}) for f in files]
    for f in files:
        for _ in range(a.cuts):
            jobs.append((check_cut, program, f, chance.randrange(1, f.stat().st_size)))
    complaints = []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for result in pool.map(lambda job: job[0](*job[1:]), jobs):
            complaints += result
    print("\n".join(complaints))
    print(f"{len(files)} captures, {len(jobs)} runs, {len(complaints)} complaints")
    return 1 if complaints or not files else 0


if __name__ == "__main__":
    sys.exit(main())
