"""The tags of a Logix controller: values, arrays, a structure, and the services on them.

Logix 5000 Controllers Data Access (1756-PM020): Read Tag, Write Tag, their fragmented forms, Read
Modify Write, Get Instance Attribute List on the Symbol class, and the Template class.
"""
import struct

import wire

READ_TAG, WRITE_TAG, MODIFY_TAG, READ_FRAGMENT, WRITE_FRAGMENT = 0x4C, 0x4D, 0x4E, 0x52, 0x53
LIST_TAGS = 0x55
SYMBOL, TEMPLATE = 0x6B, 0x6C
OK, PATH_UNKNOWN, PARTIAL = 0, 5, 6
GENERAL = 0xFF
BEYOND_END, TYPE_MISMATCH = 0x2105, 0x2107
ROOM = 480  # bytes of data in one reply


class Structure:
    """A user-defined type: members of elementary types, in order, aligned to four bytes."""

    def __init__(self, instance, name, handle, members):
        self.instance, self.name, self.handle, self.members = instance, name, handle, members
        self.offsets, at = [], 0
        for _, kind in members:
            self.offsets.append(at)
            at += max(4, struct.calcsize(wire.TYPES[kind][1]))
        self.size = at

    def definition(self):
        out = b""
        for (_, kind), offset in zip(self.members, self.offsets):
            out += struct.pack("<HHI", 0, wire.TYPES[kind][0], offset)
        out += f"{self.name};n\0".encode()
        return out + b"".join(name.encode() + b"\0" for name, _ in self.members)


class Tag:
    def __init__(self, name, kind, values, structure=None):
        self.name, self.kind, self.structure = name, kind, structure
        self.count = len(values)
        if structure:
            self.data = bytearray(b"".join(values))
            self.width = structure.size
            self.symbol_type = 0x8000 | structure.instance
            self.type_code = struct.pack("<HH", wire.STRUCTURE, structure.handle)
        else:
            code, form = wire.TYPES[kind]
            self.data = bytearray(struct.pack(f"<{len(values)}{form}", *values))
            self.width = struct.calcsize(form)
            self.symbol_type = code
            self.type_code = struct.pack("<H", code)
        if self.count > 1:
            self.symbol_type |= 1 << 13

    def values(self):
        if self.structure:
            return [bytes(self.data[i:i + self.width])
                    for i in range(0, len(self.data), self.width)]
        return list(struct.unpack(f"<{self.count}{wire.TYPES[self.kind][1]}", self.data))

    def set(self, index, value):
        struct.pack_into("<" + wire.TYPES[self.kind][1], self.data, index * self.width, value)


def program(name):
    """The symbol under which a program is listed; its tags are "Program:NAME.TAG"."""
    tag = Tag(f"Program:{name}", "DINT", [0])
    tag.symbol_type = 0x1068
    return tag


