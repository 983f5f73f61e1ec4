"""What the tests that drive the finished program share: running it, and finding captures."""
import json
import os
import pathlib
import subprocess
import sys

SKIPPED = 77
FULL = os.environ.get("PRAHARI_FULL") == "1"


def arguments():
    """(program, project folder) from the command line; both have to be there."""
    if len(sys.argv) != 3:
        sys.exit(f"usage: {sys.argv[0]} PROGRAM PROJECT_DIR")
    program, project = (pathlib.Path(a).resolve() for a in sys.argv[1:])
    if not program.exists():
        sys.exit(f"{program}: no such program; build it first")
    return program, project


def shared_captures(project, folder="modbus"):
    """The captures that lie beside the project, smallest first; [] where they are not."""
    root = project.parent / "shared" / "pcaps" / folder
    found = [p for p in root.rglob("*") if p.suffix in (".pcap", ".pcapng", ".cap")]
    return sorted(found, key=lambda p: (p.stat().st_size, str(p)))


def dissect(program, capture, protocol="modbus", timeout=300):
    """The records of `prahari dissect`, or an AssertionError that says how it failed."""
    command = [str(program), "dissect", "--protocol", protocol, "--format", "jsonl", str(capture)]
    done = subprocess.run(command, capture_output=True, timeout=timeout)
    said = done.stderr.decode(errors="replace").strip()
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(command)}: exit {done.returncode}: {said[-500:]}")
    records = []
    for number, line in enumerate(done.stdout.splitlines(), 1):
        try:
            records.append(json.loads(line))
        except ValueError as error:
            raise AssertionError(f"{' '.join(command)}: line {number} is no JSON: {error}") from None
    return records


class Report:
    """Collects failures, prints the first of each check, and gives the exit status."""

    def __init__(self):
        self.failures = 0
        self.checks = 0

    def check(self, what, problems, limit=8):
        self.checks += 1
        if not problems:
            return
        self.failures += 1
        print(f"FAILED {what}: {len(problems)} differences")
        for problem in problems[:limit]:
            print(f"    {problem}")
        if len(problems) > limit:
            print(f"    ... and {len(problems) - limit} more")

    def finish(self):
        print(f"{self.checks} checks, {self.failures} failed")
        sys.exit(1 if self.failures else 0)
