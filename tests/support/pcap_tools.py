"""Captures, frames and TCP streams for tests, in plain Python and sharing no code with prahari.

Slow and simple on purpose: it is the second opinion that the program is compared with.
"""
import collections
import gzip
import struct

ETHERNET, RAW_IP, LINUX_SLL, NULL, LOOP, LINUX_SLL2 = 1, 101, 113, 0, 108, 276

# `time` in nanoseconds since 1970, `wire` the length on the wire.
Frame = collections.namedtuple("Frame", "time wire data")
Capture = collections.namedtuple("Capture", "link nano snaplen frames")


def read_capture(path):
    """A classic pcap or a pcapng with one link type, also .gz, as far as it is whole."""
    with open(path, "rb") as f:
        data = f.read()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    if data[:4] == b"\x0a\x0d\x0d\x0a":
        return _read_pcapng(data)
    for order in "<>":
        magic = struct.unpack(order + "I", data[:4])[0]
        if magic in (0xA1B2C3D4, 0xA1B23C4D):
            break
    else:
        raise ValueError(f"{path}: not a capture")
    nano = magic == 0xA1B23C4D
    snaplen, link = struct.unpack(order + "II", data[16:24])
    frames, at, head = [], 24, struct.Struct(order + "IIII")
    while at + 16 <= len(data):
        seconds, fraction, captured, wire = head.unpack_from(data, at)
        if at + 16 + captured > len(data):
            break
        stamp = seconds * 10**9 + fraction * (1 if nano else 1000)
        frames.append(Frame(stamp, wire, data[at + 16:at + 16 + captured]))
        at += 16 + captured
    return Capture(link & 0xFFFF, nano, snaplen, frames)


def _read_pcapng(data):
    frames, interfaces, order, at, link = [], [], "<", 0, None
    while at + 12 <= len(data):
        if data[at:at + 4] == b"\x0a\x0d\x0d\x0a":
            order = "<" if data[at + 8:at + 12] == b"\x4d\x3c\x2b\x1a" else ">"
            interfaces = []
        kind, size = struct.unpack_from(order + "II", data, at)
        if size < 12 or at + size > len(data):
            break
        body = data[at + 8:at + size - 4]
        if kind == 1:
            interfaces.append(_interface(body, order))
            link = interfaces[-1][0] if link is None else link
        elif kind == 6:
            number, high, low, captured, wire = struct.unpack_from(order + "IIIII", body)
            unit = interfaces[number][1]
            stamp = (high << 32 | low) * 10**9 // unit
            frames.append(Frame(stamp, wire, body[20:20 + captured]))
        elif kind == 3:
            frames.append(Frame(0, struct.unpack_from(order + "I", body)[0], body[4:]))
        at += size
    return Capture(link, True, 262144, frames)


def _interface(body, order):
    link, at, unit = struct.unpack_from(order + "H", body)[0], 8, 10**6
    while at + 4 <= len(body):
        code, size = struct.unpack_from(order + "HH", body, at)
        if code == 9:
            value = body[at + 4]
            unit = 2**(value & 0x7F) if value & 0x80 else 10**value
        at += 4 + (size + 3) // 4 * 4
    return link, unit


def pcap_bytes(frames, link=ETHERNET, nano=False, order="<", snaplen=262144):
    magic, divide = (0xA1B23C4D, 1) if nano else (0xA1B2C3D4, 1000)
    parts = [struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, snaplen, link)]
    head = struct.Struct(order + "IIII")
    for f in frames:
        parts.append(head.pack(f.time // 10**9, f.time % 10**9 // divide, len(f.data),
                               max(f.wire, len(f.data))))
        parts.append(f.data)
    return b"".join(parts)


def pcapng_bytes(frames, link=ETHERNET, snaplen=262144):
    """One section, one interface with nanosecond times."""
    def block(kind, body):
        body += bytes(-len(body) % 4)
        return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)

    resolution = struct.pack("<HHB3xHH", 9, 1, 9, 0, 0)
    parts = [block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)),
             block(1, struct.pack("<HHI", link, 0, snaplen) + resolution)]
    for f in frames:
        parts.append(block(6, struct.pack("<IIIII", 0, f.time >> 32, f.time & 0xFFFFFFFF,
                                          len(f.data), max(f.wire, len(f.data))) + f.data))
    return b"".join(parts)


