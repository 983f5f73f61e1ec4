"""A Modbus/TCP controller or gateway on pymodbus, with device identification for each unit.

    modbus_server.py NAME ADDRESS

A gateway (more than one unit in plant.IDENTITIES) answers for units that are absent with exception
0x0B, as Modbus gateways do. A controller that was forced to listen only stays silent until its
communications are restarted, as the specification says; pymodbus by itself would go on answering.
"""
import asyncio
import logging
import math
import sys
import time

from pymodbus.constants import DeviceInformation
from pymodbus.datastore import ModbusSequentialDataBlock, ModbusSlaveContext
from pymodbus.device import ModbusControlBlock
from pymodbus.diag_message import RestartCommunicationsOptionRequest
from pymodbus.exceptions import NoSuchSlaveException
from pymodbus.mei_message import ReadDeviceInformationRequest, ReadDeviceInformationResponse
from pymodbus.pdu import ModbusExceptions
from pymodbus.server.async_io import ModbusConnectedRequestHandler, ModbusTcpServer
from pymodbus.transaction import ModbusSocketFramer

import plant

REGISTERS, BITS = 200, 64


class Units:
    """The server context: a slave for each unit, one for all on a plain controller."""

    single = False

    def __init__(self, units):
        self.by_unit = {u: self.tables(u) for u in units}

    @staticmethod
    def tables(seed):
        def block(n):
            return ModbusSequentialDataBlock(0, [0] * n)

        return ModbusSlaveContext(di=block(BITS), co=block(BITS), hr=block(REGISTERS),
                                  ir=block(REGISTERS), zero_mode=True)

    def slaves(self):
        return list(range(256))  # so that the framer hands over requests to absent units too

    def find(self, unit):
        return unit if unit in self.by_unit else 0

    def __getitem__(self, unit):
        try:
            return self.by_unit[self.find(unit)]
        except KeyError:
            raise NoSuchSlaveException(f"unit {unit}") from None


def identification(objects_by_unit):
    class Request(ReadDeviceInformationRequest):
        def execute(self, context):
            objects = objects_by_unit.get(self.unit_id) or objects_by_unit.get(0)
            if self.read_code == DeviceInformation.Specific:
                if self.object_id not in objects:
                    return self.doException(ModbusExceptions.IllegalAddress)
                chosen = {self.object_id: objects[self.object_id]}
            else:
                last = {1: 0x02, 2: 0x7F, 3: 0xFF}.get(self.read_code)
                if last is None:
                    return self.doException(ModbusExceptions.IllegalValue)
                chosen = {k: v for k, v in sorted(objects.items()) if k <= last}
            return ReadDeviceInformationResponse(self.read_code, chosen)

    return Request


class Handler(ModbusConnectedRequestHandler):
    def execute(self, request, *addr):
        if ModbusControlBlock().ListenOnly:
            if not isinstance(request, RestartCommunicationsOptionRequest):
                return
        super().execute(request, *addr)


async def follow_process(units):
    while True:
        for unit, tables in units.by_unit.items():
            phase = time.monotonic() / 3 + unit
            values = [int(1000 + 50 * unit + 10 * i + 60 * math.sin(phase + i)) for i in range(40)]
            tables.setValues(4, 0, values)
            tables.setValues(3, 0, values)
            tables.setValues(2, 0, [math.sin(phase + i) > 0 for i in range(16)])
        await asyncio.sleep(0.1)


async def main():
    name, address = sys.argv[1:]
    logging.disable(logging.CRITICAL)
    identities = plant.IDENTITIES[name]
    units = Units(identities)
    server = ModbusTcpServer(units, ModbusSocketFramer, address=(address, 502), handler=Handler)
    server.decoder.register(identification(identities))
    process = asyncio.create_task(follow_process(units))
    try:
        await server.serve_forever()
    finally:
        process.cancel()


asyncio.run(main())
