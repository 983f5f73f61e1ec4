"""What must be found: one incident for each kind of detections.md that a capture can hold.

Each function stages its incident in a plant from the time `t` on and returns an `Incident`: from
which packet time on the trigger of the kind is met, and between whom. Attackers from outside the
plant have a number of their own for each kind, so that several incidents fit into one day.
"""
import collections
import struct

import certificates
import talk
from packets import ACK, MS, PSH, SECOND, SYN, arp_frame, ip, tcp_frame
from plant import MINUTE

# `hosts`: addresses of which at least one is a party of the alert.
Incident = collections.namedtuple("Incident", "kind trigger hosts story")


def _modbus(plant, client, server, time, **how):
    modbus = talk.Modbus(plant.tcp(client, server, 502), **how)
    return modbus, modbus.tcp.open(time)


def conduit_violation(plant, t):
    def do(now):
        modbus, now = _modbus(plant, plant["PC-44"], plant["PLC-1"], now)
        for _ in range(3):
            now = modbus.read(now + SECOND, 3, 0, [7] * 10, acknowledge=True)
        modbus.tcp.close(now)
    plant.at(t, do)
    return Incident("conduit-violation", t + 3 * MS, ("10.30.9.44", "10.30.1.21"),
                    "an office PC reads PLC-1, across three levels")


def program_download(plant, t):
    def do(now):
        modbus, now = _modbus(plant, plant["HMI-2"], plant["PLC-2"], now, unit=0)
        now = modbus.umas(now, b"\x30\x00\x01", b"\x00\x01\x04")
        for block in range(6):
            now = modbus.umas(now, b"\x31\x00\x01" + struct.pack("<H", block) + bytes(200), b"\x00")
        modbus.tcp.close(modbus.umas(now, b"\x32\x00\x01", b""))
    plant.at(t, do)
    return Incident("program-download", t + 9 * MS, ("10.30.1.12", "10.30.1.22"),
                    "HMI-2, which is no engineering station, loads a program into PLC-2")


def controller_mode_change(plant, t):
    def do(now):
        modbus, now = _modbus(plant, plant["HMI-1"], plant["PLC-3"], now)
        modbus.tcp.close(modbus.diagnostics(now, 1))
    plant.at(t, do)
    return Incident("controller-mode-change", t + 3 * MS, ("10.30.1.23",),
                    "PLC-3 is told to restart its communications")


def new_asset(plant, t):
    host = plant.stranger(71)

    def do(now):
        for i in range(3):
            plant.wire.put(now + i * SECOND, arp_frame(host, host.ip))
            plant.wire.put(now + i * SECOND + 500 * MS, arp_frame(host, plant["SRV-1"].ip))
        plant.wire.put(now + 3 * SECOND, arp_frame(plant["SRV-1"], host.ip, reply_to=host.mac))
        plant.ask_time(host, plant["SRV-1"], now + 4 * SECOND)
    plant.at(t, do)
    return Incident("new-asset", t, (host.address,), "somebody plugs a laptop in")


def new_talker(plant, t):
    def do(now):
        modbus, now = _modbus(plant, plant["SRV-1"], plant["PLC-4"], now)
        for _ in range(3):
            now = modbus.read(now + SECOND, 3, 0, [7] * 10, acknowledge=True)
        modbus.tcp.close(now)
    plant.at(t, do)
    return Incident("new-talker", t + MS, ("10.30.1.5", "10.30.1.24"),
                    "the server, which never did, reads PLC-4")


def new_operation(plant, t):
    def do(now):
        modbus, now = _modbus(plant, plant["HMI-1"], plant["PLC-5"], now)
        for _ in range(2):
            now = modbus.read(now + SECOND, 2, 0, [1] * 8, acknowledge=True)
        modbus.tcp.close(now)
    plant.at(t, do)
    return Incident("new-operation", t + SECOND + 3 * MS, ("10.30.1.11", "10.30.1.25"),
                    "HMI-1 reads discrete inputs, which it never did")


