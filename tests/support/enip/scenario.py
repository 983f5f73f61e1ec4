#!/usr/bin/env python3
"""Our client against our server, everything both can do, on loopback addresses.

    scenario.py TRUTH [--serve]

Writes to TRUTH what the server handled. With --serve only the server runs, until standard input
ends, for other clients to try.
"""
import asyncio
import struct
import sys

import client as source
import device
import logix_engineering
import implicit
import plant
import server
import truth
import wire

SERVER, CLIENT = "127.0.0.1", "127.0.0.2"


def check(what, got, wanted):
    if got != wanted:
        raise SystemExit(f"{what}: {got!r} instead of {wanted!r}")


async def read_and_write(client):
    check("Speed", await client.read("Speed"), 1450)
    check("Counts[3]", await client.read("Counts[3]"), -2)
    check("Counts, four", await client.read("Counts", 4), [-5, -4, -3, -2])
    check("Recipes[1].Batch", await client.read("Recipes[1].Batch"), 8)
    check("Recipes[0]", await client.read("Recipes[0]"), plant.recipe(100, 1.5, 7))
    check("program tag", await client.read("Program:Main.Step"), 3)
    await client.write("Level", "REAL", 12.25)
    check("Level", await client.read("Level"), 12.25)
    await client.write("Counts[2]", "INT", 7, 8)
    check("Counts", await client.read("Counts[2]", 2), [7, 8])
    check("Curve", await client.read_long("Curve", 300), [n * n for n in range(300)])
    await client.write_long("Curve", "DINT", list(range(80)))
    check("Curve again", (await client.read_long("Curve", 300))[78:82], [78, 79, 6400, 6561])
    await client.good(0x4E, wire.tag_path("Speed"), struct.pack("<HII", 4, 0x10000, 0xFFFFFFFF))
    check("Speed, bit set", await client.read("Speed"), 1450 | 0x10000)
    check("tags", await client.list_tags(),
          ["Speed", "Level", "Counts", "Curve", "Running", "Recipes", "Program:Main"])


async def refusals(client):
    for path, status in ((wire.tag_path("Nowhere"), 5), (wire.object_path(0x99, 1), 5),
                         (wire.object_path(0x01, 1, 99), 0x14)):
        service = 0x4C if path[0] == 0x91 else 0x0E
        answer = await client.ask(service, path, b"\1\0")
        check(f"status of {path.hex()}", answer.status, status)
    answer = await client.ask(0x4D, wire.tag_path("Speed"), struct.pack("<HHf", 0xCA, 1, 1.0))
    check("wrong type", (answer.status, answer.extended), (0xFF, (0x2107,)))
    answer = await client.unconnected(client.routed(
        wire.request(0x01, wire.object_path(0x01, 1)), 9))
    check("empty slot", (answer.status, answer.extended), (1, (0x0312,)))


async def implicit_messages(client, adapter):
    endpoint = await implicit.IoEndpoint(client.truth).open(CLIENT)
    out, into = bytearray(b"\xA0\xA1\xA2\xA3"), bytearray(4)
    io = await client.open_io(endpoint, SERVER, 102, 100, 101, 0.02, out, into,
                              key=(1, 0x0C, 0x6C, 5, 12))
    await asyncio.sleep(0.3)
    check("inputs", bytes(into), b"\x01\x02\x03\x04")
    check("outputs", bytes(adapter.assemblies[100]), b"\xA0\xA1\xA2\xA3")
    io.run = False
    out[0] = 0x55
    await asyncio.sleep(0.2)
    check("outputs after a change", adapter.assemblies[100][0], 0x55)
    await client.close_io(io)
    endpoint.close()
    if io.received < 10:
        raise SystemExit(f"only {io.received} inputs came")


async def explicit(client):
    await read_and_write(client)
    await refusals(client)
    answers = await client.multiple([(0x0E, wire.object_path(0x01, 1, 7), b""),
                                     (0x4C, wire.tag_path("Speed"), b"\1\0"),
                                     (0x4C, wire.tag_path("Nowhere"), b"\1\0")])
    check("services of a packet", [a.status for a in answers], [0, 0, 5])


async def engineer(client, plc):
    await logix_engineering.go_online(client, 3)
    await logix_engineering.lock(client)
    await logix_engineering.set_mode(client, run=False)
    check("mode", plc.running, False)
    await logix_engineering.set_mode(client, run=True)
    await logix_engineering.unlock(client)
    await logix_engineering.download(client)
    check("mode after the download", plc.running, True)
    await logix_engineering.upload(client)
    await logix_engineering.set_clock(client, 1_790_000_000)
    await client.good(device.RESET, wire.object_path(0x01, 1), b"\0")
    check("resets", plc.resets, 1)


async def legacy(client):
    status, data = await client.pccc(0x06, b"\x03")
    check("diagnostic status", (status, data[5:13]), (0, b"1766-LEC"))
    status, data = await client.pccc(0x0F, bytes([0xA2, 4, 7, 0x89, 1, 0]))
    check("read N7:1", (status, data), (0, struct.pack("<hh", 2, 3)))
    status, _ = await client.pccc(0x0F, bytes([0xAA, 2, 7, 0x89, 0, 0, 9, 0]))
    check("write N7:0", status, 0)
    status, _ = await client.pccc(0x0F, b"\x80\x01")
    check("change mode", status, 0)


async def play(chassis, plc):
    unconnected = await source.Client.connect(SERVER, CLIENT)
    check("identities", len(await unconnected.list_identity()), 1)
    await unconnected.command(wire.LIST_SERVICES)
    await unconnected.command(wire.LIST_INTERFACES)
    answer = await unconnected.ask(device.GET_ALL, wire.object_path(0x01, 1))
    check("name", answer.data[15:], b"1756-ENBT/A")
    unconnected.slot = 0
    await explicit(unconnected)
    await legacy(unconnected)
    unconnected.slot = 3
    answer = await unconnected.ask(device.GET_ALL, wire.object_path(0x01, 1))
    check("name of slot 3", answer.data[15:], b"1756-IB16/A")
    await unconnected.close()

    connected = await source.Client.connect(SERVER, CLIENT)
    await connected.open(slot=0)
    plc.tags = plant.database()
    await explicit(connected)
    await engineer(connected, plc)
    await connected.close()


async def main():
    log = truth.Truth(sys.argv[1])
    chassis, plc = plant.controller(SERVER)
    running = await server.Server(chassis, SERVER, log).start()
    if "--serve" in sys.argv:
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        await running.stop()
        return
    await play(chassis, plc)
    await asyncio.sleep(0.2)  # for the server to take the last message
    await running.stop()

    adapter = plant.adapter(SERVER)
    running = await server.Server(adapter, SERVER, log).start()
    found = await asyncio.get_running_loop().run_in_executor(
        None, lambda: source.discover(SERVER, 0.3, SERVER, CLIENT))
    check("discovered", [peer for peer, _ in found], [SERVER])
    scanner = await source.Client.connect(SERVER, CLIENT)
    scanner.truth = log
    await implicit_messages(scanner, adapter)
    await scanner.close()
    await asyncio.sleep(0.2)
    await running.stop()
    print("scenario: as wanted")


if __name__ == "__main__":
    asyncio.run(main())
