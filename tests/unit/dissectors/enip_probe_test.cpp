// Which flows are taken for EtherNet/IP, on its ports and on others.

#include <gtest/gtest.h>

#include "dissectors/registry.hpp"
#include "tests/support.hpp"

namespace prahari::test {
namespace {

struct Case {
  std::string_view name;
  std::string_view hex;
  Transport transport;
  Probe::Answer bound;
  Probe::Answer anywhere;
};

using enum Probe::Answer;

constexpr auto kCases = std::to_array<Case>({
    {"register session", "6500 0400 00000000 00000000 0000000000000000 00000000 0100 0000",
     Transport::tcp, yes, yes},
    {"another version", "6500 0400 00000000 00000000 0000000000000000 00000000 0200 0000",
     Transport::tcp, yes, no},
    {"half a header", "6f00 2000 0100", Transport::tcp, need_more, need_more},
    {"one byte", "6f", Transport::tcp, need_more, need_more},
    {"messages",
     "6f00 1600 01000000 00000000 0000000000000000 00000000 00000000 0000 0200 0000 0000"
     "b200 0600 0e 02 2001 2401",
     Transport::tcp, yes, yes},
    {"an interface that there is not",
     "6f00 1600 01000000 00000000 0000000000000000 00000000 01000000 0000 0200 0000 0000"
     "b200 0600 0e 02 2001 2401",
     Transport::tcp, yes, no},
    {"options", "6500 0400 00000000 00000000 0000000000000000 01000000 0100 0000", Transport::tcp,
     yes, no},
    {"list identity", "6300 0000 00000000 00000000 0000000000000000 00000000", Transport::udp, yes,
     no},
    {"nothing but zeros", "0000 0000 00000000 00000000 0000000000000000 00000000", Transport::tcp,
     yes, no},
    {"input and output", "0200 0280 0800 03064b00 db943f00 b100 0600 a587 e80f0300", Transport::udp,
     yes, yes},
    {"the same over TCP", "0200 0280 0800 03064b00 db943f00 b100 0600 a587 e80f0300",
     Transport::tcp, yes, no},
    {"Modbus", "0001 0000 0006 11 03 006B 0003 0002 0000 0006 11 03 006B 0003", Transport::tcp, no,
     no},
    {"TLS", "1603010200010001fc0303000102030405060708090a0b0c0d0e0f", Transport::tcp, no, no},
    {"SSH", "5353482d322e302d4f70656e5353485f392e320d0a00000000000000", Transport::tcp, no, no},
    {"HTTP", "474554202f20485454502f312e310d0a486f73743a20610d0a0d0a0000", Transport::tcp, no, no},
});

TEST(EnipProbe, Answers) {
  const Dissector& enip = dissector(Protocol::enip);
  for (const Case& one : kCases) {
    SCOPED_TRACE(one.name);
    const auto bytes = hex(one.hex);
    for (const bool bound : {true, false}) {
      const Probe probe = enip.probe({.head = bytes, .transport = one.transport, .bound = bound});
      EXPECT_EQ(probe.answer, bound ? one.bound : one.anywhere) << (bound ? "bound" : "anywhere");
    }
  }
}

TEST(EnipProbe, EveryVariantOpens) {
  const Dissector& enip = dissector(Protocol::enip);
  for (std::uint8_t variant = 0; variant < 8; ++variant) {
    EXPECT_NE(enip.open(variant), nullptr);
  }
}

TEST(EnipProtocols, InnerOnesHaveRecordsAndNoFlows) {
  for (const Protocol inner : {Protocol::cip, Protocol::cipio}) {
    EXPECT_EQ(carrier_of(inner), Protocol::enip);
    EXPECT_EQ(dissector(inner).protocol, inner);
    EXPECT_EQ(dissector(inner).open, nullptr);
    EXPECT_FALSE(dissector(inner).fields.empty());
  }
  EXPECT_EQ(carrier_of(Protocol::modbus), Protocol::modbus);
  EXPECT_EQ(to_string(Protocol::cipio), "cipio");
}

}  // namespace
}  // namespace prahari::test
