"""What answers CIP services: a device with its objects, and a Logix controller.

The vendor's classes of a controller follow what captures of engineering software show: program
mode and run mode on class 0x8E, an edit lock, download and upload as bursts of services on the
classes of programs, routines and data. No logic runs; the bytes are as long and as many as real
ones, and mean nothing.
"""
import struct
import time

import pccc
import wire

GET_ALL, GET_LIST, SET_LIST, RESET, START, STOP = 0x01, 0x03, 0x04, 0x05, 0x06, 0x07
CREATE, DELETE, MULTIPLE, APPLY, GET_SINGLE, SET_SINGLE = 0x08, 0x09, 0x0A, 0x0D, 0x0E, 0x10
IDENTITY, ROUTER, ASSEMBLY, MANAGER = 0x01, 0x02, 0x04, 0x06
TCP_IP, ETHERNET = 0xF5, 0xF6
MODE, CLOCK, PROJECT, CHASSIS = 0x8E, 0x8B, 0x64, 0x66
OK, PATH_UNKNOWN, NOT_SUPPORTED, STATE_CONFLICT, NO_ATTRIBUTE = 0x00, 0x05, 0x08, 0x0C, 0x14
NO_OBJECT, NOT_SETTABLE, TOO_LITTLE, FORMAT = 0x16, 0x0E, 0x13, 0x24
# Classes whose instances a download makes and an upload reads.
PROGRAM_CLASSES = {0x67, 0x68, 0x69, 0x6A, 0x6B, 0x6C, 0x6D, 0x6E, 0x6F, 0x70, 0x72, 0x74, 0x77,
                   0x7E, 0x8D, 0xAC, 0xB0, 0xB1, 0x32B, 0x331, 0x332, 0x338}
REMOTE_RUN, REMOTE_PROGRAM = 0x3060, 0x3070


class Device:
    """Identity, Message Router, Assembly, TCP/IP Interface and Ethernet Link."""

    def __init__(self, vendor, device_type, code, revision, serial, name, *, state=3, status=0x30,
                 assemblies=None, ip="0.0.0.0", mac=bytes(6)):
        self.vendor, self.type, self.code, self.revision = vendor, device_type, code, revision
        self.serial, self.name, self.state, self.status = serial, name, state, status
        self.assemblies = {k: bytearray(v) for k, v in (assemblies or {}).items()}
        self.ip, self.mac = ip, mac
        self.slots = {}  # modules in the chassis, by slot
        self.resets = 0

    def identity_attributes(self):
        return {1: struct.pack("<H", self.vendor), 2: struct.pack("<H", self.type),
                3: struct.pack("<H", self.code), 4: bytes(self.revision),
                5: struct.pack("<H", self.status), 6: struct.pack("<I", self.serial),
                7: wire.short_string(self.name)}

    def identity_item(self, ip, port=44818):
        return (struct.pack("<H", 1) + wire.socket_address(ip, port) +
                b"".join(self.identity_attributes().values()) + bytes([self.state]))

    def attributes(self, cls, instance):
        """{number: value} of an object, or None where there is none."""
        if cls == IDENTITY and instance == 1:
            return self.identity_attributes()
        if cls == ROUTER and instance == 1:
            return {2: struct.pack("<H", 32)}
        if cls == ASSEMBLY and instance in self.assemblies:
            data = bytes(self.assemblies[instance])
            return {3: data, 4: struct.pack("<H", len(data))}
        if cls == TCP_IP and instance == 1:
            address = bytes(reversed([int(n) for n in self.ip.split(".")]))
            host = self.name.split("/")[0].encode("latin-1")
            return {1: struct.pack("<I", 2), 2: struct.pack("<I", 0x14), 3: struct.pack("<I", 0),
                    5: address + b"\x00\xff\xff\xff" + bytes(12) + struct.pack("<H", 0),
                    6: struct.pack("<H", len(host)) + host + b"\0" * (len(host) % 2)}
        if cls == ETHERNET and instance == 1:
            return {1: struct.pack("<I", 100), 2: struct.pack("<I", 0x0F), 3: self.mac}
        return None

    def handle(self, service, path, data):
        """(status, extended status, reply data)"""
        values = self.attributes(path.cls, path.instance)
        if path.cls == IDENTITY and path.instance == 1 and service == RESET:
            self.resets += 1
            return OK, (), b""
        if values is None:
            return PATH_UNKNOWN, (), b""
        if service == GET_ALL:
            return OK, (), b"".join(values.values())
        if service == GET_SINGLE:
            if path.attribute not in values:
                return NO_ATTRIBUTE, (), b""
            return OK, (), values[path.attribute]
        if service == GET_LIST:
            return OK, (), self._list(values, data)
        if service == SET_SINGLE:
            return self.set(path, data)
        return NOT_SUPPORTED, (), b""

    def set(self, path, data):
        if path.cls == ASSEMBLY and path.attribute == 3:
            if len(data) != len(self.assemblies[path.instance]):
                return (TOO_LITTLE if len(data) < len(self.assemblies[path.instance]) else 0x15,
                        (), b"")
            self.assemblies[path.instance][:] = data
            return OK, (), b""
        if path.cls == TCP_IP and path.attribute == 5:
            return OK, (), b""  # taken, and without effect: the address is the namespace's
        return NOT_SETTABLE, (), b""

    @staticmethod
    def _list(values, data):
        count, = struct.unpack_from("<H", data)
        out = struct.pack("<H", count)
        for attribute in struct.unpack_from(f"<{count}H", data, 2):
            out += struct.pack("<HH", attribute, 0 if attribute in values else NO_ATTRIBUTE)
            out += values.get(attribute, b"")
        return out


