"""What engineering software does to a Logix controller, as captures of it show: go online, change
the mode, download, upload, set the clock. The order and the classes are the signature; the data
are bytes without meaning."""
import struct
import time

import device as objects
import wire

CREATED = (0x6A, 0x6B, 0x68, (0x68, 0x6A), (0x68, 0x6B), (0x68, 0x6D), (0x69, 0x7E), 0x69, 0x70,
           0x72, 0xAC)
UPLOADED = (0x6C, 0x6A, 0xB0, 0xB1, 0x32B, 0x331, 0x332, 0x8D, 0x6B, 0x338, 0x68, (0x68, 0x6A),
            (0x68, 0x6B), (0x68, 0x6D), 0x69, 0x6E, 0x70)


def path_of(classes, instance=1):
    out = b""
    for cls in classes if isinstance(classes, tuple) else (classes,):
        out += wire.object_path(cls, instance)
    return out


LOCK = path_of((0x8E, 0x74))


async def lock(client):
    await client.good(0x4B, LOCK, b"\x01")
    await client.good(0x4B, path_of(0xAC))


async def unlock(client):
    await client.good(0x4C, LOCK)


async def set_mode(client, run):
    await client.good(objects.START if run else objects.STOP, path_of(objects.MODE))


async def go_online(client, times=1):
    """The poll of a programming terminal."""
    for _ in range(times):
        await client.multiple([
            (objects.GET_LIST, wire.object_path(0x01, 1), struct.pack("<HH", 1, 5)),
            (objects.GET_LIST, wire.object_path(0x69, 0), struct.pack("<HH", 1, 1)),
            (objects.GET_LIST, wire.object_path(0xAC, 1), struct.pack("<HH", 1, 1)),
            (objects.GET_LIST, wire.object_path(0x68, 0), struct.pack("<HH", 1, 1)),
            (objects.GET_LIST, wire.object_path(0x70, 1), struct.pack("<HH", 1, 1))])


async def download(client, blocks=12, size=400):
    """Lock, to program mode, new objects and their data, to run mode, unlock."""
    await lock(client)
    await set_mode(client, run=False)
    for classes in CREATED:
        await client.good(objects.CREATE, path_of(classes, 0 if classes == 0x6A else 1),
                          struct.pack("<HHI", 1, 1, 0))
        await client.good(objects.SET_LIST, path_of(classes), struct.pack("<HHI", 1, 2, 0))
    for block in range(blocks):
        data = bytes((block * 31 + i * 7) & 0xFF for i in range(size))
        await client.good(0x50, path_of(0x6A if block % 2 else (0x68, 0x6A)),
                          struct.pack("<I", block * size) + data)
    await client.good(0x4B, path_of((0x68, 0x74)))
    await client.good(0x4C, path_of((0x68, 0x74)))
    await client.good(objects.APPLY, path_of(0x68))
    await set_mode(client, run=True)
    await unlock(client)


async def upload(client):
    for classes in UPLOADED:
        await client.good(0x4B, path_of(classes, 0))
    for classes in (0x6A, (0x68, 0x6A)):
        for offset in range(0, 800, 400):
            await client.good(0x4F, path_of(classes), struct.pack("<IH", offset, 400))
    await client.good(0x4C, path_of((0x68, 0x6D)))


async def set_clock(client, when=None):
    micros = int((when if when is not None else time.time()) * 1e6)
    await client.good(objects.SET_LIST, path_of(objects.CLOCK),
                      struct.pack("<HHQ", 1, 6, micros))
