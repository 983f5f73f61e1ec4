#!/usr/bin/env python3
"""Cases of the plant capture: one, of the laptop, told alike in every place.

    run_cases.py PROGRAM PROJECT
"""
import json
import pathlib
import sqlite3
import subprocess
import sys
import tempfile

MATRIX = ["Initial Access", "Execution", "Persistence", "Privilege Escalation", "Evasion", "Discovery",
          "Lateral Movement", "Collection", "Command and Control", "Inhibit Response Function",
          "Impair Process Control", "Impact"]
LAPTOP = "10.20.110.77"
failures = []


def check(what, good, seen=""):
    if not good:
        failures.append(f"{what}: {seen}"[:600])


def run(program, *arguments):
    return subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, timeout=300)


def main():
    program, project = sys.argv[1], pathlib.Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "out"
        done = run(program, "analyze", "--site", project / "pcaps" / "plant-demo.toml", "--out", out,
                   project / "pcaps" / "plant-demo.pcap")
        check("analyze", done.returncode == 0, done.stderr)
        cases = json.load(open(out / "cases.json"))["cases"]
        alerts = {a["id"]: a for a in map(json.loads, open(out / "alerts.jsonl"))}
        check("one case", len(cases) == 1, [c["title"] for c in cases])
        case = cases[0]
        check("its source", case["source"]["ip"] == LAPTOP, case["source"])
        check("a stranger", case["title"].startswith(f"An unknown host, {LAPTOP}, scanned the network"),
              case["title"])
        check("what it did", all(words in case["title"] for words in (
            "read the identification of", "wrote to", "restarted PLC-1 filler",
            "loaded a program into PLC-7 palletiser")), case["title"])
        order = [(MATRIX.index(s["tactic"]), s["first_seen"]) for s in case["steps"]]
        check("order of the steps", order == sorted(order), order)
        check("steps are alerts", all(s["alert"] in alerts for s in case["steps"]))
        check("all steps", len(case["steps"]) + case["left_out"] == case["alerts"])
        inside = {i for i, a in alerts.items() if a["case"] == case["id"]}
        check("alerts name it", len(inside) == case["alerts"], f"{len(inside)} of {case['alerts']}")
        mine = {i for i, a in alerts.items() if a["source"]["ip"] == LAPTOP}
        check("all of the laptop's, nobody else's", inside == mine, inside ^ mine)

        rows = sqlite3.connect(out / "prahari.db").execute("SELECT id, body FROM cases").fetchall()
        check("database", [(i, json.loads(b)) for i, b in rows] == [(case["id"], case)], rows)
        listed = run(program, "alerts", "list", "--cases", "--state", out, "--format", "json")
        check("alerts list --cases", json.loads(listed.stdout)[0]["ID"] == case["id"], listed.stdout)
        shown = run(program, "alerts", "show", case["id"], "--state", out)
        check("alerts show CASE", case["title"] in shown.stdout and "Discovery" in shown.stdout, shown.stdout)
        shown = run(program, "alerts", "show", case["id"], "--state", out, "--format", "json")
        check("alerts show CASE --format json", json.loads(shown.stdout) == case, shown.stdout)
        shown = run(program, "alerts", "show", case["steps"][0]["alert"], "--state", out)
        check("an alert shows its case", case["id"] in shown.stdout, shown.stdout)
        wrong = run(program, "alerts", "list", "--cases", "--kind", "scan", "--state", out)
        check("--cases with --kind", wrong.returncode == 2, wrong.stderr)
        check("screen", "cases      1 case" in done.stdout, done.stdout)
        page = (out / "report.html").read_text()
        check("report", f'id="{case["id"]}"' in page and page.index('id="cases"') < page.index('id="found"'))
    print("\n".join(failures) or "cases: one case of the laptop, told alike everywhere")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
