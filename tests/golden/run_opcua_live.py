#!/usr/bin/env python3
"""Real OPC UA traffic in every mode and policy equals what the server and its clients say they did.

    run_opcua_live.py PROGRAM PROJECT

node-opcua (tests/support/opcua/modes.js) talks on the loopback of a network namespace: without
security, signed, and encrypted, each under every policy that is not withdrawn. What can be read is
decoded in full, what cannot is said to be encrypted, and the inventory knows mode, policy, users,
certificates and endpoints. Skipped (77) where namespaces or node-opcua cannot be had.
"""
import collections
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import driver  # noqa: E402

NAMESPACE = f"prahari-opcua-{os.getpid()}"
INSIDE = ["ip", "netns", "exec", NAMESPACE]
PORT = 4840
SECRET = "not-to-be-seen"
# What modes.js does in each session, and node-opcua for it.
SERVICES = {"GetEndpoints": 1, "CreateSession": 1, "ActivateSession": 1, "Browse": 1, "Read": 3,
            "Write": 1, "CreateSubscription": 1, "CreateMonitoredItems": 1, "Call": 1,
            "CloseSession": 1, "CloseSecureChannel": 1}


def skip(why):
    print(f"skipped: {why}")
    sys.exit(driver.SKIPPED)


def node_opcua(project):
    """A folder with node-opcua in it, fetched once by npm under the lock file of the generator."""
    folder = project / "build" / "npm-opcua"
    if (folder / "node_modules" / "node-opcua").is_dir():
        return folder
    source = project / "pcaps" / "generator"
    if not shutil.which("npm") or not (source / "package-lock.json").exists():
        return None
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(source / name, folder / name)
    try:
        done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=folder, text=True,
                              capture_output=True, timeout=300)
    except subprocess.TimeoutExpired:
        return None
    return folder if done.returncode == 0 else None


def record(project, modules, folder):
    """The capture of all sessions, and what modes.js says of them."""
    capture = folder / "modes.pcap"
    support = project / "tests" / "support"
    recorder = subprocess.Popen([*INSIDE, sys.executable, support / "recorder.py", "lo", capture],
                                stdout=subprocess.PIPE, text=True)
    recorder.stdout.readline()
    try:
        done = subprocess.run([*INSIDE, "node", support / "opcua" / "modes.js", modules,
                               folder / "keys", str(PORT)], capture_output=True, text=True,
                              timeout=600)
    finally:
        recorder.terminate()
        recorder.wait()
    if done.returncode != 0:
        sys.exit(f"modes.js failed:\n{done.stdout[-500:]}\n{done.stderr[-1500:]}")
    return capture, json.loads(done.stdout.splitlines()[-1])


def sessions(records):
    """The services of each connection that opened a session or was encrypted, in order."""
    flows = collections.defaultdict(list)
    for r in records:
        client = r["sport"] if r["dir"] == "request" else r["dport"]
        flows[client].append(r)
    for flow in flows.values():
        asked = [r for r in flow if r["dir"] == "request" and r["type"] in ("MSG", "CLO")]
        if any(r["service"] == "CreateSession" or r["encrypted"] for r in asked):
            yield asked


def check_sessions(records, truth):
    wrong = [f"frame {r['frame']} {r['name']}: {r['problems']}" for r in records if not r["valid"]]
    found = list(sessions(records))
    if len(found) != len(truth["clients"]):
        wrong.append(f"{len(found)} sessions, not {len(truth['clients'])}")
    for asked, client in zip(found, truth["clients"]):
        name = f"{client['mode']} {client['policy']}"
        if {(r["mode"], r["policy"]) for r in asked} != {(client["mode"], client["policy"])}:
            wrong.append(f"{name}: seen as {sorted({(r['mode'], r['policy']) for r in asked})}")
        hidden = client["mode"] == "SignAndEncrypt"
        if {r["encrypted"] for r in asked} != {hidden}:
            wrong.append(f"{name}: encrypted is not {hidden} throughout")
        services = collections.Counter(r["service"] for r in asked)
        if hidden and set(services) != {None}:
            wrong.append(f"{name}: services {dict(services)} in what cannot be read")
        if not hidden:
            wrong += [f"{name}: {services[s]} times {s}, not {n}" for s, n in SERVICES.items()
                      if services[s] != n]
            write = next(r for r in asked if r["service"] == "Write")
            if write["nodes"] != ["ns=1;s=Speed"] or write["values"] != [12.5]:
                wrong.append(f"{name}: wrote {write['nodes']} {write['values']}")
    return wrong


def check_inventory(folder, truth):
    assets = json.loads((folder / "assets.json").read_text())["assets"]
    asset = next(a for a in assets if any(x["ip"] == "127.0.0.1" for x in a["addresses"]))
    posture = [p for p in asset["posture"] if p["as"] == "server" and p["port"] == PORT]
    told = {aspect: {(p["what"], p["text"]) for p in posture if p["aspect"] == aspect}
            for aspect in ("channel-offered", "channel-used", "user-used")}
    wanted = {(c["mode"], c["policy"]) for c in truth["clients"]}
    wrong = [f"{aspect}: {sorted(told[aspect])}" for aspect in ("channel-offered", "channel-used")
             if told[aspect] != wanted]
    if told["user-used"] != {("anonymous", ""), ("user name", "operator")}:
        wrong.append(f"users: {sorted(told['user-used'])}")
    if {p["sha1"] for p in posture if p["aspect"] == "certificate"} != {truth["sha1"]}:
        wrong.append("another certificate than the server's")
    for field, value in (("product", "Modes"), ("vendor", "Example"), ("firmware", "9.8.7"),
                         ("build", "654"), ("application_uri", "urn:host:example:modes")):
        values = {f["value"] for f in asset["facts"] if f["field"] == field}
        if value not in values:
            wrong.append(f"{field}: {sorted(values)}, not {value}")
    for path in folder.rglob("*"):
        if path.is_file() and path.suffix != ".pcap" and SECRET.encode() in path.read_bytes():
            wrong.append(f"{path.name} holds the password")
    return wrong


def main():
    program, project = driver.arguments()
    if not shutil.which("node"):
        skip("node is not installed")
    modules = node_opcua(project)
    if modules is None:
        skip("npm could not fetch node-opcua")
    if subprocess.run(["ip", "netns", "add", NAMESPACE], capture_output=True).returncode != 0:
        skip("network namespaces are not allowed here")
    report = driver.Report()
    try:
        subprocess.run([*INSIDE, "ip", "link", "set", "lo", "up"], check=True)
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            capture, truth = record(project, modules, folder)
            report.check("sessions", check_sessions(driver.dissect(program, capture, "opcua"), truth))
            out = folder / "out"
            subprocess.run([program, "analyze", "-q", "--out", out, capture], check=True,
                           capture_output=True)
            report.check("inventory", check_inventory(out, truth))
    finally:
        subprocess.run(["ip", "netns", "delete", NAMESPACE], capture_output=True)
    report.finish()


main()
