"""What is in the plant capture over OPC UA: part of truth.py. Reads headers of messages, and the
service of those that are not encrypted (OPC 10000-6, 5.2.2 and 6.7)."""
import collections
import pathlib
import struct
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parents[1] / "tests" / "support"))
import pcap_tools  # noqa: E402
import plant  # noqa: E402

PORT = 4840
NAMES = {h.ip: h.name for h in plant.HOSTS}
TYPES = {b"HEL", b"ACK", b"ERR", b"OPN", b"MSG", b"CLO"}
NONE = "http://opcfoundation.org/UA/SecurityPolicy#None"
WRITE_REQUEST, READ_REQUEST, ACTIVATE_REQUEST = 673, 631, 467


def size_of(data):
    if len(data) < 8:
        return None
    size, = struct.unpack_from("<I", data, 4)
    return size if data[:3] in TYPES and 8 <= size <= 1 << 20 else 0


class Chunk:
    def __init__(self, message):
        p = message.packet
        self.frame, self.data = message.frames[-1], message.data
        self.is_request = p.dport == PORT
        ends = (p.source, p.target) if self.is_request else (p.target, p.source)
        self.client, self.server = (NAMES[ip] for ip in ends)
        self.type = message.data[:3].decode()
        self.final = message.data[3:4].decode()
        self.key = (p.source, p.sport) if self.is_request else (p.target, p.dport)
        self.policy = self.service = None
        if self.type == "OPN":
            size, = struct.unpack_from("<i", message.data, 12)
            self.policy = message.data[16:16 + size].decode()

    def read_service(self):
        """The number of the message's type; only for a channel without encryption."""
        body = self.data[24:]
        form = body[0] & 0x3F
        if form == 0:
            self.service = body[1]
        elif form == 1:
            self.service = struct.unpack_from("<H", body, 2)[0]


def read(capture):
    chunks, policies = [], {}
    for message in pcap_tools.stream_messages(capture, (PORT,), size_of):
        chunk = Chunk(message)
        if chunk.policy:
            policies[chunk.key] = chunk.policy
        chunk.policy = policies.get(chunk.key)
        if chunk.type == "MSG" and chunk.policy == NONE and chunk.final == "F":
            chunk.read_service()
        chunks.append(chunk)
    return sorted(chunks, key=lambda c: c.frame)


def truth(capture):
    chunks = read(capture)
    rows = collections.Counter((c.client, (c.policy or "").rpartition("#")[2], c.type)
                               for c in chunks)
    services = collections.Counter(c.service for c in chunks if c.service)
    return {
        "chunks": len(chunks),
        "by_client": [{"client": client, "policy": policy or None, "type": kind, "chunks": n}
                      for (client, policy, kind), n in sorted(rows.items())],
        "services": {str(k): n for k, n in sorted(services.items())},
        "writes": [{"frame": c.frame, "client": c.client, "server": c.server}
                   for c in chunks if c.service == WRITE_REQUEST],
    }


def incident(capture):
    mine = [c for c in read(capture) if c.client == "laptop"]
    writes = [c.frame for c in mine if c.service == WRITE_REQUEST]
    before = [c.frame for c in mine if c.frame < writes[0]]
    return [
        ("opens a session with the OPC UA server, anonymous and without security", before,
         {"server": "opc"}),
        ("writes the filler's set-point over OPC UA", writes, {"server": "opc"}),
    ]


def expected_alerts(capture):
    mine = [c for c in read(capture) if c.client == "laptop"]
    write = next(c.frame for c in mine if c.service == WRITE_REQUEST)
    return [
        {"kind": "conduit-violation", "source": "laptop", "from": "unassigned",
         "to": "operations", "protocol": "opcua", "operation": "write", "decisive_frame": write},
        {"kind": "opcua-insecure-session", "source": "laptop", "destination": "opc",
         "protocol": "opcua", "decisive_frame": write},
    ]
