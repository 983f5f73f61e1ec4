"""Implicit messages: UDP 2222, and the connections that produce and consume on it."""
import asyncio
import struct

import wire

PORT = 2222
RUN = 1


class IoEndpoint(asyncio.DatagramProtocol):
    """The one socket of a host; consumers are found by connection id."""

    def __init__(self, truth=None):
        self.consumers, self.truth, self.transport = {}, truth, None

    async def open(self, ip):
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: self, local_addr=(ip, PORT))
        return self

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, address):
        try:
            found = dict(wire.read_items(data))
            identifier, _ = struct.unpack_from("<II", found[wire.SEQUENCED_ADDRESS])
            consumer = self.consumers.get(identifier)
        except (struct.error, KeyError):
            return
        if consumer and consumer.peer[0] == address[0]:
            consumer.consume(found[wire.CONNECTED_DATA])

    def close(self):
        if self.transport:
            self.transport.close()


class IoConnection:
    """One end of a class 1 connection. The originator puts a run/idle word before its data."""

    def __init__(self, endpoint, peer, produces, consumes, interval, read, write, originator):
        """`read` gives the bytes to send, `write` takes those that came."""
        self.endpoint, self.peer, self.interval = endpoint, peer, interval
        self.produces, self.consumes, self.originator = produces, consumes, originator
        self.read, self.write = read, write
        self.run, self.peer_runs = True, None
        self.sent = self.received = self.encapsulated = self.sequence = 0
        self.last = None
        endpoint.consumers[consumes] = self
        self.task = asyncio.get_running_loop().create_task(self._cycle())

    async def _cycle(self):
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            self.produce()
            due += self.interval
            await asyncio.sleep(max(0, due - loop.time()))

    def produce(self):
        data = bytes(self.read())
        if data != self.last:
            self.last = data
            self.sequence = (self.sequence + 1) & 0xFFFF
        body = struct.pack("<H", self.sequence)
        if self.originator:
            body += struct.pack("<I", RUN if self.run else 0)
        address = struct.pack("<II", self.produces, self.encapsulated)
        self.endpoint.transport.sendto(wire.items((wire.SEQUENCED_ADDRESS, address),
                                                  (wire.CONNECTED_DATA, body + data)), self.peer)
        if self.endpoint.truth:
            self.endpoint.truth.note(
                "cipio", connection_id=self.produces, encap_seq=self.encapsulated,
                cip_seq=self.sequence, run=self.run if self.originator else None,
                data=(body[2:] + data).hex())
        self.encapsulated = (self.encapsulated + 1) & 0xFFFFFFFF
        self.sent += 1

    def consume(self, data):
        self.received += 1
        data = data[2:]
        if not self.originator:
            header, = struct.unpack_from("<I", data)
            self.peer_runs = bool(header & RUN)
            data = data[4:]
        self.write(data)

    def close(self):
        self.task.cancel()
        self.endpoint.consumers.pop(self.consumes, None)
