#!/usr/bin/env python3
"""A clean shift raises nothing: learns on the first half of a capture, detects on the second.

    run_clean_shift.py PROGRAM PROJECT

Every capture of 60 s and more in ../shared/pcaps that holds no attack. Where time jumps by months,
because somebody put captures of different days into one file, the halves are halves of the packets.
A capture whose second half does what the first never did must say so: REMAIN lists each alert that
is right, and why. The fast ones run always, all of them with PRAHARI_FULL=1.
"""
import collections
import json
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import driver
import pcap_tools

# Captures of 60 s and more that are left out, and why: these hold an attack or are no shift.
LEFT_OUT = {
    "modbus/quickdraw/modbus_test_data_part1.pcap": "made to fire intrusion signatures",
    "modbus/quickdraw/modbus_test_data_part2.pcap": "made to fire intrusion signatures",
    "other-ot/quickdraw/dnp3_test_data_part1.pcap": "made to fire intrusion signatures",
    "other-ot/quickdraw/dnp3_test_data_part2.pcap": "made to fire intrusion signatures",
    "other-ot/ndpi/dnp3.pcap": "the same bytes as quickdraw/dnp3_test_data_part1.pcap",
    "modbus/lemay-modbus/send_a_fake_command_modbus_6RTU_with_operate.pcap": "holds an attack",
    "modbus/lemay-modbus/characterization_modbus_6RTU_with_operate.pcap": "holds an attack",
    "modbus/lemay-modbus/CnC_uploading_exe_modbus_6RTU_with_operate.pcap": "holds an attack",
    "modbus/lemay-modbus/channel_4d_9s.pcap": "holds an attack: a covert channel",
    "enip/iti/EIP-SoftwareUploadFailure.pcap": "an attempt to take the program from a controller",
    "other-ot/iti/addroute1.pcapng": "an engineering session that adds routes to a controller",
    "other-ot/iti/beckoffaddroute.pcapng": "an engineering session that adds routes to a controller",
    "modbus/zeek/modbus-and-non-modbus-p502.pcap": "two unrelated captures in one file",
    "other-ot/icsnpp-profinet-io-cm/profinet_io_cm.pcap": "unrelated captures in one file",
    "enip/icsnpp-enip/enip_cip_example.pcap": "unrelated captures in one file",
    "mixed/zeek/mixed-vlan-mpls.pcap": "unrelated captures in one file",
    "modbus/arkime/modbus.pcap": "unrelated captures in one file",
    "other-ot/ndpi/fins.pcap": "unrelated captures in one file",
    "other-ot/zeek/dnp3.pcap": "unrelated captures in one file",
    "mixed/arkime/arkime_synthetic.pcap": "unrelated captures in one file",
    "other-ot/arkime/c1222.pcap": "unrelated captures in one file",
    "modbus/icsnpp-modbus/modbus_example.pcap": "unrelated captures in one file",
    "other-ot/ipal/ethercat.pcapng": "unrelated captures in one file",
}

# Alerts that the second half raises rightly: {capture: {kind: (count, why)}}.
NEW = "the capture was put together from parts; this host or pair is only in the second half"
SAME = "says something of the traffic, and not of a change: the same without a baseline"
TRIED = "made to try out a protocol: the second half sends what the first never did"
REMAIN = {
    "enip/iti/EthernetIP-CIP.pcap": {
        "write-outside-baseline": (1, "a tag that was never written before; this client reads no tag by its "
                                      "name, so nothing shows that it belongs to what it handles")},
    "mixed/zeek/pcapng-multi-interface.pcapng": {"new-asset": (1, "10.0.0.4 speaks for the first time")},
    "modbus/kb221svs/modbus.pcap": {"address-conflict": (2, SAME)},
    "modbus/suricata-verify/modbus.pcap": {
        "new-operation": (2, "10.0.0.9 only reads in the first half, and writes in the second"),
        "protocol-violation": (3, SAME), "probing": (1, SAME)},
    "opcua/icsnpp-opcua-binary/pcaps/open62541_browse_next.pcap": {
        "opcua-insecure-session": (3, SAME), "new-operation": (1, TRIED)},
    "opcua/icsnpp-opcua-binary/pcaps/open62541_browse_request_with_results.pcap": {
        "opcua-insecure-session": (3, SAME)},
    "other-ot/arkime/mqtt_synthetic.pcap": {"new-operation": (1, TRIED), "new-asset": (1, NEW)},
    "other-ot/arkime/synchrophasor_synthetic.pcap": {"new-asset": (2, NEW)},
    "other-ot/icsnpp-bacnet/bacnet_example.pcap": {"new-talker": (1, NEW)},
    "other-ot/iti/090813_diverse.pcap": {"new-operation": (14, TRIED)},
    "other-ot/iti/melsoft_UDP_unclean_1.pcap": {"scan": (1, SAME)},
    "other-ot/ndpi/c1222.pcapng": {"new-asset": (2, NEW)},
    "other-ot/ndpi/knxip.pcapng": {"new-asset": (2, NEW), "scan": (1, SAME)},
    "other-ot/ndpi/mqtt.pcap": {"new-asset": (1, NEW), "cleartext-credentials": (1, SAME)},
}