class Packet:
    """What a frame says down to TCP or UDP; fields that it does not have are None."""

    __slots__ = ("vlan", "ethertype", "source_mac", "target_mac", "body", "source", "target",
                 "protocol", "ttl", "sport", "dport", "seq", "ack", "flags", "payload", "fragment")

    def __init__(self):
        for name in self.__slots__:
            setattr(self, name, None)
        self.vlan, self.payload = (), b""

    @property
    def flow(self):
        return (self.vlan, self.source, self.sport, self.target, self.dport)


def parse(data, link=ETHERNET):
    p = Packet()
    at = 0
    if link == ETHERNET:
        p.target_mac, p.source_mac = _mac(data[0:6]), _mac(data[6:12])
        p.ethertype, at = _be16(data, 12), 14
    elif link == LINUX_SLL:
        p.ethertype, at = _be16(data, 14), 16
    elif link == LINUX_SLL2:
        p.ethertype, at = _be16(data, 0), 20
    elif link in (NULL, LOOP):
        p.ethertype, at = (0x0800 if 2 in data[:4] else 0x86DD), 4
    else:
        p.ethertype = 0x86DD if data[:1] and data[0] >> 4 == 6 else 0x0800
    while p.ethertype in (0x8100, 0x88A8, 0x9100):
        p.vlan += (_be16(data, at) & 0xFFF,)
        p.ethertype, at = _be16(data, at + 2), at + 4
    p.body = data[at:]
    if p.ethertype == 0x0800 and len(p.body) >= 20:
        _parse_ip4(p)
    elif p.ethertype == 0x86DD and len(p.body) >= 40:
        p.source, p.target = p.body[8:24].hex(), p.body[24:40].hex()
        p.protocol, p.ttl, p.fragment = p.body[6], p.body[7], False
        _parse_transport(p, p.body[40:40 + _be16(p.body, 4)])
    return p


def _parse_ip4(p):
    body = p.body
    header, total = (body[0] & 15) * 4, _be16(body, 2)
    p.source, p.target = ".".join(map(str, body[12:16])), ".".join(map(str, body[16:20]))
    p.protocol, p.ttl = body[9], body[8]
    p.fragment = _be16(body, 6) & 0x3FFF != 0
    if total == 0:
        total = len(body)  # segmentation offload
    if not p.fragment:
        _parse_transport(p, body[header:total])


def _parse_transport(p, data):
    if p.protocol == 6 and len(data) >= 20:
        p.sport, p.dport, p.seq, p.ack = struct.unpack_from(">HHII", data)
        p.flags, p.payload = data[13], data[(data[12] >> 4) * 4:]
    elif p.protocol == 17 and len(data) >= 8:
        p.sport, p.dport = struct.unpack_from(">HH", data)
        p.payload = data[8:]


def _mac(data):
    return ":".join(f"{b:02x}" for b in data)


def _be16(data, at):
    return int.from_bytes(data[at:at + 2], "big")


# One Modbus PDU: `frames` are the numbers of the frames that carry its bytes, the one that
# completes it last; `port` is the server's.
Pdu = collections.namedtuple("Pdu", "frames packet tid unit fc exception data")


def modbus_pdus(capture, ports=(502,)):
    """Every MBAP message in TCP streams from or to `ports`, in order of completion.

    Streams are put together in order of sequence; bytes seen before are skipped; after a gap
    reading begins anew at the next segment.
    """
    return list(_in_streams(capture, ports, _Stream.pdus))


def _in_streams(capture, ports, read):
    out, streams = [], {}
    for number, frame in enumerate(capture.frames, 1):
        p = parse(frame.data, capture.link)
        if p.protocol != 6 or p.seq is None or not {p.sport, p.dport} & set(ports):
            continue
        s = streams.get(p.flow)
        if s is None or p.flags & 2:
            s = streams[p.flow] = _Stream()
            if p.flags & 2:
                s.next = (p.seq + 1) & 0xFFFFFFFF
        if p.payload:
            s.add(p, number)
            out.extend(read(s))
    for s in streams.values():
        while s.skip_gap():
            out.extend(read(s))
    return out


