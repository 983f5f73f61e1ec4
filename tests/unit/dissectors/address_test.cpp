#include "dissectors/address.hpp"

#include <gtest/gtest.h>

#include "tests/support.hpp"

namespace prahari {
namespace {

IpAddress ip(std::string_view text) {
  IpAddress out;
  EXPECT_TRUE(parse(text, out)) << text;
  return out;
}

TEST(IpAddress, ReadsAndWritesWhatRfc5952Says) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"0.0.0.0", "0.0.0.0"},
      {"255.255.255.255", "255.255.255.255"},
      {"10.20.3.4", "10.20.3.4"},
      {"::", "::"},
      {"::1", "::1"},
      {"1::", "1::"},
      {"2001:0DB8:0000:0000:0000:0000:0000:0001", "2001:db8::1"},
      {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
      {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
      {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
      {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
      {"0:0:3:4:5:6:7:8", "::3:4:5:6:7:8"},
      {"1:2:3:4:5:6:0:0", "1:2:3:4:5:6::"},
      {"::ffff:192.0.2.1", "::ffff:192.0.2.1"},
      {"::ffff:c000:201", "::ffff:192.0.2.1"},
      {"64:ff9b::192.0.2.1", "64:ff9b::c000:201"},
      {"fe80::1:2:3:4", "fe80::1:2:3:4"},
      {"1::3:4:5:6:7:8", "1:0:3:4:5:6:7:8"},
  };
  for (const auto& [text, expected] : cases) {
    const IpAddress address = ip(text);
    EXPECT_EQ(to_string(address), expected);
    EXPECT_EQ(ip(to_string(address)), address);
  }
}

TEST(IpAddress, RefusesEverythingElse) {
  for (const std::string_view text : {"",
                                      "1",
                                      "1.2.3",
                                      "1.2.3.4.5",
                                      "1.2.3.256",
                                      "1.2.3.04",
                                      "1.2.3.4 ",
                                      " 1.2.3.4",
                                      "1..2.3",
                                      "1.2.3.",
                                      ".1.2.3",
                                      "-1.2.3.4",
                                      "+1.2.3.4",
                                      "1.2.3.x",
                                      "0x1.2.3.4",
                                      "1.2.3.4/24",
                                      ":",
                                      ":::",
                                      "1:2:3:4:5:6:7",
                                      "1:2:3:4:5:6:7:8:9",
                                      "1::2::3",
                                      "1:2:3:4:5:6:7::8",
                                      ":1:2:3:4:5:6:7:8",
                                      "1:2:3:4:5:6:7:8:",
                                      "12345::",
                                      "g::",
                                      "fe80::1%eth0",
                                      "::1.2.3",
                                      "1.2.3.4::",
                                      "::1.2.3.4:1",
                                      "1:2:3:4:5:6:7:1.2.3.4",
                                      "[::1]",
                                      "1:2:3:4:5:6:7:8::"}) {
    IpAddress out = ip("9.9.9.9");
    EXPECT_FALSE(parse(text, out)) << text;
    EXPECT_EQ(to_string(out), "9.9.9.9") << "left alone";
  }
}

TEST(IpAddress, KnowsWhatAnAddressIsFor) {
  EXPECT_TRUE(ip("0.0.0.0").unspecified() && ip("::").unspecified());
  EXPECT_FALSE(IpAddress{}.unspecified());
  EXPECT_TRUE(ip("224.0.0.251").multicast() && ip("239.1.1.1").multicast());
  EXPECT_TRUE(ip("ff02::1").multicast());
  EXPECT_FALSE(ip("223.255.255.255").multicast() || ip("240.0.0.1").multicast());
  EXPECT_TRUE(ip("255.255.255.255").broadcast());
  EXPECT_FALSE(ip("10.0.0.255").broadcast());
  EXPECT_TRUE(ip("127.1.2.3").loopback() && ip("::1").loopback());
  for (const std::string_view text : {"10.1.1.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
                                      "100.64.0.1", "169.254.1.1", "fe80::1", "fd00::1", "::1"}) {
    EXPECT_TRUE(ip(text).is_private()) << text;
  }
  for (const std::string_view text : {"11.0.0.1", "172.32.0.1", "192.169.0.1", "100.128.0.1",
                                      "8.8.8.8", "2001:db8::1", "fec0::1"}) {
    EXPECT_FALSE(ip(text).is_private()) << text;
  }
}

TEST(IpAddress, ComparesPrefixes) {
  EXPECT_TRUE(ip("10.10.1.200").within(ip("10.10.1.0"), 24));
  EXPECT_FALSE(ip("10.10.2.1").within(ip("10.10.1.0"), 24));
  EXPECT_TRUE(ip("10.10.1.129").within(ip("10.10.1.128"), 25));
  EXPECT_FALSE(ip("10.10.1.127").within(ip("10.10.1.128"), 25));
  EXPECT_TRUE(ip("1.2.3.4").within(ip("9.9.9.9"), 0));
  EXPECT_TRUE(ip("1.2.3.4").within(ip("1.2.3.4"), 32));
  EXPECT_FALSE(ip("1.2.3.4").within(ip("1.2.3.4"), 33));
  EXPECT_FALSE(ip("::").within(ip("0.0.0.0"), 0)) << "families";
  EXPECT_TRUE(ip("2001:db8::ffff").within(ip("2001:db8::"), 33));
  EXPECT_FALSE(ip("2001:db8:8000::").within(ip("2001:db8::"), 33));
  EXPECT_FALSE(IpAddress{}.within(IpAddress{}, 0));
}

TEST(MacAddress, ReadsAndWrites) {
  MacAddress mac;
  EXPECT_TRUE(parse("00:1D:9c:00:00:01", mac));
  EXPECT_EQ(to_string(mac), "00:1d:9c:00:00:01");
  EXPECT_TRUE(parse("03-00-00-00-00-ff", mac));
  EXPECT_EQ(to_string(mac), "03:00:00:00:00:ff");
  EXPECT_TRUE(mac.group() && mac.locally_administered());
  for (const std::string_view text :
       {"", "00:1d:9c:00:00", "00:1d:9c:00:00:0g", "001d9c000001", "00:1d:9c-00-00-01",
        "0:1d:9c:00:00:010", "00.1d.9c.00.00.01"}) {
    EXPECT_FALSE(parse(text, mac)) << text;
  }
}

TEST(MacAddress, IsEmptyWhenTheReaderFailed) {
  const auto bytes = test::hex("0102030405");
  Reader in{bytes};
  EXPECT_TRUE(MacAddress::read(in).empty());
  EXPECT_FALSE(in.ok());
}

}  // namespace
}  // namespace prahari