FAST_BYTES = 2_000_000


def run(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=900)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))}: {done.stderr.strip()[-400:]}")


def shifts(pcaps):
    """(name, capture) of every capture that is long enough and not left out."""
    for path in sorted(pcaps.rglob("*")):
        if not path.is_file() or path.suffix not in (".pcap", ".pcapng", ".cap"):
            continue
        name = str(path.relative_to(pcaps))
        if name.startswith("hostile/") or name in LEFT_OUT:
            continue
        if not driver.FULL and path.stat().st_size > FAST_BYTES:
            continue
        try:
            capture = pcap_tools.read_capture(path)
        except (ValueError, OSError):
            continue
        times = [frame.time for frame in capture.frames]
        if times and max(times) - min(times) >= 60 * 10**9:
            yield name, capture


def halves(frames):
    first, last = min(f.time for f in frames), max(f.time for f in frames)
    if last - first > 7 * 86400 * 10**9:
        middle = len(frames) // 2
        return frames[:middle], frames[middle:]
    middle = (first + last) // 2
    return [f for f in frames if f.time < middle], [f for f in frames if f.time >= middle]


def alerts_of(program, capture, scratch):
    first, second = halves(capture.frames)
    for name, part in (("first.pcap", first), ("second.pcap", second)):
        (scratch / name).write_bytes(pcap_tools.pcap_bytes(part, capture.link, nano=True))
    run(program, "analyze", "-q", "--learn", "--out", scratch / "learned", scratch / "first.pcap")
    run(program, "analyze", "-q", "--baseline", scratch / "learned" / "baseline.json",
        "--out", scratch / "out", scratch / "second.pcap")
    return [json.loads(line) for line in open(scratch / "out" / "alerts.jsonl")]


# What an alert says of a capture, and not of a change, is the same with and without a baseline.
def without_baseline(program, scratch):
    run(program, "analyze", "-q", "--out", scratch / "plain", scratch / "second.pcap")
    return collections.Counter(json.loads(line)["kind"] for line in open(scratch / "plain" / "alerts.jsonl"))


def main():
    program, project = driver.arguments()
    pcaps = project.parent / "shared" / "pcaps"
    if not pcaps.is_dir():
        print(f"skipped: {pcaps} is not there")
        return driver.SKIPPED
    failures, seen = [], 0
    for name, capture in shifts(pcaps):
        seen += 1
        with tempfile.TemporaryDirectory() as scratch:
            scratch = pathlib.Path(scratch)
            alerts = alerts_of(program, capture, scratch)
            plain = without_baseline(program, scratch)
        found = collections.Counter(alert["kind"] for alert in alerts if alert["severity"] != "info")
        right = {kind: count for kind, (count, _) in REMAIN.get(name, {}).items()}
        unexpected = {kind: count for kind, count in found.items() if count > right.get(kind, 0)}
        missing = {kind: count for kind, count in right.items() if found[kind] < count}
        changed = [kind for kind, (count, why) in REMAIN.get(name, {}).items()
                   if why == SAME and plain[kind] != count]
        print(f"{name}: {sum(found.values())} alerts, {len(alerts) - sum(found.values())} info, "
              f"{sum(plain.values())} without a baseline")
        for alert in alerts:
            why = REMAIN.get(name, {}).get(alert["kind"], (0, "NOT EXPECTED"))[1]
            print(f"    {alert['severity']:<8} {alert['kind']} x{alert['count']}: {alert['why']}"
                  + (f"  [{why}]" if alert["severity"] != "info" else ""))
        if unexpected or missing or changed:
            failures.append(f"{name}: unexpected {unexpected}, missing {missing}, "
                            f"not the same without a baseline {changed}")
    print(f"{seen} captures, {len(failures)} with alerts that are not explained")
    for failure in failures:
        print(f"FAILED {failure}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
