#!/usr/bin/env python3
"""Takes packets out of a capture, cuts the file, or writes it in another format.

    damage_pcap.py IN OUT [--front N] [--drop SHARE --seed S] [--format F] [--truncate BYTES]
                          [--map FILE]

--front leaves out the first N packets, --drop each packet with the probability SHARE (0.01: one in
a hundred; the same seed drops the same packets). --format is one of pcap, nano, big, big-nano,
pcapng, each also with .gz or .zst behind it (zst needs the zstd program). --truncate cuts the
written file to so many bytes. Times stay, to the resolution of the format. --map writes
"output frame <TAB> input frame" lines, for the frames before a --truncate.
"""
import argparse
import gzip
import pathlib
import random
import subprocess
import sys

import pcap_tools


def chosen(count, front=0, drop=0.0, seed=1):
    """The numbers (from 1) of the frames that stay."""
    dice = random.Random(seed)
    return [n for n in range(1, count + 1) if dice.random() >= drop and n > front]


def encode(capture, frames, name):
    form, _, packing = name.partition(".")
    if form == "pcapng":
        data = pcap_tools.pcapng_bytes(frames, capture.link)
    elif form in ("pcap", "nano", "big", "big-nano"):
        data = pcap_tools.pcap_bytes(frames, capture.link, nano="nano" in form,
                                     order=">" if "big" in form else "<",
                                     snaplen=capture.snaplen or 262144)
    else:
        raise ValueError(f"no format {form}")
    if packing == "gz":
        return gzip.compress(data, mtime=0)
    if packing == "zst":
        return subprocess.run(["zstd", "-q", "-c"], input=data, capture_output=True,
                              check=True).stdout
    if packing:
        raise ValueError(f"no packing {packing}")
    return data


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("input", type=pathlib.Path)
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--front", type=int, default=0)
    parser.add_argument("--drop", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--format", default="pcap")
    parser.add_argument("--truncate", type=int)
    parser.add_argument("--map", type=pathlib.Path)
    args = parser.parse_args()
    capture = pcap_tools.read_capture(args.input)
    stay = chosen(len(capture.frames), args.front, args.drop, args.seed)
    try:
        data = encode(capture, [capture.frames[n - 1] for n in stay], args.format)
    except (ValueError, OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"{args.output}: {error}")
    args.output.write_bytes(data[:args.truncate])
    if args.map:
        args.map.write_text("".join(f"{new}\t{old}\n" for new, old in enumerate(stay, 1)))
    print(f"{args.output}: {len(stay)} of {len(capture.frames)} frames")


if __name__ == "__main__":
    main()
