#!/usr/bin/python3
"""Makes pcaps/bench-opcua.pcap.gz: the plant's OPC UA for ninety minutes, and nothing else.

    sudo /usr/bin/python3 pcaps/generator/make_bench_opcua.py [--out FILE]

The bench (tests/bench/run_bench.sh) multiplies flows of 732 to 1500 packets; those of
plant-demo.pcap are shorter. Same programs, same pace and same acceleration as there: the historian
subscribes over the secure endpoint, the MES gateway reads over the open one, no laptop comes.
Needs root, iproute2, gcc, Node.js and npm. Takes ten minutes.
"""
import argparse
import collections
import gzip
import os
import pathlib
import sys
import tempfile
import time

import make_plant_demo as demo
import plant

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parents[1] / "tests" / "support"))
import pcap_tools  # noqa: E402

PORT = 4840
DURATION = 5400  # plant seconds; a flow has 3.1 packets or more in ten
ROLES = {"server": "opc", "historian": "hist", "mes": "mes"}
LONG = 1500  # packets of a flow that the bench uses at most


def narrow_plant():
    """Leaves of the plant what speaks OPC UA; all of it is in one VLAN."""
    plant.DURATION = DURATION
    plant.HOSTS = [h for h in plant.HOSTS if h.name in ROLES.values()]
    demo.OPCUA_HOSTS = ROLES
    demo.ROUTER_PORTS = {plant.SUPERVISION: demo.ROUTER_PORTS[plant.SUPERVISION]}


def calm_tcp():
    """No tail loss probes: where a busy machine lets the switch wait, they are sent needlessly, and
    the bench would have them in thousands of flows."""
    for host in plant.HOSTS:
        demo.setting(host.name, ipv4__tcp_early_retrans=0)


def play(folder, out, log, children):
    demo.make_keys(f"{folder}/keys")
    t0 = time.monotonic() + demo.LEAD
    ports = [f"{h.name}={h.vlan}" for h in plant.HOSTS]
    ports += [f"{port}={vlan}" for vlan, port in demo.ROUTER_PORTS.items()]
    switch = demo.start(children, log, "switch", f"{folder}/switch", str(out), f"{t0:.6f}",
                        str(plant.SPEED), str(plant.EPOCH), str(plant.DURATION), plant.ROUTER_MAC,
                        str(plant.SUPERVISION), *ports)
    players = {role: demo.start(children, log, name, *demo.opcua(role, t0, f"{folder}/keys"))
               for role, name in ROLES.items()}
    demo.wait_for_end(switch, t0)
    clients = [player for role, player in players.items() if role != "server"]
    if switch.returncode or any(client.wait(timeout=10) for client in clients):
        raise SystemExit("a part of the plant failed; see the log above")


def cut(recorded):
    """What is on the server's port, as a pcap, and how many packets each flow has."""
    capture = pcap_tools.read_capture(recorded)
    frames, flows = [], collections.Counter()
    for frame in capture.frames:
        p = pcap_tools.parse(frame.data)
        if p.protocol == 6 and PORT in (p.sport, p.dport):
            frames.append(frame)
            flows[(p.source, p.sport) if p.dport == PORT else (p.target, p.dport)] += 1
    return pcap_tools.pcap_bytes(frames, snaplen=capture.snaplen), flows


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=HERE.parent / "bench-opcua.pcap.gz")
    args = parser.parse_args()
    if os.geteuid() != 0:
        raise SystemExit("network namespaces need root: run it with sudo")
    narrow_plant()
    children = []
    with tempfile.TemporaryDirectory() as folder, open(f"{folder}/log", "w+b") as log:
        recorded = pathlib.Path(folder) / "plant.pcap"
        try:
            demo.run("gcc", "-O2", "-Wall", "-Wextra", "-o", f"{folder}/switch",
                     f"{HERE}/switch.c")
            if not (demo.NODE_MODULES / "node_modules" / "node-opcua").is_dir():
                demo.fetch_node_opcua()
            demo.build()
            calm_tcp()
            play(folder, recorded, log, children)
        finally:
            demo.tear_down(children)
            log.seek(0)
            sys.stderr.buffer.write(log.read())
        data, flows = cut(recorded)
    for (client, port), packets in flows.items():
        print(f"{client}:{port}: {packets} packets")
    if sum(packets >= LONG for packets in flows.values()) < 2:
        raise SystemExit(f"there are not two flows of {LONG} packets; is DURATION too short?")
    args.out.write_bytes(gzip.compress(data, 9, mtime=0))
    print(f"{args.out}: {args.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
