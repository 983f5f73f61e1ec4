"""PCCC inside CIP (class 0x67, service 0x4B): a MicroLogix-like data table.

DF1 Protocol and Command Set (1770-6.5.16): diagnostic status, protected typed logical read and
write with three address fields, change mode, echo.
"""
import struct

EXECUTE = 0x4B
CLASS = 0x67
FILE_TYPES = {"N": 0x89, "B": 0x85, "F": 0x8A}
WIDTH = {0x89: 2, 0x85: 2, 0x8A: 4}
ILLEGAL, ADDRESS = 0x10, 0x50
MODES = {1: 0x01, 6: 0x06}  # change mode's data to the mode in the status


class DataTable:
    def __init__(self, catalog, files):
        """files: {number: (letter, values)}"""
        self.catalog, self.mode = catalog, 0x06
        self.files = {number: [FILE_TYPES[letter], bytearray(
            struct.pack(f"<{len(values)}{'f' if letter == 'F' else 'h'}", *values))]
            for number, (letter, values) in files.items()}

    def status(self):
        return (bytes([0, 0xEE, 0x4A, 0x9F, 0x23]) + self.catalog.encode().ljust(11) +
                struct.pack("<HBBHBB", 0, 0x20 | self.mode, 0, 0x369E, 0x40, 0xFC))

    def handle(self, data):
        """The data of the CIP reply to an Execute PCCC."""
        requestor = data[:data[0]]
        command, _, transaction = struct.unpack_from("<BBH", data, len(requestor))
        rest = data[len(requestor) + 4:]
        status, answer = self._command(command, rest)
        return requestor + struct.pack("<BBH", command | 0x40, status, transaction) + answer

    def _command(self, command, rest):
        function = rest[0] if rest else None
        if command == 0x06 and function == 0x03:
            return 0, self.status()
        if command == 0x06 and function == 0x00:
            return 0, rest[1:]
        if command == 0x0F and function == 0x80:
            if rest[1] not in MODES:
                return ILLEGAL, b""
            self.mode = MODES[rest[1]]
            return 0, b""
        if command == 0x0F and function in (0xA2, 0xAA):
            return self._logical(function, rest[1:])
        return ILLEGAL, b""

    def _logical(self, function, data):
        size, number, kind, element, sub = data[:5]
        found = self.files.get(number)
        if found is None or found[0] != kind:
            return ADDRESS, b""
        begin = element * WIDTH[kind] + 2 * sub
        if begin + size > len(found[1]):
            return ADDRESS, b""
        if function == 0xA2:
            return 0, bytes(found[1][begin:begin + size])
        found[1][begin:begin + size] = data[5:5 + size]
        return 0, b""


def request(vendor, serial, transaction, command, data):
    return (struct.pack("<BHI", 7, vendor, serial) +
            struct.pack("<BBH", command, 0, transaction) + data)


def read_reply(data):
    """(status, data) of the data of the CIP reply."""
    at = data[0]
    return data[at + 1], data[at + 4:]
