#!/usr/bin/env python3
"""Says what is in plant-demo.pcap: plant-demo.truth.json for tests, plant-demo.expected.md for people.

    python3 pcaps/generator/truth.py [CAPTURE]

Counts with the plain Python reader of tests/support, so that the program is held against a second
opinion. Names of hosts come from plant.py; everything else is read from the capture.
"""
import collections
import datetime
import hashlib
import ipaddress
import json
import pathlib
import struct
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "tests" / "support")]
import enip_truth  # noqa: E402
import opcua_truth  # noqa: E402
import pcap_tools  # noqa: E402
import plant  # noqa: E402

NAMES = {h.ip: h.name for h in plant.HOSTS}
NAMES.update({plant.net(v, 1): "router" for v in plant.VLAN_NAMES})
LAPTOP = plant.BY_NAME["laptop"]
TABLES = {1: "coil", 2: "discrete", 3: "holding", 4: "input", 5: "coil", 6: "holding", 15: "coil",
          16: "holding"}


def stamp(nanoseconds):
    whole = datetime.datetime.fromtimestamp(nanoseconds // 10**9, datetime.timezone.utc)
    return f"{whole:%Y-%m-%dT%H:%M:%S}.{nanoseconds % 10**9:09d}Z"


def to_server(pdu):
    return pdu.packet.dport == 502


def pair(pdu):
    p = pdu.packet
    ends = (p.source, p.target) if to_server(pdu) else (p.target, p.source)
    return tuple(NAMES[e] for e in ends)


class Message:
    """A PDU with what a request says, and the request that a response answers."""

    def __init__(self, pdu):
        self.pdu, self.frame, self.request = pdu, pdu.frames[-1], None
        self.client, self.server = pair(pdu)
        self.is_request, self.vlan = to_server(pdu), pdu.packet.vlan
        self.address = self.quantity = None
        self.values = []
        data = pdu.data
        if self.is_request and pdu.fc in (1, 2, 3, 4, 15, 16):
            self.address, self.quantity = struct.unpack_from(">HH", data)
            if pdu.fc == 16:
                self.values = list(struct.unpack_from(f">{self.quantity}H", data, 5))
        elif self.is_request and pdu.fc in (5, 6):
            self.address, value = struct.unpack_from(">HH", data)
            self.quantity = 1
            self.values = [int(value == 0xFF00)] if pdu.fc == 5 else [value]
        self.sub = struct.unpack_from(">H", data)[0] if pdu.fc == 8 else None


def read_messages(capture):
    messages, waiting = [], {}
    for pdu in pcap_tools.modbus_pdus(capture):
        m = Message(pdu)
        p = pdu.packet
        ends = (p.source, p.sport) if m.is_request else (p.target, p.dport)
        key = (p.vlan, ends, m.server, pdu.tid, pdu.unit, pdu.fc)
        if m.is_request:
            waiting.setdefault(key, []).append(m)
        elif waiting.get(key):
            m.request = waiting[key].pop(0)
        messages.append(m)
    return messages


def counts(messages):
    by = collections.Counter()
    for m in messages:
        kind = "requests" if m.is_request else "responses" if m.pdu.exception is None \
            else "exceptions"
        by[(m.client, m.server, m.vlan, m.pdu.unit, m.pdu.fc, kind)] += 1
    rows = {}
    for (client, server, vlan, unit, fc, kind), n in sorted(by.items()):
        row = rows.setdefault((client, server, vlan, unit, fc), {
            "client": client, "server": server, "vlan": list(vlan), "unit": unit, "fc": fc,
            "requests": 0, "responses": 0, "exceptions": 0})
        row[kind] = n
    return list(rows.values())


def totals(messages):
    return {
        "messages": len(messages),
        "requests": sum(m.is_request for m in messages),
        "responses": sum(not m.is_request and m.pdu.exception is None for m in messages),
        "exceptions": {str(k): n for k, n in sorted(collections.Counter(
            m.pdu.exception for m in messages if m.pdu.exception is not None).items())},
        "functions": {str(k): n for k, n in sorted(collections.Counter(
            m.pdu.fc for m in messages).items())},
    }


def identities(messages):
    """Objects of device identification by server and unit, as the answers of 43/14 carry them."""
    found = {}
    for m in messages:
        d = m.pdu.data
        if m.is_request or m.pdu.fc != 43 or m.pdu.exception is not None:
            continue
        objects = found.setdefault(m.server, {}).setdefault(str(m.pdu.unit), {})
        at = 6
        for _ in range(d[5]):
            objects[str(d[at])] = d[at + 2:at + 2 + d[at + 1]].decode()
            at += 2 + d[at + 1]
    return found


def incident(capture, messages, first_frame):
    """What the laptop did, step by step, with the frames that show it."""
    steps = []

    def step(what, frames, **more):
        frames = sorted(frames)
        if frames:
            steps.append({"what": what, "first_frame": frames[0], "last_frame": frames[-1],
                          "first_time": stamp(capture.frames[frames[0] - 1].time),
                          "last_time": stamp(capture.frames[frames[-1] - 1].time), **more})

    arp, asked, answered = [], set(), set()
    syn, tried = [], set()
    for number in range(first_frame, len(capture.frames) + 1):
        p = pcap_tools.parse(capture.frames[number - 1].data)
        if p.ethertype == 0x0806:
            target = str(ipaddress.ip_address(p.body[24:28]))
            if p.body[7] == 1 and p.source_mac == LAPTOP.mac and target != LAPTOP.ip:
                arp.append(number)
                asked.add(target)
            if p.body[7] == 2 and p.target_mac == LAPTOP.mac:
                answered.add(str(ipaddress.ip_address(p.body[14:18])))
        elif (p.source == LAPTOP.ip and p.protocol == 6 and p.flags & 0x12 == 2 and
              p.dport == 502):
            syn.append((number, p))
            tried.add(p.target)
    mine = [m for m in messages if m.client == "laptop"]
    first_message = mine[0].frame
    step("laptop appears (gratuitous ARP)", [first_frame])
    sweep = [n for n in arp if n < syn[0][0]]
    step("ARP scan", sweep, targets=len(asked), answered=sorted(answered, key=ipaddress.ip_address))
    scan = [n for n, _ in syn if n < first_message]
    step("TCP scan of port 502", scan, targets=len(tried),
         open=sorted({m.server for m in mine} | open_ports(capture, scan)))

    def messages_where(test):
        return [m.frame for m in mine if test(m.request or m)]

    ident = lambda m: m.pdu.fc == 43 and m.frame < sweep_start  # noqa: E731
    sweep_start = min(m.frame for m in mine if m.pdu.fc == 3)
    step("reads device identification (43/14)", messages_where(ident),
         servers=sorted({m.server for m in mine if ident(m)}))
    unit_sweep = [m for m in mine if m.server == "gw" and m.pdu.fc == 3]
    step("sweeps unit ids 1 to 32 at the gateway", [m.frame for m in unit_sweep], server="gw",
         present=sorted({m.pdu.unit for m in unit_sweep
                         if not m.is_request and m.pdu.exception is None}),
         absent=len({m.pdu.unit for m in unit_sweep if m.pdu.exception == 11}))
    tries = [m for m in mine if m.server == "plc3" and m.frame > sweep_start]
    step("tries functions on PLC-3, each refused with exception 1", [m.frame for m in tries],
         server="plc3", functions=[m.pdu.fc for m in tries if m.is_request])
    tries = [m for m in mine if m.server == "plc2" and m.pdu.fc == 3]
    step("tries addresses on PLC-2", [m.frame for m in tries], server="plc2",
         addresses=[m.address for m in tries if m.is_request],
         exception_2=sum(m.pdu.exception == 2 for m in tries))
    for what, test in (("reads coils of PLC-1", lambda m: m.pdu.fc == 1),
                       ("writes coil 4 of PLC-1 on", lambda m: m.pdu.fc == 5),
                       ("restarts communications of PLC-1 (8/1)", lambda m: m.sub == 1),
                       ("forces PLC-1 into listen-only mode (8/4), no answer",
                        lambda m: m.sub == 4)):
        step(what, messages_where(test), server="plc1")
    for what, frames, more in enip_truth.incident(capture) + opcua_truth.incident(capture):
        step(what, frames, **more)
    return steps


def open_ports(capture, syn_frames):
    return {NAMES[p.source] for p in (pcap_tools.parse(f.data) for f in
            capture.frames[syn_frames[0]:syn_frames[-1] + 40])
            if p.target == LAPTOP.ip and p.protocol == 6 and p.flags & 0x12 == 0x12}


def expected_alerts(messages):
    def first(test):
        return next(m.frame for m in messages if m.client == "laptop" and test(m))

    def violation(zone, operation, test):
        return {"kind": "conduit-violation", "source": "laptop", "from": "unassigned", "to": zone,
                "operation": operation, "decisive_frame": first(test)}

    cell_1 = ("plc1", "plc2", "plc3", "gw")
    return [
        {"kind": "scan", "source": "laptop",
         "because": ["ARP", "TCP 502", "device identification", "unit ids"]},
        violation("cell-1", "discover", lambda m: m.pdu.fc == 43 and m.server in cell_1),
        violation("cell-2", "discover", lambda m: m.pdu.fc == 43 and m.server == "plc4"),
        violation("cell-1", "read", lambda m: m.pdu.fc == 3),
        violation("cell-1", "write", lambda m: m.pdu.fc == 5),
        violation("cell-1", "control", lambda m: m.pdu.fc == 8),
        {"kind": "probing", "source": "laptop", "destination": "plc3", "exception": 1,
         "at_least": 3},
        {"kind": "probing", "source": "laptop", "destination": "plc2", "exception": 2,
         "at_least": 5},
        {"kind": "controller-mode-change", "source": "laptop", "destination": "plc1",
         "sub_function": 1, "decisive_frame": first(lambda m: m.sub == 1)},
        {"kind": "controller-mode-change", "source": "laptop", "destination": "plc1",
         "sub_function": 4, "decisive_frame": first(lambda m: m.sub == 4)},
    ]


def truth_of(path):
    capture = pcap_tools.read_capture(path)
    messages = read_messages(capture)
    answered = {id(m.request): m.frame for m in messages if m.request}
    parsed = [pcap_tools.parse(f.data) for f in capture.frames]
    first_bad = next(n for n, p in enumerate(parsed, 1) if p.source_mac == LAPTOP.mac)
    clean = [m for m in messages if m.frame < first_bad]
    macs = collections.Counter(p.source_mac for p in parsed)
    by_vlan = collections.Counter(p.vlan for p in parsed)
    behind = collections.defaultdict(set)
    for p in parsed:
        if p.source_mac == plant.ROUTER_MAC and p.source and NAMES[p.source] != "router":
            behind[p.source].add(p.vlan[0])
    return {
        "capture": {
            "file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "bytes": path.stat().st_size, "frames": len(capture.frames),
            "first": stamp(capture.frames[0].time), "last": stamp(capture.frames[-1].time),
            "frames_by_vlan": {"/".join(map(str, k)) or "untagged": n
                               for k, n in sorted(by_vlan.items())},
        },
        "clean_until_frame": first_bad - 1,
        "hosts": [{"name": h.name, "ip": h.ip, "mac": h.mac, "vlan": h.vlan, "what": h.what,
                   "frames_with_own_mac": macs[h.mac]} for h in plant.HOSTS],
        "router": {"mac": plant.ROUTER_MAC,
                   "addresses": [plant.net(v, 1) for v in plant.VLAN_NAMES],
                   "frames": macs[plant.ROUTER_MAC],
                   "fronts": {ip: sorted(v) for ip, v in sorted(behind.items())}},
        "modbus": {**totals(messages), "clean": totals(clean), "by_pair": counts(messages)},
        "unanswered": [m.frame for m in messages if m.is_request and id(m) not in answered],
        "gateway": {"server": "gw", "present": sorted(plant.IDENTITIES["gw"]),
                    "absent_exception": 11},
        "identification": identities(messages),
        "writes": [{"frame": m.frame, "response_frame": answered.get(id(m)),
                    "client": m.client, "server": m.server, "unit": m.pdu.unit, "fc": m.pdu.fc,
                    "table": TABLES[m.pdu.fc], "address": m.address, "values": m.values}
                   for m in messages if m.is_request and m.pdu.fc in (5, 6, 15, 16)],
        "enip": enip_truth.truth(capture),
        "opcua": opcua_truth.truth(capture),
        "incident": incident(capture, messages, first_bad),
        "expected_alerts": expected_alerts(messages) + enip_truth.expected_alerts(capture) +
        opcua_truth.expected_alerts(capture),
    }


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(map(str, r)) + " |" for r in rows])


