"""The recorded handshakes (handshakes.txt) as a capture: each talk with its own client and server."""
import pathlib
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import pcap_tools  # noqa: E402

START = 1_800_000_000 * 10**9  # 2027: the recorded certificates are valid


def talks():
    """(name, transport, port, [(way, bytes)]) of each talk."""
    out = []
    for line in (pathlib.Path(__file__).with_name("handshakes.txt")).read_text().splitlines():
        if line.startswith("talk "):
            _, name, transport, port = line.split()
            out.append((name, transport, int(port), []))
        else:
            out[-1][3].append((line[0], bytes.fromhex(line[2:])))
    return out


def _checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Writer:
    """Frames of conversations between 10.9.0.N (client) and 10.9.1.N (server)."""

    def __init__(self):
        self.frames, self.time, self.ident = [], START, 0

    def ip(self, host, from_client, protocol, payload):
        ends = [bytes([10, 9, 0, host]), bytes([10, 9, 1, host])]
        macs = [bytes([2, 0, 0, 0, 0, host]), bytes([2, 0, 0, 0, 1, host])]
        source, target = (0, 1) if from_client else (1, 0)
        self.ident += 1
        pseudo = ends[source] + ends[target] + struct.pack(">BBH", 0, protocol, len(payload))
        at = 16 if protocol == 6 else 6
        payload = payload[:at] + struct.pack(">H", _checksum(pseudo + payload)) + payload[at + 2:]
        head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), self.ident, 0x4000, 64, protocol, 0)
        head = head[:10] + struct.pack(">H", _checksum(head + ends[source] + ends[target])) + head[12:]
        data = macs[target] + macs[source] + b"\x08\0" + head + ends[source] + ends[target] + payload
        self.time += 10**6
        self.frames.append(pcap_tools.Frame(self.time, len(data), data))

    def tcp(self, host, port, said, middle=False, size=1400):
        sport, seq = 40000 + host, [1000, 5000]

        def segment(client, flags, data=b""):
            own, peer = (0, 1) if client else (1, 0)
            ports = (sport, port) if client else (port, sport)
            ack = seq[peer] if flags & 0x10 else 0
            self.ip(host, client, 6, struct.pack(">HHIIBBHHH", *ports, seq[own], ack, 0x50, flags, 8192, 0, 0) + data)
            seq[own] += len(data) + (1 if flags & 3 else 0)

        if not middle:
            segment(True, 2)
            segment(False, 0x12)
            segment(True, 0x10)
        for way, data in said:
            for at in range(0, len(data), size):
                segment(way == ">", 0x18, data[at:at + size])
        segment(True, 0x11)
        segment(False, 0x11)

    def udp(self, host, port, said):
        for way, data in said:
            ports = (40000 + host, port) if way == ">" else (port, 40000 + host)
            self.ip(host, way == ">", 17, struct.pack(">HHHH", *ports, 8 + len(data), 0) + data)


def capture(chosen=None):
    """A pcap with all talks, or those of these names; host N is the Nth talk of handshakes.txt."""
    writer = Writer()
    for host, (name, transport, port, said) in enumerate(talks(), 1):
        if chosen is None or name in chosen:
            getattr(writer, transport)(host, port, said)
    return pcap_tools.pcap_bytes(writer.frames, nano=True)