class _Stream:
    def __init__(self):
        self.next = None
        self.pieces = []  # (frame number, packet, bytes), in order
        self.later = {}

    def add(self, p, number):
        if self.next is None:
            self.next = p.seq
        ahead = (p.seq - self.next) & 0xFFFFFFFF
        if ahead >= 1 << 31:  # seen before, perhaps with something new at its end
            fresh = len(p.payload) - ((1 << 32) - ahead)
            if fresh <= 0:
                return
            self._append(number, p, p.payload[-fresh:])
        elif ahead == 0:
            self._append(number, p, p.payload)
        else:
            self.later[p.seq] = (number, p)
            if len(self.later) >= 8:
                self.skip_gap()
            return
        self._take_later()

    def skip_gap(self):
        """Goes on behind the gap; False if nothing lies there."""
        if not self.later:
            return False
        self.pieces, self.next = [], min(self.later)
        self._take_later()
        return True

    def _take_later(self):
        while self.next in self.later:
            n, q = self.later.pop(self.next)
            self._append(n, q, q.payload)

    def _append(self, number, p, data):
        self.pieces.append((number, p, data))
        self.next = (self.next + len(data)) & 0xFFFFFFFF

    def pdus(self):
        while self.pieces:
            data = b"".join(piece[2] for piece in self.pieces)
            if len(data) < 8:
                return
            tid, proto, length, unit, fc = struct.unpack_from(">HHHBB", data)
            limit = 1100 if fc & 0x7F == 90 else 260
            if proto != 0 or not 2 <= length <= limit:
                self.pieces = []  # not Modbus; begin anew with the next segment
                return
            if len(data) < 6 + length:
                return
            used, p = self.take(6 + length)
            exception = data[8] if fc & 0x80 and length >= 3 else None
            yield Pdu(tuple(used), p, tid, unit, fc & 0x7F, exception, data[8:6 + length])

    def take(self, left):
        """The frames of the next `left` bytes, which are gone then, and the last packet of them."""
        used, p = [], None
        while left:
            number, p, piece = self.pieces[0]
            used.append(number)
            if len(piece) > left:
                self.pieces[0] = (number, p, piece[left:])
                left = 0
            else:
                left -= len(piece)
                self.pieces.pop(0)
        return used, p

    def messages(self, size_of):
        while self.pieces:
            data = b"".join(piece[2] for piece in self.pieces)
            size = size_of(data)
            if size is None:
                self.pieces = []  # not mine; begin anew with the next segment
                return
            if size == 0 or len(data) < size:
                return
            used, p = self.take(size)
            yield StreamMessage(tuple(used), p, data[:size])

    def chunks(self):
        while self.pieces:
            data = b"".join(piece[2] for piece in self.pieces)
            if len(data) < 8:
                return
            size = int.from_bytes(data[4:8], "little")
            if data[:3] not in OPCUA_TYPES or data[3] not in b"FCA" or not 8 <= size <= 1 << 20:
                self.pieces = []  # not OPC UA; begin anew with the next segment
                return
            if len(data) < size:
                return
            used, p = self.take(size)
            yield Chunk(tuple(used), p, data[:3].decode(), chr(data[3]), data[8:size])


OPCUA_TYPES = (b"HEL", b"ACK", b"ERR", b"RHE", b"OPN", b"CLO", b"MSG")

# One OPC UA chunk, without its header.
Chunk = collections.namedtuple("Chunk", "frames packet type letter body")


def opcua_chunks(capture, ports):
    """Every chunk in TCP streams from or to `ports`, in order of completion; else as modbus_pdus."""
    return list(_in_streams(capture, ports, _Stream.chunks))


# One message of another protocol over TCP, with all its bytes.
StreamMessage = collections.namedtuple("StreamMessage", "frames packet data")


def stream_messages(capture, ports, size_of):
    """Messages whose length size_of(bytes at hand) tells: 0 for more bytes, None for not mine."""
    return list(_in_streams(capture, ports, lambda stream: stream.messages(size_of)))