class Controller(Device):
    """A Logix controller: tags, mode, project, clock, and PCCC if it is given a data table."""

    def __init__(self, *args, tags, project="", table=None, **more):
        super().__init__(*args, status=REMOTE_RUN, **more)
        self.tags, self.project, self.table = tags, project, table
        self.locked = False
        self.made = {}  # class: instances
        self.memory = {}  # what a download wrote, by class
        self.clock_offset = 0

    @property
    def running(self):
        return self.status == REMOTE_RUN

    def handle(self, service, path, data):
        if path.cls == 0x67 and service == pccc.EXECUTE and self.table:
            return OK, (), self.table.handle(data)
        # A path that goes on behind a lock or a program belongs to engineering.
        found = None if len(path.chain) > 1 else self.tags.handle(service, path, data)
        if found is not None:
            return found
        if path.chain and path.chain[0][0] == MODE:
            return self._mode(service, path)
        if path.cls == CLOCK:
            return self._clock(service, data)
        if path.cls == PROJECT and service in (GET_LIST, GET_SINGLE, GET_ALL):
            return self._project(service, data)
        if path.cls == CHASSIS and service == GET_ALL:
            return OK, (), struct.pack("<3IIH", 0, 0, 0, self.serial, 10)
        if path.chain and path.chain[0][0] in PROGRAM_CLASSES:
            return self._engineering(service, path, data)
        return super().handle(service, path, data)

    def _mode(self, service, path):
        if len(path.chain) > 1 and service in (0x4B, 0x4C):
            self.locked = service == 0x4B
            return OK, (), b""
        if service == START:
            self.status = REMOTE_RUN
        elif service == STOP:
            self.status = REMOTE_PROGRAM
        else:
            return NOT_SUPPORTED, (), b""
        return OK, (), b""

    def _clock(self, service, data):
        now = int(time.time() * 1e6) + self.clock_offset
        if service == SET_LIST:
            value, = struct.unpack_from("<Q", data, 4)
            self.clock_offset += value - now
            return OK, (), struct.pack("<HHH", 1, 6, 0)
        if service == GET_LIST:
            return OK, (), self._list({6: struct.pack("<Q", now), 11: struct.pack("<Q", now)},
                                      data)
        return NOT_SUPPORTED, (), b""

    def _project(self, service, data):
        name = struct.pack("<H", len(self.project)) + self.project.encode("latin-1")
        values = {1: name}
        return OK, (), self._list(values, data) if service == GET_LIST else name

    def _engineering(self, service, path, data):
        cls = path.chain[-1][0]
        if service == CREATE:
            if self.running:
                return STATE_CONFLICT, (), b""
            self.made[cls] = self.made.get(cls, 0) + 1
            return OK, (), struct.pack("<H", self.made[cls])
        if service == 0x50:
            self.memory[cls] = self.memory.get(cls, b"") + data
            return OK, (), b""
        if service == 0x4F:
            memory = self.memory.get(cls, bytes(range(256)))
            offset, size = struct.unpack_from("<IH", data)
            return OK, (), memory[offset:offset + size]
        if service == GET_LIST:
            return OK, (), self._list({1: struct.pack("<I", 1), 2: struct.pack("<I", 0)}, data)
        if service in (0x4B, 0x4C, SET_LIST, APPLY):
            return OK, (), bytes(4)
        return NOT_SUPPORTED, (), b""
