"""A made-up bottling plant as packets: who is there, and what they do on a quiet day.

Every activity has its own random numbers, drawn from the seed and its name, so that an incident
that is added changes nothing of the rest.
"""
import heapq
import random
import struct

import talk
from packets import MS, SECOND, Host, Tcp, Wire, arp_frame, ethernet, ip, ip_frame, mac, udp_frame

MINUTE, HOUR = 60 * SECOND, 3600 * SECOND
MIDNIGHT = 1795113000 * SECOND  # 2026-11-20 00:00 in India
VIRTUAL_MAC = "00:00:5e:00:01:07"
VRRP_GROUP = mac("01:00:5e:00:00:12")
LLDP_GROUP = mac("01:80:c2:00:00:0e")

SCHNEIDER, ROCKWELL, MOXA, DELL, HP, CISCO, REALTEK = (
    "00:80:f4", "00:00:bc", "00:90:e8", "d0:67:e5", "00:21:5a", "00:1b:54", "00:e0:4c")

SITE = """[site]
name = "Bottling line 4"
organisation = "Example Beverages Pvt Ltd"
timezone = "Asia/Kolkata"

[[zone]]
name = "cell"
level = 1
members = ["10.30.1.20/30", "10.30.1.24/29", "10.30.1.32/30"]

[[zone]]
name = "supervision"
level = 2
members = ["10.30.1.11", "10.30.1.12", "10.30.1.40"]

[[zone]]
name = "operations"
level = 3
members = ["10.30.1.1", "10.30.1.2", "10.30.1.3", "10.30.1.5", "10.30.1.50", "10.30.1.60"]

[[zone]]
name = "dmz"
level = 3.5
members = ["10.30.3.0/24"]

[[zone]]
name = "office"
level = 4
members = ["10.30.9.0/24"]

[[conduit]]
from = "supervision"
to = "cell"
allow = ["modbus:*", "enip:*"]

[[conduit]]
from = "operations"
to = "cell"
allow = ["modbus:*", "enip:*", "tcp/21"]

[[conduit]]
from = "operations"
to = "supervision"
allow = ["any"]

[[conduit]]
from = "cell"
to = "operations"
allow = ["udp/123"]

[[conduit]]
from = "supervision"
to = "operations"
allow = ["udp/123", "udp/53", "udp/67", "tcp/8443"]

[[conduit]]
from = "dmz"
to = "operations"
allow = ["tcp/3389"]

[[asset]]
match = "10.30.1.21"
name = "PLC-1 filler"
criticality = "high"
tags = ["controller", "critical"]

[[asset]]
match = "10.30.1.29"
name = "SIS-1 boiler"
criticality = "high"
tags = ["controller", "safety"]

[[asset]]
match = "10.30.1.30"
name = "GW-1 energy"
tags = ["gateway"]

[[asset]]
match = "10.30.1.11"
name = "HMI-1"
tags = ["hmi"]

[[asset]]
match = "10.30.1.12"
name = "HMI-2"
tags = ["hmi"]

[[asset]]
match = "10.30.1.50"
name = "HIST-1"
tags = ["historian"]

[[asset]]
match = "10.30.1.60"
name = "EWS-1"
tags = ["engineering"]

[[asset]]
match = "10.30.3.10"
name = "JUMP-1"
tags = ["jump-host"]
"""

# What is polled: the HMI, the controller, how often (in poll periods).
POLLS = [("HMI-1", f"PLC-{n}", 1) for n in range(1, 9)] + [("HMI-1", "SIS-1", 1), ("HMI-1", "GW-1", 2)] + \
        [("HMI-2", f"PLC-{n}", 2) for n in range(5, 9)]
TAGS = [("HMI-1", "PLC-9", 1), ("HMI-1", "PLC-10", 1), ("HIST-1", "PLC-9", 3), ("HIST-1", "PLC-10", 3)]
FIRMWARE = "V2.31"