def write_outside_baseline(plant, t):
    def do(now):
        modbus, now = _modbus(plant, plant["HMI-1"], plant["PLC-1"], now)
        for address in (900, 901):
            now = modbus.write_register(now, address, 65000)
        modbus.tcp.close(now)
    plant.at(t, do)
    return Incident("write-outside-baseline", t + 3 * MS, ("10.30.1.21",),
                    "HMI-1 writes registers of PLC-1 that nobody reads or writes")


def internet_exposure(plant, t):
    def do(now):
        tcp = plant.tcp(plant["PLC-4"], plant["WORLD"], 8883)
        now = tcp.open(now)
        for _ in range(3):
            now = tcp.ask(now + SECOND, bytes(range(48)), bytes(range(64)), acknowledge=True)
        tcp.close(now)
    plant.at(t, do)
    return Incident("internet-exposure", t + MS, ("203.0.113.50", "10.30.1.24"),
                    "PLC-4 opens a connection to an address on the Internet")


def remote_access(plant, t):
    def do(now):
        tcp = plant.tcp(plant["PC-45"], plant["HMI-1"], 3389)
        now = tcp.ask(tcp.open(now), talk.rdp_request("guest"), talk.rdp_confirm())
        for _ in range(6):
            now = tcp.ask(now + SECOND, b"\x17\x03\x03\x00\x10" + bytes(16),
                          b"\x17\x03\x03\x00\x20" + bytes(32), acknowledge=True)
        tcp.close(now)
    plant.at(t, do)
    return Incident("remote-access", t + 3 * MS, ("10.30.9.45", "10.30.1.11"),
                    "remote desktop from the office to HMI-1, past the jump host")


def identity_change(plant, t):
    plant.firmware["PLC-6"] = (t, "V2.99")
    plant.at(t - 3 * SECOND, lambda now: plant.read_nameplate("EWS-1", "PLC-6", now))
    plant.at(t + SECOND, lambda now: plant.read_nameplate("EWS-1", "PLC-6", now))
    return Incident("identity-change", t + SECOND + 7 * MS, ("10.30.1.26",),
                    "PLC-6 says it has another firmware")


def opcua_insecure_session(plant, t):
    def do(now):
        ua = talk.OpcUa(plant.tcp(plant["HIST-1"], plant["OPC-1"], 4840), "opc.tcp://opc-1:4840")
        now = ua.open_none(ua.hello(ua.tcp.open(now)))
        for i in range(3):
            now = ua.read(now + SECOND, "Line4.Speed", 60 + i)
        ua.tcp.close(now)
    plant.at(t, do)
    return Incident("opcua-insecure-session", t + 15 * MS, ("10.30.1.40",),
                    "HIST-1 talks to OPC-1 over a channel without security")


def opcua_certificate(plant, t):
    def do(now):
        ua = talk.OpcUa(plant.tcp(plant["HMI-2"], plant["OPC-1"], 4840), "opc.tcp://opc-1:4840")
        now = ua.open_signed(ua.hello(ua.tcp.open(now)), certificates.CLIENT,
                             certificates.EXPIRED_SERVER, bytes(range(256)))
        ua.tcp.close(now)
    plant.at(t, do)
    return Incident("opcua-certificate", t + 13 * MS, ("10.30.1.40",),
                    "the certificate of OPC-1 expired years ago")


def scan(plant, t):
    def do(now):
        for index, name in enumerate(("PLC-1", "PLC-2", "PLC-3", "PLC-4", "PLC-5", "PLC-6", "PLC-7",
                                      "PLC-8", "SIS-1", "GW-1", "PLC-9", "PLC-10", "HMI-1",
                                      "SRV-1", "HIST-1")):
            tcp = plant.tcp(plant["HMI-2"], plant[name], 102)
            tcp.refused(now + index * 300 * MS)
    plant.at(t, do)
    return Incident("scan", t + 9 * 300 * MS + MS, ("10.30.1.12",),
                    "HMI-2 tries port 102 of fifteen hosts")


