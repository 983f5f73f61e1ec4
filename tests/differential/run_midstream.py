#!/usr/bin/env python3
"""Sessions that began before the capture, and captures that lost packets.

    run_midstream.py PROGRAM PROJECT_DIR          PRAHARI_FULL=1: every capture, more cuts

The handshake and a random number of packets are cut from the front of a capture, or one packet in
a hundred is left out. Then every message that is whole in what remains has to come out, and
nothing else; no valid message becomes invalid; client and server stay the right way round; and a
flow without its handshake is not called complete. The truth is what the program says of the whole
capture, with the frames that carry each message found by tests/support/pcap_tools.py.
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

CUTS, DROPS = (8, 4) if driver.FULL else (2, 1)
SAMPLE = 8  # captures of ../shared without PRAHARI_FULL
FEW = 4  # on a port that is not Modbus's, so few messages may be too few to recognise it by



class Modbus:
    name, port, pdus = "modbus", 502, staticmethod(pcap_tools.modbus_pdus)
    asked = ("addr", "qty", "write_addr", "write_qty", "values", "sub")

    @staticmethod
    def key(it):  # of a record or of a PDU of the second reader
        return (it["tid"], it["unit"], it["fc"])

    @staticmethod
    def same(record):  # what tells records of one PDU from each other
        return (record["exception"],)


class Enip:
    name, port, pdus = "enip", 44818, staticmethod(pcap_tools.enip_pdus)
    asked = ("length", "items")

    @staticmethod
    def key(it):
        return (it["command"], it["session"], it["status"])

    @staticmethod
    def same(record):
        return (record["length"],)


class Cip(Enip):
    """Services lie in messages of EtherNet/IP; there may be several in one."""
    name = "cip"
    asked = ("class", "instance", "attribute", "symbol", "path", "attributes")

    @staticmethod
    def same(record):
        return (record["depth"], record["service"], record["status"])


def known_port(record):
    return {502, 44818} & {record["sport"], record["dport"]}


def flow_of(record):
    ends = sorted([(record["src"], record["sport"]), (record["dst"], record["dport"])])
    return (tuple(record["vlan"]), *ends)


class Whole:
    """The whole capture: its records, and which frames carry which message."""

    def __init__(self, program, path, protocol):
        self.path, self.protocol = path, protocol
        self.capture = pcap_tools.read_capture(path)
        self.records = driver.dissect(program, path, protocol.name)
        self.packets = [pcap_tools.parse(f.data, self.capture.link) for f in self.capture.frames]
        self._find_copies()
        self._find_carriers()

    def _find_copies(self):
        """Frames with the same bytes at the same place of a stream: retransmissions, duplicates."""
        groups = collections.defaultdict(list)
        for number, p in enumerate(self.packets, 1):
            if p.seq is not None and p.payload:
                groups[(p.flow, p.seq, p.payload)].append(number)
        self.copies = {n: group for group in groups.values() for n in group}

    def _find_carriers(self):
        """Frames of each message; a message that the second reader does not see has none."""
        ports = {self.protocol.port} | {r[end] for r in self.records for end in ("sport", "dport")
                                        if r["transport"] == "tcp"}
        waiting = collections.defaultdict(list)
        inner = self.protocol is Cip  # all services of the messages that a frame completes
        for pdu in self.protocol.pdus(self.capture, ports):
            place = self.first_copy(pdu.frames[-1])
            waiting[place if inner else (place, *self.protocol.key(pdu._asdict()))].append(pdu.frames)
        self.carriers = []
        for r in self.records:
            place = self.first_copy(r["frame"])
            frames = waiting.get(place if inner else (place, *self.protocol.key(r)))
            if r["transport"] != "tcp":
                self.carriers.append((r["frame"],))
            elif inner:
                self.carriers.append(tuple({n for one in frames or [] for n in one}))
            else:
                self.carriers.append(frames.pop(0) if frames else ())

    def identity(self, record):
        key = () if self.protocol is Cip else self.protocol.key(record)
        return (*key, *self.protocol.same(record))

    def first_copy(self, frame):
        return self.copies.get(frame, [frame])[0]

    def survives(self, frames, stay):
        return all(any(n in stay for n in self.copies.get(f, [f])) for f in frames)

    def handshake(self):
        """The last frame number of the last SYN before the first payload of any flow."""
        return max((n for n, p in enumerate(self.packets[:50], 1) if p.flags and p.flags & 2),
                   default=0)


def compare(whole, cut, stay):
    """What is wrong with the records `cut` of the frames `stay`, as lines to print."""
    left = set(stay)
    must, may = collections.Counter(), collections.Counter()
    originals = collections.defaultdict(list)
    survivors = collections.Counter()
    for r, frames in zip(whole.records, whole.carriers):
        if frames and whole.survives(frames, left):
            survivors[flow_of(r)] += 1
    for r, frames in zip(whole.records, whole.carriers):
        key = (whole.first_copy(r["frame"]), *whole.identity(r))
        if not whole.survives(frames or (r["frame"],), left):
            continue
        may[key] += 1
        originals[key].append(r)
        sure = frames and r["valid"] and (known_port(r) or survivors[flow_of(r)] >= FEW)
        must[key] += 1 if sure else 0
    seen = collections.Counter()
    wrong = []
    begun = {whole.packets[n - 1].flow for n in stay if (whole.packets[n - 1].flags or 0) & 2}
    for r in cut:
        frame = stay[r["frame"] - 1]
        key = (whole.first_copy(frame), *whole.identity(r))
        seen[key] += 1
        if originals.get(key):
            index = min(seen[key], len(originals[key])) - 1
            wrong += faults(whole.protocol, originals[key][index], r, frame)
        wrong += state_faults(r, frame, whole.packets[frame - 1], begun)
    missing = [f"frame {k[0]}: {k[1:]} is whole but did not come out"
               for k in sorted((must - seen).elements(), key=str)]
    extra = [f"frame {k[0]}: {k[1:]} came out and is not in the whole capture"
             for k in sorted((seen - may).elements(), key=str)]
    return missing + extra + wrong


def faults(protocol, full, cut, frame):
    where = f"frame {frame} {full['name']}"
    if full["valid"] and not cut["valid"]:
        yield f"{where}: valid in the whole capture, now {cut['problems']}"
    if cut["dir"] != full["dir"] and not (cut["dir"] == "unknown" and not known_port(cut)):
        yield f"{where}: dir {full['dir']} in the whole capture, now {cut['dir']}"
    if full["dir"] == cut["dir"] == "request":
        for key in protocol.asked:
            if full[key] != cut[key]:
                yield f"{where}: {key} {full[key]} in the whole capture, now {cut[key]}"


def state_faults(record, frame, packet, begun):
    reverse = (packet.vlan, packet.target, packet.dport, packet.source, packet.sport)
    if packet.protocol == 6 and record["state"] == "complete" and \
            packet.flow not in begun and reverse not in begun:
        yield f"frame {frame} {record['name']}: state complete without a handshake"


def run(program, path, protocol, report, damaged):
    whole = Whole(program, path, protocol)
    count = len(whole.capture.frames)
    dice = random.Random(path.name)
    runs = [(max(whole.handshake(), dice.randrange(count // 2 + 1)), 0.0, 1) for _ in range(CUTS)]
    runs += [(0, 0.01, seed) for seed in range(1, DROPS + 1)]
    for front, drop, seed in runs:
        stay = damage_pcap.chosen(count, front, drop, seed)
        frames = [whole.capture.frames[n - 1] for n in stay]
        damaged.write_bytes(damage_pcap.encode(whole.capture, frames, "nano"))
        cut = driver.dissect(program, damaged, protocol.name)
        report.check(f"{protocol.name}: tests/support/damage_pcap.py {path} OUT --front {front} "
                     f"--drop {drop} --seed {seed} ({len(stay)} of {count} frames)",
                     compare(whole, cut, stay))


def sample(captures):
    return captures if driver.FULL else captures[::max(1, len(captures) // SAMPLE)][:SAMPLE]


def main():
    program, project = driver.arguments()
    modbus = driver.shared_captures(project)
    enip = driver.shared_captures(project, "enip")
    if not modbus:
        print("../shared/pcaps is not there: only our own captures are cut")
    own = sorted((project / "pcaps").rglob("*.pcap"))
    todo = [(p, Modbus) for p in own + sample(modbus)]
    todo += [(p, protocol) for p in sample(enip) for protocol in (Enip, Cip)]
    report = driver.Report()
    with tempfile.TemporaryDirectory() as folder:
        for path, protocol in todo:
            run(program, path, protocol, report, pathlib.Path(folder) / "cut.pcap")
    report.finish()


main()
