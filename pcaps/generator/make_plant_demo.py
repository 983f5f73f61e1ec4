#!/usr/bin/python3
"""Makes pcaps/plant-demo.pcap: real stacks talk in network namespaces, a mirror records.

    sudo /usr/bin/python3 pcaps/generator/make_plant_demo.py [--out FILE]

Needs root, iproute2, gcc, libmodbus-dev, python3-pymodbus, python3-serial, python3-serial-asyncio,
Node.js and npm. npm fetches node-opcua; after that nothing leaves the namespaces. Takes four
minutes; pcaps/README.md says more.
"""
import argparse
import array
import fcntl
import os
import pathlib
import socket
import struct
import subprocess
import sys
import tempfile
import time

import plant

HERE = pathlib.Path(__file__).resolve().parent
PYTHON = "/usr/bin/python3"
PREFIX = f"plant{os.getpid()}"
LEAD = 60  # seconds for everybody to be up; Node.js takes its time
ROUTER_PORTS = {v: f"r{v}" for v in plant.VLAN_NAMES}


def run(*command, **options):
    subprocess.run(command, check=True, **options)


def space(name):
    return f"{PREFIX}-{name}"


def inside(name, *command):
    return ["ip", "netns", "exec", space(name), *command]


def compile_all(folder):
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "libmodbus"], check=True,
                           capture_output=True, text=True).stdout.split()
    for source, libraries in (("switch", []), ("modbus_client", flags),
                              ("modbus_server", [*flags, "-lm"])):
        run("gcc", "-O2", "-Wall", "-Wextra", "-o", f"{folder}/{source}", f"{HERE}/{source}.c",
            *libraries)


NODE_MODULES = HERE.parents[1] / "build" / "npm-opcua"
OPCUA_HOSTS = {"server": "opc", "historian": "hist", "mes": "mes", "laptop": "laptop"}
COMPUTERS = {"opc": "OPC-1", "hist": "HIST-1", "mes": "MES-GW", "laptop": "DESKTOP-7Q2K"}


def fetch_node_opcua():
    NODE_MODULES.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        (NODE_MODULES / name).write_bytes((HERE / name).read_bytes())
    run("npm", "ci", "--no-audit", "--no-fund", cwd=NODE_MODULES, stdout=subprocess.DEVNULL)


def opcua(role, t0, keys, epoch=plant.EPOCH):
    """A command that plays a role; its computer has a name of the plant."""
    name = COMPUTERS[OPCUA_HOSTS[role.removeprefix("keys-")]]
    clock = {"PLANT_T0": f"{t0:.6f}", "PLANT_SPEED": plant.SPEED, "PLANT_EPOCH": epoch,
             "PLANT_DURATION": plant.DURATION, "PLANT_INCIDENT": plant.OPCUA_INCIDENT_AT}
    return ["env", *(f"{k}={v}" for k, v in clock.items()), "unshare", "--uts", "sh", "-c",
            f'hostname {name}; exec "$@"', "sh", "node", "-r", f"{HERE}/plant_clock.js",
            f"{HERE}/opcua.js", role, str(NODE_MODULES), str(keys), plant.BY_NAME["opc"].ip]


