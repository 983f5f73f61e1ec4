#!/usr/bin/env python3
"""One million times the same cause is one alert with its count, in bounded memory.

    run_one_cause.py PROGRAM PROJECT

A made-up capture: one client writes a coil of one controller a million times over a connection that
no conduit allows, and a station takes the address of that controller a hundred thousand times.
"""
import json
import pathlib
import struct
import subprocess
import sys
import tempfile

WRITES = 1_000_000
TOGETHER = 50  # requests in one segment: fewer than a session keeps open
CLAIMS = 100_000
SITE = """
[[zone]]
name = "cell"
level = 1
members = ["10.1.0.0/16"]
[[zone]]
name = "office"
level = 4
members = ["10.4.0.0/16"]
"""
CLIENT = (bytes.fromhex("001d9c000001"), bytes([10, 4, 0, 9]), 40000)
SERVER = (bytes.fromhex("001d9c000002"), bytes([10, 1, 0, 7]), 502)
THIEF = bytes.fromhex("000c29aabbcc")


def record(second, frame):
    return struct.pack("<IIII", int(second), int(second % 1 * 1e6), len(frame), len(frame)) + frame


def segment(source, target, seq, ack, flags, payload=b""):
    tcp = struct.pack(">HHIIBBHHH", source[2], target[2], seq & 0xffffffff, ack & 0xffffffff, 0x50, flags, 8192, 0, 0)
    size = 20 + len(tcp) + len(payload)
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, size, 0, 0, 64, 6, 0, source[1], target[1])
    return target[0] + source[0] + b"\x08\x00" + ip + tcp + payload


def claim(mac):
    return (CLIENT[0] + mac + b"\x08\x06" + struct.pack(">HHBBH", 1, 0x0800, 6, 4, 2) + mac + SERVER[1] +
            CLIENT[0] + CLIENT[1])


def write_capture(path):
    with open(path, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1))
        now, sent, got = 1_700_000_000.0, 1000, 5000
        for source, target, seq, ack, flags in ((CLIENT, SERVER, 999, 0, 2), (SERVER, CLIENT, 4999, 1000, 18),
                                                (CLIENT, SERVER, 1000, 5000, 16)):
            out.write(record(now, segment(source, target, seq, ack, flags)))
        for batch in range(WRITES // TOGETHER):
            now += 0.005
            body = b"".join(struct.pack(">HHHBBHH", (batch * TOGETHER + i) & 0xffff, 0, 6, 1, 5, 4, 0xff00)
                            for i in range(TOGETHER))
            out.write(record(now, segment(CLIENT, SERVER, sent, got, 24, body)))
            out.write(record(now + 0.001, segment(SERVER, CLIENT, got, sent + len(body), 24, body)))
            sent, got = sent + len(body), got + len(body)
        for i in range(CLAIMS):
            now += 0.001
            out.write(record(now, claim(THIEF if i % 2 else SERVER[0])))


def main():
    program = sys.argv[1]
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        write_capture(folder / "million.pcap")
        (folder / "site.toml").write_text(SITE)
        done = subprocess.run([program, "analyze", "-q", "--site", folder / "site.toml", "--out", folder / "out",
                               folder / "million.pcap"], capture_output=True, text=True)
        if done.returncode != 0:
            print(done.stderr)
            return 1
        alerts = [json.loads(line) for line in open(folder / "out" / "alerts.jsonl")]
        summary = json.load(open(folder / "out" / "summary.json"))
        found = {alert["kind"]: alert["count"] for alert in alerts}
        if found != {"conduit-violation": WRITES, "address-conflict": CLAIMS - 1} or len(alerts) != 2:
            failures.append(f"expected two alerts with their counts, found {found}")
        for alert in alerts:
            if len(alert["evidence"]["frames"]) > 1000:
                failures.append(f"{alert['kind']}: {len(alert['evidence']['frames'])} packets are listed")
        peak = summary["peak_memory_bytes"] if "peak_memory_bytes" in summary else summary["peak_memory"]
        if peak > 400 << 20:
            failures.append(f"peak memory {peak >> 20} MiB")
        print(f"{WRITES} writes and {CLAIMS} claims: {len(alerts)} alerts, peak memory {peak >> 20} MiB")
    print("\n".join(failures))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
