#!/usr/bin/env python3
"""The plant capture against its own truth, which the generator counted without prahari.

    run_plant.py PROGRAM PROJECT

`dissect` must say what pcaps/plant-demo.truth.json says; `analyze` with the site file must raise
every alert that it lists and none from another host.
"""
import collections
import json
import pathlib
import subprocess
import sys
import tempfile

failures = []


def expect(what, seen, wanted):
    if seen != wanted:
        failures.append(f"{what}: expected {wanted!r}, found {seen!r}")


def messages(program, capture):
    done = subprocess.run([program, "dissect", "--protocol", "modbus", capture], capture_output=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def check_messages(records, truth):
    modbus = truth["modbus"]
    requests = [r for r in records if r["dir"] == "request"]
    exceptions = collections.Counter(str(r["exception"]) for r in records if r["exception"] is not None)
    expect("messages", len(records), modbus["messages"])
    expect("requests", len(requests), modbus["requests"])
    expect("exceptions", dict(exceptions), modbus["exceptions"])
    functions = collections.Counter(str(r["fc"]) for r in records)
    expect("functions", dict(functions), modbus["functions"])
    expect("invalid messages", [r["frame"] for r in records if not r["valid"]], [])
    answered = {r["request_frame"] for r in records if r["dir"] == "response"}
    expect("unanswered", [r["frame"] for r in requests if r["frame"] not in answered], truth["unanswered"])
    by_frame = {(r["frame"], r["fc"]): r for r in records}
    for write in truth["writes"]:
        record = by_frame[(write["frame"], write["fc"])]
        expect(f"write in {write['frame']}", (record["addr"], record["values"], record["op"]),
               (write["address"], write["values"], "write"))


def dissects(program, protocol):
    done = subprocess.run([program, "dissect", "--protocol", protocol, "/dev/null"], capture_output=True, text=True)
    return "no dissector" not in done.stderr


def records_of(program, capture, protocol):
    done = subprocess.run([program, "dissect", "--protocol", protocol, capture], capture_output=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def check_enip(program, capture, truth):
    enip = truth["enip"]
    records = records_of(program, capture, "enip")
    expect("enip messages", len(records), enip["messages"])
    expect("enip commands", dict(collections.Counter(str(r["command"]) for r in records)), enip["commands"])
    expect("enip, invalid", [r["frame"] for r in records if not r["valid"]], [])
    services = records_of(program, capture, "cip")
    requests = [r for r in services if r["dir"] == "request"]
    expect("cip services", len(services), enip["services"])
    expect("cip requests by service", dict(collections.Counter(str(r["service"]) for r in requests)),
           enip["by_service"])
    expect("cip statuses", dict(collections.Counter(str(r["status"]) for r in services if r["dir"] == "response")),
           enip["statuses"])
    expect("cip, invalid", [r["frame"] for r in services if not r["valid"]], [])
    for write in enip["writes"]:
        fits = [r for r in requests if r["frame"] == write["frame"] and r["symbol"] == write["tag"]]
        expect(f"tag written in {write['frame']}", [(r["op"], r.get("values")) for r in fits],
               [("write", write["values"])])
    ips = {h["name"]: h["ip"] for h in truth["hosts"]}
    seen = collections.Counter((r["src"], r["connection_id"]) for r in records_of(program, capture, "cipio"))
    expect("implicit messages", dict(seen),
           {(ips[c["sender"]], c["connection_id"]): c["packets"] for c in enip["io"]})


def check_opcua(program, capture, truth):
    opcua = truth["opcua"]
    records = records_of(program, capture, "opcua")
    expect("opcua chunks", sum(r["chunks"] for r in records), opcua["chunks"])
    expect("opcua, invalid", [r["frame"] for r in records if not r["valid"]], [])
    seen = collections.Counter(str(r["type_id"]) for r in records if r["type"] == "MSG" and r["type_id"] is not None)
    expect("opcua services", dict(seen), opcua["services"])
    for write in opcua["writes"]:
        fits = [r for r in records if r["frame"] == write["frame"]]
        expect(f"opcua write in {write['frame']}", [r["op"] for r in fits], ["write"])


UNDISSECTED = {"enip": {"tcp/44818", "udp/44818", "udp/2222"}, "opcua": {"tcp/4840"}}
# Findings about how a host is set up, not about what somebody did.
POSTURE = {"opcua-insecure-session", "opcua-certificate"}


def check_alerts(out, truth, missing):
    ips = {h["name"]: h["ip"] for h in truth["hosts"]}
    alerts = [json.loads(line) for line in open(out / "alerts.jsonl")]
    # Without a dissector the conduits of that protocol cover nothing.
    raw = {name for protocol in missing for name in UNDISSECTED[protocol]}
    alerts = [a for a in alerts if a["protocol"] not in raw]
    posture = [a for a in alerts if a["kind"] in POSTURE and ips["laptop"] != a["source"]["ip"]]
    expect("hosts with a posture finding", {a["destination"].get("ip") or a["source"]["ip"] for a in posture} -
           {ips["opc"]}, set())
    alerts = [a for a in alerts if a not in posture]
    # The laptop silences PLC-1, which its masters then miss.
    silenced = [a for a in alerts if a["kind"] == "device-silent"]
    expect("who falls silent", {a["source"]["ip"] for a in silenced}, {ips["plc1"]})
    alerts = [a for a in alerts if a not in silenced]
    strangers = [(a["kind"], a["source"]["ip"], a["why"]) for a in alerts
                 if ips["laptop"] not in (a["source"]["ip"], a["destination"].get("ip"))]
    expect("alerts from other hosts", strangers, [])
    for wanted in truth["expected_alerts"]:
        if wanted.get("protocol") in missing:
            continue
        fits = [a for a in alerts if a["kind"] == wanted["kind"] and a["source"]["ip"] == ips[wanted["source"]]]
        if "operation" in wanted:
            fits = [a for a in fits if (a["operation"] or {}).get("class") == wanted["operation"]
                    and a["destination"]["zone"] == wanted["to"]]
        if "destination" in wanted:
            fits = [a for a in fits if a["destination"]["ip"] == ips[wanted["destination"]]]
        if "decisive_frame" in wanted:
            fits = [a for a in fits if wanted["decisive_frame"] in a["evidence"]["frames"]]
        if not fits:
            failures.append(f"no alert like {wanted}")
    for alert in alerts:
        if min(f for f in alert["evidence"]["frames"]) <= truth["clean_until_frame"]:
            failures.append(f"alert {alert['id']} rests on a frame of the clean morning: {alert['why']}")
        if alert["certin"]["class"] == "C":
            name = ("INC-" + alert["id"].upper())[:41]
            for suffix in ("json", "html"):
                if not (out / "incidents" / f"{name}.{suffix}").is_file():
                    failures.append(f"no draft incidents/{name}.{suffix}")
        if not (out / alert["evidence"]["pcap"]).is_file():
            failures.append(f"no packets for {alert['id']}")


def check_assets(out, truth):
    assets = json.load(open(out / "assets.json"))["assets"]
    for host in truth["hosts"]:
        fits = [a for a in assets if host["mac"] == a.get("mac")]
        if len(fits) != 1:
            failures.append(f"{host['name']} ({host['mac']}): {len(fits)} assets")
    # The laptop asks each address of two cells; those that nobody has are counted and no rows.
    expect("assets that were never heard", [a["id"] for a in assets if not a["heard"]], [])
    summary = json.load(open(out / "summary.json"))
    expect("addresses asked only", summary["asked_only"], 27)
    text = json.dumps(assets)
    for server, units in truth["identification"].items():
        for objects in units.values():
            for value in objects.values():
                if value not in text:
                    failures.append(f"{server}: nothing in the inventory says {value!r}")


def main():
    program, project = sys.argv[1], pathlib.Path(sys.argv[2])
    pcaps = project / "pcaps"
    truth = json.load(open(pcaps / "plant-demo.truth.json"))
    capture = str(pcaps / "plant-demo.pcap")
    check_messages(messages(program, capture), truth)
    missing = {p for p in ("enip", "opcua") if not dissects(program, p)}
    for protocol, check in (("enip", check_enip), ("opcua", check_opcua)):
        if protocol in missing:
            print(f"skipped: this program has no dissector for {protocol}")
        else:
            check(program, capture, truth)
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "out"
        subprocess.run([program, "analyze", "-q", "--site", str(pcaps / "plant-demo.toml"), "--out", str(out),
                        str(pcaps / "plant-demo.pcap")], check=True)
        check_alerts(out, truth, missing)
        check_assets(out, truth)
    print("\n".join(failures))
    print(f"{len(failures)} differences from the truth")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
