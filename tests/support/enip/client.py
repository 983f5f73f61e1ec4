"""An EtherNet/IP client: sessions, tags, connections, and what engineering software does.

    client = await Client.connect("10.0.0.5")
    await client.open(slot=0)
    print(await client.read("Tank[3].Level"))
"""
import asyncio
import itertools
import struct

import device as objects
import implicit
import pccc
import server as target_side
import tags
import wire

SIZE = 500  # of a class 3 connection


class Refused(Exception):
    def __init__(self, answer):
        super().__init__(f"service 0x{answer.service:02x}: status 0x{answer.status:02x} "
                         f"{[hex(e) for e in answer.extended]}")
        self.answer = answer


class Client:
    vendor, serial = 0x004D, 0x32952BF3
    serials = itertools.count(1)

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer
        self.session = self.slot = None
        self.contexts = itertools.count(1)
        self.connection = None  # (O→T id, T→O id, serial, path)
        self.sequence = 0
        self.transactions = itertools.count(0x4EC6)

    @classmethod
    async def connect(cls, ip, local=None):
        client = cls(*await asyncio.open_connection(
            ip, target_side.PORT, local_addr=(local, 0) if local else None))
        _, session, _ = await client.command(wire.REGISTER_SESSION, b"\x01\0\0\0")
        client.session = session
        return client

    async def close(self):
        if self.connection:
            await self.forward_close()
        self.writer.write(wire.encapsulate(wire.UNREGISTER_SESSION, session=self.session))
        await self.writer.drain()
        self.writer.close()

    # Encapsulation

    async def command(self, command, data=b"", expect=True):
        """(status, session, body) of the answer."""
        context = struct.pack("<Q", next(self.contexts))
        if command == wire.SEND_UNIT_DATA:
            context = bytes(8)
        self.writer.write(wire.encapsulate(command, data, self.session or 0, 0, context))
        await self.writer.drain()
        if not expect:
            return None
        head = await asyncio.wait_for(self.reader.readexactly(wire.HEADER.size), 10)
        _, length, session, status, _, _ = wire.HEADER.unpack(head)
        return status, session, await self.reader.readexactly(length)

    async def list_identity(self):
        _, _, body = await self.command(wire.LIST_IDENTITY)
        return [data for kind, data in wire.read_items(body) if kind == wire.IDENTITY_ITEM]

    # Explicit messages

    async def ask(self, service, path, data=b""):
        """On the connection if there is one, else unconnected and routed to the slot."""
        message = wire.request(service, path, data)
        if self.connection:
            return await self._connected(message)
        if self.slot is not None:
            message = self.routed(message, self.slot)
        return await self.unconnected(message)

    async def good(self, service, path, data=b""):
        answer = await self.ask(service, path, data)
        if not answer.good:
            raise Refused(answer)
        return answer

    async def unconnected(self, message, *more):
        _, _, body = await self.command(wire.SEND_RR_DATA, wire.command_data(
            (wire.NULL_ADDRESS, b""), (wire.UNCONNECTED_DATA, message), *more, timeout=10))
        return wire.read_reply(dict(wire.read_items(body[6:]))[wire.UNCONNECTED_DATA])

    async def _connected(self, message):
        self.sequence = self.sequence % 0xFFFF + 1
        _, _, body = await self.command(wire.SEND_UNIT_DATA, wire.command_data(
            (wire.CONNECTED_ADDRESS, struct.pack("<I", self.connection[0])),
            (wire.CONNECTED_DATA, struct.pack("<H", self.sequence) + message)))
        return wire.read_reply(dict(wire.read_items(body[6:]))[wire.CONNECTED_DATA][2:])

    @staticmethod
    def routed(message, slot):
        route = wire.backplane(slot)
        return wire.request(target_side.UNCONNECTED_SEND, wire.object_path(objects.MANAGER, 1),
                            struct.pack("<BBH", 7, 0xF9, len(message)) + message +
                            b"\0" * (len(message) % 2) + bytes([len(route) // 2, 0]) + route)

    async def multiple(self, requests):
        """[(service, path, data)] in one Multiple Service Packet; the answers in order."""
        answer = await self.ask(objects.MULTIPLE, wire.object_path(objects.ROUTER, 1),
                                wire.multiple([wire.request(*one) for one in requests]))
        return [wire.read_reply(one) for one in wire.read_multiple(answer.data)]

    # Connections

    async def open(self, slot=None, rpi=2_000_000):
        """A class 3 connection to the message router."""
        path = (wire.backplane(slot) if slot is not None else b"") + wire.object_path(
            objects.ROUTER, 1)
        params = 0x4200 | SIZE
        answer, serial, t_to_o = await self._forward_open(rpi, params, rpi, params, 0xA3, path)
        self.connection = (struct.unpack_from("<I", answer.data)[0], t_to_o, serial, path)

    async def _forward_open(self, o_rpi, o_params, t_rpi, t_params, trigger, path):
        serial = next(self.serials) & 0xFFFF
        t_to_o = 0x80FE0000 | serial
        answer = await self.unconnected(wire.request(
            target_side.FORWARD_OPEN, wire.object_path(objects.MANAGER, 1),
            struct.pack("<BBIIHHIB3xIHIHBB", 7, 0xF9, 0, t_to_o, serial, self.vendor, self.serial,
                        3, o_rpi, o_params, t_rpi, t_params, trigger, len(path) // 2) + path))
        if not answer.good:
            raise Refused(answer)
        return answer, serial, t_to_o

    async def forward_close(self, serial=None, path=None):
        if serial is None:
            serial, path = self.connection[2:]
            self.connection = None
        return await self.unconnected(wire.request(
            target_side.FORWARD_CLOSE, wire.object_path(objects.MANAGER, 1),
            struct.pack("<BBHHIBB", 7, 0xF9, serial, self.vendor, self.serial, len(path) // 2, 0) +
            path))

    async def open_io(self, endpoint, ip, config, output, source, rpi, out, into, key=None,
                      speed=1):
        """A class 1 connection: `out` holds the bytes to send, `into` takes those that come."""
        path = b""
        if key:
            path += struct.pack("<BBHHHBB", 0x34, 4, *key)
        path += wire.object_path(objects.ASSEMBLY, config) + wire.logical(0x2C, output) + \
            wire.logical(0x2C, source)
        answer, serial, t_to_o = await self._forward_open(
            int(rpi * 1e6), 0x4800 | len(out) + 6, int(rpi * 1e6), 0x4800 | len(into) + 2, 0x01,
            path)
        io = implicit.IoConnection(
            endpoint, (ip, implicit.PORT), struct.unpack_from("<I", answer.data)[0], t_to_o,
            rpi / speed,
            lambda: out, lambda got: into.__setitem__(slice(None), got[:len(into)]),
            originator=True)
        io.serial, io.path = serial, path
        return io

    async def close_io(self, io):
        io.close()
        return await self.forward_close(io.serial, io.path)

    # Tags

    async def read(self, name, count=1):
        """The value of an elementary tag, or the bytes of a structure; a list if count > 1."""
        answer = await self.good(tags.READ_TAG, wire.tag_path(name), struct.pack("<H", count))
        return self._values(answer.data, count)

    async def read_long(self, name, count):
        data, head, offset = b"", b"", 0
        while True:
            answer = await self.good(tags.READ_FRAGMENT, wire.tag_path(name),
                                     struct.pack("<HI", count, offset))
            head = answer.data[:2]
            data += answer.data[2:]
            offset = len(data)
            if answer.status != tags.PARTIAL:
                return self._values(head + data, count)

    @staticmethod
    def _values(data, count):
        code, = struct.unpack_from("<H", data)
        form = next((f for c, f in wire.TYPES.values() if c == code), None)
        if form is None:
            return data[4:]
        values = list(struct.unpack(f"<{count}{form}", data[2:]))
        return values if count > 1 else values[0]

    async def write(self, name, kind, *values):
        code, form = wire.TYPES[kind]
        await self.good(tags.WRITE_TAG, wire.tag_path(name), struct.pack(
            f"<HH{len(values)}{form}", code, len(values), *values))

    async def write_long(self, name, kind, values, part=100):
        code, form = wire.TYPES[kind]
        data = struct.pack(f"<{len(values)}{form}", *values)
        for offset in range(0, len(data), part):
            await self.good(tags.WRITE_FRAGMENT, wire.tag_path(name), struct.pack(
                "<HHI", code, len(values), offset) + data[offset:offset + part])

    async def list_tags(self):
        names, start = [], 0
        while True:
            answer = await self.good(tags.LIST_TAGS, wire.object_path(tags.SYMBOL) +
                                     wire.logical(0x24, start), struct.pack("<HHH", 2, 1, 2))
            at = 0
            while at < len(answer.data):
                start, size = struct.unpack_from("<IH", answer.data, at)
                names.append(answer.data[at + 6:at + 6 + size].decode("latin-1"))
                at += 8 + size
            start += 1
            if answer.status != tags.PARTIAL:
                return names

    # PCCC

    async def pccc(self, command, data):
        answer = await self.good(pccc.EXECUTE, wire.object_path(pccc.CLASS, 1), pccc.request(
            self.vendor, self.serial, next(self.transactions), command, data))
        return pccc.read_reply(answer.data)


def discover(ip, timeout=1.0, address="255.255.255.255", local=""):
    """Broadcasts List Identity; (address, identity item) of each that answers in time."""
    import socket
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        s.bind((local or ip, 0))
        s.settimeout(timeout)
        s.sendto(wire.encapsulate(wire.LIST_IDENTITY), (address, target_side.PORT))
        found = []
        try:
            while True:
                data, peer = s.recvfrom(2048)
                items = wire.read_items(data[wire.HEADER.size:])
                found += [(peer[0], item) for kind, item in items if kind == wire.IDENTITY_ITEM]
        except TimeoutError:
            return found
