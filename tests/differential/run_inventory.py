#!/usr/bin/env python3
"""The inventory against tshark's tables, over the captures beside the project.

    run_inventory.py PROGRAM PROJECT

Hosts: every Ethernet and IP endpoint that tshark lists is an asset, or there is a reason why not: a
multicast or broadcast address, an address that was only asked (a row of flows.csv), a MAC that fronts
others. Protocols: what MANIFEST.tsv says a capture holds is recognised. Skipped (77) where the captures
are not there. PRAHARI_FULL=1 tries all of them, otherwise the smaller ones.
"""
import collections
import csv
import gzip
import ipaddress
import json
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import driver  # noqa: E402

# tshark's name of a protocol and ours.
SAME = {"s7comm": "s7comm", "dnp3": "dnp3", "iec60870_104": "iec104", "bacnet": "bacnet", "mqtt": "mqtt",
        "omron": "fins", "hart_ip": "hartip", "synphasor": "c37118", "goose": "goose", "ecat": "ethercat",
        "pn_dcp": "pn_dcp", "ams": "ads", "mms": "mms", "kip": "knx", "lldp": "lldp", "nbns": "nbns",
        "dhcpv6": "dhcpv6", "ssdp": "ssdp", "llmnr": "llmnr", "mdns": "mdns", "dhcp": "dhcp", "snmp": "snmp",
        "ssh": "ssh", "http": "http", "dns": "dns", "ntp": "ntp"}
# Where tshark's name says too little, or the capture is known by its own.
ALSO = {"other-ot/iti/S7-1200-Uploading-OB1-TIAV12.pcap": ["s7plus"], "other-ot/iti/S7-1511_db2_var1_HMI.pcap": ["s7plus"],
        "other-ot/zeek/dnp3_read_p20001.pcap": ["dnp3"], "other-ot/iti/melsoft_UDP_unclean_1.pcap": ["melsec"],
        "other-ot/nttcom-cclink/cclink_ief_basic_only.pcap": ["melsec"]}
TUNNELS = {"gre", "erspan", "vxlan", "geneve"}
TUNNELLED = {"mixed/arkime/arkime_synthetic.pcap"}  # tunnels of which the manifest does not tell
LARGE = 3_000_000  # bytes


def analyzed(program, capture, folder):
    subprocess.run([program, "analyze", "-q", "--out", folder, capture], check=True, timeout=600,
                   capture_output=True)
    return json.loads((folder / "assets.json").read_text())["assets"], json.loads((folder / "summary.json").read_text())


def endpoints(table):
    """(MACs, IP addresses) of tshark's endpoint tables."""
    text = gzip.open(table, "rt").read() if table.suffix == ".gz" else table.read_text()
    macs, addresses = set(), set()
    section = ""
    for line in text.splitlines():
        if line.startswith("#"):
            section = line
        word = line.split(" ", 1)[0]
        if "endpoints,eth" in section and re.fullmatch("([0-9a-f]{2}:){5}[0-9a-f]{2}", word):
            macs.add(word)
        elif "endpoints,ip" in section and re.fullmatch("[0-9a-f.:]+", word) and ("." in word or "::" in word or word.count(":") > 2):
            addresses.add(word)
    return macs, addresses


def no_host(address):
    ip = ipaddress.ip_address(address)
    return ip.is_multicast or ip.is_unspecified or ip.is_loopback or address.endswith(".255")


def reason_for(address, in_flows, summary, tunnels):
    """Why an address is no asset; None if there is no good reason."""
    if no_host(address):
        return "multicast, broadcast or no address"
    if address in in_flows:
        return "only asked, or behind a router: in flows.csv"
    if tunnels:
        return "end of a tunnel, whose inner frames are what counts"
    errors = summary.get("decode_errors", {})
    return "only in frames that cannot be decoded" if sum(errors.values()) >= summary["packets"] else None


def hosts(program, capture, table, tunnels, counts):
    with tempfile.TemporaryDirectory() as base:
        folder = pathlib.Path(base) / "out"
        assets, summary = analyzed(program, capture, folder)
        with open(folder / "flows.csv", newline="") as file:
            flows = list(csv.DictReader(file))
    known = {ipaddress.ip_address(use["ip"]) for asset in assets for use in asset["addresses"]}
    in_flows = {row[end] for row in flows for end in ("client", "server")}
    macs, addresses = endpoints(table)
    problems = []
    for address in sorted(addresses):
        if ipaddress.ip_address(address) in known:
            counts["asset"] += 1
            continue
        why = reason_for(address, in_flows, summary, tunnels)
        counts[why or "missing"] += 1
        if why is None:
            problems.append(f"{address} is nowhere")
    known_macs = {asset["mac"] for asset in assets}
    for mac in sorted(macs):
        group = int(mac[:2], 16) & 1
        if mac in known_macs or group or mac == "00:00:00:00:00:00":
            counts["asset" if mac in known_macs else "multicast, broadcast or no address"] += 1
        elif addresses:
            counts["MAC of a tunnel, a router or of who was only asked"] += 1
        else:
            counts["MAC without IP that only received"] += 1
    return problems


def main():
    program, project = driver.arguments()
    root = project.parent / "shared" / "pcaps"
    if not root.is_dir():
        print("skipped: ../shared/pcaps is absent")
        sys.exit(driver.SKIPPED)
    report = driver.Report()
    counts = collections.Counter()
    with open(root / "MANIFEST.tsv", newline="") as file:
        manifest = {row["path"]: row for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}
    for table in sorted(root.rglob("*.conv.txt*")):
        capture = table.parent / re.sub(r"\.conv\.txt(\.gz)?$", "", table.name)
        if "other-ot" in table.parts or not capture.exists():
            continue
        if not driver.FULL and capture.stat().st_size > LARGE:
            counts["captures left out for their size"] += 1
            continue
        name = str(capture.relative_to(root))
        layers = {layer.split(":")[0] for layer in manifest[name]["protocols"].split()}
        tunnels = bool(TUNNELS & layers) or name in TUNNELLED
        report.check(f"hosts of {name}", hosts(program, capture, table, tunnels, counts))
    print("endpoints: " + ", ".join(f"{n} {why}" for why, n in sorted(counts.items())))

    rows = [row for path, row in manifest.items() if path.startswith("other-ot/")]
    recognised = wanted = 0
    for row in rows:
        layers = [layer.split(":")[0] for layer in row["protocols"].split()]
        ours = sorted({SAME[layer] for layer in layers if layer in SAME} | set(ALSO.get(row["path"], [])))
        if not ours:
            continue
        with tempfile.TemporaryDirectory() as base:
            assets, summary = analyzed(program, root / row["path"], pathlib.Path(base) / "out")
        spoken = {name for asset in assets for name in asset["protocols"]} | set(summary["messages"])
        missing = [name for name in ours if name not in spoken]
        wanted += 1
        recognised += not missing
        if missing:
            print(f"    {row['path']}: {', '.join(missing)} not recognised; {row['protocols']}")
    share = 100 * recognised / max(wanted, 1)
    print(f"protocols: recognised in {recognised} of {wanted} captures of other-ot ({share:.1f} %)")
    report.check("protocols", [] if share >= 95 else [f"{share:.1f} % is less than 95 %"])
    report.finish()


if __name__ == "__main__":
    main()
