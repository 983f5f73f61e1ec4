#!/usr/bin/env python3
"""OPC UA sessions that began before the capture, and captures that lost packets.

    run_midstream_opcua.py PROGRAM PROJECT_DIR          PRAHARI_FULL=1: more cuts

As run_midstream.py does for Modbus: packets are cut from the front or left out, then every message
that is whole in what remains has to come out, and nothing else. A message is all its chunks. What
cannot be told is left open: of an encrypted message whose chunks are not numbered in the clear,
whether the first of them was the first; and a channel that was never seen to open has no policy.
"""
import collections
import pathlib
import random
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import damage_pcap  # noqa: E402
import driver  # noqa: E402
import pcap_tools  # noqa: E402

CUTS, DROPS = (12, 8) if driver.FULL else (3, 2)


def identity(record):
    return (record["type"], record["channel"], record["request_id"], record["type_id"])


class Whole:
    """The whole capture: its records, and which frames carry which message."""

    def __init__(self, program, path):
        self.capture = pcap_tools.read_capture(path)
        self.records = [r for r in driver.dissect(program, path, "opcua")
                        if r["protocol"] == "opcua" and r["chunk"] != "C"]
        self.packets = [pcap_tools.parse(f.data, self.capture.link) for f in self.capture.frames]
        groups = collections.defaultdict(list)
        for number, p in enumerate(self.packets, 1):
            if p.seq is not None and p.payload:
                groups[(p.flow, p.seq, p.payload)].append(number)
        self.copies = {n: group for group in groups.values() for n in group}
        self._find_carriers()

    def _find_carriers(self):
        """The frames of each record: of its own chunk and of those before it in the message."""
        ports = {r[end] for r in self.records for end in ("sport", "dport")}
        ended = collections.defaultdict(list)
        under_way = collections.defaultdict(list)
        for c in pcap_tools.opcua_chunks(self.capture, ports):
            channel = c.body[:4] if c.type in ("MSG", "CLO") else b""
            request = c.body[12:16] if self._plain(c) else b""
            key = (c.packet.flow, channel, request)
            under_way[key] += c.frames
            if c.letter != "C":
                frames = under_way.pop(key)
                ended[(self.first_copy(c.frames[-1]), c.type)].append(tuple(frames))
        self.carriers = []
        for r in self.records:
            frames = ended.get((self.first_copy(r["frame"]), r["type"]))
            self.carriers.append(frames.pop(0) if frames else ())

    @staticmethod
    def _plain(chunk):
        """Whether its request id can be read: small numbers where random bytes would be large."""
        return chunk.type in ("MSG", "CLO") and int.from_bytes(chunk.body[12:16], "little") < 1 << 24

    def first_copy(self, frame):
        return self.copies.get(frame, [frame])[0]

    def survives(self, frames, stay):
        return all(any(n in stay for n in self.copies.get(f, [f])) for f in frames)


def compare(whole, cut, stay):
    left = set(stay)
    must, may = collections.Counter(), collections.Counter()
    full = {}
    for r, frames in zip(whole.records, whole.carriers):
        key = (whole.first_copy(r["frame"]), *identity(r))
        if not whole.survives(frames or (r["frame"],), left):
            continue
        may[key] += 1
        full[key] = r
        must[key] += 1 if frames and r["valid"] else 0
    seen, wrong = collections.Counter(), []
    for r in cut:
        frame = stay[r["frame"] - 1]
        key = (whole.first_copy(frame), *identity(r))
        seen[key] += 1
        wrong += faults(full.get(key), r, frame)
    # An encrypted message of several chunks that lost its first ones looks whole.
    surplus = {k: n for k, n in (seen - may).items() if k[4] is not None or k[1] != "MSG"}
    missing = [f"frame {k[0]}: {k[1:]} is whole but did not come out" for k in must - seen]
    extra = [f"frame {k[0]}: {k[1:]} came out and is not in the whole capture" for k in surplus]
    return missing + extra + wrong


def faults(full, cut, frame):
    if full is None:
        return
    where = f"frame {frame} {cut['name']}"
    if full["valid"] and not cut["valid"]:
        yield f"{where}: valid in the whole capture, now {cut['problems']}"
    if cut["dir"] not in (full["dir"], "unknown"):
        yield f"{where}: dir {full['dir']} in the whole capture, now {cut['dir']}"
    for key in ("service", "result", "handle", "nodes", "values", "seq", "encrypted"):
        if full[key] != cut[key]:
            yield f"{where}: {key} {full[key]} in the whole capture, now {cut[key]}"


def main():
    program, project = driver.arguments()
    captures = driver.shared_captures(project, "opcua")
    if not captures:
        print("skipped: ../shared/pcaps/opcua is absent")
        sys.exit(driver.SKIPPED)
    report = driver.Report()
    with tempfile.TemporaryDirectory() as folder:
        damaged = pathlib.Path(folder) / "cut.pcap"
        for path in captures:
            whole = Whole(program, path)
            count = len(whole.capture.frames)
            dice = random.Random(path.name)
            runs = [(dice.randrange(count // 2 + 1), 0.0, 1) for _ in range(CUTS)]
            runs += [(0, 0.01 if seed % 2 else 0.05, seed) for seed in range(1, DROPS + 1)]
            for front, drop, seed in runs:
                stay = damage_pcap.chosen(count, front, drop, seed)
                frames = [whole.capture.frames[n - 1] for n in stay]
                damaged.write_bytes(damage_pcap.encode(whole.capture, frames, "nano"))
                cut = [r for r in driver.dissect(program, damaged, "opcua")
                       if r["protocol"] == "opcua" and r["chunk"] != "C"]
                report.check(f"tests/support/damage_pcap.py {path} OUT --front {front} "
                             f"--drop {drop} --seed {seed} ({len(stay)} of {count} frames)",
                             compare(whole, cut, stay))
    report.finish()


main()
