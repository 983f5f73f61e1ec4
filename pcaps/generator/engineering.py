"""The engineering session: reads the identification of all controllers with pymodbus.

    engineering.py T0
"""
import logging
import sys
import urllib.request

from pymodbus.client import ModbusTcpClient
from pymodbus.mei_message import ReadDeviceInformationRequest
from pymodbus.other_message import ReportSlaveIdRequest

import plant

_, until = plant.clock(float(sys.argv[1]))
logging.disable(logging.CRITICAL)
when = plant.ENGINEERING_AT


def step(seconds):
    global when
    when += seconds
    until(when)


until(when - 60)
urllib.request.urlopen(f"http://{plant.BY_NAME['hist'].ip}/").read()  # looks at the day's report

for name in ("plc1", "plc2", "plc3", "plc4", "plc5", "plc6", "gw"):
    step(2)
    client = ModbusTcpClient(plant.BY_NAME[name].ip, timeout=1)
    client.connect()
    units = [u for u in plant.IDENTITIES.get(name, {255: {}})]
    for unit in units:
        unit = unit or 1
        step(0.4)
        answer = client.execute(ReadDeviceInformationRequest(1, 0, unit=unit))
        if not answer.isError():
            step(0.4)
            client.execute(ReadDeviceInformationRequest(3, 0, unit=unit))
    if name in plant.LIBMODBUS_SERVERS:
        step(0.4)
        client.execute(ReportSlaveIdRequest(unit=255))
    step(0.6)
    if name != "gw":
        client.read_holding_registers(100, 10, slave=units[0] or 1)
        step(1)
    client.close()
