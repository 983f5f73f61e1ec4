#!/usr/bin/env python3
"""The exports of the inventory: the bill of materials is what the schema of CycloneDX 1.6 accepts,
the workbook holds the same rows as the csv files and no formula, and exporting later gives the same
bytes. What a device calls itself comes out inert.

    run_exports.py PROGRAM PROJECT

The schemas are fetched by npm once; without it that check says that it was skipped.
"""
import csv
import json
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import driver  # noqa: E402

FORMATS = {"csv": "assets.csv", "json": "assets.json", "xlsx": "assets.xlsx", "cyclonedx": "assets.cdx.json"}
SHEETS = ["assets", "evidence", "connections", "posture", "capture health"]
NAMESPACE = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
EVIL = "=HYPERLINK(\"http://evil/\",\"x\")\x1b[31m<script>alert(1)</script>_x003D_"


def schemas(project):
    """The folder of CycloneDX's schemas; None where npm cannot fetch it."""
    folder = project / "build" / "npm-cyclonedx"
    found = folder / "node_modules" / "@cyclonedx" / "cyclonedx-library" / "res" / "schema"
    if not found.is_dir():
        if not shutil.which("npm"):
            return None
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(project / "tests" / "support" / "cyclonedx" / name, folder / name)
        try:
            subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--omit=optional", "--omit=peer"],
                           cwd=folder, capture_output=True, timeout=120, check=True)
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
            return None
    return found if found.is_dir() else None


def against_schema(bom, folder):
    """What the schema objects to."""
    import warnings
    import jsonschema
    warnings.simplefilter("ignore", DeprecationWarning)  # Debian 12 has no successor of RefResolver
    load = {name: json.loads((folder / f"{name}.SNAPSHOT.schema.json").read_text())
            for name in ("bom-1.6", "spdx", "jsf-0.82")}
    base = load["bom-1.6"]["$id"].rsplit("/", 1)[0]
    store = {f"{base}/{name}.SNAPSHOT.schema.json": schema for name, schema in load.items()}
    store.update({schema["$id"]: schema for schema in load.values()})
    resolver = jsonschema.RefResolver(load["bom-1.6"]["$id"], load["bom-1.6"], store=store)
    validator = jsonschema.Draft7Validator(load["bom-1.6"], resolver=resolver)
    return [f"{'/'.join(map(str, e.path))}: {e.message[:200]}" for e in validator.iter_errors(bom)]


def against_itself(bom, assets):
    """References that lead nowhere, and what the inventory holds but the bill does not."""
    refs = set()

    def walk(components):
        for component in components:
            if component["bom-ref"] in refs:
                yield f"{component['bom-ref']} is there twice"
            refs.add(component["bom-ref"])
            yield from walk(component.get("components", []))

    problems = list(walk(bom["components"]))
    for dependency in bom["dependencies"]:
        problems += [f"{ref}: no such component" for ref in [dependency["ref"], *dependency.get("dependsOn", [])]
                     if ref not in refs]
    by_ref = {c["bom-ref"]: c for c in bom["components"]}
    for asset in assets["assets"]:
        if asset["id"] not in by_ref:
            problems.append(f"{asset['id']} is missing")
            continue
        component = by_ref[asset["id"]]
        properties = {p["name"]: p["value"] for p in component["properties"]}
        for field, name in (("serial", "cdx:device:serialNumber"), ("order_number", "otm:partNumber")):
            told = asset["values"].get(field, {}).get("value")
            if told != properties.get(name):
                problems.append(f"{asset['id']}: {field} {told} is {properties.get(name)}")
        firmware = [c for c in component.get("components", []) if c["type"] == "firmware"]
        told = asset["values"].get("firmware", {}).get("value")
        if told != (firmware[0]["version"] if firmware else None):
            problems.append(f"{asset['id']}: firmware {told}")
    return problems


