"""What is in the plant capture over EtherNet/IP: part of truth.py, with the reader of bytes that
server and client of tests/support/enip use."""
import collections
import pathlib
import struct
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parents[1] / "tests" / "support" / "enip"))
import pcap_tools  # noqa: E402
import plant  # noqa: E402
import wire  # noqa: E402

NAMES = {h.ip: h.name for h in plant.HOSTS}
COMMANDS = {wire.LIST_SERVICES, wire.LIST_IDENTITY, wire.LIST_INTERFACES, wire.REGISTER_SESSION,
            wire.UNREGISTER_SESSION, wire.SEND_RR_DATA, wire.SEND_UNIT_DATA}
UNCONNECTED_SEND, MULTIPLE, WRITE_TAG, MANAGER, MODE = 0x52, 0x0A, 0x4D, 0x06, 0x8E
START, STOP, CREATE = 6, 7, 8
PORT, IO_PORT = 44818, 2222


def size_of(data):
    if len(data) < wire.HEADER.size:
        return None
    command, length = struct.unpack_from("<HH", data)
    return wire.HEADER.size + length if command in COMMANDS else 0


class Service:
    """One CIP service, request or response, however deep it lay."""

    def __init__(self, message, ends, raw):
        self.frame, (self.client, self.server) = message.frames[-1], ends
        self.is_request = not raw[0] & wire.REPLY
        self.service = raw[0] & 0x7F
        self.path = self.status = None
        if self.is_request:
            _, self.path, self.data = wire.read_request(raw)
        else:
            answer = wire.read_reply(raw)
            self.status, self.data = answer.status, answer.data

    def named(self, service, cls):
        return self.is_request and self.service == service and self.path.cls == cls


def unwrap(message, ends, raw):
    """The service and those inside it."""
    one = Service(message, ends, raw)
    yield one
    if one.is_request and one.service == UNCONNECTED_SEND and one.path.cls == MANAGER:
        size, = struct.unpack_from("<H", one.data, 2)
        yield from unwrap(message, ends, one.data[4:4 + size])
    elif one.service == MULTIPLE and (one.status in (None, 0, 0x1E)):
        for inner in wire.read_multiple(one.data):
            yield from unwrap(message, ends, inner)


def read(capture):
    """(encapsulated messages as (frame, client, server, direction, command), services)."""
    found = pcap_tools.stream_messages(capture, (PORT,), size_of)
    for number, frame in enumerate(capture.frames, 1):
        p = pcap_tools.parse(frame.data)
        if p.protocol == 17 and PORT in (p.sport, p.dport):
            found.append(pcap_tools.StreamMessage((number,), p, p.payload))
    found.sort(key=lambda m: m.frames[-1])
    commands, services = [], []
    for message in found:
        p = message.packet
        to_server = p.dport == PORT
        ends = tuple(NAMES.get(ip, ip) for ip in
                     ((p.source, p.target) if to_server else (p.target, p.source)))
        command, = struct.unpack_from("<H", message.data)
        commands.append((message.frames[-1], *ends, "request" if to_server else "response",
                         command))
        if command not in (wire.SEND_RR_DATA, wire.SEND_UNIT_DATA):
            continue
        for kind, data in wire.read_items(message.data[wire.HEADER.size + 6:]):
            if kind == wire.UNCONNECTED_DATA:
                services += unwrap(message, ends, data)
            elif kind == wire.CONNECTED_DATA:
                services += unwrap(message, ends, data[2:])
    return commands, services


def implicit(capture):
    """{(sender, connection id): packets}"""
    count = collections.Counter()
    for frame in capture.frames:
        p = pcap_tools.parse(frame.data)
        if p.protocol == 17 and IO_PORT in (p.sport, p.dport):
            identifier, = struct.unpack_from("<I", dict(wire.read_items(p.payload))[
                wire.SEQUENCED_ADDRESS])
            count[(NAMES[p.source], identifier)] += 1
    return count


