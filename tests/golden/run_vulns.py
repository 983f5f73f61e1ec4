#!/usr/bin/env python3
"""Known weaknesses of the demo plant, from the advisories in tests/data: what is found and why, that an
import can be repeated, that a bad file is said, and that what an advisory writes comes out inert.

    run_vulns.py PROGRAM PROJECT
"""
import csv
import io
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import driver  # noqa: E402
import run_exports  # noqa: E402

# (asset, place, weakness): state, exploited, reason
WANTED = {
    ("PLC-7 palletiser", "slot 0", "CVE-2099-0001"): ("affected", "", "vendor and model number exact, version 20.11 < 20.19"),
    ("PLC-7 palletiser", "slot 0", "CVE-2099-0002"): ("affected", "", "vendor and model number exact, version 20.11 < 20.19"),
    ("PLC-1 filler", "", "CVE-2099-0010"): (
        "affected", "", "vendor exact, model number fits BMEP58????, version V3.20 >= 3.0 and < 3.30"),
    ("GW-1 energy", "unit 2", "CVE-2099-0011"): (
        "affected", "", "vendor and model number exact, version V02.5.1 <= V2.6"),
    ("PLC-5 conveyor", "", "CVE-2099-0020"): (
        "affected", "yes", "vendor exact, model number fits 750-8212*, version 04.02.13(24) < FW25"),
    ("IO-7 palletiser", "", "CVE-2099-0030"): ("affected", "", "vendor and product exact, version 5.12 <= 5.012"),
    ("MES-GW", "", "CVE-2099-0040"): (
        "cannot-tell", "", "cannot tell: firmware unknown; vendor and product exact, affected <2.74.0"),
    ("GW-1 energy", "unit 3", "CVE-2099-0050"): ("affected", "", "vendor and product exact, all versions"),
    ("GW-1 energy", "unit 8", "CVE-2099-0060"): (
        "affected", "", "vendor and model number exact, version 2.06 < 2.10"),
    ("PLC-2 capper", "", "CVE-2099-0099"): (
        "cannot-tell", "yes", "cannot tell: the list of exploited weaknesses names no versions; vendor and product exact"),
}
NOT_AFFECTED = {
    ("GW-1 energy", "unit 1", "CVE-2099-0011"): "not affected: version V02.8.4 is fixed; vendor and model number exact",
}


class Plant:
    def __init__(self, program, project, folder):
        self.program, self.project, self.folder = program, project, folder

    def run(self, *arguments, text=True):
        return subprocess.run([self.program, *map(str, arguments)], capture_output=True, text=text, timeout=300)

    def analyze(self, out, *more):
        capture = self.project / "pcaps" / "plant-demo"
        done = self.run("analyze", "--site", f"{capture}.toml", "--out", out, *more, f"{capture}.pcap")
        assert done.returncode == 0, done.stderr
        return done.stdout

    def rows(self, state, *more):
        done = self.run("vulns", "list", "--state", state, "--format", "json", *more)
        assert done.returncode == 0, done.stderr
        return [{name.lower(): cell for name, cell in row.items()} for row in json.loads(done.stdout)]


def key(row):
    return row["name"], row["place"], row["weakness"]


def imports(plant, state, data, report):
    done = plant.run("vulns", "list", "--state", state)
    report.check("nothing imported yet", [] if done.returncode == 3 and "vulns import" in done.stderr
                 and done.stderr.count("\n") == 1 else [f"{done.returncode}: {done.stderr}"])
    done = plant.run("vulns", "import", "--state", state, data / "older")
    report.check("import of the older one", [] if done.returncode == 0 and "1 new" in done.stdout else [done.stdout + done.stderr])
    done = plant.run("vulns", "import", "--state", state, data / "advisories")
    wanted = "advisories  7 read: 6 new, 1 in place of an older version, 0 known already\nexploited   2 in the list\n"
    report.check("import", [] if (done.returncode, done.stdout, done.stderr) == (0, wanted, "") else [done.stdout + done.stderr])
    done = plant.run("vulns", "import", "--state", state, data / "advisories")
    report.check("import again", [] if "7 read: 0 new, 0 in place of an older version, 7 known already" in done.stdout else [done.stdout])
    done = plant.run("vulns", "import", "--state", state, data / "older", data / "kev.csv")
    report.check("import of what is older", [] if "1 older" in done.stdout else [done.stdout])
    log = plant.run("audit", "log", "--state", state).stdout
    report.check("audit log", [] if log.count("vulns import") == 4 and "advisories 1, exploited 0" in log else [log])


