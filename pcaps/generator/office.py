"""The rest of the traffic: DNS, NTP, HTTP, ping, LLDP, mDNS.

    office.py serve T0        on the historian: DNS, NTP and a small web page
    office.py chat T0 NAME    on the host NAME: what that host does besides Modbus
"""
import http.server
import select
import socket
import struct
import sys
import threading
import time

import plant

T0 = float(sys.argv[2])
now, until = plant.clock(T0)
HIST = plant.BY_NAME["hist"].ip


def ntp_time():
    seconds = plant.EPOCH + now() + 2208988800
    return struct.pack(">II", int(seconds), int(seconds % 1 * 2**32))


def dns_name(name):
    return b"".join(bytes([len(p)]) + p.encode() for p in name.split(".")) + b"\0"


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"<html><title>Line 2</title>Shift report: 41200 bottles, 97.1 % good</html>\n"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def date_time_string(self, timestamp=None):
        return time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(plant.EPOCH + now()))

    def log_message(self, *_):
        pass


def serve():
    page = http.server.ThreadingHTTPServer((HIST, 80), Page)
    threading.Thread(target=page.serve_forever, daemon=True).start()
    dns, ntp = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
    dns.bind((HIST, 53))
    ntp.bind((HIST, 123))
    while True:
        for s in select.select([dns, ntp], [], [])[0]:
            data, peer = s.recvfrom(512)
            if s is ntp:
                head = struct.pack(">BBBbII4s", 0x24, 2, data[2], -20, 0x20, 0x40, b"GPS\0")
                s.sendto(head + ntp_time() + data[40:48] + ntp_time() + ntp_time(), peer)
            else:
                answer = data[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + data[12:] + struct.pack(
                    ">HHHIH4s", 0xC00C, 1, 1, 3600, 4, socket.inet_aton(HIST))
                s.sendto(answer, peer)


def checksum(data):
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


def ping(raw, target, number):
    body = struct.pack(">HH", 0x1D01, number) + bytes(range(32))
    raw.sendto(b"\x08\x00" + struct.pack(">H", checksum(b"\x08\x00\0\0" + body)) + body,
               (target, 0))


def lldp(host):
    def tlv(kind, value):
        return struct.pack(">H", kind << 9 | len(value)) + value

    mac = bytes.fromhex(host.mac.replace(":", ""))
    name, description = host.lldp
    return (bytes.fromhex("0180c200000e") + mac + b"\x88\xcc" + tlv(1, b"\x04" + mac) +
            tlv(2, b"\x05port-001") + tlv(3, struct.pack(">H", 120)) + tlv(5, name.encode()) +
            tlv(6, description.encode()) + tlv(0, b""))


def chat(host):
    """(period, first, action) of this host, run in order of time."""
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    jobs = []
    place = [h.name for h in plant.HOSTS].index(host.name)
    if host.name.startswith("plc"):
        query = b"\xe3\0\x06\xec" + bytes(36)
        jobs.append([128, 15 + 7 * place, lambda n: udp.sendto(query + ntp_time(), (HIST, 123))])
    if host.lldp:
        raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        raw.bind(("eth0", 0))
        jobs.append([30, 3 + place, lambda n: raw.send(lldp(host))])
    if host.name == "hmi":
        icmp = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
        targets = [h.ip for h in plant.HOSTS if h.name.startswith("plc") or h.name == "gw"]
        jobs.append([15, 6, lambda n: ping(icmp, targets[n % len(targets)], n)])
        question = dns_name("hist.line2.example") + struct.pack(">HH", 1, 1)
        jobs.append([180, 40, lambda n: udp.sendto(
            struct.pack(">HHHHHH", 0x4100 + n, 0x0100, 1, 0, 0, 0) + question, (HIST, 53))])
    if host.name == "ews":
        udp.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255)
        udp.bind(("", 5353))
        question = struct.pack(">HHHHHH", 0, 0, 1, 0, 0, 0) + dns_name("_http._tcp.local") + \
            struct.pack(">HH", 12, 1)
        jobs.append([240, 70, lambda n: udp.sendto(question, ("224.0.0.251", 5353))])
    counts = [0] * len(jobs)
    while jobs:
        i = min(range(len(jobs)), key=lambda j: jobs[j][1])
        if jobs[i][1] >= plant.DURATION:
            break
        until(jobs[i][1])
        jobs[i][2](counts[i])
        counts[i] += 1
        jobs[i][1] += jobs[i][0]


if sys.argv[1] == "serve":
    serve()
else:
    chat(plant.BY_NAME[sys.argv[3]])