def address_conflict(plant, t):
    host = plant.stranger(72)

    def do(now):
        victim = plant["PLC-6"]
        asker = plant["HMI-1"]
        plant.wire.put(now, arp_frame(asker, victim.ip))
        plant.wire.put(now + MS, arp_frame(victim, asker.ip, reply_to=asker.mac))
        for i in range(5):
            plant.wire.put(now + 2 * SECOND + i * SECOND,
                           arp_frame(host, asker.ip, reply_to=asker.mac, source_ip=victim.ip))
    plant.at(t, do)
    return Incident("address-conflict", t + 2 * SECOND, ("10.30.1.26",),
                    "a second MAC answers for the address of PLC-6")


def program_upload(plant, t):
    plant.at(t, lambda now: plant.upload("HMI-2", "PLC-5", now, blocks=8))
    return Incident("program-upload", t + 15 * MS, ("10.30.1.12", "10.30.1.25"),
                    "HMI-2, which is no engineering station, reads the program of PLC-5")


def probing(plant, t):
    def do(now):
        modbus, now = _modbus(plant, plant["HMI-1"], plant["PLC-7"], now)
        for function in (0x41, 0x42, 0x43, 0x44, 0x64):
            now = modbus.refused(now + SECOND, bytes([function, 0, 0]), 1)
        modbus.tcp.close(now)
    plant.at(t, do)
    return Incident("probing", t + 3 * SECOND + 19 * MS, ("10.30.1.27",),
                    "HMI-1 tries functions that PLC-7 does not know")


def protocol_violation(plant, t):
    def do(now):
        modbus, now = _modbus(plant, plant["HMI-2"], plant["PLC-8"], now)
        now = modbus.read(now, 3, 0, [1, 2, 3, 4])
        for i in range(3):
            bad = talk.mbap(900 + i, 1, struct.pack(">BHH", 3, 0, 4), protocol=0x7777)
            now = modbus.tcp.ask(now + 100 * MS, bad, None)
        modbus.tcp.close(modbus.read(now, 3, 0, [1, 2, 3, 4]))
    plant.at(t, do)
    return Incident("protocol-violation", t + 109 * MS, ("10.30.1.28",),
                    "HMI-2 sends PLC-8 a header that is none of Modbus")


def cleartext_credentials(plant, t):
    def do(now):
        tcp = plant.tcp(plant["EWS-1"], plant["PLC-8"], 21)
        now = tcp.say(tcp.open(now), b"220 TM241 FTP server ready\r\n")
        now = tcp.ask(now, b"USER USER\r\n", b"331 Password required\r\n", acknowledge=True)
        now = tcp.ask(now, b"PASS USER\r\n", b"230 User logged in\r\n", acknowledge=True)
        tcp.close(tcp.ask(now, b"QUIT\r\n", b"221 Bye\r\n", acknowledge=True))
    plant.at(t, do)
    return Incident("cleartext-credentials", t + 11 * MS, ("10.30.1.28",),
                    "somebody logs in at PLC-8 by FTP")


def second_master(plant, t):
    def do(now):
        modbus, now = _modbus(plant, plant["HMI-2"], plant["PLC-3"], now)
        for value in (111, 112):
            now = modbus.write_register(now, 3, value)
        modbus.tcp.close(now)
    plant.at(t, do)
    return Incident("second-master", t + 3 * MS, ("10.30.1.23",),
                    "HMI-2 writes to PLC-3, whose only writer was HMI-1")


def device_silent(plant, t):
    for client in ("HMI-1", "HMI-2"):
        plant.silent[(client, "PLC-8")] = (t, t + plant.silent_for)
    longest = max(60.0, 10 * plant.period * 1.02)
    return Incident("device-silent", t + int(longest * SECOND), ("10.30.1.28",),
                    "nobody polls PLC-8 any longer")


