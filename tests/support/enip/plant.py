"""The devices that the tests talk to: a controller with a chassis, and a remote I/O adapter."""
import struct

import device
import pccc
import tags

RECIPE = tags.Structure(0x0A1, "Recipe", 0x1F2B, [("Speed", "DINT"), ("Level", "REAL"),
                                                   ("Batch", "DINT")])


def recipe(speed, level, batch):
    return struct.pack("<ifi", speed, level, batch)


def database():
    return tags.TagDatabase([
        tags.Tag("Speed", "DINT", [1450]),
        tags.Tag("Level", "REAL", [71.5]),
        tags.Tag("Counts", "INT", list(range(-5, 15))),
        tags.Tag("Curve", "DINT", [n * n for n in range(300)]),
        tags.Tag("Running", "BOOL", [1]),
        tags.Tag("Recipes", "Recipe", [recipe(100, 1.5, 7), recipe(200, 2.5, 8)], RECIPE),
        tags.program("Main"),
        tags.Tag("Program:Main.Step", "DINT", [3]),
    ], [RECIPE])


def controller(ip="127.0.0.1"):
    plc = device.Controller(
        1, 0x0E, 0x5C, (20, 11), 0x00A1B2C3, "1756-L71/B LOGIX5571", tags=database(),
        project="FILLER_LINE_2", ip=ip, mac=bytes.fromhex("001d9ca1b2c3"),
        table=pccc.DataTable("1766-LEC", {7: ("N", [1, 2, 3, 4]), 8: ("F", [1.5, 2.5])}),
        assemblies={100: bytes(8), 101: bytes(8)})
    chassis = device.Device(1, 0x0C, 0x3A, (4, 7), 0x0051AEC3, "1756-ENBT/A", ip=ip)
    chassis.slots = {0: plc, 3: device.Device(1, 0x07, 0x0A, (3, 3), 0x00770011, "1756-IB16/A")}
    chassis.assemblies = plc.assemblies
    return chassis, plc


def adapter(ip):
    return device.Device(1, 0x0C, 0x6C, (5, 12), 0x60A1F00D, "1734-AENT/B", ip=ip,
                         mac=bytes.fromhex("001d9c60a1f0"),
                         assemblies={100: bytes(4), 101: b"\x01\x02\x03\x04", 102: b""})