def make_keys(keys):
    """Certificates were made two months before, so that they are valid in the capture."""
    for role in OPCUA_HOSTS:
        run(*inside(OPCUA_HOSTS[role], *opcua(f"keys-{role}", time.monotonic(), keys,
                                              plant.EPOCH - 60 * 86400)),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def quiet_port(name):
    """Frames leave with whole checksums and no segments put together: a switch sees wire frames."""
    code = f"import make_plant_demo as m; m.no_offload('{name}')"
    return [PYTHON, "-c", code]


def no_offload(name):
    control = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    # ETHTOOL_STXCSUM, SRXCSUM, STSO, SGSO, SGRO
    for command in (0x17, 0x15, 0x1F, 0x24, 0x2C):
        value = array.array("B", struct.pack("II", command, 0))
        request = struct.pack("16sP", name.encode(), value.buffer_info()[0])
        try:
            fcntl.ioctl(control, 0x8946, request)
        except OSError as error:
            if command == 0x17:
                raise SystemExit(f"{name}: cannot switch off checksum offload: {error}")


def setting(name, **values):
    for key, value in values.items():
        path = "/proc/sys/net/" + key.replace("__", "/")
        run(*inside(name, "sh", "-c", f"[ ! -e {path} ] || echo {value} > {path}"))


def add_space(name, ttl):
    run("ip", "netns", "add", space(name))
    setting(name, ipv6__conf__all__disable_ipv6=1, ipv6__conf__default__disable_ipv6=1,
            ipv4__tcp_timestamps=0, ipv4__tcp_ecn=0, ipv4__ip_default_ttl=ttl,
            ipv4__conf__default__arp_notify=1, ipv4__conf__default__rp_filter=0,
            ipv4__conf__all__rp_filter=0, ipv4__icmp_ratelimit=0)
    run("ip", "-n", space(name), "link", "set", "lo", "up")


def add_port(name, interface, port, mac):
    """A cable from INTERFACE in the namespace NAME to PORT of the switch."""
    sw = space("switch")
    run("ip", "-n", sw, "link", "add", port, "type", "veth", "peer", "name", interface,
        "address", mac, "netns", space(name))
    run(*inside("switch", *quiet_port(port)), cwd=HERE)
    run(*inside(name, *quiet_port(interface)), cwd=HERE)
    run("ip", "-n", sw, "link", "set", port, "arp", "off", "up")


def build():
    add_space("switch", 64)
    for host in plant.HOSTS:
        add_space(host.name, host.ttl)
        add_port(host.name, "eth0", host.name, host.mac)
        run("ip", "-n", space(host.name), "address", "add", f"{host.ip}/24", "dev", "eth0")
        if host.name != "laptop":
            run("ip", "-n", space(host.name), "link", "set", "eth0", "up")
            run("ip", "-n", space(host.name), "route", "add", "default", "via",
                plant.net(host.vlan, 1))
    add_space("router", 255)
    setting("router", ipv4__ip_forward=1, ipv4__conf__all__send_redirects=0)
    for vlan, port in ROUTER_PORTS.items():
        add_port("router", f"eth{vlan}", port, plant.ROUTER_MAC)
        run("ip", "-n", space("router"), "address", "add", f"{plant.net(vlan, 1)}/24", "dev",
            f"eth{vlan}")
        run("ip", "-n", space("router"), "link", "set", f"eth{vlan}", "up")


def tear_down(children):
    for child in children:
        child.terminate()
    for child in children:
        child.wait()
    for name in ["switch", "router", *(h.name for h in plant.HOSTS)]:
        subprocess.run(["ip", "netns", "del", space(name)], stderr=subprocess.DEVNULL)


def start(children, log, name, *command, plan=None):
    child = subprocess.Popen(inside(name, *command), cwd=HERE, stdout=log, stderr=log,
                             stdin=subprocess.PIPE if plan else subprocess.DEVNULL)
    if plan:
        child.stdin.write(("\n".join(plan) + "\n").encode())
        child.stdin.close()
    children.append(child)
    return child


def wait_for_end(switch, t0):
    """Until the switch has recorded the last second; says how long that takes."""
    while switch.poll() is None:
        time.sleep(1)
        left = (t0 - time.monotonic()) + plant.DURATION / plant.SPEED
        print(f"\r{max(0, left):4.0f} s left", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)


def play(folder, out, log, children):
    make_keys(f"{folder}/keys")
    t0 = time.monotonic() + LEAD
    clock = [f"{t0:.6f}", str(plant.SPEED)]
    ports = [f"{h.name}={h.vlan}" for h in plant.HOSTS]
    ports += [f"{port}={vlan}" for vlan, port in ROUTER_PORTS.items()]
    switch = start(children, log, "switch", f"{folder}/switch", str(out), *clock,
                   str(plant.EPOCH), str(plant.DURATION), plant.ROUTER_MAC,
                   str(plant.SUPERVISION), *ports)
    for name in plant.IDENTITIES:
        start(children, log, name, PYTHON, "modbus_server.py", name, plant.BY_NAME[name].ip)
    for name, seed in plant.LIBMODBUS_SERVERS.items():
        start(children, log, name, f"{folder}/modbus_server", plant.BY_NAME[name].ip, str(seed))
    start(children, log, "hist", PYTHON, "office.py", "serve", clock[0])
    for host in plant.HOSTS:
        if host.name.startswith("plc") or host.name in ("gw", "hmi", "ews"):
            start(children, log, host.name, PYTHON, "office.py", "chat", clock[0], host.name)
    for (client, server), plan in plant.PLANS.items():
        start(children, log, client, f"{folder}/modbus_client", plant.BY_NAME[server].ip, *clock,
              str(plant.DURATION), plan=plan)
    start(children, log, "ews", PYTHON, "engineering.py", clock[0])
    for name in ("io7", "plc7", "hmi", "ews"):
        start(children, log, name, PYTHON, "enip_cell.py", name, clock[0])
    for role, name in OPCUA_HOSTS.items():
        start(children, log, name, *opcua(role, t0, f"{folder}/keys"))
    laptop = start(children, log, "laptop", PYTHON, "laptop.py", clock[0])
    wait_for_end(switch, t0)
    if switch.returncode or laptop.wait(timeout=10):
        raise SystemExit("a part of the plant failed; see the log above")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=HERE.parent / "plant-demo.pcap")
    args = parser.parse_args()
    if os.geteuid() != 0:
        raise SystemExit("network namespaces need root: run it with sudo")
    children = []
    with tempfile.TemporaryDirectory() as folder, open(f"{folder}/log", "w+b") as log:
        capture = pathlib.Path(folder) / "plant.pcap"
        try:
            compile_all(folder)
            fetch_node_opcua()
            build()
            play(folder, capture, log, children)
        finally:
            tear_down(children)
            log.seek(0)
            sys.stderr.buffer.write(log.read())
        args.out.write_bytes(capture.read_bytes())
    print(f"{args.out}: {args.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
