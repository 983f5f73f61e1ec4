"""Messages of the protocols that the plant speaks, as bytes."""
import struct

# Modbus/TCP


def mbap(transaction, unit, pdu, protocol=0):
    return struct.pack(">HHHB", transaction & 0xFFFF, protocol, len(pdu) + 1, unit) + pdu


class Modbus:
    """A client's side of one connection: numbers its transactions, asks and is answered."""

    def __init__(self, tcp, unit=1):
        self.tcp, self.unit, self.transaction = tcp, unit, 0

    def pdu(self, time, request, answer, latency=None, acknowledge=False):
        self.transaction += 1
        return self.tcp.ask(time, mbap(self.transaction, self.unit, request),
                            None if answer is None else mbap(self.transaction, self.unit, answer),
                            latency, acknowledge)

    def read(self, time, function, address, values, **how):
        request = struct.pack(">BHH", function, address, len(values))
        if function <= 2:
            packed = bytearray((len(values) + 7) // 8)
            for i, value in enumerate(values):
                packed[i // 8] |= (value & 1) << i % 8
            answer = bytes([function, len(packed)]) + bytes(packed)
        else:
            answer = struct.pack(f">BB{len(values)}H", function, 2 * len(values), *values)
        return self.pdu(time, request, answer, **how)

    def write_register(self, time, address, value):
        echo = struct.pack(">BHH", 6, address, value)
        return self.pdu(time, echo, echo)

    def write_coil(self, time, address, on):
        echo = struct.pack(">BHH", 5, address, 0xFF00 if on else 0)
        return self.pdu(time, echo, echo)

    def diagnostics(self, time, sub, data=0):
        echo = struct.pack(">BHH", 8, sub, data)
        return self.pdu(time, echo, echo)

    def refused(self, time, request, code):
        return self.pdu(time, request, bytes([request[0] | 0x80, code]))

    def identify(self, time, vendor, product, revision):
        objects = b"".join(bytes([i, len(text)]) + text.encode()
                           for i, text in enumerate((vendor, product, revision)))
        return self.pdu(time, b"\x2b\x0e\x01\x00", b"\x2b\x0e\x01\x01\x00\x00\x03" + objects)

    def umas(self, time, request, answer):
        return self.pdu(time, b"\x5a\x00" + request, b"\x5a\x00\xfe" + answer)


# EtherNet/IP

REGISTER, SEND_RR = 0x65, 0x6F


def encapsulate(command, body, session=0, context=0):
    return struct.pack("<HHIIQI", command, len(body), session, 0, context, 0) + body


def epath(*logical):
    """(class, instance, attribute), as far as they are given; each below 256."""
    return b"".join(bytes([kind, value]) for kind, value in zip((0x20, 0x24, 0x30), logical))


def symbol(tag):
    name = tag.encode()
    return bytes([0x91, len(name)]) + name + b"\0" * (len(name) % 2)


class Enip:
    """A client's side of a session with unconnected messages."""

    def __init__(self, tcp, session=0x1A2B0001):
        self.tcp, self.session, self.context = tcp, session, 0

    def register(self, time):
        body = struct.pack("<HH", 1, 0)
        return self.tcp.ask(time, encapsulate(REGISTER, body),
                            encapsulate(REGISTER, body, self.session))

    def _wrap(self, cip):
        items = struct.pack("<IHHHHHH", 0, 8, 2, 0, 0, 0xB2, len(cip)) + cip
        return encapsulate(SEND_RR, items, self.session, self.context)

    def service(self, time, service, path, data=b"", answer=b"", status=0, acknowledge=False):
        self.context += 1
        request = self._wrap(bytes([service, len(path) // 2]) + path + data)
        reply = self._wrap(bytes([service | 0x80, 0, status, 0]) + answer)
        return self.tcp.ask(time, request, reply, acknowledge=acknowledge)

    def read_tag(self, time, tag, value, acknowledge=False):
        return self.service(time, 0x4C, symbol(tag), struct.pack("<H", 1),
                            struct.pack("<Hi", 0xC4, value), acknowledge=acknowledge)

    def write_tag(self, time, tag, value):
        return self.service(time, 0x4D, symbol(tag), struct.pack("<HHi", 0xC4, 1, value))

    def identity(self, time, vendor, kind, code, revision, serial, name):
        answer = struct.pack("<HHHBBHI", vendor, kind, code, *revision, 0x3060, serial)
        return self.service(time, 0x01, epath(1, 1), b"",
                            answer + bytes([len(name)]) + name.encode())


# OPC UA Binary

NONE = "http://opcfoundation.org/UA/SecurityPolicy#None"
SHA256 = "http://opcfoundation.org/UA/SecurityPolicy#Basic256Sha256"


def ua_text(text):
    if text is None:
        return b"\xff\xff\xff\xff"
    data = text if isinstance(text, bytes) else text.encode()
    return struct.pack("<I", len(data)) + data


def ua_chunk(kind, body):
    return kind.encode() + struct.pack("<I", 8 + len(body)) + body


def ua_type(number):
    return struct.pack("<BBH", 1, 0, number)


def ua_asks(number):
    return (ua_type(number) + b"\0\0" + struct.pack("<QII", 0, 7, 0) + ua_text(None) +
            struct.pack("<I", 5000) + bytes(3))


def ua_answers(number):
    return ua_type(number) + struct.pack("<QII", 0, 7, 0) + bytes(1) + struct.pack("<I", 0) + bytes(3)


class OpcUa:
    """Hello, a channel, and messages in it without security."""

    def __init__(self, tcp, url):
        self.tcp, self.url, self.number = tcp, url, 0

    def hello(self, time):
        limits = struct.pack("<IIIII", 0, 65536, 65536, 0, 0)
        return self.tcp.ask(time, ua_chunk("HELF", limits + ua_text(self.url)),
                            ua_chunk("ACKF", limits))

    def open_none(self, time):
        self.number += 1
        security = ua_text(NONE) + ua_text(None) + ua_text(None)
        head = struct.pack("<II", self.number, self.number)
        request = head + ua_asks(446) + struct.pack("<III", 0, 0, 1) + ua_text(None) + \
            struct.pack("<I", 3600000)
        answer = head + ua_answers(449) + struct.pack("<IIIQI", 0, 5, 1, 0, 3600000) + ua_text(None)
        return self.tcp.ask(time, ua_chunk("OPNF", struct.pack("<I", 0) + security + request),
                            ua_chunk("OPNF", struct.pack("<I", 5) + security + answer))

    def open_signed(self, time, client_certificate, server_certificate, noise):
        """The certificates go in the clear; what is encrypted is noise of the right size."""
        def message(channel, own, other):
            return ua_chunk("OPNF", struct.pack("<I", channel) + ua_text(SHA256) + ua_text(own) +
                            ua_text(other) + noise)
        thumbprint = bytes(range(20))
        return self.tcp.ask(time, message(0, client_certificate, thumbprint),
                            message(5, server_certificate, thumbprint))

    def message(self, time, request, answer):
        self.number += 1
        head = struct.pack("<IIII", 5, 1, self.number, self.number)
        return self.tcp.ask(time, ua_chunk("MSGF", head + request), ua_chunk("MSGF", head + answer))

    def read(self, time, node, value):
        request = ua_asks(631) + struct.pack("<dIi", 0.0, 2, 1) + struct.pack("<BH", 3, 1) + \
            ua_text(node) + struct.pack("<I", 13) + ua_text(None) + struct.pack("<H", 0) + ua_text(None)
        answer = ua_answers(634) + struct.pack("<i", 1) + struct.pack("<BBi", 1, 6, value) + \
            struct.pack("<i", 0)
        return self.message(time, request, answer)


# Names, time, addresses, neighbours


def dns_name(name):
    return b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0"


def dns(number, name, address=None):
    question = dns_name(name) + struct.pack(">HH", 1, 1)
    if address is None:
        return struct.pack(">HHHHHH", number, 0x0100, 1, 0, 0, 0) + question
    return (struct.pack(">HHHHHH", number, 0x8580, 1, 1, 0, 0) + question +
            struct.pack(">HHHIH", 0xC00C, 1, 1, 3600, 4) + address)


def ntp(mode, time):
    seconds = time // 10**9 + 2208988800
    stamp = struct.pack(">II", seconds & 0xFFFFFFFF, (time % 10**9) * 2**32 // 10**9)
    return struct.pack(">BBbbIII", 0x20 | mode, 2 if mode == 4 else 0, 6, -20, 0x100, 0x200,
                       0x7F7F0100) + stamp * 4


def dhcp(message, transaction, client, server, request):
    """`message`: 3 request, 5 acknowledge. A renewal: unicast both ways."""
    op = 1 if request else 2
    head = struct.pack(">BBBBIHH", op, 1, 6, 0, transaction, 0, 0) + client.ip
    head += (bytes(4) if request else client.ip) + bytes(8) + client.own_mac + bytes(10 + 192)
    options = b"\x63\x82\x53\x63" + bytes([53, 1, message])
    if not request:
        options += b"\x36\x04" + server.ip + b"\x33\x04" + struct.pack(">I", 28800) + \
            b"\x01\x04\xff\xff\xff\x00" + b"\x03\x04" + server.ip
    else:
        options += bytes([12, len(client.name)]) + client.name.encode()
    return head + options + b"\xff"


def lldp(hardware, name, port):
    def tlv(kind, data):
        return struct.pack(">H", kind << 9 | len(data)) + data
    return (tlv(1, b"\x04" + hardware) + tlv(2, b"\x05" + port.encode()) +
            tlv(3, struct.pack(">H", 120)) + tlv(5, name.encode()) + tlv(0, b""))


def vrrp(group, priority, address):
    body = struct.pack(">BBBBBB", 0x21, group, priority, 1, 0, 1) + b"\0\0" + address + bytes(8)
    from packets import checksum
    return body[:6] + struct.pack(">H", checksum(body)) + body[8:]


# Sessions of people


def rdp_request(user):
    cookie = f"Cookie: mstshash={user}\r\n".encode()
    negotiation = struct.pack("<BBHI", 1, 0, 8, 3)
    length = 6 + len(cookie) + len(negotiation)
    x224 = bytes([length, 0xE0, 0, 0, 0, 0, 0]) + cookie + negotiation
    return struct.pack(">BBH", 3, 0, 4 + len(x224)) + x224


def rdp_confirm():
    x224 = bytes([14, 0xD0, 0, 0, 0x12, 0x34, 0]) + struct.pack("<BBHI", 2, 0, 8, 1)
    return struct.pack(">BBH", 3, 0, 4 + len(x224)) + x224


def smb1_negotiate():
    dialects = b"\x02NT LM 0.12\0"
    body = b"\xffSMB\x72" + bytes(4) + b"\x18\x53\xc8" + bytes(12) + b"\xff\xfe" + bytes(6)
    body += b"\0" + struct.pack("<H", len(dialects)) + dialects
    return struct.pack(">I", len(body)) + body


def smb1_answer():
    body = b"\xffSMB\x72" + bytes(4) + b"\x98\x53\xc8" + bytes(12) + b"\xff\xfe" + bytes(6)
    body += b"\x11" + struct.pack("<HBHHIIIIQhB", 0, 3, 50, 1, 65536, 65536, 0, 0x8000E3FD, 0, 0, 0)
    body += struct.pack("<H", 16) + bytes(range(16))
    return struct.pack(">I", len(body)) + body
