"""Frames, TCP connections and a capture, in plain Python: no stack, no clock, the same bytes always.

A `Wire` takes frames with their time and writes them in order of time, also where they are handed
over out of order by less than two seconds. Times are nanoseconds since 1970.
"""
import heapq
import struct

MS = 10**6
SECOND = 10**9
HOLD = 2 * SECOND  # how far out of order frames may come

SYN, ACK, PSH, FIN, RST = 0x02, 0x10, 0x08, 0x01, 0x04
BROADCAST = b"\xff" * 6


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def ip(text):
    return bytes(map(int, text.split(".")))


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    total = (total & 0xFFFF) + (total >> 16)
    return ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF


class Wire:
    """A pcap file that is written as it grows. `passes(time, frame)` false: the mirror lost it."""

    def __init__(self, path, passes=None):
        self.file = open(path, "wb")
        self.file.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, 1))
        self.waiting, self.order, self.passes = [], 0, passes
        self.frames = self.lost = 0
        self.header = struct.Struct("<IIII").pack

    def put(self, time, frame):
        self.order += 1
        heapq.heappush(self.waiting, (time, self.order, frame))

    def flush(self, until):
        waiting = self.waiting
        while waiting and waiting[0][0] <= until:
            time, _, frame = heapq.heappop(waiting)
            if self.passes is not None and not self.passes(time, frame):
                self.lost += 1
                continue
            if len(frame) < 60:
                frame += bytes(60 - len(frame))
            self.frames += 1
            self.file.write(self.header(time // SECOND, time % SECOND, len(frame), len(frame)) + frame)

    def close(self):
        self.flush(1 << 63)
        self.file.close()


class Host:
    """An interface. A host behind the router is seen with the router's MAC: `via`."""

    def __init__(self, name, address, hardware, via=None):
        self.name, self.address, self.ip = name, address, ip(address)
        self.own_mac, self.via = mac(hardware), via
        self.identification = 0

    @property
    def mac(self):
        return self.via.mac if self.via is not None else self.own_mac

    @property
    def ttl(self):
        return 63 if self.via is not None else 64


def ethernet(source, target, kind, body):
    return target + source + struct.pack(">H", kind) + body


def ip_frame(source, target, protocol, body, to=None):
    source.identification = source.identification + 1 & 0xFFFF
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(body), source.identification, 0x4000,
                       source.ttl, protocol, 0) + source.ip + target.ip
    head = head[:10] + struct.pack(">H", checksum(head)) + head[12:]
    return (to or target.mac) + source.mac + b"\x08\x00" + head + body


def udp_frame(source, sport, target, dport, data, to=None):
    size = 8 + len(data)
    pseudo = source.ip + target.ip + struct.pack(">HH", 17, size)
    body = struct.pack(">HHHH", sport, dport, size, 0) + data
    body = body[:6] + struct.pack(">H", checksum(pseudo + body) or 0xFFFF) + data
    return ip_frame(source, target, 17, body, to)


def tcp_frame(source, sport, target, dport, seq, ack, flags, data=b""):
    options = b"\x02\x04\x05\xb4" if flags & SYN else b""
    size = 20 + len(options) + len(data)
    body = struct.pack(">HHIIBBHHH", sport, dport, seq & 0xFFFFFFFF, ack & 0xFFFFFFFF,
                       size - len(data) << 2, flags, 8192, 0, 0) + options + data
    pseudo = source.ip + target.ip + struct.pack(">HH", 6, size)
    body = body[:16] + struct.pack(">H", checksum(pseudo + body)) + body[18:]
    return ip_frame(source, target, 6, body)


def arp_frame(source, target_ip, reply_to=None, source_ip=None, source_mac=None):
    hardware = source_mac or source.mac
    head = struct.pack(">HHBBH", 1, 0x0800, 6, 4, 2 if reply_to else 1)
    body = head + hardware + (source_ip or source.ip) + (reply_to or bytes(6)) + target_ip
    return ethernet(hardware, reply_to or BROADCAST, 0x0806, body)


class Tcp:
    """One connection; every call emits frames from `time` on and returns the time after them."""

    ports = {}

    def __init__(self, wire, client, server, port, sport=None, delay=MS):
        self.wire, self.client, self.server, self.port, self.delay = wire, client, server, port, delay
        if sport is None:
            next_port = Tcp.ports.get(client.address, 49152)
            Tcp.ports[client.address] = next_port + 1 if next_port < 65000 else 49152
            sport = next_port
        self.sport = sport
        seed = int.from_bytes(client.ip, "big") * 2654435761 + sport * 40503 + port
        self.seq, self.peer = seed & 0xFFFFFFFF, seed * 7 + 13 & 0xFFFFFFFF

    def _up(self, time, flags, data=b""):
        self.wire.put(time, tcp_frame(self.client, self.sport, self.server, self.port, self.seq,
                                      self.peer, flags, data))
        self.seq += len(data) + (1 if flags & (SYN | FIN) else 0)

    def _down(self, time, flags, data=b""):
        self.wire.put(time, tcp_frame(self.server, self.port, self.client, self.sport, self.peer,
                                      self.seq, flags, data))
        self.peer += len(data) + (1 if flags & (SYN | FIN) else 0)

    def open(self, time):
        acknowledged, self.peer = self.peer, 0
        self._up(time, SYN)
        self.peer = acknowledged
        self._down(time + self.delay, SYN | ACK)
        self._up(time + 2 * self.delay, ACK)
        return time + 3 * self.delay

    def refused(self, time):
        self._up(time, SYN)
        self._down(time + self.delay, RST | ACK)
        return time + 2 * self.delay

    def ask(self, time, request, answer=None, latency=None, acknowledge=False):
        self._up(time, PSH | ACK, request)
        time += latency or 4 * self.delay
        if answer is not None:
            self._down(time, PSH | ACK, answer)
            if acknowledge:
                self._up(time + self.delay, ACK)
        return time + 2 * self.delay

    def say(self, time, data):
        """The server speaks unasked, as FTP and SSH do."""
        self._down(time, PSH | ACK, data)
        self._up(time + self.delay, ACK)
        return time + 2 * self.delay

    def close(self, time):
        self._up(time, FIN | ACK)
        self._down(time + self.delay, FIN | ACK)
        self._up(time + 2 * self.delay, ACK)
        return time + 3 * self.delay