class TagDatabase:
    """Tags by the name on the wire: "Speed", "Program:Main.Step"."""

    def __init__(self, tags, structures=()):
        self.tags = {tag.name.lower(): tag for tag in tags}
        self.order = list(tags)
        self.structures = {s.instance: s for s in structures}

    def value(self, name):
        return self.tags[name.lower()].values()[0]

    def set(self, name, value, index=0):
        self.tags[name.lower()].set(index, value)

    def _find(self, path):
        """(tag, first byte, width, type code) of what the path names, or None."""
        if path.cls == SYMBOL and path.instance:
            by_number = dict(enumerate(self.order, 1))
            tag = by_number.get(path.instance)
            indices, rest = path.members, []
        else:
            names = [name.lower() for name, _ in path.symbols]
            used = next((n for n in range(len(names), 0, -1) if ".".join(names[:n]) in self.tags),
                        0)
            tag = self.tags.get(".".join(names[:used]))
            indices = path.symbols[used - 1][1] if used else []
            rest = path.symbols[used:]
        if tag is None:
            return None
        begin = (indices[0] if indices else 0) * tag.width
        if begin >= len(tag.data):
            return None
        if not rest:
            return tag, begin, tag.width, tag.type_code
        if tag.structure is None or len(rest) != 1:
            return None
        for (name, kind), offset in zip(tag.structure.members, tag.structure.offsets):
            if name.lower() == rest[0][0].lower():
                code, form = wire.TYPES[kind]
                return tag, begin + offset, struct.calcsize(form), struct.pack("<H", code)
        return None

    def handle(self, service, path, data):
        """(status, extended, reply data), or None where this is no service of tags."""
        if path.cls == TEMPLATE and service in (0x03, READ_TAG) and path.instance:
            return self._template(service, path, data)
        if service == LIST_TAGS and path.cls == SYMBOL:
            return self._list(path, data)
        if service not in (READ_TAG, WRITE_TAG, MODIFY_TAG, READ_FRAGMENT, WRITE_FRAGMENT):
            return None
        if not path.symbols and path.cls != SYMBOL:
            return None
        found = self._find(path)
        if found is None:
            return PATH_UNKNOWN, (), b""
        if service in (READ_TAG, READ_FRAGMENT):
            return self._read(found, service, data)
        if service == MODIFY_TAG:
            return self._modify(found, data)
        return self._write(found, service, data)

    @staticmethod
    def _read(found, service, data):
        tag, begin, width, type_code = found
        count, = struct.unpack_from("<H", data)
        offset, = struct.unpack_from("<I", data, 2) if service == READ_FRAGMENT else (0,)
        whole = bytes(tag.data[begin:begin + count * width])
        if len(whole) < count * width or offset > len(whole):
            return GENERAL, (BEYOND_END,), b""
        part = whole[offset:offset + ROOM]
        more = offset + len(part) < len(whole)
        return (PARTIAL if more else OK), (), type_code + part

    @staticmethod
    def _write(found, service, data):
        tag, begin, width, type_code = found
        if data[:len(type_code)] != type_code:
            return GENERAL, (TYPE_MISMATCH,), b""
        at = len(type_code)
        count, = struct.unpack_from("<H", data, at)
        at += 2
        offset = 0
        if service == WRITE_FRAGMENT:
            offset, = struct.unpack_from("<I", data, at)
            at += 4
        values = data[at:]
        if begin + count * width > len(tag.data) or offset + len(values) > count * width:
            return GENERAL, (BEYOND_END,), b""
        tag.data[begin + offset:begin + offset + len(values)] = values
        return OK, (), b""

    @staticmethod
    def _modify(found, data):
        tag, begin, width, _ = found
        size, = struct.unpack_from("<H", data)
        if size != width:
            return GENERAL, (TYPE_MISMATCH,), b""
        ors, ands = data[2:2 + size], data[2 + size:2 + 2 * size]
        for i in range(size):
            tag.data[begin + i] = (tag.data[begin + i] | ors[i]) & ands[i]
        return OK, (), b""

    def _list(self, path, data):
        """Names and types from an instance on; programs list their own tags."""
        program = path.symbols[0][0].lower() + "." if path.symbols else ""
        count, = struct.unpack_from("<H", data)
        wanted = struct.unpack_from(f"<{count}H", data, 2)
        out = b""
        for number, tag in enumerate(self.order, 1):
            name = tag.name
            if number < (path.instance or 0) or not name.lower().startswith(program):
                continue
            name = name[len(program):]
            if "." in name:
                continue
            row = struct.pack("<I", number)
            for attribute in wanted:
                if attribute == 1:
                    row += struct.pack("<H", len(name)) + name.encode("latin-1")
                elif attribute == 2:
                    row += struct.pack("<H", tag.symbol_type)
            if len(out) + len(row) > ROOM:
                return PARTIAL, (), out
            out += row
        return OK, (), out

    def _template(self, service, path, data):
        structure = self.structures.get(path.instance)
        if structure is None:
            return PATH_UNKNOWN, (), b""
        definition = structure.definition()
        # In units of four bytes, with the head of 20 bytes that nobody reads.
        words = (len(definition) + 23) // 4
        if service == 0x03:
            count, = struct.unpack_from("<H", data)
            values = {1: struct.pack("<H", structure.handle),
                      2: struct.pack("<H", len(structure.members)),
                      4: struct.pack("<I", words), 5: struct.pack("<I", structure.size)}
            out = struct.pack("<H", count)
            for attribute in struct.unpack_from(f"<{count}H", data, 2):
                if attribute in values:
                    out += struct.pack("<HH", attribute, 0) + values[attribute]
                else:
                    out += struct.pack("<HH", attribute, 0x14)
            return OK, (), out
        offset, size = struct.unpack_from("<IH", data)
        wanted = definition.ljust(words * 4 - 16, b"\0")[offset:offset + size]
        return (PARTIAL if len(wanted) > ROOM else OK), (), wanted[:ROOM]
