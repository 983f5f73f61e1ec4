"""An EtherNet/IP server: sessions on TCP 44818, discovery on UDP 44818, connections.

    server = await Server(device, "10.0.0.5", truth).start()

Explicit messages come unconnected, through Unconnected Send to a slot of the backplane, or on a
class 3 connection; class 1 connections run on UDP 2222.
"""
import asyncio
import dataclasses
import itertools
import struct

import device as objects
import implicit
import wire

PORT = 44818
UNCONNECTED_SEND, FORWARD_OPEN, LARGE_FORWARD_OPEN, FORWARD_CLOSE = 0x52, 0x54, 0x5B, 0x4E
BAD_COMMAND, BAD_DATA, BAD_SESSION, BAD_LENGTH, BAD_VERSION = 1, 3, 0x64, 0x65, 0x69
CONNECTION_FAILURE = 1
IN_USE, NOT_FOUND, BAD_LINK, BAD_APPLICATION_PATH = 0x0100, 0x0107, 0x0312, 0x0117
MAX_CONNECTIONS = 64


@dataclasses.dataclass
class Connection:
    triad: tuple  # serial number, originator's vendor, originator's serial number
    o_to_t: int
    t_to_o: int
    target: objects.Device
    sequence: int = None
    answer: bytes = b""
    io: implicit.IoConnection = None


class Discovery(asyncio.DatagramProtocol):
    def __init__(self, server):
        self.server, self.transport = server, None

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, address):
        if len(data) >= wire.HEADER.size:
            answer = self.server.encapsulated(data, None, address)
            if answer:
                self.transport.sendto(answer, address)


