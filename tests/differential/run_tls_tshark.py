#!/usr/bin/env python3
"""`dissect --protocol tls` against tshark: handshake messages, versions, ciphers, names, subjects.

    run_tls_tshark.py PROGRAM PROJECT_DIR

Over the recorded handshakes of the project and, where they are there, the captures of ../shared that
carry TLS. What either finds in a capture is compared as a whole, since tshark writes the values of
several messages of a frame into one cell. Skipped (77) without tshark.
"""
import collections
import pathlib
import shutil
import subprocess
import sys
import tempfile

SUPPORT = pathlib.Path(__file__).resolve().parents[1] / "support"
sys.path[:0] = [str(SUPPORT), str(SUPPORT / "tls")]
import capture  # noqa: E402
import driver  # noqa: E402

SHARED = ("mixed/arkime/arkime_synthetic.pcap", "mixed/zeek/pppoe-over-qinq.pcap",
          "modbus/lemay-modbus/CnC_uploading_exe_modbus_6RTU_with_operate.pcap",
          "enip/iti/EIP-LockPLCAttempt.pcap", "other-ot/icsnpp-hart-ip/hart-ip.pcap")
FIELDS = ("handshake.type", "handshake.extensions_server_name", "handshake.ciphersuite", "handshake.version",
          "alert_message.desc")


FINISHED = 20
VERSIONS = {"SSL 3.0": 0x300, "TLS 1.0": 0x301, "TLS 1.1": 0x302, "TLS 1.2": 0x303, "TLS 1.3": 0x304}
LONGEST = 256  # bytes of a subject; what is longer is cut


def tshark(path, layer, malformed):
    """Counts of (what, value), over the whole capture; of frames in `malformed` no version."""
    own = {"handshake.extensions_server_name": "tls"}
    names = [f"{own.get(f, layer)}.{f}" for f in FIELDS] + ["tls.handshake.extensions.supported_version", "x509sat.uTF8String",
                                                      "frame.number"]
    command = ["tshark", "-r", str(path), "-Y", f"{layer} && !quic", "-T", "fields", "-E", "aggregator=|"]
    for name in names:
        command += ["-e", name]
    done = subprocess.run(command, capture_output=True, text=True)
    counts = collections.Counter()
    for line in done.stdout.splitlines():
        cells = line.split("\t")
        for what, cell in zip(("type", "sni", "cipher", "version", "alert"), cells):
            for value in filter(None, cell.split("|")):
                counts[what, int(value, 0) if what != "sni" else value] += 1
        types = cells[0].split("|")
        # Of an empty extension tshark shows the bytes behind it: no version is that small.
        versions = [v for v in cells[5].split("|") if v and int(v, 0) >= 0x300] or cells[3].split("|")
        if "2" in types and "1" not in types and layer == "tls" and int(cells[7]) not in malformed:
            counts["chosen", int(versions[0], 0)] += 1
        for value in filter(None, cells[6].split("|")):
            counts["subject", value] += 1
    return counts


def ours(records):
    counts = collections.Counter()
    subjects = set()
    for r in records:
        if r["handshake_type"] is not None:
            counts["type", r["handshake_type"]] += 1
        if r["server_name"] and r["transport"] == "tcp":  # tshark 4.0 shows none in DTLS
            counts["sni", r["server_name"]] += 1
        for value in r["ciphers"] or []:
            counts["cipher", value] += 1
        if r["handshake_type"] == 2 and r["transport"] == "tcp" and r["valid"]:
            counts["chosen", VERSIONS[r["version"]]] += 1
        for one in r["certificates"] or []:
            subjects.add(one["subject"])
        if r["alert"] is not None:
            counts["alerts", ""] += 1
    return counts, subjects


def compare(program, path):
    records = driver.dissect(program, path, "tls")
    mine, subjects = ours(records)
    malformed = {r["frame"] for r in records if not r["valid"]}
    theirs = tshark(path, "tls", malformed) + tshark(path, "dtls", malformed)
    datagrams = any(r["transport"] == "udp" for r in records)
    problems = []
    for what in ("sni", "type", "chosen"):
        a = {k: v for k, v in mine.items() if k[0] == what}
        b = {k: v for k, v in theirs.items() if k[0] == what}
        if what == "type":
            b.pop(("type", FINISHED), None)  # under a NULL cipher tshark reads it; it tells nothing
        if datagrams and what == "type":  # tshark counts each fragment
            a, b = set(a), set(b)
        if a != b:
            problems.append(f"{what}: prahari {a}, tshark {b}")
    # tshark names the chosen cipher and the offered ones alike.
    offered = {k[1]: v for k, v in mine.items() if k[0] == "cipher"}
    seen = {k[1]: v for k, v in theirs.items() if k[0] == "cipher"}
    chosen = {k: seen[k] - offered.get(k, 0) for k in seen if seen[k] != offered.get(k, 0)}
    hellos = sum(1 for r in records if r["name"] in ("Server Hello", "Hello Retry Request"))
    if sum(chosen.values()) != hellos or any(v < 0 for v in chosen.values()):
        problems.append(f"ciphers: {chosen} chosen by tshark, {hellos} hellos of servers")
    alerts = sum(v for k, v in theirs.items() if k[0] == "alert")
    if alerts != mine["alerts", ""]:
        problems.append(f"alerts: prahari {mine['alerts', '']}, tshark {alerts}")
    for _, value in [k for k in theirs if k[0] == "subject"]:
        cut = any(len(subject) >= LONGEST for subject in subjects)
        if not cut and not any(value in subject for subject in subjects) and not any(
                value in one["issuer"] for r in records for one in r["certificates"] or []):
            problems.append(f"no certificate with {value}")
    print(f"{path.name}: {len(records)} records, {sum(v for k, v in theirs.items() if k[0] == 'type')} "
          f"handshake messages by tshark")
    return problems


def main():
    program, project = driver.arguments()
    if shutil.which("tshark") is None:
        print("skipped: tshark is absent")
        return driver.SKIPPED
    report = driver.Report()
    shared = project.parent / "shared" / "pcaps"
    captures = [shared / name for name in SHARED if (shared / name).exists()]
    if not captures:
        print(f"{shared} is not there: only the recorded handshakes are compared")
    with tempfile.TemporaryDirectory() as folder:
        own = pathlib.Path(folder) / "handshakes.pcap"
        own.write_bytes(capture.capture())
        for path in [own, *captures]:
            report.check(path.name, compare(program, path))
    report.finish()
    return 0


sys.exit(main())
