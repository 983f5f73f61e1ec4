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

# One message of EtherNet/IP, likewise.
EnipPdu = collections.namedtuple("EnipPdu", "frames packet command session status length")


def modbus_pdus(capture, ports=(502,)):
    """Every MBAP message in TCP streams from or to `ports`, in order of completion."""
    for frames, packet, data in _messages(capture, ports, _frame_mbap):
        tid, _, length, unit, fc = struct.unpack_from(">HHHBB", data)
        exception = data[8] if fc & 0x80 and length >= 3 else None
        yield Pdu(frames, packet, tid, unit, fc & 0x7F, exception, data[8:])


def enip_pdus(capture, ports=(44818,)):
    """Every message of EtherNet/IP in TCP streams from or to `ports`, in order of completion."""
    for frames, packet, data in _messages(capture, ports, _frame_enip):
        command, length, session, status = struct.unpack_from("<HHII", data)
        yield EnipPdu(frames, packet, command, session, status, length)


# One OPC UA chunk, without its header.
Chunk = collections.namedtuple("Chunk", "frames packet type letter body")


def opcua_chunks(capture, ports):
    """Every chunk in TCP streams from or to `ports`, in order of completion."""
    return [Chunk(frames, packet, data[:3].decode(), chr(data[3]), data[8:])
            for frames, packet, data in _messages(capture, ports, _frame_opcua)]


def _frame_mbap(data):
    """Bytes of the message at the head; None: more are needed; 0: there is none."""
    if len(data) < 8:
        return None
    _, proto, length, _, fc = struct.unpack_from(">HHHBB", data)
    limit = 1100 if fc & 0x7F == 90 else 260
    return 6 + length if proto == 0 and 2 <= length <= limit else 0


def _frame_enip(data):
    if len(data) < 24:
        return None
    command, length = struct.unpack_from("<HH", data)
    known = command in (0, 4, 0x63, 0x64, 0x65, 0x66, 0x6F, 0x70, 0x72, 0x73)
    return 24 + length if known and length <= 8192 and data[20:24] == bytes(4) else 0


OPCUA_TYPES = (b"HEL", b"ACK", b"ERR", b"RHE", b"OPN", b"CLO", b"MSG")


def _frame_opcua(data):
    if len(data) < 8:
        return None
    size = int.from_bytes(data[4:8], "little")
    return size if data[:3] in OPCUA_TYPES and data[3] in b"FCA" and 8 <= size <= 1 << 20 else 0


def _messages(capture, ports, frame):
    """(frames, packet, bytes) of each message.

    Streams are put together in order of sequence; bytes seen before are skipped; after a gap
    reading begins anew at the next segment.
    """
    out, streams = [], {}
    for number, record in enumerate(capture.frames, 1):
        p = parse(record.data, capture.link)
        if p.protocol != 6 or p.seq is None or not {p.sport, p.dport} & set(ports):
            continue
        s = streams.get(p.flow)
        if s is None or p.flags & 2:
            s = streams[p.flow] = _Stream(frame)
            if p.flags & 2:
                s.next = (p.seq + 1) & 0xFFFFFFFF
        if p.payload:
            s.add(p, number)
            out.extend(s.messages())
    for s in streams.values():
        while s.skip_gap():
            out.extend(s.messages())
    return out


class _Stream:
    def __init__(self, frame):
        self.frame = frame
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

    def messages(self):
        while self.pieces:
            data = b"".join(piece[2] for piece in self.pieces)
            size = self.frame(data)
            if size == 0:
                self.pieces = []  # another protocol; begin anew with the next segment
                return
            if size is None or len(data) < size:
                return
            left, used = size, []
            while left:
                number, p, piece = self.pieces[0]
                used.append(number)
                if len(piece) > left:
                    self.pieces[0] = (number, p, piece[left:])
                    left = 0
                else:
                    left -= len(piece)
                    self.pieces.pop(0)
            yield tuple(used), p, data[:size]


# One message of a protocol over TCP, with all its bytes.
StreamMessage = collections.namedtuple("StreamMessage", "frames packet data")


def stream_messages(capture, ports, size_of):
    """Messages whose length size_of(bytes at hand) tells: None for more bytes, 0 for not mine."""
    return [StreamMessage(*found) for found in _messages(capture, ports, size_of)]