def timing_change(plant, t):
    plant.slow[("HMI-1", "SIS-1")] = (t, t + 25 * MINUTE, 3)
    return Incident("timing-change", t + 5 * MINUTE, ("10.30.1.29",),
                    "HMI-1 polls the boiler's safety controller three times as slowly")


def network_config_change(plant, t):
    def do(now):
        enip = talk.Enip(plant.tcp(plant["EWS-1"], plant["PLC-9"], 44818), 0x0BAD0001)
        now = enip.register(enip.tcp.open(now))
        settings = struct.pack("<IIIII", *(int.from_bytes(ip(a), "big") for a in (
            "10.30.1.91", "255.255.255.0", "10.30.1.1", "0.0.0.0", "0.0.0.0"))) + b"\0\0"
        now = enip.service(now, 0x10, talk.epath(0xF5, 1, 5), settings)
        enip.tcp.close(now)
    plant.at(t, do)
    return Incident("network-config-change", t + 9 * MS, ("10.30.1.31",),
                    "PLC-9 is given another IP address")


def it_attack_in_ot(plant, t):
    def do(now):
        tcp = plant.tcp(plant["HIST-1"], plant["HMI-2"], 445)
        now = tcp.ask(tcp.open(now), talk.smb1_negotiate(), talk.smb1_answer(), acknowledge=True)
        tcp.close(now + SECOND)
    plant.at(t, do)
    return Incident("it-attack-in-ot", t + 3 * MS, ("10.30.1.50", "10.30.1.12"),
                    "HIST-1 and HMI-2 agree on SMB version 1")


def alarm_suppression(plant, t):
    def do(now):
        modbus, now = _modbus(plant, plant["HMI-1"], plant["PLC-2"], now)
        modbus.tcp.close(modbus.diagnostics(now, 0x0A))
    plant.at(t, do)
    return Incident("alarm-suppression", t + 3 * MS, ("10.30.1.22",),
                    "PLC-2 is told to clear its diagnostic counters")


# kind: (function, controllers that its own capture needs, seconds of it, whether it takes a baseline)
ALL = {
    "conduit-violation": (conduit_violation, ("PLC-1",), 60, False),
    "program-download": (program_download, ("PLC-2",), 60, False),
    "controller-mode-change": (controller_mode_change, ("PLC-3",), 60, False),
    "new-asset": (new_asset, ("PLC-1", "PLC-2"), 90, True),
    "new-talker": (new_talker, ("PLC-4",), 90, True),
    "new-operation": (new_operation, ("PLC-5",), 90, True),
    "write-outside-baseline": (write_outside_baseline, ("PLC-1",), 90, True),
    "internet-exposure": (internet_exposure, ("PLC-4",), 60, False),
    "remote-access": (remote_access, ("PLC-1",), 60, False),
    "identity-change": (identity_change, ("PLC-6",), 60, False),
    "opcua-insecure-session": (opcua_insecure_session, ("PLC-1",), 60, False),
    "opcua-certificate": (opcua_certificate, ("PLC-1",), 60, False),
    "scan": (scan, ("PLC-1", "PLC-2"), 60, False),
    "address-conflict": (address_conflict, ("PLC-6",), 60, False),
    "program-upload": (program_upload, ("PLC-5",), 60, False),
    "probing": (probing, ("PLC-7",), 60, False),
    "protocol-violation": (protocol_violation, ("PLC-8",), 60, False),
    "cleartext-credentials": (cleartext_credentials, ("PLC-8",), 60, False),
    "second-master": (second_master, ("PLC-3",), 90, True),
    "device-silent": (device_silent, ("PLC-8", "PLC-1"), 210, True),
    "timing-change": (timing_change, ("SIS-1",), 660, True),
    "network-config-change": (network_config_change, ("PLC-9",), 60, False),
    "it-attack-in-ot": (it_attack_in_ot, ("PLC-1",), 60, False),
    "alarm-suppression": (alarm_suppression, ("PLC-2",), 60, False),
}
