"""The plant as data: who is in it, what is polled how often, what people do and when.

Times are plant seconds after the start of the capture. Vendors are the real owners of the MAC
prefixes; the devices and the company are made up.
"""
import calendar
import time

SPEED = 10  # plant seconds in one real second
DURATION = 1200  # plant seconds
EPOCH = calendar.timegm((2026, 11, 20, 3, 30, 0))  # 09:00 in Asia/Kolkata
ROUTER_MAC = "00:80:63:7a:10:01"

SUPERVISION, CELL_1, CELL_2, CELL_3 = 10, 110, 120, 130
VLAN_NAMES = {SUPERVISION: "supervision", CELL_1: "cell-1", CELL_2: "cell-2", CELL_3: "cell-3"}


def net(vlan, host):
    return f"10.20.{vlan}.{host}"


class Host:
    """One namespace with one access port (the router has one in each VLAN)."""

    def __init__(self, name, vlan, host, mac, what, ttl=64, lldp=None):
        self.name, self.vlan, self.ip, self.mac = name, vlan, net(vlan, host), mac
        self.what, self.ttl, self.lldp = what, ttl, lldp


HOSTS = [
    Host("hmi", SUPERVISION, 10, "00:d0:c9:e1:42:10", "operator station (HMI)", 128),
    Host("ews", SUPERVISION, 20, "b8:ca:3a:91:5d:20", "engineering station", 128),
    Host("hist", SUPERVISION, 30, "d0:67:e5:2c:08:30", "historian, also DNS and NTP server", 64),
    Host("plc1", CELL_1, 21, "00:80:f4:1c:a5:21", "controller, filler", 64,
         ("M580 filler", "Schneider Electric BME P58 2040 V3.20")),
    Host("plc2", CELL_1, 22, "5c:88:16:c2:37:22", "controller, capper", 64),
    Host("plc3", CELL_1, 23, "28:63:36:8d:11:23", "controller, labeller", 255),
    Host("plc4", CELL_2, 21, "00:24:59:0a:7e:21", "controller, pasteuriser", 64),
    Host("plc5", CELL_2, 22, "00:30:de:4b:90:22", "controller, conveyor", 64,
         ("WAGO conveyor", "WAGO 750-8212 PFC200 FW 04.02.13(24)")),
    Host("plc6", CELL_2, 23, "00:01:05:3f:62:23", "controller, refrigeration", 128),
    Host("gw", CELL_1, 30, "00:90:e8:5e:b3:30", "serial gateway, energy meters and drives", 64,
         ("MGate energy", "Moxa MGate MB3270 4.2")),
    Host("laptop", CELL_1, 77, "00:e0:4c:68:0d:77", "unknown laptop", 64),
    Host("plc7", CELL_3, 21, "00:1d:9c:a1:b2:c3", "controller, palletiser (EtherNet/IP)", 64),
    Host("io7", CELL_3, 31, "00:1d:9c:60:a1:f0", "remote I/O adapter, palletiser", 64),
    Host("opc", SUPERVISION, 40, "00:0b:ab:7e:40:40", "OPC UA server of the line", 128),
    Host("mes", SUPERVISION, 50, "00:21:5a:d1:50:50", "MES gateway", 64),
]
BY_NAME = {h.name: h for h in HOSTS}


def identity(vendor, code, revision, product="", model="", application="", extra=None):
    objects = {0: vendor, 1: code, 2: revision}
    for key, text in ((4, product), (5, model), (6, application)):
        if text:
            objects[key] = text
    return {**objects, **(extra or {})}


# Controllers that run pymodbus: identification by unit, 0 standing for "any unit".
IDENTITIES = {
    "plc1": {0: identity("Schneider Electric", "BME P58 2040", "V3.20", "Modicon M580",
                         "BMEP582040", "Filler line 2")},
    "plc2": {0: identity("Rockwell Automation", "2080-LC50-48QWB", "12.011", "Micro850",
                         "2080-LC50-48QWB")},
    "plc4": {0: identity("ABB", "PM5650-2ETH", "V3.5.0", "AC500 V3", "PM5650", "Pasteuriser")},
    "plc5": {0: identity("WAGO", "750-8212", "04.02.13(24)", "PFC200 G2 2ETH RS",
                         "750-8212/000-100", "Conveyor")},
    "gw": {
        1: identity("Schneider Electric", "METSEPM5560", "V02.8.4", "PM5560 power meter", "PM5560",
                    "Main incomer"),
        2: identity("Schneider Electric", "METSEPM5340", "V02.5.1", "PM5340 power meter", "PM5340",
                    "Compressor room"),
        3: identity("Danfoss", "VLT FC-302", "48.20", "VLT AutomationDrive", "FC-302P7K5"),
        5: identity("ABB", "ACS580-01-07A2-4", "2.15", "ACS580 drive", "ACS580"),
        6: identity("Selec Controls", "MFM383A-C", "1.09", "Multifunction meter", "MFM383A",
                    extra={0x80: "SN 2203-11874"}),
        8: identity("Delta Electronics", "VFD-C2000", "2.06", "C2000 Plus drive", "VFD075C43A"),
    },
}
LIBMODBUS_SERVERS = {"plc3": 3, "plc6": 6}  # name: seed of the process values

# (client, server): lines of the plan of modbus_client.c. The poll from PLC 2 to PLC 1 begins
# before the capture, so that its handshake is not in it.
PLANS = {
    ("hmi", "plc1"): [
        "poll 1.0 0.5 1 3 0 20",
        "poll 1.2 2.0 1 1 0 16",
        "write 183.1 1 6 100 1450",
        "write 662.7 1 6 100 1500",
    ],
    ("hmi", "plc2"): ["poll 1.4 1.0 1 3 0 12", "write 905.3 1 5 20 1"],
    ("hmi", "plc3"): ["poll 1.6 2.0 255 3 0 16", "poll 2.6 4.0 255 2 0 16"],
    ("hmi", "plc4"): ["poll 1.8 1.0 1 4 0 10", "write 304.4 1 16 102 720 655 90"],
    ("hmi", "plc5"): ["poll 2.0 0.25 1 3 0 6", "write 547.9 1 16 110 1200 1180"],
    ("hmi", "plc6"): ["poll 2.2 2.0 255 4 0 24"],
    ("hmi", "gw"): [f"poll {2.4 + i} 6.0 {u} 4 {a} {n}" for i, (u, a, n) in enumerate(
        [(1, 0, 32), (2, 0, 32), (3, 10, 8), (5, 10, 8), (6, 0, 20), (8, 10, 8)])],
    ("plc2", "plc1"): ["poll -5.0 2.0 1 3 40 4"],
    ("hist", "plc6"): ["poll 11.0 20.0 255 4 0 24"],
}

# What the operator writes to the palletiser: when, tag, type, value.
TAG_WRITES = [(615.0, "Pallet_SpeedSP", "DINT", 85)]

ENGINEERING_AT = 421.0
INCIDENT_AT = 960.0
ENIP_INCIDENT_AT = INCIDENT_AT + 162
OPCUA_INCIDENT_AT = INCIDENT_AT + 210


def clock(t0):
    """(plant time now, sleep until a plant time) for a process that was given T0."""

    def plant():
        return (time.monotonic() - t0) * SPEED

    def until(when):
        time.sleep(max(0.0, t0 + when / SPEED - time.monotonic()))

    return plant, until
