#!/usr/bin/env python3
"""A site of 20,000 assets and 200,000 connections: peak memory, and the time of each look at it.

    scale.py PROGRAM [FOLDER] [ASSETS] [CONNECTIONS]

Makes a capture (controllers that tell who they are, stations that poll them), analyses it, and runs
`assets list`, `assets show` and every `assets export`. Wanted of a release build: at most 512 MiB while it
analyses, and less than two seconds for each look. Status 1 where that is missed.
"""
import os
import pathlib
import random
import struct
import sys
import tempfile
import time

MEMORY = 512 * 2**20
SECONDS = 2.0
POLLED = 8  # of a hundred assets are controllers
MAKERS = [b"\x00\x1d\x9c", b"\x00\x80\xf4", b"\x28\x63\x36", b"\x00\x0c\x29", b"\x00\x90\xe8"]


def mac(n):
    return MAKERS[n % len(MAKERS)] + struct.pack(">I", n)[1:]


def ip(n):
    return struct.pack(">I", 0x0A000000 + (n // 250 << 8) + n % 250 + 1)


def checksum(data):
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xFFFF)
    return struct.pack(">H", 0xFFFF - ((total >> 16) + total & 0xFFFF))


class Capture:
    def __init__(self, path):
        self.file = open(path, "wb", buffering=1 << 20)
        self.file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        self.now = 1_700_000_000_000_000
        self.packets = 0

    def frame(self, data):
        self.now += 50
        self.packets += 1
        self.file.write(struct.pack("<IIII", *divmod(self.now, 1_000_000), len(data), len(data)) + data)

    def arp(self, n):
        self.frame(b"\xff" * 6 + mac(n) + b"\x08\x06\x00\x01\x08\x00\x06\x04\x00\x01" + mac(n) + ip(n) + b"\0" * 6 + ip(n))

    def tcp(self, source, target, ports, numbers, flags, payload=b""):
        header = struct.pack(">BBHHHBBH", 0x45, 0, 40 + len(payload), self.packets & 0xFFFF, 0x4000, 64, 6, 0)
        header += ip(source) + ip(target)
        header = header[:10] + checksum(header) + header[12:]
        self.frame(mac(target) + mac(source) + b"\x08\x00" + header +
                   struct.pack(">HHIIBBHHH", *ports, *numbers, 0x50, flags, 8192, 0, 0) + payload)

    def conversation(self, client, server, sport, dport, turns):
        self.tcp(client, server, (sport, dport), (1, 0), 0x02)
        self.tcp(server, client, (dport, sport), (1, 2), 0x12)
        mine, yours = 2, 2
        for request, response in turns:
            self.tcp(client, server, (sport, dport), (mine, yours), 0x18, request)
            mine += len(request)
            self.tcp(server, client, (dport, sport), (yours, mine), 0x18, response)
            yours += len(response)
        self.tcp(client, server, (sport, dport), (mine, yours), 0x04)


def identification(n):
    """Read Device Identification and its answer."""
    values = [b"Schneider Electric", b"BMX P34 %04d" % (n % 40), b"v2.%d" % (n % 9)]
    body = b"\x2b\x0e\x01\x01\x00\x00\x03" + b"".join(bytes([i, len(v)]) + v for i, v in enumerate(values))
    return b"\0\1\0\0\0\5\xff\x2b\x0e\x01\x00", struct.pack(">HHHB", 1, 0, len(body) + 1, 255) + body


READ = (b"\0\2\0\0\0\6\xff\x03\x00\x00\x00\x02", b"\0\2\0\0\0\7\xff\x03\x04\x00\x01\x00\x02")


def make(path, assets, connections):
    random.seed(7)
    capture = Capture(path)
    for n in range(assets):
        capture.arp(n)
    controllers = max(1, assets * POLLED // 100)
    made = set()
    while len(made) < connections:
        client = random.randrange(controllers, assets)
        server, port = random.randrange(assets), random.choice((443, 445, 3389, 80, 22))
        if len(made) % 2 == 0:
            server, port = random.randrange(controllers), 502
        if client == server or (client, server, port) in made:
            continue
        made.add((client, server, port))
        turns = [READ] if port == 502 else []
        if port == 502 and random.random() < 0.2:
            turns = [identification(server), READ]
        capture.conversation(client, server, 20000 + len(made) % 40000, port, turns)
    capture.file.close()
    return capture.packets


def run(command, out):
    """(seconds, bytes of peak memory) of one run; its output goes to a file."""
    begin = time.monotonic()
    pid = os.fork()
    if pid == 0:
        with open(out, "wb") as file:
            os.dup2(file.fileno(), 1)
        os.execv(command[0], command)
    _, status, usage = os.wait4(pid, 0)
    if status != 0:
        sys.exit(f"{' '.join(command)}: status {os.waitstatus_to_exitcode(status)}")
    return time.monotonic() - begin, usage.ru_maxrss * 1024, usage.ru_utime + usage.ru_stime


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    keep = len(sys.argv) > 2
    folder = pathlib.Path(sys.argv[2] if keep else tempfile.mkdtemp(prefix="prahari_scale_"))
    folder.mkdir(parents=True, exist_ok=True)
    assets = int(sys.argv[3]) if len(sys.argv) > 3 else 20_000
    connections = int(sys.argv[4]) if len(sys.argv) > 4 else 200_000
    capture, out = folder / f"scale-{assets}-{connections}.pcap", str(folder / "out")
    if not capture.exists():
        print(f"{make(capture, assets, connections):,} packets for {assets:,} assets and {connections:,} connections")
    missed = []

    def measure(words, command, limit):
        seconds, memory, cpu = run([program, *command], folder / "stdout")
        print(f"{words:28} {seconds:7.2f} s  {cpu:7.2f} s of CPU  {memory / 2**20:7.0f} MiB", flush=True)
        if limit is not None and cpu > limit:
            missed.append(f"{words}: {cpu:.2f} s of CPU, wanted {limit} s")
        return memory

    if measure("analyze", ["analyze", "-q", "--out", out, str(capture)], None) > MEMORY:
        missed.append("analyze: more than 512 MiB")
    measure("assets list", ["assets", "list", "--state", out], SECONDS)
    measure("assets show", ["assets", "show", "10.0.0.1", "--state", out], SECONDS)
    for form in ("csv", "json", "cyclonedx", "xlsx"):
        measure(f"assets export {form}", ["assets", "export", "--format", form, "--out", str(folder / f"x.{form}"),
                                          "--state", out], SECONDS)
    for words in missed:
        print("MISSED " + words)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