def truth(capture):
    commands, services = read(capture)
    requests = [s for s in services if s.is_request]
    writes = []
    for s in requests:
        if s.service == WRITE_TAG and s.path.symbols:
            code, count = struct.unpack_from("<HH", s.data)
            kind, form = next((k, f) for k, (c, f) in wire.TYPES.items() if c == code)
            writes.append({"frame": s.frame, "client": s.client, "server": s.server,
                           "tag": s.path.symbol, "type": kind,
                           "values": list(struct.unpack_from(f"<{count}{form}", s.data, 4))})
    by_pair = collections.Counter((s.client, s.server) for s in requests)
    return {
        "messages": len(commands),
        "commands": {str(k): n for k, n in sorted(collections.Counter(
            c[4] for c in commands).items())},
        "services": len(services), "requests": len(requests),
        "statuses": {str(k): n for k, n in sorted(collections.Counter(
            s.status for s in services if not s.is_request).items())},
        "by_service": {str(k): n for k, n in sorted(collections.Counter(
            s.service for s in requests).items())},
        "by_pair": [{"client": c, "server": s, "requests": n}
                    for (c, s), n in sorted(by_pair.items())],
        "io": [{"sender": sender, "connection_id": identifier, "packets": n}
               for (sender, identifier), n in sorted(implicit(capture).items())],
        "writes": writes,
    }


def incident(capture):
    """[(what, frames, more)] of the laptop."""
    commands, services = read(capture)
    mine = [s for s in services if s.client == "laptop"]
    asked = [s for s in mine if s.is_request]

    def frames(test):
        return [s.frame for s in asked if test(s)]

    lists = [c for c in commands if c[1] == "laptop" and c[4] == wire.LIST_IDENTITY]
    slots = [s for s in asked if s.named(0x01, 0x01)]
    mode = {s.service: s.frame for s in reversed(asked) if s.path.cls == MODE and
            s.service in (START, STOP) and len(s.path.chain) == 1}
    created = frames(lambda s: s.service == CREATE)
    loaded = [s.frame for s in asked if created[0] <= s.frame]
    return [
        ("asks cell 3 who is there (List Identity)", [c[0] for c in lists],
         {"targets": sum(c[3] == "request" for c in lists),
          "answered": sorted({c[2] for c in lists if c[3] == "response"})}),
        ("sweeps the slots of the palletiser's chassis", [s.frame for s in slots],
         {"server": "plc7", "slots": len(slots)}),
        ("lists the tags of PLC-7", frames(lambda s: s.named(0x55, 0x6B)), {"server": "plc7"}),
        ("writes tag Pallet_SpeedSP of PLC-7", frames(lambda s: s.service == WRITE_TAG),
         {"server": "plc7"}),
        ("puts PLC-7 into program mode", [mode[STOP]], {"server": "plc7"}),
        ("puts PLC-7 into run mode", [mode[START]], {"server": "plc7"}),
        ("loads a program into PLC-7", loaded,
         {"server": "plc7", "creates": len(created)}),
    ]


def expected_alerts(capture):
    _, services = read(capture)
    asked = [s for s in services if s.client == "laptop" and s.is_request]

    def first(test):
        return next(s.frame for s in asked if test(s))

    def violation(operation, test):
        return {"kind": "conduit-violation", "source": "laptop", "from": "unassigned",
                "to": "cell-3", "protocol": "enip", "operation": operation,
                "decisive_frame": first(test)}

    def about(kind, test):
        return {"kind": kind, "source": "laptop", "destination": "plc7", "protocol": "enip",
                "decisive_frame": first(test)}

    return [
        violation("read", lambda s: s.service == 0x4C and s.path.symbols),
        violation("write", lambda s: s.service == WRITE_TAG),
        violation("control", lambda s: s.named(STOP, MODE)),
        violation("program", lambda s: s.service == CREATE),
        about("controller-mode-change", lambda s: s.named(STOP, MODE)),
        about("controller-mode-change", lambda s: s.named(START, MODE)),
        about("program-download", lambda s: s.service == CREATE),
    ]
