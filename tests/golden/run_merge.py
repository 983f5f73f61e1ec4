#!/usr/bin/env python3
"""`prahari assets merge`: a person says which rows are one device, and takes it back.

    run_merge.py PROGRAM PROJECT

Over the result folder of the shipped plant capture, a copy each time.
"""
import csv
import io
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import driver  # noqa: E402


class State:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder

    def run(self, *command, status=0):
        done = subprocess.run([self.program, *command, "--state", self.folder], capture_output=True, text=True)
        assert done.returncode == status, f"{' '.join(command)}: status {done.returncode}: {done.stderr}"
        return done.stdout if status == 0 else done.stderr

    def assets(self):
        return {a["id"]: a for a in json.loads(self.run("assets", "export", "--format", "json"))["assets"]}


def wanted(condition, words):
    return [] if condition else [words]


def persons_word(state):
    before = state.assets()
    two = [a for a in before.values() if a["addresses"]][:2]
    keep, part = two
    names = [a["addresses"][0]["ip"] for a in two]
    text = state.run("assets", "merge", names[0], names[1], "--reason", "two ports of one cabinet")
    problems = wanted(text.startswith("1 change"), text)
    after = state.assets()
    problems += wanted(len(after) == len(before) - 1 and part["id"] not in after, "two rows are not one")
    row = after[keep["id"]]
    note = row["merged"][0] if row["merged"] else {}
    problems += wanted(note.get("id") == part["id"] and note.get("reason") == "two ports of one cabinet" and note.get("by"),
                       f"no reason, or nobody who said it: {note}")
    problems += wanted({use["ip"] for use in row["addresses"]} >= set(names), "addresses are missing")
    problems += wanted(row["packets_sent"] == keep["packets_sent"] + part["packets_sent"], "packets do not add up")
    shown = state.run("assets", "show", names[1])
    problems += wanted(shown.startswith(keep["id"]) and "two ports of one cabinet" in shown, "show says nothing of it")
    rows = list(csv.DictReader(io.StringIO(state.run("assets", "list", "--format", "csv"))))
    problems += wanted(len(rows) == len(after), "the list shows another number of rows")
    problems += wanted(state.run("assets", "merge", names[0], names[1]).startswith("0 changes"), "merged twice")
    state.run("assets", "merge", names[0], names[1], "--undo")
    problems += wanted(state.assets() == before, "undone is not as before")
    audit = list(csv.DictReader(io.StringIO(state.run("audit", "log", "--format", "csv"))))
    problems += wanted([line["ACTION"] for line in audit] == ["merge", "unmerge"] and all(line["WHO"] for line in audit),
                       f"audit: {audit}")
    return problems


def wrong_use(state):
    problems = []
    a = next(iter(state.assets().values()))["id"]
    for command, status, words in ((["no-such", a], 3, "no asset no-such"), ([a, a, "--undo"], 3, "named twice"),
                                   ([a], 2, "B"), ([a, a, "--reason", "x" * 300], 2, "at most 256 bytes")):
        said = state.run("assets", "merge", *command, status=status)
        problems += wanted(words in said, f"{command}: {said}")
    return problems


def text_is_inert(state):
    a, b = list(state.assets())[:2]
    state.run("assets", "merge", a, b, "--reason", "=HYPERLINK(\"http://evil/\")<script>")
    problems = []
    state.run("assets", "export", "--format", "xlsx", "--out", str(state.folder / "x.xlsx"))
    import zipfile
    with zipfile.ZipFile(state.folder / "x.xlsx") as book:
        for name in book.namelist():
            if name.startswith("xl/worksheets/") and b"<f>" in book.read(name):
                problems.append(f"{name} holds a formula")
    return problems


def main():
    program, project = driver.arguments()
    report = driver.Report()
    with tempfile.TemporaryDirectory() as base:
        first = pathlib.Path(base) / "first"
        subprocess.run([program, "analyze", "-q", "--out", first, project / "pcaps" / "plant-demo.pcap"], check=True,
                       capture_output=True)
        for number, check in enumerate((persons_word, wrong_use, text_is_inert)):
            folder = pathlib.Path(base) / str(number)
            shutil.copytree(first, folder)
            report.check(check.__name__.replace("_", " "), check(State(program, folder)))
    report.finish()


if __name__ == "__main__":
    main()