def mistakes(plant, state, data, report):
    bad = plant.folder / "bad"
    shutil.copytree(data / "advisories", bad)
    whole = (bad / "ex-2026-001.json").read_text()
    (bad / "cut.json").write_text(whole[:1500])
    (bad / "wrong.json").write_text(whole.replace('"id": "EX-2026-001"', '"id": 7'))
    (bad / "feed.json").write_text("{}")
    done = plant.run("vulns", "import", "--state", state, bad)
    words = ["cut.json: line ", "ends in the middle", "wrong.json: /document/tracking/id: expected a text, found a number"]
    report.check("bad files among good ones", [f"does not say {w}: {done.stderr}" for w in words if w not in done.stderr]
                 + ([] if done.returncode == 0 and done.stderr.count("\n") == 2 and "2 files" in done.stdout else [done.stdout]))
    for name, told in (("cut.json", "cut.json"), ("feed.json", "no CSAF advisory"), ("nothing.json", "no such file"), ("", None)):
        where = bad / name if told else plant.folder / "empty"
        (plant.folder / "empty").mkdir(exist_ok=True)
        done = plant.run("vulns", "import", "--state", state, where)
        problems = [] if done.returncode == 3 and (told or "nothing that can be used") in done.stderr else [f"{done.returncode}: {done.stderr}"]
        report.check(f"import of {name or 'an empty folder'}", problems)
    done = plant.run("vulns", "import", "--state", plant.folder / "nowhere", data / "advisories")
    report.check("no state", [] if done.returncode == 3 and "no prahari.db" in done.stderr else [done.stderr])


def matches(plant, state, report):
    rows = plant.rows(state)
    found = {key(row): (row["state"], row["exploited"], row["reason"]) for row in rows}
    report.check("matches", [f"{k}: {found.get(k)} is not {v}" for k, v in WANTED.items() if found.get(k) != v])
    under = [k for k, row in found.items() if row[0] == "under-investigation"]
    extra = sorted(set(found) - set(WANTED) - set(under) - {("10.20.110.77", "", "CVE-2099-0040"), ("", "", "CVE-2099-0040")})
    report.check("no others", [f"{k}: {found[k]}" for k in extra])
    report.check("under investigation", [] if under == [("GW-1 energy", "unit 5", "CVE-2099-0050")] else [str(under)])
    ranks = [(r["exploited"] != "yes", -float(r["cvss"] or 0)) for r in rows]
    report.check("the order", [] if ranks == sorted(ranks) else [str(ranks)])
    everything = {key(row): row["reason"] for row in plant.rows(state, "--all")}
    report.check("with --all", [f"{k}: {everything.get(k)}" for k, v in NOT_AFFECTED.items() if everything.get(k) != v])
    report.check("without --all", [str(k) for k in NOT_AFFECTED if k in found])
    one = plant.rows(state, "--asset", "PLC-7 palletiser")
    report.check("one asset", [] if {r["name"] for r in one} == {"PLC-7 palletiser"} and len(one) == 2 else [str(one)])
    for severity, status in (("critical", 1), ("high", 1)):
        done = plant.run("vulns", "list", "--state", state, "--fail-on", severity)
        report.check(f"--fail-on {severity}", [] if done.returncode == status else [str(done.returncode)])
    done = plant.run("vulns", "list", "--state", state, "--fail-on", "high", "--asset", "PLC-1 filler")
    report.check("--fail-on what is not there", [] if done.returncode == 0 else [str(done.returncode)])
    done = plant.run("vulns", "list", "--state", state, "--asset", "nobody")
    report.check("no such asset", [] if done.returncode == 3 and "nobody" in done.stderr else [done.stderr])
    shown = plant.run("assets", "show", "--state", state, "PLC-7 palletiser").stdout
    report.check("assets show", [] if "CVE-2099-0001, 9.8 critical, slot 0: vendor and model number exact, version 20.11 < 20.19" in shown else [shown])
    shown = json.loads(plant.run("assets", "show", "--state", state, "--format", "json", "PLC-7 palletiser").stdout)
    report.check("assets show, json", [] if [w["weakness"] for w in shown["weaknesses"]] == ["CVE-2099-0001", "CVE-2099-0002"] else [str(shown)[-500:]])