class Server:
    def __init__(self, device, ip, truth=None, io=None, speed=1):
        """`speed`: how much faster implicit messages go than their interval says."""
        self.device, self.ip, self.truth, self.speed = device, ip, truth, speed
        self.io, self.own_io = io, io is None
        self.sessions, self.connections = {}, {}
        self.handles = itertools.count(0x11020100)
        self.ids = itertools.count(0x00790301)
        self.listening = self.discovery = None
        self.socket_items = []  # of the answer at hand

    async def start(self, discovery_address=None):
        loop = asyncio.get_running_loop()
        self.listening = await asyncio.start_server(self._talk, self.ip, PORT)
        self.discovery, _ = await loop.create_datagram_endpoint(
            lambda: Discovery(self), local_addr=(discovery_address or self.ip, PORT),
            allow_broadcast=True)
        if self.own_io:
            self.io = await implicit.IoEndpoint(self.truth).open(self.ip)
        return self

    async def stop(self):
        for connection in list(self.connections.values()):
            self._close(connection)
        self.listening.close()
        await self.listening.wait_closed()
        self.discovery.close()
        if self.own_io:
            self.io.close()

    # Encapsulation

    async def _talk(self, reader, writer):
        peer = writer.get_extra_info("peername")
        session = None
        try:
            while True:
                head = await reader.readexactly(wire.HEADER.size)
                data = head + await reader.readexactly(struct.unpack_from("<H", head, 2)[0])
                command = struct.unpack_from("<H", data)[0]
                answer = self.encapsulated(data, writer, peer)
                if command == wire.REGISTER_SESSION and answer:
                    session = struct.unpack_from("<I", answer, 4)[0]
                if command == wire.UNREGISTER_SESSION:
                    break
                if answer:
                    writer.write(answer)
                    await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.sessions.pop(session, None)
            for connection in [c for c in self.connections.values()
                               if c.io is None and c.triad[3] == peer]:
                self._close(connection)
            writer.close()

    def encapsulated(self, data, writer, peer):
        """The answer to one encapsulated message, or None."""
        command, length, session, _, context, options = wire.HEADER.unpack_from(data)
        body = data[wire.HEADER.size:]
        self._note(peer, "request", command, session, 0, length)
        if command in (wire.NOP, wire.UNREGISTER_SESSION) or options != 0:
            return None
        status, answer = self._command(command, session, body, writer, peer)
        if command == wire.REGISTER_SESSION and status == 0:
            session = next(self.handles)
            self.sessions[session] = peer
        if status == 0 and answer is None:
            return None
        answer = answer or b""
        self._note(peer, "response", command, session, status, len(answer))
        return wire.encapsulate(command, answer, session, status, context)

    def _command(self, command, session, body, writer, peer):
        if command == wire.LIST_SERVICES:
            return 0, wire.items((wire.SERVICES_ITEM,
                                  struct.pack("<HH16s", 1, 0x120, b"Communications")))
        if command == wire.LIST_IDENTITY:
            return 0, wire.items((wire.IDENTITY_ITEM, self.device.identity_item(self.ip)))
        if command == wire.LIST_INTERFACES:
            return 0, wire.items()
        if writer is None:
            return BAD_COMMAND, b""
        if command == wire.REGISTER_SESSION:
            if len(body) != 4:
                return BAD_LENGTH, b""
            return (0, body) if body[:2] == b"\x01\x00" else (BAD_VERSION, b"\x01\x00\x00\x00")
        if session not in self.sessions:
            return BAD_SESSION, b""
        if command == wire.SEND_RR_DATA:
            return self._unconnected(body, peer)
        if command == wire.SEND_UNIT_DATA:
            return self._connected(body, peer)
        return BAD_COMMAND, b""

    def _note(self, peer, direction, command, session, status, length):
        if self.truth:
            self.truth.note("enip", client=f"{peer[0]}:{peer[1]}", dir=direction, command=command,
                            session=session, status=status, length=length)

    # Explicit messages

    def _unconnected(self, body, peer):
        try:
            found = dict(wire.read_items(body[6:]))
            message = found[wire.UNCONNECTED_DATA]
        except (struct.error, KeyError):
            return BAD_DATA, b""
        self.socket_items = []
        answer = self.route(self.device, message, peer)
        return 0, wire.command_data((wire.NULL_ADDRESS, b""), (wire.UNCONNECTED_DATA, answer),
                                    *self.socket_items)

    def _connected(self, body, peer):
        try:
            found = dict(wire.read_items(body[6:]))
            identifier, = struct.unpack("<I", found[wire.CONNECTED_ADDRESS])
            sequence, = struct.unpack_from("<H", found[wire.CONNECTED_DATA])
        except (struct.error, KeyError):
            return BAD_DATA, b""
        connection = self.connections.get(identifier)
        if connection is None:
            return 0, None
        if sequence != connection.sequence:
            connection.sequence = sequence
            connection.answer = self.route(connection.target, found[wire.CONNECTED_DATA][2:], peer,
                                           sequence=sequence)
        return 0, wire.command_data(
            (wire.CONNECTED_ADDRESS, struct.pack("<I", connection.t_to_o)),
            (wire.CONNECTED_DATA, struct.pack("<H", sequence) + connection.answer))

    def route(self, target, message, peer, depth=0, sequence=None):
        """The reply to one CIP request, to `target` or to where Unconnected Send leads."""
        client = f"{peer[0]}:{peer[1]}"
        service, path, data = wire.read_request(message)
        note = (lambda *a, **k: self.truth.service(client, *a, sequence=sequence, **k)) \
            if self.truth else (lambda *a, **k: None)
        note("request", depth, service, path)
        if service == UNCONNECTED_SEND and path.cls == objects.MANAGER:
            size, = struct.unpack_from("<H", data, 2)
            inner, rest = data[4:4 + size], data[4 + size + size % 2:]
            route = wire.read_path(rest[2:2 + 2 * rest[0]]).route
            module = self._module(route)
            if module is None:
                lost, to, _ = wire.read_request(inner)
                note("request", depth + 1, lost, to)
                note("response", depth, service, path, status=CONNECTION_FAILURE,
                     extended=(BAD_LINK,))
                return wire.reply(service, bytes([rest[0]]), CONNECTION_FAILURE, (BAD_LINK,))
            return self.route(module, inner, peer, depth + 1, sequence)
        if service == objects.MULTIPLE and path.cls == objects.ROUTER:
            answers = [self.route(target, one, peer, depth + 1, sequence)
                       for one in wire.read_multiple(data)]
            status = 0x1E if any(wire.read_reply(a).status for a in answers) else 0
            note("response", depth, service, path, status=status)
            return wire.reply(service, wire.multiple(answers), status)
        try:
            if path.cls == objects.MANAGER:
                status, extended, answer = self._manage(service, data, peer)
            else:
                status, extended, answer = target.handle(service, path, data)
        except struct.error:
            status, extended, answer = objects.TOO_LITTLE, (), b""
        note("response", depth, service, path, status=status, extended=extended)
        return wire.reply(service, answer, status, extended)

    def _module(self, route):
        if not route:
            return self.device
        port, slot = route[0]
        return self.device.slots.get(slot) if port == 1 and len(route) == 1 else None

    # Connections

    def _manage(self, service, data, peer):
        if service in (FORWARD_OPEN, LARGE_FORWARD_OPEN):
            return self._open(data, service == LARGE_FORWARD_OPEN, peer)
        if service == FORWARD_CLOSE:
            serial, vendor, number = struct.unpack_from("<HHI", data, 2)
            answer = data[2:10] + b"\0\0"
            for connection in list(self.connections.values()):
                if connection.triad[:3] == (serial, vendor, number):
                    self._close(connection)
                    return 0, (), answer
            return CONNECTION_FAILURE, (NOT_FOUND,), answer
        return objects.NOT_SUPPORTED, (), b""

    def _open(self, data, large, peer):
        _, _, _, t_to_o, serial, vendor, number, _ = struct.unpack_from("<BBIIHHIB3x", data)
        form = "<IIIIBB" if large else "<IHIHBB"
        o_rpi, o_params, t_rpi, t_params, trigger, words = struct.unpack_from(form, data, 22)
        begin = 22 + struct.calcsize(form)
        path = wire.read_path(data[begin:begin + 2 * words])
        head = struct.pack("<HHI", serial, vendor, number)
        target = self._module(path.route)
        if target is None:
            return CONNECTION_FAILURE, (BAD_LINK,), head + bytes([words, 0])
        triad = (serial, vendor, number)
        if any(c.triad[:3] == triad for c in self.connections.values()):
            return CONNECTION_FAILURE, (IN_USE,), head + bytes([words, 0])
        if len(self.connections) >= MAX_CONNECTIONS:
            return CONNECTION_FAILURE, (0x0113,), head + bytes([words, 0])
        o_to_t = next(self.ids)
        connection = Connection((*triad, peer), o_to_t, t_to_o, target)
        if trigger & 0x0F <= 1:
            points = path.points
            if len(points) != 2 or any(p not in target.assemblies for p in points):
                return CONNECTION_FAILURE, (BAD_APPLICATION_PATH,), head + bytes([words, 0])
            output, source = (target.assemblies[p] for p in points)
            connection.io = implicit.IoConnection(
                self.io, (peer[0], implicit.PORT), t_to_o, o_to_t,
                t_rpi / 1e6 / self.speed,
                lambda: source, lambda got: output.__setitem__(slice(None), got[:len(output)]),
                originator=False)
            self.socket_items = [(wire.SOCKET_O_TO_T, wire.socket_address("0.0.0.0",
                                                                          implicit.PORT))]
        self.connections[o_to_t] = connection
        return 0, (), struct.pack("<II", o_to_t, t_to_o) + head + struct.pack(
            "<IIBB", o_rpi, t_rpi, 0, 0)

    def _close(self, connection):
        if connection.io:
            connection.io.close()
        self.connections.pop(connection.o_to_t, None)