def rows_of(book, sheet):
    """The cells of one sheet as text, and what in it is alive."""
    tree = xml.fromstring(book.read(f"xl/worksheets/sheet{SHEETS.index(sheet) + 1}.xml"))
    strings = []
    if "xl/sharedStrings.xml" in book.namelist():
        strings = ["".join(item.itertext()) for item in xml.fromstring(book.read("xl/sharedStrings.xml"))]
    alive = [node.tag for node in tree.iter() if node.tag.endswith(("}f", "}hyperlink"))]
    rows = []
    for row in tree.iterfind(".//x:row", NAMESPACE):
        cells = {}
        for cell in row.iterfind("x:c", NAMESPACE):
            column = re.match("[A-Z]+", cell.get("r")).group()
            text = "".join(cell.itertext())
            cells[column] = strings[int(text)] if cell.get("t") == "s" else text
        rows.append(cells)
    return rows, alive


def column(number):
    out = ""
    while number >= 0:
        out = chr(65 + number % 26) + out
        number = number // 26 - 1
    return out


def against_csv(rows, path):
    problems = []
    with open(path, newline="") as file:
        wanted = list(csv.reader(file))
    if len(rows) != len(wanted):
        problems.append(f"{len(rows)} rows, {path.name} has {len(wanted)}")
    for number, (row, line) in enumerate(zip(rows, wanted), 1):
        told = [row.get(column(i), "") for i in range(len(line))]
        problems += [f"row {number}: {a!r} is {b!r}" for a, b in zip(line, told) if a.lstrip("'") != b.lstrip("'")]
    return problems


def workbook(path, folder):
    problems = []
    with zipfile.ZipFile(path) as book:
        names = [s.get("name") for s in xml.fromstring(book.read("xl/workbook.xml")).iterfind(".//x:sheet", NAMESPACE)]
        if names != SHEETS:
            problems.append(f"the sheets are {names}")
        for sheet in SHEETS:
            rows, alive = rows_of(book, sheet)
            problems += [f"{sheet}: {tag}" for tag in alive]
            if len(rows) < 2:
                problems.append(f"{sheet} is empty")
            if folder is not None and sheet in ("assets", "connections"):
                file = folder / ("assets.csv" if sheet == "assets" else "flows.csv")
                problems += [f"{sheet}: {p}" for p in against_csv(rows, file)]
    return problems


def wanted_code(sheet):
    """Excel would take a name of such letters for a character."""
    bare = re.findall(r"(?<!_x005F)_x003D_", sheet)
    return [f"{len(bare)} are left to be read as a character"] if bare or "_x005F_x003D_" not in sheet else []


def export(program, state, name, out):
    done = subprocess.run([program, "assets", "export", "--state", state, "--format", name, "--out", out],
                          capture_output=True, text=True)
    return [] if done.returncode == 0 else [f"exit {done.returncode}: {done.stderr}"]


def annotations(program, state, base, report):
    """What people say stays, can be taken back, and is on record; an import changes what differs."""
    def run(*arguments):
        done = subprocess.run([program, *arguments, "--state", state], capture_output=True, text=True)
        return done.returncode, done.stdout, done.stderr

    def shown(field):
        table = base / "annotated.csv"
        export(program, state, "csv", table)
        return {row["ip"]: row[field] for row in csv.DictReader(open(table, newline=""))}[plc]

    plc, before = "10.20.110.21", None
    before = shown("location")
    said = [("--owner", "R. Iyer"), ("--location", "=hall 2"), ("--tags", "controller;critical")]
    code, out, _ = run("assets", "annotate", plc, *[word for pair in said for word in pair])
    report.check("annotate", [] if (code, out) == (0, "2 changes\n") else [f"{code}: {out}"])
    report.check("annotated", [] if (shown("owner"), shown("location")) == ("R. Iyer", "'=hall 2") else ["not so"])
    first = base / "first.csv"
    export(program, state, "csv", first)
    code, out, _ = run("assets", "import", first)
    report.check("import of an export", [] if (code, out) == (0, "0 changes\n") else [f"{code}: {out}"])
    edited = base / "edited.csv"
    edited.write_text(f"ip,owner,criticality\n{plc},\"Rao, S.\",medium\n")
    code, out, _ = run("assets", "import", edited)
    report.check("import", [] if (code, shown("owner"), shown("criticality")) == (0, "Rao, S.", "medium") else [out])
    edited.write_text(f"ip,owner,criticality\n{plc},nobody,high\n{plc},x,huge\n")
    code, _, error = run("assets", "import", edited)
    report.check("import with a mistake", [] if code == 3 and "edited.csv:3: criticality: expected low" in error
                 and shown("owner") == "Rao, S." else [f"{code}: {error}"])
    run("assets", "annotate", plc, "--owner", "", "--location", "", "--criticality", "")
    report.check("taken back", [] if shown("location") == before else [shown("location")])
    _, log, _ = run("audit", "log", "--format", "json")
    rows = [{name.lower(): cell for name, cell in row.items()} for row in json.loads(log)]
    told = [(r["field"], r["old"], r["new"]) for r in rows]
    wanted = [("owner", "", "R. Iyer"), ("location", before, "=hall 2"), ("owner", "R. Iyer", "Rao, S.")]
    report.check("audit log", [f"{w} is missing in {told}" for w in wanted if w not in told])


