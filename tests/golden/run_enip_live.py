#!/usr/bin/env python3
"""Real EtherNet/IP traffic, recorded and dissected, equals what the server says it handled.

    run_enip_live.py PROGRAM PROJECT

Our server and client (tests/support/enip) talk on the loopback of a network namespace: tags,
connections, implicit messages, engineering, PCCC. Then st-ethernet-ip, which is not ours, talks to
the same server, if npm can fetch it. Skipped (77) where namespaces are not allowed.
"""
import collections
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import driver  # noqa: E402

NAMESPACE = f"prahari-enip-{os.getpid()}"
INSIDE = ["ip", "netns", "exec", NAMESPACE]


def st_ethernet_ip(project):
    """A folder with the client in it, fetched once by npm; None where it cannot be had."""
    if not shutil.which("node") or not shutil.which("npm"):
        return None
    folder = project / "build" / "npm-enip"
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "node_modules" / "st-ethernet-ip").is_dir():
        for name in ("package.json", "package-lock.json"):
            shutil.copy(project / "tests" / "support" / "enip" / name, folder / name)
        try:
            done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=folder, text=True,
                                  capture_output=True, timeout=120)
        except subprocess.TimeoutExpired:
            return None
        if done.returncode != 0:
            return None
    return folder


def record(folder, truth, commands):
    """Runs the commands in the namespace while a recorder listens; the capture."""
    capture = folder / f"{truth.stem}.pcap"
    support = pathlib.Path(__file__).resolve().parent.parent / "support"
    recorder = subprocess.Popen([*INSIDE, sys.executable, support / "recorder.py", "lo", capture],
                                stdout=subprocess.PIPE, text=True)
    recorder.stdout.readline()
    try:
        commands(support / "enip", truth)
    finally:
        recorder.terminate()
        recorder.wait()
    return capture


def ours(support, truth):
    subprocess.run([*INSIDE, sys.executable, support / "scenario.py", truth], check=True)


def foreign(npm):
    def run(support, truth):
        server = subprocess.Popen([*INSIDE, sys.executable, support / "scenario.py", truth,
                                   "--serve"], stdin=subprocess.PIPE)
        try:
            subprocess.run([*INSIDE, "sh", "-c", "for i in 1 2 3 4 5 6 7 8 9; do "
                            "ss -Hltn sport = 44818 | grep -q . && break; sleep 0.3; done"])
            subprocess.run([*INSIDE, "node", support / "st_client.js", npm, "127.0.0.1"],
                           check=True, timeout=60)
        finally:
            server.stdin.close()
            server.wait()
    return run


def handled(truth, protocol):
    lines = map(json.loads, truth.read_text().splitlines())
    return [entry for entry in lines if entry["protocol"] == protocol]


def of_enip(entry):
    return (entry["client"], entry["dir"], entry["command"], entry["session"], entry["status"],
            entry["length"])


def client_of(record):
    side = "src" if record["dir"] == "request" else "dst"
    return f"{record[side]}:{record['sport' if side == 'src' else 'dport']}"


def seen_enip(record):
    return (client_of(record), record["dir"], record["command"], record["session"],
            record["status"], record["length"])


def of_cip(entry):
    return (entry["client"], entry["dir"], entry["service"], entry["cls"], entry["instance"],
            entry["attribute"], entry["symbol"], entry["status"], tuple(entry["extended"]),
            entry["seq"])


def seen_cip(record):
    return (client_of(record), record["dir"], record["service"], record["class"],
            record["instance"], record["attribute"], record["symbol"], record["status"],
            tuple(record["ext_status"] or ()), record["seq"])


def of_io(entry):
    return (entry["connection_id"], entry["encap_seq"], entry["cip_seq"], entry["run"],
            entry["data"])


def seen_io(record):
    return (record["connection_id"], record["encap_seq"], record["cip_seq"], record["run_idle"],
            record["data"])


def compare(report, program, capture, truth):
    for protocol, of, seen in (("enip", of_enip, seen_enip), ("cip", of_cip, seen_cip),
                               ("cipio", of_io, seen_io)):
        wanted = collections.Counter(map(of, handled(truth, protocol)))
        records = driver.dissect(program, capture, protocol)
        got = collections.Counter(map(seen, records))
        report.check(f"{truth.stem}: {protocol}",
                     [f"missing {n} times: {row}" for row, n in (wanted - got).items()] +
                     [f"too many, {n} times: {row}" for row, n in (got - wanted).items()])
        report.check(f"{truth.stem}: {protocol}, invalid",
                     [f"frame {r['frame']}: {r['problems']}" for r in records if not r["valid"]])
        print(f"{truth.stem}: {protocol}: {sum(wanted.values())} handled, {len(records)} seen")


def main():
    program, project = driver.arguments()
    known = subprocess.run([program, "dissect", "--protocol", "enip", os.devnull],
                           capture_output=True, text=True)
    if "no dissector" in known.stderr:
        print("skipped: this program has no dissector for EtherNet/IP")
        sys.exit(driver.SKIPPED)
    made = subprocess.run(["ip", "netns", "add", NAMESPACE], capture_output=True, text=True)
    if made.returncode != 0:
        print(f"skipped: cannot make a network namespace here: {made.stderr.strip()}")
        sys.exit(driver.SKIPPED)
    report = driver.Report()
    try:
        up = subprocess.run(["ip", "-n", NAMESPACE, "link", "set", "lo", "up"], capture_output=True, text=True)
        if up.returncode != 0:
            print(f"skipped: cannot enter a network namespace here: {up.stderr.strip()}")
            sys.exit(driver.SKIPPED)
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            capture = record(folder, folder / "ours.jsonl", ours)
            compare(report, program, capture, folder / "ours.jsonl")
            npm = st_ethernet_ip(project)
            if npm is None:
                print("skipped: st-ethernet-ip, for npm or the registry cannot be reached")
            else:
                capture = record(folder, folder / "st-ethernet-ip.jsonl", foreign(npm))
                compare(report, program, capture, folder / "st-ethernet-ip.jsonl")
    finally:
        subprocess.run(["ip", "netns", "del", NAMESPACE])
    report.finish()


if __name__ == "__main__":
    main()
