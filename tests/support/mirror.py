"""A mirror port for tests: a veth pair in a network namespace of its own, and a player of frames."""
import os
import pathlib
import socket
import struct
import subprocess
import sys
import time


class Skipped(Exception):
    """Namespaces or raw sockets are not allowed here."""


def records(path):
    """(record, frame) of each packet of a little-endian classic pcap."""
    data = pathlib.Path(path).read_bytes()
    at = 24
    while at + 16 <= len(data):
        captured = struct.unpack_from("<I", data, at + 8)[0]
        yield data[at : at + 16 + captured], data[at + 16 : at + 16 + captured]
        at += 16 + captured


def cut(path, into, first, last):
    """Writes the packets `first` to `last` (from 1, inclusive) as a capture of their own."""
    chosen = [record for n, (record, _) in enumerate(records(path), 1) if first <= n <= last]
    pathlib.Path(into).write_bytes(pathlib.Path(path).read_bytes()[:24] + b"".join(chosen))


def sh(*command, check=True):
    return subprocess.run([str(word) for word in command], check=check, capture_output=True)


class Mirror:
    """with Mirror() as mirror: a program runs on the interface `mirror.interface`, started with the
    prefix `mirror.inside`; mirror.play() sends frames to it."""

    interface = "mirror0"

    def __init__(self):
        self.name = f"prahari-test-{os.getpid()}"
        self.inside = ["ip", "netns", "exec", self.name]

    def __enter__(self):
        try:
            sh("ip", "netns", "add", self.name)
        except (subprocess.CalledProcessError, FileNotFoundError) as failure:
            raise Skipped(f"cannot make a network namespace here ({failure})") from None
        made = sh(*self.inside, "ip", "link", "add", "tap0", "type", "veth", "peer", "name", self.interface,
                  check=False)
        if made.returncode != 0:
            self.__exit__()
            raise Skipped(f"cannot make a veth pair here ({made.stderr.decode().strip()})")
        for link in ("tap0", self.interface):
            sh(*self.inside, "sysctl", "-qw", f"net.ipv6.conf.{link}.disable_ipv6=1", check=False)
            sh(*self.inside, "ip", "link", "set", link, "up")
        return self

    def __exit__(self, *_):
        sh("ip", "netns", "del", self.name, check=False)

    def play(self, capture, first, last):
        sh(*self.inside, sys.executable, __file__, capture, first, last)

    def sensor(self, program, state, *arguments):
        """A running sensor that already listens; `greeting` is what it said until then."""
        process = subprocess.Popen([*self.inside, str(program), "sensor", "-i", self.interface,
                                    "--state", str(state), *map(str, arguments)],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        process.greeting = ""
        while "listening" not in process.greeting:
            line = process.stderr.readline()
            if not line:
                raise AssertionError(f"the sensor does not listen: exit {process.wait()}: {process.greeting}")
            process.greeting += line
        return process


def play(path, first, last):
    out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    out.bind(("tap0", 0))
    for n, (_, frame) in enumerate(records(path), 1):
        if first <= n <= last:
            out.send(frame)
            if n % 50 == 0:
                time.sleep(0.005)


if __name__ == "__main__":
    play(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
