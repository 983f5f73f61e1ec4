#!/usr/bin/env python3
"""Wraps every Ethernet frame of a capture into a tunnel or a second VLAN tag.

    wrap_pcap.py HOW IN OUT [--map FILE]     HOW: qinq erspan2 erspan3 vxlan gre geneve

Times stay. --map writes "output frame <TAB> input frame" lines; here the two are equal.
"""
import argparse
import pathlib
import struct
import sys

import pcap_tools

OUTER_MACS = bytes.fromhex("02005e000001") + bytes.fromhex("02005e000002")
OUTER_ADDRESSES = bytes([192, 0, 2, 1, 192, 0, 2, 2])
QINQ_VLAN, SESSION, VNI = 2000, 42, 0x1234


def checksum(data):
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def in_ipv4(protocol, payload, number):
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), number & 0xFFFF, 0x4000, 64,
                       protocol, 0) + OUTER_ADDRESSES
    head = head[:10] + struct.pack(">H", checksum(head)) + head[12:]
    return OUTER_MACS + b"\x08\x00" + head + payload


def in_udp(port, payload, number):
    head = struct.pack(">HHHH", 49152 + number % 16384, port, 8 + len(payload), 0)
    return in_ipv4(17, head + payload, number)


def qinq(frame, number):
    return frame[:12] + struct.pack(">HH", 0x88A8, QINQ_VLAN) + frame[12:]


def erspan2(frame, number):
    gre = struct.pack(">HHI", 0x1000, 0x88BE, number & 0xFFFFFFFF)
    return in_ipv4(47, gre + struct.pack(">HHI", 1 << 12, SESSION, 7) + frame, number)


def erspan3(frame, number):
    """Version 2 of the header, without the platform-specific subheader."""
    gre = struct.pack(">HHI", 0x1000, 0x22EB, number & 0xFFFFFFFF)
    head = struct.pack(">HHIHH", 2 << 12, SESSION, number * 100 & 0xFFFFFFFF, 0, 0)
    return in_ipv4(47, gre + head + frame, number)


def gre(frame, number):
    return in_ipv4(47, struct.pack(">HH", 0, 0x6558) + frame, number)


def vxlan(frame, number):
    return in_udp(4789, struct.pack(">II", 0x08000000, VNI << 8) + frame, number)


def geneve(frame, number):
    """With one option of eight bytes, so that its length has to be heeded."""
    option = struct.pack(">HBBI", 0x0102, 0x03, 1, 0xDEADBEEF)
    return in_udp(6081, struct.pack(">BBHI", 2, 0, 0x6558, VNI << 8) + option + frame, number)


WAYS = {f.__name__: f for f in (qinq, erspan2, erspan3, vxlan, gre, geneve)}


def wrap(how, capture):
    """The frames of an Ethernet capture, wrapped."""
    if capture.link != pcap_tools.ETHERNET:
        raise ValueError(f"link type {capture.link}: only Ethernet frames can be wrapped")
    out = []
    for number, frame in enumerate(capture.frames, 1):
        data = WAYS[how](frame.data, number)
        out.append(frame._replace(data=data, wire=len(data) + frame.wire - len(frame.data)))
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("how", choices=WAYS)
    parser.add_argument("input", type=pathlib.Path)
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--map", type=pathlib.Path)
    args = parser.parse_args()
    capture = pcap_tools.read_capture(args.input)
    try:
        frames = wrap(args.how, capture)
    except ValueError as error:
        sys.exit(f"{args.input}: {error}")
    args.output.write_bytes(pcap_tools.pcap_bytes(frames, nano=capture.nano))
    if args.map:
        args.map.write_text("".join(f"{n}\t{n}\n" for n in range(1, len(frames) + 1)))
    print(f"{args.output}: {len(frames)} frames in {args.how}")


if __name__ == "__main__":
    main()
