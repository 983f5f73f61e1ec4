#!/usr/bin/env python3
"""A dozen captures through `analyze --workers 2` and `dissect`, for a build with ThreadSanitizer.

    races.py PROGRAM PROJECT [--captures N]

Takes the plant capture and, where they are there, N - 1 of ../shared/pcaps from the smallest to the
largest. Wanted: exit 0, and the sanitizer has nothing to say.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile


def choose(project, count):
    root = project / ".." / "shared" / "pcaps"
    found = [p for p in root.rglob("*") if p.suffix in (".pcap", ".pcapng", ".cap") and p.is_file()]
    found.sort(key=lambda p: (p.stat().st_size, str(p)))
    wanted = count - 1
    spread = [found[(i + 1) * len(found) // wanted - 1] for i in range(wanted)] if found else []
    return [project / "pcaps" / "plant-demo.pcap", *spread]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("project", type=pathlib.Path)
    parser.add_argument("--captures", type=int, default=12)
    a = parser.parse_args()
    environment = dict(os.environ, TSAN_OPTIONS="halt_on_error=0 exitcode=66")
    program = str(a.program.resolve())
    captures = choose(a.project.resolve(), a.captures)
    complaints = runs = 0
    for capture in captures:
        with tempfile.TemporaryDirectory() as folder:
            for command in (["analyze", "-q", "--workers", "2", "--messages", "--out", folder + "/out"], ["dissect"]):
                done = subprocess.run([program, *command, str(capture)], stdout=subprocess.DEVNULL,
                                      stderr=subprocess.PIPE, env=environment, timeout=1800)
                said = done.stderr.decode(errors="replace")
                runs += 1
                if done.returncode != 0 or "ThreadSanitizer" in said:
                    complaints += 1
                    print(f"{capture.name}: {command[0]}: exit {done.returncode}\n{said[:3000]}")
    print(f"{len(captures)} captures, {runs} runs, {complaints} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
