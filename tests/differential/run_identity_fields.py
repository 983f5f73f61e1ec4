#!/usr/bin/env python3
"""What devices tell of themselves, against tshark: LLDP, PROFINET DCP, S7 SZL, BACnet I-Am, SNMP sysDescr, DHCP.

    run_identity_fields.py PROGRAM PROJECT

Every value that tshark shows must stand in assets.json with the same host, field and source. Skipped (77) where
tshark or the captures beside the project are not there. PRAHARI_FULL=1 reads the large captures too.
"""
import collections
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import driver  # noqa: E402

LARGE = 5_000_000
LONGEST = 256  # of a value that is kept
SEPARATOR = "\x1f"

# Layer of tshark, filter, whose the values are, and for each field of tshark ours with its source.
TABLES = {
    "LLDP": ("lldp", "lldp", ["lldp.chassis.id.mac", "eth.src"],
             {"lldp.tlv.system.name": ("name", "LLDP"), "lldp.tlv.system.desc": ("description", "LLDP")}),
    "PROFINET DCP": ("pn_dcp", "pn_dcp.service_type == 1 && (pn_dcp.service_id == 5 || pn_dcp.service_id == 3)", ["eth.src"],
                     {"pn_dcp.suboption_device_nameofstation": ("name", "PROFINET DCP"),
                      "pn_dcp.suboption_device_devicevendorvalue": ("model", "PROFINET DCP"),
                      "pn_dcp.suboption_device_id": ("profile", "PROFINET DCP"),
                      "pn_dcp.suboption_ip_ip": ("ip_config", "PROFINET DCP")}),
    "S7 SZL": ("s7comm", "s7comm.szl.xy11.0001.anz || s7comm.szl.001c.000x.index", ["ip.src"],
               {"s7comm.szl.xy11.0001.anz": ("order_number", "S7 SZL 0x0011"),
                "s7comm.szl.001c.0001.name": ("name", "S7 SZL 0x001C"),
                "s7comm.szl.001c.0002.name": ("product", "S7 SZL 0x001C"),
                "s7comm.szl.001c.0003.tag": ("location", "S7 SZL 0x001C"),
                "s7comm.szl.001c.0005.serialn": ("serial", "S7 SZL 0x001C"),
                "s7comm.szl.001c.0007.cputypname": ("model", "S7 SZL 0x001C")}),
    "BACnet I-Am": ("bacapp", "bacapp.unconfirmed_service == 0", ["ip.src"],
                    {"bacapp.instance_number": ("station", "BACnet I-Am"),
                     "bacapp.vendor_identifier": ("vendor", "BACnet I-Am")}),
    "SNMP sysDescr": ("snmp", 'snmp.name == 1.3.6.1.2.1.1.1.0 && snmp.data == 2', ["ip.src"],
                      {"snmp.value.octets": ("description", "SNMP sysDescr")}),
    "DHCP": ("dhcp", "dhcp.type == 1", ["dhcp.hw.mac_addr"],
             {"dhcp.option.hostname": ("name", "DHCP request"), "dhcp.fqdn.name": ("name", "DHCP request"),
              "dhcp.option.vendor_class_id": ("software", "DHCP request")}),
}


def plain(text):
    """The text as both write it: no control characters, no blanks at the ends."""
    return re.sub(r"\s+", " ", "".join(c if c.isprintable() else " " for c in text)).strip()


def shown(field, text):
    """A value of tshark in the words of ours."""
    if field == "snmp.value.octets":
        return plain(bytes.fromhex(text.replace(":", "")).decode("utf-8", "replace"))
    if field == "pn_dcp.suboption_device_id":
        return f"device 0x{int(text, 16):04x}"
    if field == "bacapp.vendor_identifier":
        return str(int(text, 0))
    return plain(text)


def layers_of(capture):
    """Which of the protocols the capture holds."""
    wanted = {table[0] for table in TABLES.values()}
    done = subprocess.run(["tshark", "-r", str(capture), "-n", "-Y", " || ".join(sorted(wanted)), "-T", "fields",
                           "-e", "frame.protocols"], capture_output=True, text=True)
    return {layer for line in done.stdout.split() for layer in line.split(":")} & wanted


def tshark_rows(capture, wanted, hosts, fields):
    command = ["tshark", "-r", str(capture), "-n", "-Y", wanted, "-T", "fields", "-E", "separator=/t",
               "-E", "aggregator=" + SEPARATOR, "-e", "frame.number", "-e", "eth.src"]
    for field in [*hosts, *fields, "snmp.name"]:
        command += ["-e", field]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace")
    for line in done.stdout.splitlines():
        cells = line.split("\t")
        cells += [""] * (2 + len(hosts) + len(fields) + 1 - len(cells))
        yield cells[0], cells[1], cells[2:2 + len(hosts)], cells[2 + len(hosts):-1], cells[-1]