def page(t):
    c, m = t["capture"], t["modbus"]
    ist = datetime.timezone(datetime.timedelta(hours=5, minutes=30))

    def local(text):
        return datetime.datetime.fromisoformat(text[:19] + "+00:00").astimezone(ist).strftime("%T")

    pairs = collections.Counter()
    for row in m["by_pair"]:
        key = (row["client"], row["server"], "/".join(map(str, row["vlan"])))
        for kind in ("requests", "responses", "exceptions"):
            pairs[(key, kind)] += row[kind]
    keys = sorted({k for k, _ in pairs})
    return "\n".join([
        "# What is in plant-demo.pcap",
        "",
        "Written by `generator/truth.py` from the capture, with the tests' own reader; the same in "
        "full as `plant-demo.truth.json`. Do not edit.",
        "",
        f"{c['frames']:,} frames, {c['bytes']:,} bytes, {c['first']} to {c['last']} "
        f"({local(c['first'])} to {local(c['last'])} IST). Frames by VLAN: " +
        ", ".join(f"{k}: {n:,}" for k, n in c["frames_by_vlan"].items()) + ".",
        f"SHA-256 `{c['sha256']}`.",
        "",
        f"Frames 1 to {t['clean_until_frame']:,} are an ordinary morning and raise nothing with "
        "`plant-demo.toml`.",
        "",
        "## Hosts", "",
        table(["name", "address", "MAC", "VLAN", "what", "frames with its MAC"],
              [(h["name"], h["ip"], h["mac"], h["vlan"], h["what"], f"{h['frames_with_own_mac']:,}")
               for h in t["hosts"]]), "",
        f"The router is {t['router']['mac']} at {', '.join(t['router']['addresses'])}; its MAC "
        "fronts " + ", ".join(f"{ip} (in VLAN {', '.join(map(str, v))})"
                              for ip, v in t["router"]["fronts"].items()) + ".",
        "The mirror leaves out routed IP frames of VLAN 10, which are seen again in the cell's "
        "VLAN. What the laptop sends from cell 1 to cell 2 is seen in both cells, "
        "with the same TCP sequence numbers but another VLAN, MAC and TTL: two flows here, "
        "retransmissions to tshark, which lists those four messages once.",
        "",
        "## Modbus messages", "",
        f"{m['messages']:,} in all ({m['clean']['messages']:,} before the incident): "
        f"{m['requests']:,} requests, {m['responses']:,} responses, "
        f"{sum(m['exceptions'].values())} exceptions "
        f"({', '.join(f'{n} of code {k}' for k, n in m['exceptions'].items())}). "
        f"Functions: {', '.join(f'{k}: {n:,}' for k, n in m['functions'].items())}. "
        f"Requests without an answer in the capture: {len(t['unanswered'])}.", "",
        table(["client", "server", "VLAN", "requests", "responses", "exceptions"],
              [(*k, *(f"{pairs[(k, kind)]:,}" for kind in
                      ("requests", "responses", "exceptions"))) for k in keys]), "",
        "The session of plc2 with plc1 began before the capture (no handshake).", "",
        "## EtherNet/IP", "",
        f"{t['enip']['messages']:,} encapsulated messages with {t['enip']['services']:,} CIP "
        f"services ({t['enip']['requests']:,} requests), and implicit messages on UDP 2222.", "",
        table(["client", "server", "CIP requests"],
              [(r["client"], r["server"], f"{r['requests']:,}") for r in t["enip"]["by_pair"]]),
        "",
        table(["sender", "connection", "implicit messages"],
              [(r["sender"], f"0x{r['connection_id']:08x}", f"{r['packets']:,}")
               for r in t["enip"]["io"]]), "",
        "## OPC UA", "",
        f"{t['opcua']['chunks']:,} chunks.", "",
        table(["client", "policy", "type", "chunks"],
              [(r["client"], r["policy"] or "-", r["type"], r["chunks"])
               for r in t["opcua"]["by_client"]]), "",
        "## Device identification", "",
        table(["server", "unit", "objects"],
              [(s, u, "; ".join(f"{k} {v}" for k, v in objects.items()))
               for s, units in sorted(t["identification"].items())
               for u, objects in units.items()]), "",
        "PLC-3 and PLC-6 (libmodbus) refuse 43/14 with exception 1. Units "
        f"{', '.join(map(str, t['gateway']['present']))} are behind the gateway; every other unit "
        "id is answered with exception 11.", "",
        "## Writes", "",
        table(["frame", "answer", "from", "to", "unit", "function", "what", "values"],
              [(w["frame"], w["response_frame"], w["client"], w["server"], w["unit"], w["fc"],
                f"{w['table']} {w['address']}", w["values"]) for w in t["writes"]]), "",
        table(["frame", "from", "to", "tag", "values"],
              [(w["frame"], w["client"], w["server"], w["tag"], w["values"])
               for w in t["enip"]["writes"]]), "",
        table(["frame", "from", "to", "over"],
              [(w["frame"], w["client"], w["server"], "OPC UA") for w in t["opcua"]["writes"]]), "",
        "## The incident", "",
        table(["IST", "frames", "what", "more"],
              [(local(s["first_time"]), f"{s['first_frame']}–{s['last_frame']}", s["what"],
                "; ".join(f"{k}: {v}" for k, v in s.items() if k not in (
                    "what", "first_frame", "last_frame", "first_time", "last_time")))
               for s in t["incident"]]), "",
        "After 8/4 PLC-1 accepts connections and answers no request; the HMI and PLC-2 time out "
        "and connect again until the end.", "",
        "## Alerts that must come, and no others from other hosts", "",
        table(["kind", "from", "more"],
              [(a["kind"], a["source"], "; ".join(f"{k}: {v}" for k, v in a.items()
                                                  if k not in ("kind", "source")))
               for a in t["expected_alerts"]]), ""])


def main():
    path = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "plant-demo.pcap"
    truth = truth_of(path)
    path.with_suffix(".truth.json").write_text(
        json.dumps(truth, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    path.with_suffix(".expected.md").write_text(page(truth), encoding="utf-8")


main()
