#!/usr/bin/env python3
"""Frames wrapped into QinQ, ERSPAN, VXLAN, GRE and GENEVE decode to the same messages as plain.

    run_wrapped.py PROGRAM PROJECT_DIR

Every field of every record is compared; only `vlan` may have tags before those of the plain one.
"""
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import driver  # noqa: E402
import pcap_tools  # noqa: E402
import wrap_pcap  # noqa: E402

SHARED = ("iti/modbus_test.pcap", "kb221svs/modbus.pcap", "quickdraw/modbus_test_data_part1.pcap")


def differences(plain, wrapped):
    found = []
    if len(plain) != len(wrapped):
        found.append(f"{len(plain)} records plain, {len(wrapped)} wrapped")
    for ours, theirs in zip(plain, wrapped):
        for key in sorted(ours.keys() | theirs.keys()):
            want, got = ours.get(key), theirs.get(key)
            if key == "vlan" and got is not None and got[len(got) - len(want):] == want:
                continue
            if want != got:
                found.append(f"frame {ours['frame']} {ours['name']} {key}: {want} plain, "
                             f"{got} wrapped (frame {theirs['frame']})")
    return found


def main():
    program, project = driver.arguments()
    captures = [project / "pcaps" / "plant-demo.pcap"]
    shared = project.parent / "shared" / "pcaps" / "modbus"
    captures += [shared / name for name in SHARED if (shared / name).exists()]
    if len(captures) == 1:
        print(f"{shared} is not there: only plant-demo.pcap is wrapped")
    report = driver.Report()
    with tempfile.TemporaryDirectory() as folder:
        for path in captures:
            plain = driver.dissect(program, path)
            report.check(f"{path.name} has messages", [] if plain else ["no record at all"])
            capture = pcap_tools.read_capture(path)
            for how in wrap_pcap.WAYS:
                wrapped = pathlib.Path(folder) / f"{how}.pcap"
                wrapped.write_bytes(pcap_tools.pcap_bytes(wrap_pcap.wrap(how, capture),
                                                          nano=capture.nano))
                report.check(f"{path.name} in {how} (tests/support/wrap_pcap.py {how} {path} OUT)",
                             differences(plain, driver.dissect(program, wrapped)))
    report.finish()


main()