def known_facts(program, capture):
    """{host: {(field, source): values}} by MAC and by address, of the asset and of what is part of it."""
    with tempfile.TemporaryDirectory() as base:
        folder = pathlib.Path(base) / "out"
        subprocess.run([program, "analyze", "-q", "--out", folder, capture], check=True, timeout=600, capture_output=True)
        assets = json.loads((folder / "assets.json").read_text())["assets"]
    out = collections.defaultdict(lambda: collections.defaultdict(set))
    for asset in assets:
        hosts = {asset["mac"]} | {use["ip"] for use in asset["addresses"]} | {part["mac"] for part in asset.get("merged", [])}
        for fact in asset["facts"]:
            for host in hosts - {""}:
                out[host][fact["field"], fact["source"]].add(plain(fact["value"]))
    return out


def matches(field, value, ours):
    if field == "pn_dcp.suboption_device_id":
        return any(value in one for one in ours)
    if field == "pn_dcp.suboption_ip_ip":
        return any(one.split("/")[0] == value for one in ours)
    if field.startswith("bacapp."):
        return any(one.split()[-1] == value for one in ours)
    return any(one == value or (len(one.encode()) >= LONGEST - 4 and value.startswith(one)) for one in ours)


def values_of(field, cell, names):
    values = cell.split(SEPARATOR)
    if field == "snmp.value.octets":  # one for each name whose value is a text: only the first is surely its own
        return values[:1] if names.split(SEPARATOR)[0] == "1.3.6.1.2.1.1.1.0" else []
    return values


def explained(field, value, cells, host):
    """Why ours may hold another value."""
    if not value or value in ("0.0.0.0", "N/A"):
        return "says nothing"
    if field == "s7comm.szl.xy11.0001.anz" and value == "Boot Loader":
        return "the boot loader has no order number"
    if field == "dhcp.option.hostname" and cells.get("dhcp.fqdn.name"):
        return "the full name is kept instead"
    if field.startswith("dhcp.") and cells["sender"] != host:
        return "another MAC speaks for it, and it was never heard itself"
    return ""


def compare(program, capture, layers, counts):
    problems, facts = [], None
    for protocol, (layer, wanted, hosts, fields) in TABLES.items():
        if layer not in layers:
            continue
        seen = set()
        for frame, sender, whose, cells, names in tshark_rows(capture, wanted, hosts, fields):
            host = next((one.split(SEPARATOR)[0] for one in whose if one), "")
            row = dict(zip(fields, cells), sender=sender.split(SEPARATOR)[0])
            for field in fields:
                cell = row[field]
                for text in values_of(field, cell, names) if cell else []:
                    value = shown(field, text)
                    if not host or (host, field, value) in seen:
                        continue
                    seen.add((host, field, value))
                    facts = known_facts(program, capture) if facts is None else facts
                    ours = facts[host][fields[field]]
                    counts[protocol, "compared"] += 1
                    why = "" if matches(field, value, ours) else explained(field, value, row, host)
                    if matches(field, value, ours):
                        counts[protocol, "equal"] += 1
                    elif why:
                        counts[protocol, "explained"] += 1
                    else:
                        problems.append(f"packet {frame}: {protocol} of {host}: tshark {field} = {value!r}, "
                                        f"prahari {fields[field]} = {sorted(ours)}")
    return problems


def main():
    program, project = driver.arguments()
    root = project.parent / "shared" / "pcaps"
    if not root.is_dir() or not shutil.which("tshark"):
        print("skipped: " + ("tshark is not installed" if root.is_dir() else "../shared/pcaps is absent"))
        sys.exit(driver.SKIPPED)
    report = driver.Report()
    counts = collections.Counter()
    for capture in sorted(path for path in root.rglob("*") if path.suffix in (".pcap", ".pcapng")):
        if "hostile" in capture.parts or not capture.is_file():
            continue
        if not driver.FULL and capture.stat().st_size > LARGE:
            counts["captures left out for their size"] += 1
            continue
        layers = layers_of(capture)
        if layers:
            report.check(str(capture.relative_to(root)), compare(program, capture, layers, counts))
    total = collections.Counter()
    for protocol in TABLES:
        figures = {what: counts[protocol, what] for what in ("compared", "equal", "explained")}
        total.update(figures)
        print(f"{protocol}: " + ", ".join(f"{n} {what}" for what, n in figures.items()))
        if not figures["compared"]:
            print(f"    no capture shows it: {protocol} is held to what unit tests say")
    report.check("something is compared", [] if total["compared"] else ["no capture shows anything"])
    print("all: " + ", ".join(f"{n} {what}" for what, n in total.items()) +
          f"; {counts['captures left out for their size']} captures left out for their size")
    report.finish()


if __name__ == "__main__":
    main()