def main():
    program, project = driver.arguments()
    report = driver.Report()
    with tempfile.TemporaryDirectory() as base:
        base = pathlib.Path(base)
        result = base / "out"
        subprocess.run([program, "analyze", "-q", "--site", project / "pcaps" / "plant-demo.toml", "--out", result,
                        project / "pcaps" / "plant-demo.pcap"], check=True)
        bom = json.loads((result / "assets.cdx.json").read_text())
        report.check("bill of materials", against_itself(bom, json.loads((result / "assets.json").read_text())))
        folder = schemas(project)
        if folder is None:
            print("skipped: the schema of CycloneDX, for npm or the registry cannot be reached")
        else:
            report.check("bill of materials, schema", against_schema(bom, folder))
            broken = {**bom, "components": [{**bom["components"][0], "type": "gadget"}]}
            report.check("the schema refuses nonsense", [] if against_schema(broken, folder) else ["it did not"])
        report.check("workbook", workbook(result / "assets.xlsx", result))
        for name, file in FORMATS.items():
            later = base / file
            problems = export(program, result, name, later)
            if not problems and later.read_bytes() != (result / file).read_bytes():
                problems = ["differs from what analyze wrote"]
            report.check(f"export of {name}", problems)

        refused = subprocess.run([program, "assets", "export", "--state", result, "--format", "xlsx",
                                  "--out", "/proc/site.xlsx"], capture_output=True, text=True)
        report.check("a place that cannot be written", [] if refused.returncode == 4
                     and refused.stderr.count("\n") == 1 and "/proc/site.xlsx" in refused.stderr
                     else [f"{refused.returncode}: {refused.stderr}"])
        annotations(program, result, base, report)
        with sqlite3.connect(result / "prahari.db") as state:
            state.execute("UPDATE facts SET value = ? WHERE field IN ('product', 'firmware')", (EVIL,))
            state.execute("UPDATE assets SET name = ?", (EVIL,))
        for name, file in FORMATS.items():
            report.check(f"evil names, {name}", export(program, result, name, base / file))
        report.check("evil names, workbook", workbook(base / "assets.xlsx", None))
        with zipfile.ZipFile(base / "assets.xlsx") as book:
            sheet = book.read("xl/worksheets/sheet1.xml").decode()
        report.check("evil names, codes of a workbook", wanted_code(sheet))
        cells = [cell for row in csv.reader(open(base / "assets.csv", newline="")) for cell in row]
        report.check("evil names, csv", [cell for cell in cells if cell[:1] in ("=", "+", "-", "@")
                                         or "\x1b" in cell])
        report.check("evil names, json", [] if json.loads((base / "assets.json").read_text()) else ["empty"])
        if folder is not None:
            report.check("evil names, bill of materials",
                         against_schema(json.loads((base / "assets.cdx.json").read_text()), folder))
    report.finish()


if __name__ == "__main__":
    main()
