"""The bytes of EtherNet/IP: encapsulation, common packet format, paths, data types.

CIP Networks Library, volume 1 (appendix C) and volume 2 (chapter 2). Little-endian but for socket
addresses.
"""
import dataclasses
import socket
import struct

HEADER = struct.Struct("<HHII8sI")  # command, length, session, status, sender context, options

NOP, LIST_SERVICES, LIST_IDENTITY, LIST_INTERFACES = 0x00, 0x04, 0x63, 0x64
REGISTER_SESSION, UNREGISTER_SESSION, SEND_RR_DATA, SEND_UNIT_DATA = 0x65, 0x66, 0x6F, 0x70

NULL_ADDRESS, IDENTITY_ITEM, CONNECTED_ADDRESS, CONNECTED_DATA = 0x0000, 0x000C, 0x00A1, 0x00B1
UNCONNECTED_DATA, SERVICES_ITEM, SEQUENCED_ADDRESS = 0x00B2, 0x0100, 0x8002
SOCKET_O_TO_T, SOCKET_T_TO_O = 0x8000, 0x8001

REPLY = 0x80

# Elementary types: code, struct format.
TYPES = {"BOOL": (0xC1, "B"), "SINT": (0xC2, "b"), "INT": (0xC3, "h"), "DINT": (0xC4, "i"),
         "LINT": (0xC5, "q"), "USINT": (0xC6, "B"), "UINT": (0xC7, "H"), "UDINT": (0xC8, "I"),
         "REAL": (0xCA, "f"), "LREAL": (0xCB, "d"), "DWORD": (0xD3, "I")}
STRUCTURE = 0x02A0


def encapsulate(command, data=b"", session=0, status=0, context=bytes(8)):
    return HEADER.pack(command, len(data), session, status, context, 0) + data


def items(*pairs):
    """A common packet: (type, bytes) each."""
    return struct.pack("<H", len(pairs)) + b"".join(
        struct.pack("<HH", kind, len(data)) + data for kind, data in pairs)


def read_items(data):
    count, = struct.unpack_from("<H", data)
    at, found = 2, []
    for _ in range(count):
        kind, size = struct.unpack_from("<HH", data, at)
        found.append((kind, data[at + 4:at + 4 + size]))
        at += 4 + size
    return found


def command_data(*pairs, timeout=0):
    """The body of SendRRData and SendUnitData: interface handle, timeout, items."""
    return struct.pack("<IH", 0, timeout) + items(*pairs)


def socket_address(ip, port):
    return struct.pack(">hH4s8x", socket.AF_INET, port, socket.inet_aton(ip))


def short_string(text):
    return bytes([len(text)]) + text.encode("latin-1")


@dataclasses.dataclass
class Path:
    """What a padded EPATH says. `symbol` is the tag's name with its members and indices."""
    cls: int = None
    instance: int = None
    attribute: int = None
    points: list = dataclasses.field(default_factory=list)  # connection points
    members: list = dataclasses.field(default_factory=list)  # array indices behind a class
    route: list = dataclasses.field(default_factory=list)  # (port, link)
    symbols: list = dataclasses.field(default_factory=list)  # [name, [indices]]
    key: tuple = None  # vendor, device type, product code, major, minor
    raw: bytes = b""
    chain: list = dataclasses.field(default_factory=list)  # (class, instance) of each level

    @property
    def symbol(self):
        out = []
        for name, indices in self.symbols:
            out.append(name + (f"[{','.join(map(str, indices))}]" if indices else ""))
        return ".".join(out)


def read_path(raw):
    path, at = Path(raw=raw), 0
    while at < len(raw):
        byte = raw[at]
        if byte >> 5 == 0:  # port
            port, size = byte & 0x0F, 1
            at += 1
            if byte & 0x10:
                size = raw[at]
                at += 1
            link = raw[at:at + size]
            at += size + (at + size) % 2
            path.route.append((port, link[0] if size == 1 else link.decode("latin-1")))
        elif byte == 0x34:
            vendor, kind, code, major, minor = struct.unpack_from("<HHHBB", raw, at + 2)
            path.key = (vendor, kind, code, major, minor)
            at += 10
        elif byte >> 5 == 1:  # logical
            form = byte & 3
            value = (raw[at + 1] if form == 0 else
                     struct.unpack_from("<H" if form == 1 else "<I", raw, at + 2)[0])
            at += (2, 4, 6)[form]
            logical = byte >> 2 & 7
            if logical == 0:
                path.cls = value
                path.chain.append([value, None])
            elif logical == 1:
                path.instance = value
                if path.chain:
                    path.chain[-1][1] = value
            elif logical == 2:
                (path.symbols[-1][1] if path.symbols else path.members).append(value)
            elif logical == 3:
                path.points.append(value)
            elif logical == 4:
                path.attribute = value
        elif byte == 0x91:
            size = raw[at + 1]
            path.symbols.append([raw[at + 2:at + 2 + size].decode("latin-1"), []])
            at += 2 + size + size % 2
        elif byte == 0x80:
            at += 2 + 2 * raw[at + 1]
        else:
            raise ValueError(f"segment 0x{byte:02x}")
    return path


def logical(kind, value):
    """kind: 0x20 class, 0x24 instance, 0x28 member, 0x2C connection point, 0x30 attribute."""
    if value < 0x100:
        return bytes([kind, value])
    if value < 0x10000:
        return struct.pack("<BBH", kind | 1, 0, value)
    return struct.pack("<BBI", kind | 2, 0, value)


def object_path(cls, instance=None, attribute=None):
    out = logical(0x20, cls)
    if instance is not None:
        out += logical(0x24, instance)
    if attribute is not None:
        out += logical(0x30, attribute)
    return out


def tag_path(name):
    """"Program:Main.Tank[3].Level": a symbol for each part, a member for each index."""
    out = b""
    for part in name.split("."):
        text, _, rest = part.partition("[")
        raw = text.encode("latin-1")
        out += bytes([0x91, len(raw)]) + raw + b"\0" * (len(raw) % 2)
        for index in filter(None, rest.rstrip("]").split(",")):
            out += logical(0x28, int(index))
    return out


def backplane(slot):
    return bytes([1, slot])


def request(service, path, data=b""):
    return bytes([service, len(path) // 2]) + path + data


def reply(service, data=b"", status=0, extended=()):
    return struct.pack(f"<BBBB{len(extended)}H", service | REPLY, 0, status, len(extended),
                       *extended) + data


def read_request(raw):
    size = 2 * raw[1]
    return raw[0], read_path(raw[2:2 + size]), raw[2 + size:]


@dataclasses.dataclass
class Answer:
    service: int
    status: int
    extended: tuple
    data: bytes

    @property
    def good(self):
        return self.status in (0, 6)


def read_reply(raw):
    service, _, status, words = struct.unpack_from("<BBBB", raw)
    extended = struct.unpack_from(f"<{words}H", raw, 4)
    return Answer(service & 0x7F, status, extended, raw[4 + 2 * words:])


def multiple(requests):
    """The data of a Multiple Service Packet, and of its reply."""
    offset = 2 + 2 * len(requests)
    head = struct.pack("<H", len(requests))
    for one in requests:
        head += struct.pack("<H", offset)
        offset += len(one)
    return head + b"".join(requests)


def read_multiple(data):
    count, = struct.unpack_from("<H", data)
    offsets = list(struct.unpack_from(f"<{count}H", data, 2)) + [len(data)]
    return [data[a:b] for a, b in zip(offsets, offsets[1:])]
