// ADS, FINS, MELSEC, MQTT, HART-IP, synchrophasors, KNXnet/IP and Fox: what each message means.

#include <algorithm>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/unit/dissectors/talk.hpp"

namespace prahari::test {
namespace {

class SmallTalk final : public BasicTalk {
 public:
  explicit SmallTalk(Protocol protocol, std::uint8_t variant = 0)
      : BasicTalk(dissector(protocol).open(variant)) {}

  void message(const Message& message) override {
    std::ostringstream line;
    line << word_of(message.kind);
    append_operation(line, message);
    append_problems(line, message);
    lines.push_back(line.str());
  }
  void identity(const Identity& identity) override {
    lines.push_back(std::string{to_string(identity.field)} + " \"" + std::string{identity.value} +
                    '"');
  }
  void posture(const Posture& posture) override {
    lines.push_back((posture.has(Posture::Flaw::cleartext_password) ? "cleartext " : "user ") +
                    std::string{posture.text});
  }
  void anomaly(const Anomaly& anomaly) override {
    lines.push_back("anomaly " + std::to_string(anomaly.problem));
  }
};

struct Row {
  Protocol protocol;
  std::uint8_t variant;
  std::string_view bytes;
  std::vector<std::string> expected;
};

const std::vector<Row>& rows() {
  static const std::vector<Row> kRows = {
      // Stop, asked of 1.2.3.4.1.1:851.
      {Protocol::ads,
       0,
       "0000 28000000 010203040101 5303 0a0000010101 0080 0500 0400 08000000 00000000 01000000"
       "0600 0000 00000000",
       {R"(request control/stop "Write Control: stop")", R"(station "10.0.0.1.1.1")"}},
      {Protocol::ads,
       0,
       "< 0000 38000000 0a0000010101 0080 010203040101 1027 0100 0500 18000000 00000000 02000000"
       "00000000 03 01 b80f 506c633330204170700000000000 0000",
       {R"(response discover "Read Device Info")", R"(vendor "Beckhoff")",
        R"(software "Plc30 App 3.1.4024")", R"(station "1.2.3.4.1.1")"}},
      // A route is added by user "op" with password "1".
      {Protocol::ads,
       1,
       "03661471 00000000 06000000 0a0000010101 1027 02000000 0d00 0300 6f7000 0200 0200 3100",
       {R"(request admin/set-network "Add Route")", R"(station "10.0.0.1.1.1")", "cleartext op"}},
      {Protocol::fins, 0, "80 00 02 000100 000200 01 0402", {R"(request control/stop "Stop")"}},
      {Protocol::fins,
       0,
       "< c0 00 02 000200 000100 02 0501 0000 434a324d2d43505533310000000000000000000030"
       "322e3031000000000000000000000000000000",
       {R"(response discover "Controller Data Read")", R"(vendor "Omron")", R"(model "CJ2M-CPU31")",
        R"(firmware "02.01")"}},
      {Protocol::fins,
       0,
       "80 00 02 000100 000200 01 0102 82 0064 00",
       {R"(request write "Memory Area Write" !truncated)"}},
      {Protocol::melsec,
       0,
       "5000 00 ff ff03 00 0800 1000 0210 0000 0100",
       {R"(request control/stop "Remote Stop")"}},
      {Protocol::melsec,
       0,
       "5000 00 ff ff03 00 0e00 1000 0114 0000 640000 a8 0100 3412",
       {R"(request write "Batch Write")"}},
      {Protocol::mqtt,
       0,
       "10 18 0004 4d515454 04 c2 003c 0004 706c6331 0002 6f70 0002 7077",
       {R"(request discover "Connect")", R"(session "plc1")", R"(user "op")", "cleartext op"}},
      {Protocol::mqtt, 0, "30 05 0003 612f62", {R"(oneway write "Publish")"}},
      {Protocol::mqtt, 0, "82 08 0001 0003 612f23 00", {R"(request read "Subscribe")"}},
      {Protocol::mqtt, 0, "30 05 0009 612f62", {R"(oneway write "Publish" !truncated)"}},
      // Device reset, command 42.
      {Protocol::hartip,
       0,
       "01 00 03 00 0001 0011 82 264e0000d2 2a 00 12",
       {R"(request control/reset "Perform Device Reset")"}},
      {Protocol::hartip,
       0,
       "01 00 03 00 0001 0011 82 264e0000d2 2a 00 11",
       {R"(request control/reset "Perform Device Reset" !bad_check)"}},
      {Protocol::c37118,
       0,
       "aa41 0012 00f1 00000000 00000000 0001 0000",
       {R"(request control "Turn Off Transmission" !bad_check)"}},
      // 1 is written to 1/2/3.
      {Protocol::knx,
       0,
       "0610 0530 0011 29 00 bc e0 1101 0a03 01 00 81",
       {R"(oneway write "Group Write")"}},
      {Protocol::knx,
       0,
       "< 0610 0204 003c 3601 0200 1101 0000 00c501020304 e000170c 000102030405"
       "4b4e5820495020526f757465720000000000000000000000000000000000",
       {R"(response discover "Description Response")", R"(product "KNX IP Router")",
        R"(serial "00c501020304")", R"(station "1.1.1")", R"(mac "00:01:02:03:04:05")"}},
      // fox a 0 -1 fox hello { hostName=s:jace } ;;
      {Protocol::fox,
       0,
       "666f78206120302030 20666f782068656c6c6f0a7b0a686f73744e616d653d733a6a6163650a7d3b3b0a",
       {R"(response discover "Hello")", R"(name "jace")"}},
  };
  return kRows;
}

TEST(SmallOt, MeansWhatItMeans) {
  for (const Row& row : rows()) {
    SmallTalk talk{row.protocol, row.variant};
    talk.say(row.bytes);
    std::vector<std::string> expected = row.expected;
    std::ranges::sort(expected);
    std::ranges::sort(talk.lines);
    EXPECT_EQ(talk.lines, expected) << row.bytes;
  }
}

// Half a message says nothing, and harms nobody.
TEST(SmallOt, TruncatedAnywhere) {
  for (const Row& row : rows()) {
    const auto whole = hex(row.bytes);
    const Side side = row.bytes.starts_with('<') ? Side::second : Side::first;
    for (std::size_t size = 1; size <= whole.size(); ++size) {
      const Bytes head = Bytes{whole}.first(size);
      SmallTalk talk{row.protocol, row.variant};
      const Frame frame = talk.session->frame(head, side);
      EXPECT_LE(frame.verdict == Frame::Verdict::complete ? frame.size : 0, size) << row.bytes;
      for (const Transport transport : {Transport::tcp, Transport::udp}) {
        static_cast<void>(
            dissector(row.protocol).probe({head, transport, Direction::unknown, true}));
      }
      if (frame.verdict == Frame::Verdict::complete) {
        talk.send(head.first(frame.size), side);
      }
    }
    const auto framed = SmallTalk{row.protocol, row.variant}.session->frame(whole, side);
    EXPECT_EQ(framed.verdict, Frame::Verdict::complete) << row.bytes;
    EXPECT_EQ(framed.size, whole.size()) << row.bytes;
  }
}

TEST(SmallOt, StrangersAreRefused) {
  const auto stranger = hex("474554202f20485454502f312e310d0a486f73743a20610d0a0d0a");
  for (const Row& row : rows()) {
    for (const Transport transport : {Transport::tcp, Transport::udp}) {
      const Probe answer =
          dissector(row.protocol).probe({stranger, transport, Direction::unknown, true});
      EXPECT_EQ(answer.answer, Probe::Answer::no) << to_string(row.protocol);
    }
  }
}

}  // namespace
}  // namespace prahari::test