def inert(plant, state, report):
    """An advisory with a formula, escapes for a terminal, markup and characters that reorder text."""
    for name in ("table", "csv", "jsonl"):
        out = plant.run("vulns", "list", "--state", state, "--format", name, text=False).stdout.decode()
        report.check(f"inert, {name}", [repr(c) for c in "\x1b\u202e" if c in out and not (name == "csv" and c == "\u202e")])
        if name == "csv":
            cells = [cell for row in csv.reader(io.StringIO(out)) for cell in row]
            report.check("inert, formulas", [cell for cell in cells if cell[:1] in ("=", "+", "@", "\t")])
    shown = plant.run("assets", "show", "--state", state, "GW-1 energy", text=False).stdout
    report.check("inert, assets show", [] if b"\x1b" not in shown else ["an escape"])


def exports(plant, state, data, report):
    out = plant.folder / "at-once"
    screen = plant.analyze(out, "--advisories", data / "advisories")
    again = plant.folder / "again"
    plant.analyze(again, "--workers", "2", "--advisories", data / "advisories")
    report.check("the screen", [] if "known to be exploited" in screen else [screen[-400:]])
    for name in ("assets.cdx.json", "assets.xlsx", "report.html"):
        if name == "report.html":
            continue  # it says how long the run took
        report.check(f"same bytes, {name}", [] if (out / name).read_bytes() == (again / name).read_bytes() else ["differs"])
    for name, file in (("cyclonedx", "assets.cdx.json"), ("xlsx", "assets.xlsx")):
        for folder, what in ((out, "of the same run"), (state, "after an import")):
            later = plant.folder / f"later-{file}"
            done = plant.run("assets", "export", "--state", folder, "--format", name, "--out", later)
            same = done.returncode == 0 and later.read_bytes() == (out / file).read_bytes()
            report.check(f"export of {name} {what}", [] if same else [done.stderr or "differs from what analyze wrote"])
    page = (out / "report.html").read_text()
    problems = [f"does not hold {w}" for w in ("Known weaknesses", "CVE-2099-0020", "known to be exploited", "version 20.11 &lt; 20.19")
                if w not in page]
    report.check("report", problems + [f"holds {w}" for w in ("<script", "\x1b", "\u202e", "href=\"javascript") if w in page])
    bom = json.loads((out / "assets.cdx.json").read_text())
    refs = set()

    def walk(components):
        for component in components:
            refs.add(component["bom-ref"])
            walk(component.get("components", []))

    walk(bom["components"])
    told = bom["vulnerabilities"]
    report.check("bill of materials, references", [a["ref"] for v in told for a in v["affects"] if a["ref"] not in refs])
    patches = {p["value"] for c in bom["components"] for p in c["properties"] if p["name"] == "otm:patchStatus"}
    wanted = ("update needed: ", "cannot be told: ")
    report.check("bill of materials, patch status", [w for w in wanted if not any(p.startswith(w) for p in patches)])
    states = {v["id"]: v["analysis"]["state"] for v in told if v["id"] in ("CVE-2099-0001", "CVE-2099-0040")}
    report.check("bill of materials, states", [] if states == {"CVE-2099-0001": "exploitable", "CVE-2099-0040": "in_triage"} else [str(states)])
    folder = run_exports.schemas(plant.project)
    if folder is None:
        print("skipped: the schema of CycloneDX, for npm or the registry cannot be reached")
    else:
        report.check("bill of materials, schema", run_exports.against_schema(bom, folder))
    with zipfile.ZipFile(out / "assets.xlsx") as book:
        names = book.read("xl/workbook.xml").decode()
        sheet = book.read("xl/worksheets/sheet6.xml").decode()
    report.check("workbook", ([] if 'name="weaknesses"' in names else ["no sheet"]) + [t for t in ("<f>", "<hyperlink") if t in sheet])


def main():
    program, project = driver.arguments()
    report = driver.Report()
    data = project / "tests" / "data"
    with tempfile.TemporaryDirectory() as base:
        plant = Plant(program, project, pathlib.Path(base))
        state = plant.folder / "out"
        plant.analyze(state)
        report.check("no advisories, no list", [] if "vulnerabilities" not in json.loads((state / "assets.cdx.json").read_text()) else ["there is one"])
        imports(plant, state, data, report)
        matches(plant, state, report)
        inert(plant, state, report)
        mistakes(plant, state, data, report)
        exports(plant, state, data, report)
    report.finish()


if __name__ == "__main__":
    main()
