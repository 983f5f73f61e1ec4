// What the probe takes for Modbus, and what not; and that no other protocol's capture is.

#include <gtest/gtest.h>

#include "tests/unit/dissectors/modbus_talk.hpp"

namespace prahari::test {
namespace {

struct Case {
  std::string_view name;
  std::string_view bytes;
  Probe::Answer bound;
  Probe::Answer anywhere;
  Direction told = Direction::unknown;
};

constexpr auto kNo = Probe::Answer::no;
constexpr auto kYes = Probe::Answer::yes;
constexpr auto kMore = Probe::Answer::need_more;

Probe probe(Bytes bytes, bool bound, Direction direction = Direction::unknown) {
  return modbus_protocol().probe(
      {.head = bytes, .transport = Transport::tcp, .direction = direction, .bound = bound});
}

TEST(ModbusProbe, TellsModbusFromOtherTraffic) {
  const Case cases[] = {
      {"request", "0001 0000 0006 01 03 0000 0001", kYes, kYes, Direction::to_server},
      {"response", "0001 0000 0005 01 03 02 0007", kYes, kYes, Direction::to_client},
      {"exception", "0001 0000 0003 01 83 02", kYes, kYes, Direction::to_client},
      {"echo", "0001 0000 0006 01 05 0000 FF00", kYes, kYes},
      {"two requests", "0001 0000 0006 01 03 0000 0001 0002 0000 0006 01 04 0000 0001", kYes, kYes,
       Direction::to_server},
      {"UMAS", "0001 0000 0004 00 5A 00 02", kYes, kYes, Direction::to_server},
      {"RTU request", "01 03 0000 0001 840A", kYes, kYes, Direction::to_server},
      {"RTU exception", "01 83 02 C0F1", kYes, kYes, Direction::to_client},
      {"ASCII", "3A3031303330303030303030314642 0D0A", kYes, kYes, Direction::to_server},
      {"unknown function", "0001 0000 0004 01 63 0000", kYes, kNo},
      {"function zero", "0001 0000 0002 01 00", kYes, kNo},
      {"impossible quantity", "0001 0000 0006 01 03 0000 0000", kYes, kNo},
      {"first part", "0001 0000 0015 01 10 0000", kYes, kNo},
      {"header alone", "0001 0000 0006 01", kMore, kMore},
      {"six bytes", "0001 0000 0006", kMore, kNo},
      {"nothing", "", kMore, kMore},
      {"trailing stranger", "0001 0000 0006 01 03 0000 0001 FFFF", kYes, kNo},
      {"zeros", "0000 0000 0000 0000 0000 0000 0000 0000", kNo, kNo},
      {"one zero", "00", kMore, kNo},
      {"RTU with a wrong CRC", "01 03 0000 0001 840B", kNo, kNo},
      {"HTTP", "474554202F20485454502F312E310D0A486F73743A20780D0A0D0A", kNo, kNo},
      {"TLS ClientHello", "16030100A5010000A10303AABBCCDDEEFF00112233445566778899", kNo, kNo},
      {"SSH", "5353482D322E302D4F70656E5353485F392E320D0A", kNo, kNo},
      {"DNP3", "056405C00100000C2721C4CB", kNo, kNo},
      {"S7 over TPKT", "0300001611E00000000100C0010AC1020100C2020102", kNo, kNo},
      {"ENIP RegisterSession", "65000400000000000000000000000000000000000000000001000000", kNo,
       kNo},
      {"ENIP ListIdentity", "630000000000000000000000000000000000000000000000", kNo, kNo},
      {"OPC UA Hello", "48454C4620000000000000000000010000000100000000000000000000000000", kNo,
       kNo},
      {"IEC 104 STARTDT", "680407000000", kNo, kNo},
      {"DNS query", "00010000000100000000000003777777076578616D706C6503636F6D0000010001", kNo, kNo},
      {"NetBIOS over TCP", "00000054FF534D4272000000001843C8", kNo, kNo},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(test.name);
    const auto bytes = hex(test.bytes);
    EXPECT_EQ(probe(bytes, true).answer, test.bound);
    EXPECT_EQ(probe(bytes, false).answer, test.anywhere);
    if (test.bound == kYes) {
      EXPECT_EQ(probe(bytes, true).direction, test.told);
      EXPECT_NE(modbus_protocol().open(probe(bytes, true).variant), nullptr);
    }
  }
}

TEST(ModbusProbe, UsesTheDirectionItIsTold) {
  const auto request = hex("0001 0000 0006 01 03 0000 0001");
  EXPECT_EQ(probe(request, false, Direction::to_server).answer, kYes);
  EXPECT_EQ(probe(request, false, Direction::to_client).answer, kNo);
  const auto exception = hex("0001 0000 0003 01 83 02");
  EXPECT_EQ(probe(exception, false, Direction::to_server).answer, kNo);
  EXPECT_EQ(probe(exception, false, Direction::to_client).answer, kYes);
  EXPECT_EQ(probe(exception, true, Direction::to_server).answer, kYes);  // told as a violation
}

TEST(ModbusProbe, EveryCodeInAWholeAduPassesOnItsPort) {
  for (int code = 0; code < 128; ++code) {
    auto bytes = hex("0001 0000 0004 01 00 1122");
    bytes[7] = static_cast<std::byte>(code);
    EXPECT_EQ(probe(bytes, true).answer, kYes) << code;
  }
}

TEST(ModbusProbe, ZerosNeverPass) {
  const std::vector<std::byte> zeros(1500);
  for (std::size_t size = 7; size < zeros.size(); ++size) {
    ASSERT_NE(probe(Bytes{zeros}.first(size), true).answer, kYes) << size;
    ASSERT_EQ(probe(Bytes{zeros}.first(size), false).answer, kNo) << size;
  }
}

}  // namespace
}  // namespace prahari::test