class Plant:
    def __init__(self, path, seed, start, seconds, period=5.0, controllers=None, loss=0.0,
                 one_way=None, bursts=()):
        self.seed, self.start, self.end = seed, start, start + int(seconds * SECOND)
        self.period, self.loss, self.one_way, self.bursts = period, loss, one_way, bursts
        self.chance = random.Random(f"{seed}/mirror")
        self.wire = Wire(path, self._passes if loss or one_way else None)
        self.activities, self.order = [], 0
        self.silent = {}   # (client, server): (from, until): the poll is missing
        self.down = {}     # server: (from, until): nobody answers
        self.slow = {}     # (client, server): (from, until, factor)
        self.firmware = {}  # server: (from, revision)
        self._hosts()
        self.controllers = controllers
        self.answering = {host.mac for name, host in self.hosts.items()
                          if name.startswith(("PLC", "SIS", "GW"))}

    def _hosts(self):
        self.hosts = {}

        def add(name, last, maker, via=None, net="10.30.1"):
            hardware = f"{maker}:{len(name) * 7 & 0xFF:02x}:{last:02x}:{last ^ 0x5A:02x}"
            self.hosts[name] = Host(name, f"{net}.{last}", hardware, via)
        add("RTR-1", 2, CISCO)
        add("RTR-2", 3, CISCO)
        self.hosts["GATE"] = gate = Host("GATE", "10.30.1.1", VIRTUAL_MAC)
        for n in range(1, 9):
            add(f"PLC-{n}", 20 + n, SCHNEIDER)
        add("SIS-1", 29, SCHNEIDER)
        add("GW-1", 30, MOXA)
        add("PLC-9", 31, ROCKWELL)
        add("PLC-10", 32, ROCKWELL)
        add("HMI-1", 11, DELL)
        add("HMI-2", 12, DELL)
        add("OPC-1", 40, HP)
        add("SRV-1", 5, HP)
        add("HIST-1", 50, HP)
        add("EWS-1", 60, DELL)
        add("JUMP-1", 10, HP, gate, "10.30.3")
        add("PC-44", 44, DELL, gate, "10.30.9")
        add("PC-45", 45, DELL, gate, "10.30.9")
        self.hosts["WORLD"] = Host("WORLD", "203.0.113.50", "00:00:00:00:00:01", gate)

    def __getitem__(self, name):
        return self.hosts[name]

    def stranger(self, last, net="10.30.1"):
        """Somebody who is not part of the plant."""
        return Host(f"X-{last}", f"{net}.{last}", f"{REALTEK}:0d:77:{last:02x}")

    def tcp(self, client, server, port, **how):
        return Tcp(self.wire, client, server, port, **how)

    # The mirror

    def _passes(self, time, frame):
        if self.one_way and self.one_way[0] <= time < self.one_way[1] and frame[6:12] in self.answering:
            return False
        lost = max([rate for begin, end, rate in self.bursts if begin <= time < end],
                   default=self.loss)
        return self.chance.random() >= lost

    # Running

    def at(self, time, do):
        """Calls `do(time)` then; what it returns is the time to call it again, or None."""
        self.order += 1
        heapq.heappush(self.activities, (time, self.order, do))

    def activity(self, generator):
        """A generator that yields the time at which it goes on."""
        def go_on(_time):
            return next(generator, None)
        self.at(self.start, go_on)

    def run(self):
        activities, wire = self.activities, self.wire
        while activities:
            time, _, do = heapq.heappop(activities)
            if time >= self.end:
                break
            wire.flush(time - SECOND // 2)
            again = do(time)
            if again is not None:
                self.at(max(again, time + 1), do)
        wire.flush(self.end)  # what comes after the end of the recording is not in it
        wire.waiting.clear()
        wire.close()
        return self.wire.frames

    # What happens on a quiet day

    def everyday(self):
        for client, server, every in POLLS:
            if self.controllers is None or server in self.controllers:
                self.activity(self.poll(client, server, every))
        for client, server, every in TAGS:
            if self.controllers is None or server in self.controllers:
                self.activity(self.poll_tags(client, server, every))
        self.activity(self.operator())
        self.activity(self.identify())
        for index, name in enumerate(self.present()):
            self.activity(self.chatter(name, index))
        self.activity(self.routers())

    def present(self):
        some = [name for name in self.hosts
                if name not in ("GATE", "WORLD", "JUMP-1", "PC-44", "PC-45", "OPC-1")]
        return [name for name in some if self.controllers is None or name in self.controllers or
                not name.startswith(("PLC", "SIS", "GW"))]

    def _answers(self, server, time):
        begin, end = self.down.get(server, (0, 0))
        return not begin <= time < end

    def _misses(self, pair, time):
        begin, end = self.silent.get(pair, (0, 0))
        return begin <= time < end

    def _pace(self, pair, time):
        begin, end, factor = self.slow.get(pair, (0, 0, 1))
        return factor if begin <= time < end else 1

    def poll(self, client_name, server_name, every):
        """Reads by Modbus, over one connection that is made anew when it is lost."""
        dice = random.Random(f"{self.seed}/poll {client_name} {server_name}")
        client, server = self[client_name], self[server_name]
        interval, number = self.period * every, int(server_name.split("-")[1])
        time = self.start + int(dice.random() * interval * SECOND)
        pair, modbus, level, until = (client_name, server_name), None, 500, 0
        units = [1, 2, 3] if server_name == "GW-1" else [1]
        while True:
            yield time
            if self._misses(pair, time):
                modbus = None
            elif not self._answers(server_name, time):
                if modbus:
                    modbus.pdu(time, struct.pack(">BHH", 3, 0, 20), None)
                    modbus = None
            else:
                now = time
                if modbus is None or now > until:
                    if modbus is not None:
                        now = modbus.tcp.close(now)
                    modbus = talk.Modbus(self.tcp(client, server, 502))
                    now = modbus.tcp.open(now)
                    until = now + int(dice.uniform(5, 8) * HOUR)
                level = min(900, max(100, level + dice.randint(-4, 4)))
                latency = int(dice.gauss(4, 0.5) * MS)
                for unit in units:
                    modbus.unit = unit
                    values = [level + 3 * i & 0xFFFF for i in range(12 + number)]
                    now = modbus.read(now, 3, 0, values, latency=max(latency, MS))
                now = modbus.read(now, 1, 0, [level >> i for i in range(16)], latency=max(latency, MS),
                                  acknowledge=True)
            pace = self._pace(pair, time)
            time += int(interval * pace * SECOND * dice.gauss(1, 0.01))

    def poll_tags(self, client_name, server_name, every):
        dice = random.Random(f"{self.seed}/tags {client_name} {server_name}")
        client, server = self[client_name], self[server_name]
        interval = self.period * every
        time = self.start + int(dice.random() * interval * SECOND)
        enip, level, until = None, 4000, 0
        while True:
            yield time
            now = time
            if enip is None or now > until:
                if enip is not None:
                    now = enip.tcp.close(now)
                enip = talk.Enip(self.tcp(client, server, 44818), 0x1A2B0000 + dice.randint(1, 9999))
                now = enip.register(enip.tcp.open(now))
                until = now + int(dice.uniform(5, 8) * HOUR)
            level += dice.randint(-9, 9)
            now = enip.read_tag(now, "Pallet_Count", level)
            enip.read_tag(now, "Pallet_Speed", 60 + level % 20, acknowledge=True)
            time += int(interval * SECOND * dice.gauss(1, 0.01))

    def local_hour(self, time):
        return (time - MIDNIGHT) / HOUR % 24

    def operator(self):
        """Set-points and buttons between six and ten, more of them when a shift begins."""
        dice = random.Random(f"{self.seed}/operator")
        time = self.start + 20 * SECOND
        targets = [name for name in ("PLC-1", "PLC-2", "PLC-3", "PLC-4", "PLC-5")
                   if self.controllers is None or name in self.controllers]
        tags = [name for name in ("PLC-9", "PLC-10")
                if self.controllers is None or name in self.controllers]
        while True:
            yield time
            hour = self.local_hour(time)
            if 6 <= hour < 22 and targets + tags:
                self.press(time, dice, targets, tags)
            busy = min(hour % 8, 8 - hour % 8) < 2.2 and 5.8 < hour < 22
            time += int(dice.uniform(60, 240 if busy else 1200) * SECOND * min(1, self.period / 5) * self.pause)

    def press(self, time, dice, targets, tags):
        server = dice.choice(targets + tags)
        if server in tags:
            enip = talk.Enip(self.tcp(self["HMI-1"], self[server], 44818), dice.randint(1, 1 << 28))
            time = enip.register(enip.tcp.open(time))
            enip.tcp.close(enip.write_tag(time, "Pallet_SpeedSP", dice.randint(50, 80)))
            return
        modbus = talk.Modbus(self.tcp(self["HMI-1"], self[server], 502))
        time = modbus.tcp.open(time)
        if dice.random() < 0.7:
            time = modbus.write_register(time, dice.randint(0, 9), dice.randint(100, 300))
        else:
            time = modbus.write_coil(time, dice.randint(0, 15), dice.random() < 0.5)
        modbus.tcp.close(time)

    def identify(self):
        """The engineering station takes stock at the beginning of a shift."""
        dice = random.Random(f"{self.seed}/identify")
        time = self.start + 40 * SECOND
        while True:
            yield time
            self.take_stock(time)
            time += int(dice.uniform(0.98, 1.02) * 4 * HOUR)

    def take_stock(self, time):
        for name in self.present():
            if name.startswith(("PLC", "SIS", "GW")):
                self.read_nameplate("EWS-1", name, time)
                time += 2 * SECOND

    def read_nameplate(self, client, name, time):
        if name in ("PLC-9", "PLC-10"):
            enip = talk.Enip(self.tcp(self[client], self[name], 44818), 0x0E0E0000 + int(name[4:]))
            time = enip.register(enip.tcp.open(time))
            enip.tcp.close(enip.identity(time, 1, 14, 166, (32, 11), 0xC0FFEE00 + int(name[4:]),
                                         "1756-L71/B LOGIX5571"))
            return
        since, revision = self.firmware.get(name, (1 << 63, None))
        modbus = talk.Modbus(self.tcp(self[client], self[name], 502))
        time = modbus.identify(modbus.tcp.open(time), "Schneider Electric", "TM241CE24T",
                               revision if time >= since else FIRMWARE)
        modbus.tcp.close(time)

    def chatter(self, name, index):
        """Time, names, neighbours, addresses."""
        dice = random.Random(f"{self.seed}/chatter {name}")
        host, server = self[name], self["SRV-1"]
        time = self.start + int((index * 0.61 + dice.random()) * SECOND)
        count = 0
        while True:
            yield time
            if name != "SRV-1" and not name.startswith("RTR"):
                self.ask_time(host, server, time)
            other = self["SRV-1" if name != "SRV-1" else "HIST-1"]
            self.wire.put(time + 30 * MS, arp_frame(host, other.ip))
            self.wire.put(time + 31 * MS, arp_frame(other, host.ip, reply_to=host.mac))
            port = f"port {index + 1}"
            self.wire.put(time + 40 * MS, ethernet(host.own_mac, LLDP_GROUP, 0x88CC,
                                                   talk.lldp(host.own_mac, name, port)))
            if name in ("HMI-1", "HMI-2", "HIST-1", "EWS-1"):
                self.ask_name(host, server, time + 60 * MS, count)
            if name in ("HMI-2", "EWS-1") and count % 120 == 0:
                self.renew(host, server, time + 90 * MS, count)
            count += 1
            time += int(dice.uniform(115, 125) * SECOND * min(1, self.period / 5))

    def ask_time(self, host, server, time):
        self.wire.put(time, udp_frame(host, 123, server, 123, talk.ntp(3, time)))
        self.wire.put(time + MS, udp_frame(server, 123, host, 123, talk.ntp(4, time + MS)))

    def ask_name(self, host, server, time, count):
        port, number = 50000 + count % 9000, count * 31 & 0xFFFF
        self.wire.put(time, udp_frame(host, port, server, 53, talk.dns(number, "hist-1.line4.example")))
        self.wire.put(time + MS, udp_frame(server, 53, host, port,
                                           talk.dns(number, "hist-1.line4.example", self["HIST-1"].ip)))

    def renew(self, host, server, time, count):
        number = 0x5EED0000 + count
        self.wire.put(time, udp_frame(host, 68, server, 67, talk.dhcp(3, number, host, server, True)))
        self.wire.put(time + 2 * MS, udp_frame(server, 67, host, 68,
                                               talk.dhcp(5, number, host, server, False)))

    def routers(self):
        """Two routers share an address; the second takes over for an hour (`failover`)."""
        group, time, was = ip("224.0.0.18"), self.start, None
        while True:
            yield time
            active = self["RTR-2" if self.failed_over(time) else "RTR-1"]
            speaker = Host("VRRP", active.address, VIRTUAL_MAC)
            announced = Host("group", "224.0.0.18", "01:00:5e:00:00:12")
            speaker.identification = time // SECOND & 0xFFFF
            self.wire.put(time, ip_frame(speaker, announced, 112,
                                         talk.vrrp(7, 120 if active.name == "RTR-1" else 100,
                                                   self["GATE"].ip), to=VRRP_GROUP))
            if was is not None and was is not active:
                self.wire.put(time + MS, arp_frame(self["GATE"], self["GATE"].ip))
            was = active
            time += 10 * SECOND

    failover = (1 << 62, 1 << 62)
    silent_for = 12 * MINUTE
    pause = 1.0  # of the operator, between two buttons

    def failed_over(self, time):
        return self.failover[0] <= time < self.failover[1]

    # What happens once or twice a day

    def day_events(self):
        """Reboots, a failover, backups, a session over the jump host: the same on every full day."""
        dice = random.Random(f"{self.seed}/events")

        def when(hour, spread=20):
            return MIDNIGHT + (self.start - MIDNIGHT) // (24 * HOUR) * 24 * HOUR + \
                int((hour + dice.uniform(-spread, spread) / 60) * HOUR)
        self.failover = (when(12), when(13))
        self.reboot("PLC-3", when(4.5))
        self.reboot("PLC-7", when(17.5))
        for hour in (9.5, 15.0):
            self.at(when(hour), self.remote_session)
        self.at(when(2), self.back_up)
        self.at(when(23), self.copy_history)

    def reboot(self, name, time):
        self.down[name] = (time, time + 12 * SECOND)

        def back(now):
            for i in range(3):
                self.wire.put(now + i * 100 * MS, arp_frame(self[name], self[name].ip))
        self.at(time + 12 * SECOND, back)

    def remote_session(self, time):
        """The jump host's screen on the engineering station, ten minutes."""
        tcp = self.tcp(self["JUMP-1"], self["EWS-1"], 3389)
        now = tcp.ask(tcp.open(time), talk.rdp_request("meera"), talk.rdp_confirm())
        for _ in range(20):
            now = tcp.ask(now + 30 * SECOND, b"\x16\x03\x03\x00\x10" + bytes(16),
                          b"\x17\x03\x03\x00\x20" + bytes(32), acknowledge=True)
        tcp.close(now)

    def back_up(self, time):
        """The engineering station reads the program of PLC-1, as every night."""
        self.upload("EWS-1", "PLC-1", time)

    def upload(self, client, server, time, blocks=24):
        modbus = talk.Modbus(self.tcp(self[client], self[server], 502), unit=0)
        now = modbus.umas(modbus.tcp.open(time), b"\x33\x00\x01", b"\x00\x01\x04")
        for block in range(blocks):
            now = modbus.umas(now, b"\x34\x00\x01" + struct.pack("<H", block), bytes(200))
        modbus.tcp.close(modbus.umas(now, b"\x35\x00\x01", b""))

    def copy_history(self, time):
        tcp = self.tcp(self["HMI-1"], self["HIST-1"], 8443)
        now = tcp.open(time)
        for _ in range(40):
            now = tcp.ask(now + 200 * MS, bytes(range(256)) * 5, b"ok")
        tcp.close(now)
