#!/usr/bin/env python3
"""Writes what passes an interface to a pcap file until it is told to stop (SIGTERM).

    recorder.py INTERFACE FILE

Says "recording" on standard output once it listens. Needs the right to open packet sockets.
"""
import signal
import socket
import struct
import sys
import time

OUTGOING = 4  # on loopback each frame passes twice


class Stop(Exception):
    pass


def stop(*_):
    raise Stop


def main():
    packets = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0003))
    packets.setsockopt(socket.SOL_SOCKET, 33, 1 << 24)  # SO_RCVBUFFORCE
    packets.bind((sys.argv[1], 0))
    signal.signal(signal.SIGTERM, stop)
    with open(sys.argv[2], "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, 1))
        print("recording", flush=True)
        try:
            while True:
                frame, address = packets.recvfrom(65535)
                if address[2] != OUTGOING:
                    now = time.time_ns()
                    out.write(struct.pack("<IIII", now // 10**9, now % 10**9, len(frame),
                                          len(frame)) + frame)
        except Stop:
            # What is in the buffer still counts.
            packets.setblocking(False)
            try:
                while True:
                    frame, address = packets.recvfrom(65535)
                    if address[2] != OUTGOING:
                        now = time.time_ns()
                        out.write(struct.pack("<IIII", now // 10**9, now % 10**9, len(frame),
                                              len(frame)) + frame)
            except BlockingIOError:
                pass


main()
