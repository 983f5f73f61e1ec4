// What a conversation remembers: pairing, time-outs, direction, transfers, the way back when lost.

#include <chrono>

#include <gtest/gtest.h>

#include "tests/unit/dissectors/modbus_talk.hpp"

namespace prahari::test {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kRead = "0001 0000 0006 01 03 0000 0001";
constexpr std::string_view kAnswer = "< 0001 0000 0005 01 03 02 0007";

// The request_frame of each message; 0 for none.
std::vector<int> request_frames(const Talk& talk) {
  std::vector<int> frames;
  for (const std::string& line : talk.lines) {
    const auto at = line.find("request_frame=");
    frames.push_back(at == std::string::npos ? 0 : std::stoi(line.substr(at + 14)));
  }
  return frames;
}

std::string u16(unsigned value) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const unsigned shift : {12U, 8U, 4U, 0U}) {
    text += kDigits[value >> shift & 0xFU];
  }
  return text;
}

std::size_t count(const Talk& talk, std::string_view part) {
  return static_cast<std::size_t>(std::ranges::count_if(
      talk.lines, [&](const std::string& line) { return line.find(part) != std::string::npos; }));
}

TEST(ModbusPairing, ConstantTransactionIdIsAQueue) {
  Talk talk;
  talk.say(kRead);
  talk.say(kRead);
  talk.say(kAnswer);
  talk.say(kAnswer);
  EXPECT_EQ(request_frames(talk), (std::vector<int>{0, 0, 1, 2}));
}

TEST(ModbusPairing, ConstantTransactionIdPrefersTheRequestThatFits) {
  Talk talk;
  talk.say("0000 0000 0006 01 03 0000 0004");  // its response is lost
  talk.say("0000 0000 0006 01 03 0000 0001");
  talk.say("< 0000 0000 0005 01 03 02 0007");
  EXPECT_EQ(request_frames(talk), (std::vector<int>{0, 0, 2}));
  EXPECT_EQ(talk.last.problems, 0U);
}

TEST(ModbusPairing, UnitsAndFunctionsHaveTheirOwnQueues) {
  Talk talk;
  talk.say("0001 0000 0006 01 03 0000 0001");
  talk.say("0001 0000 0006 02 03 0000 0001");
  talk.say("0001 0000 0006 02 04 0000 0001");
  talk.say("< 0001 0000 0005 02 04 02 0007");
  talk.say("< 0001 0000 0003 02 83 0B");
  talk.say("< 0001 0000 0005 01 03 02 0007");
  EXPECT_EQ(request_frames(talk), (std::vector<int>{0, 0, 0, 3, 2, 1}));
}

TEST(ModbusPairing, ResponsesMayComeInAnyOrder) {
  Talk talk;
  for (unsigned tid = 1; tid <= 20; ++tid) {
    talk.say(u16(tid) + "0000 0006 01 03 0000 0001");
  }
  talk.lines.clear();
  for (unsigned tid = 20; tid >= 1; --tid) {
    talk.say("<" + u16(tid) + "0000 0005 01 03 02 0007");
    EXPECT_EQ(request_frames(talk).back(), static_cast<int>(tid));
  }
}

TEST(ModbusPairing, TheOldestOfSeventyIsForgotten) {
  Talk talk;
  for (unsigned tid = 1; tid <= 70; ++tid) {
    talk.say(u16(tid) + "0000 0006 01 03 0000 0001");
  }
  EXPECT_EQ(count(talk, "anomaly pending_overflow"), 1U);
  talk.lines.clear();
  talk.say("<" + u16(6) + "0000 0005 01 03 02 0007");
  talk.say("<" + u16(7) + "0000 0005 01 03 02 0007");
  talk.say("<" + u16(70) + "0000 0005 01 03 02 0007");
  EXPECT_EQ(talk.lines.size(), 4U);
  EXPECT_EQ(talk.lines[1], "anomaly unmatched_response fc=3 unit=1");
  EXPECT_EQ(request_frames(talk), (std::vector<int>{0, 0, 7, 70}));
}

TEST(ModbusPairing, LatencyIsPacketTime) {
  Talk talk;
  talk.say(kRead);
  talk.wait(41ms);
  talk.say(kAnswer);  // one more millisecond
  EXPECT_EQ(talk.fields_json("latency_us"), "42000");
}

TEST(ModbusTimeout, SaysWhichRequestStayedWithoutResponse) {
  Talk talk;
  talk.say("0001 0000 0006 07 05 0003 FF00");
  talk.wait(9s);
  EXPECT_EQ(count(talk, "anomaly"), 0U);
  talk.wait(1s);
  ASSERT_EQ(talk.lines.size(), 2U);
  EXPECT_EQ(talk.lines[1], "anomaly request_timeout fc=5 unit=7 request=1");
  talk.wait(100s);
  EXPECT_EQ(talk.lines.size(), 2U);
}

TEST(ModbusTimeout, NotAfterAGap) {
  Talk talk;
  talk.say(kRead);
  talk.session->on_gap(Side::second);
  talk.wait(20s);
  EXPECT_EQ(count(talk, "anomaly"), 0U);
}

TEST(ModbusTimeout, NotForWhatIsNeverAnswered) {
  Talk talk;
  talk.say("0001 0000 0006 01 08 0004 0000");
  talk.wait(20s);
  EXPECT_EQ(count(talk, "anomaly"), 0U);
}

TEST(ModbusTimeout, NotWhereResponsesCannotBeSeen) {
  Talk talk;
  talk.state = Completeness::one_way;
  for (int i = 0; i < 100; ++i) {
    talk.say(kRead);
  }
  talk.wait(20s);
  EXPECT_EQ(count(talk, "anomaly"), 0U);
}

TEST(ModbusTimeout, ClockMayRunBackwards) {
  Talk talk;
  talk.say(kRead);
  talk.wait(-3600s);
  talk.say(kAnswer);
  EXPECT_TRUE(talk.last.matched);
  EXPECT_EQ(talk.fields_json("latency_us"), "null");
  EXPECT_EQ(count(talk, "anomaly"), 0U);
}

TEST(ModbusUnmatched, IsNormalAtFirstInTheMiddleOfAStream) {
  Talk talk;
  talk.state = Completeness::midstream;
  talk.say("0005 0000 0006 01 03 0000 0001");
  talk.say("< 0004 0000 0005 01 03 02 0007");
  EXPECT_EQ(count(talk, "anomaly"), 0U);
  talk.say("< 0005 0000 0005 01 03 02 0007");
  talk.wait(6s);
  talk.say("< 0009 0000 0005 01 03 02 0007");
  EXPECT_EQ(count(talk, "anomaly unmatched_response"), 1U);
  talk.session->on_gap(Side::first);
  talk.say("< 000A 0000 0005 01 03 02 0007");
  EXPECT_EQ(count(talk, "anomaly unmatched_response"), 1U);
}

struct DirectionCase {
  std::string_view name;
  std::vector<std::string_view> pdus;
  std::string_view told;  // what client_is said, empty for nothing
};

TEST(ModbusDirection, IsLearnedFromTheBytes) {
  const DirectionCase cases[] = {
      {"request of 3", {"0001 0000 0006 01 03 0000 0001"}, "client is first"},
      {"response of 3", {"0001 0000 0005 01 03 02 0007"}, "client is second"},
      {"exception", {"0001 0000 0003 01 83 02"}, "client is second"},
      {"write of many", {"0010 0000 0009 11 10 0001 0001 02 000A"}, "client is first"},
      {"response to a write of many", {"0010 0000 0006 11 10 0001 0001"}, "client is second"},
      {"echo alone", {"0001 0000 0006 01 05 0000 FF00"}, ""},
      {"echoes of one side",
       {"0001 0000 0006 01 05 0000 FF00", "0002 0000 0006 01 05 0000 FF00"},
       ""},
      {"echo from both sides",
       {"0001 0000 0006 01 05 0000 FF00", "< 0001 0000 0006 01 05 0000 FF00"},
       "client is first"},
      {"echo from both sides, the other way",
       {"< 0001 0000 0006 01 06 0000 1234", "0001 0000 0006 01 06 0000 1234"},
       "client is second"},
      {"echo of another transaction",
       {"0001 0000 0006 01 05 0000 FF00", "< 0002 0000 0006 01 05 0000 FF00"},
       ""},
      {"unknown function", {"0001 0000 0004 01 63 0000"}, ""},
  };
  for (const DirectionCase& test : cases) {
    SCOPED_TRACE(test.name);
    Talk talk{kMbap, false};
    for (const std::string_view pdu : test.pdus) {
      talk.say(pdu);
    }
    const std::size_t told = count(talk, "client is");
    EXPECT_EQ(told, test.told.empty() ? 0U : 1U);
    if (!test.told.empty()) {
      EXPECT_EQ(count(talk, test.told), 1U);
      EXPECT_NE(talk.last.direction, Direction::unknown);
    } else {
      EXPECT_EQ(talk.last.direction, Direction::unknown);
      EXPECT_EQ(talk.last.problems, 0U);
    }
  }
}

TEST(ModbusDirection, PairedEchoIsAResponse) {
  Talk talk{kMbap, false};
  talk.say("0001 0000 0006 01 05 0000 FF00");
  talk.say("< 0001 0000 0006 01 05 0000 FF00");
  EXPECT_EQ(talk.last.direction, Direction::to_client);
  EXPECT_EQ(talk.last.kind, Kind::response);
  EXPECT_TRUE(talk.last.matched);
}

std::string block(std::string_view head, std::size_t size) {
  const std::string length = u16(static_cast<unsigned>(4 + size));
  std::string text = std::string{"0001 0000 "} + length + std::string{head};
  for (std::size_t i = 0; i < size; ++i) {
    text += "AA";
  }
  return text;
}

TEST(ModbusUmas, DirectionOfATransferIsThatOfItsBytes) {
  Talk talk;
  talk.say("0001 0000 0006 00 5A 42 30 0001");
  for (int i = 0; i < 2; ++i) {
    talk.say(block("00 5A 42 31", 200));
    EXPECT_EQ(talk.last.effect, Effect::none);
    talk.say("< 0001 0000 0004 00 5A 42 FE");
  }
  talk.say(block("00 5A 42 31", 200));
  EXPECT_EQ(talk.last.effect, Effect::program_to);
  EXPECT_EQ(talk.last.name, "UMAS: Upload Block");
  EXPECT_EQ(count(talk, "anomaly umas_direction_unusual"), 0U);
  talk.say("0002 0000 0004 00 5A 42 32");
  EXPECT_EQ(talk.last.effect, Effect::program_to);
}

TEST(ModbusUmas, TransferAgainstItsNameIsUnusual) {
  Talk talk;
  talk.say("0001 0000 0006 00 5A 42 33 0001");
  talk.say("< 0001 0000 0004 00 5A 42 FE");
  for (int i = 0; i < 4; ++i) {
    talk.say(block("00 5A 01 34", 180));
    talk.say("< 0001 0000 0004 00 5A 01 FE");
  }
  EXPECT_EQ(talk.last.effect, Effect::program_to);
  EXPECT_EQ(count(talk, "anomaly umas_direction_unusual"), 1U);
}

TEST(ModbusUmas, ProgramReadFromTheDevice) {
  Talk talk;
  talk.say("0001 0000 0006 00 5A 42 33 0001");
  talk.say("< 0001 0000 0004 00 5A 42 FE");
  talk.say("0001 0000 0006 00 5A 42 34 0001");
  talk.say("<" + block("00 5A 42 FE", 1000));
  EXPECT_EQ(talk.last.effect, Effect::program_from);
  EXPECT_EQ(talk.last.kind, Kind::response);
  EXPECT_EQ(count(talk, "anomaly"), 0U);
}

struct ForeignCase {
  std::string_view name;
  std::string_view bytes;
  std::string_view anomaly;
};

TEST(ModbusForeign, SaysWhatTheBytesAreNot) {
  const ForeignCase cases[] = {
      {"protocol", "0001 0002 0006 07 03 0000 0001", "anomaly modbus_bad_protocol_id fc=3 unit=7"},
      {"length", "0001 0000 0001 01 03", "anomaly modbus_malformed fc=0 unit=0"},
      {"long length", "0001 0000 0200 01 03", "anomaly modbus_malformed fc=0 unit=0"},
      {"text", "474554202F20485454502F312E310D0A", "anomaly non_modbus_on_port fc=0 unit=0"},
  };
  for (const ForeignCase& test : cases) {
    SCOPED_TRACE(test.name);
    Talk talk;
    const auto bytes = hex(test.bytes);
    EXPECT_EQ(talk.session->frame(bytes, Side::first).verdict, Frame::Verdict::not_mine);
    talk.session->on_foreign(Side::first, Direction::to_server, bytes, talk.packet, talk);
    ASSERT_EQ(talk.lines.size(), 1U);
    EXPECT_EQ(talk.lines[0], test.anomaly);
  }
}

TEST(ModbusForeign, ACandidateOnAnyPortIsGivenUpInSilence) {
  Talk talk{kMbap};
  const auto bytes = hex("474554202F20485454502F312E310D0A");
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(talk.session->plausible());
    talk.session->on_foreign(Side::first, Direction::to_server, bytes, talk.packet, talk);
  }
  EXPECT_FALSE(talk.session->plausible());
  EXPECT_TRUE(talk.lines.empty());
}

TEST(ModbusForeign, AConfirmedFlowIsKept) {
  Talk talk{kMbap};
  talk.say(kRead);
  talk.say(kAnswer);
  const auto bytes = hex("0001 0000 0001 01 03");
  for (int i = 0; i < 5; ++i) {
    talk.session->on_foreign(Side::first, Direction::to_server, bytes, talk.packet, talk);
  }
  EXPECT_TRUE(talk.session->plausible());
  EXPECT_EQ(count(talk, "anomaly modbus_malformed"), 5U);
}

struct StartCase {
  std::string_view bytes;
  bool starts;
};

TEST(ModbusResync, StartsOnlyWhereTheNextFollowsOrNothingDoes) {
  const StartCase cases[] = {
      {"0001 0000 0006 01 03 0000 0001", true},
      {"0001 0000 0006 01 03 0000 0001 0002 0000 0006 01 03 0000 0001", true},
      {"0001 0000 0006 01 03 0000 0001 0002 0000 0006 01", true},
      {"0001 0000 0006 01 03 0000 0001 0002 0000", false},
      {"0001 0000 0006 01 03 0000 0001 FFFF FFFF FFFF FFFF", false},
      {"0001 0000 0006 01 03 0000", false},
      {"0001 0000 0006 01 03 0000 0000", false},  // no device accepts that quantity
      {"0001 0000 0002 01 00", false},
      {"0001 0000 0004 01 63 0000", true},  // an unknown function on a port of Modbus
      {"0001 0000 0004 01 63 0000 0002 0000 0006 01 03 0000 0001", false},
      {"0000 0000 0000 0000 0000 0000", false},
      {"", false},
  };
  for (const StartCase& test : cases) {
    SCOPED_TRACE(test.bytes);
    const Talk talk;
    const auto bytes = hex(test.bytes);
    EXPECT_EQ(talk.session->starts_here(bytes, Side::first, false), test.starts);
  }
}

TEST(ModbusResync, ASegmentOfATrustedFlowMayBeginWithAnyAdu) {
  const auto scan = hex("0001 0000 0006 01 03 0000 0000");  // no device accepts that quantity
  const auto part = hex("0001 0000 0015 01 10 0000");
  const auto zeros = hex("0000 0000 0000 0000 0000 0000");
  const Talk bound;
  EXPECT_TRUE(bound.session->starts_here(scan, Side::first, true));
  EXPECT_TRUE(bound.session->starts_here(part, Side::first, true));
  EXPECT_FALSE(bound.session->starts_here(part, Side::first, false));
  EXPECT_FALSE(bound.session->starts_here(zeros, Side::first, true));
  const Talk candidate{kMbap};
  EXPECT_FALSE(candidate.session->starts_here(scan, Side::first, true));
}

TEST(ModbusResync, UnknownFunctionIsNoStartOfACandidate) {
  const Talk talk{kMbap};
  EXPECT_FALSE(talk.session->starts_here(hex("0001 0000 0004 01 63 0000"), Side::first, false));
}

TEST(ModbusRtu, FramesByFunctionDirectionAndCrc) {
  Talk talk{kRtu};
  const auto two = hex("01 03 0000 0001 840A 01 03 0000 0001 840A");
  EXPECT_EQ(talk.session->frame(two, Side::first).size, 8U);
  EXPECT_EQ(talk.session->frame(Bytes{two}.first(7), Side::first).verdict,
            Frame::Verdict::need_more);
  talk.say("01 03 0000 0001 840A");
  const auto answer = hex("01 03 02 0007 F986");
  EXPECT_EQ(talk.session->frame(answer, Side::second).size, 7U);
  talk.say("< 01 03 02 0007 F986");
  EXPECT_TRUE(talk.last.matched);
  EXPECT_EQ(talk.lines[1],
            R"(response read "Read Holding Registers" unit=1 fc=3 addr=0 qty=1 values=[7])"
            " request_frame=1");
  const auto wrong = hex("01 03 02 0007 F987");
  EXPECT_EQ(talk.session->frame(wrong, Side::second).verdict, Frame::Verdict::not_mine);
  EXPECT_EQ(talk.session->frame(hex("01 83 02 C0F1"), Side::second).size, 5U);
  EXPECT_TRUE(talk.session->starts_here(answer, Side::second, false));
  EXPECT_FALSE(talk.session->starts_here(wrong, Side::second, false));
}

TEST(ModbusRtu, BroadcastIsNotAwaited) {
  Talk talk{kRtu};
  talk.say("00 05 0000 FF00 8DEB");
  talk.wait(20s);
  EXPECT_EQ(count(talk, "anomaly"), 0U);
}

TEST(ModbusAscii, IsDecodedLikeTheOthers) {
  Talk talk{kAscii};
  const std::string_view text = ":010300000001FB\r\n";
  const Bytes bytes = as_bytes(text);
  EXPECT_EQ(talk.session->frame(bytes, Side::first).size, text.size());
  talk.send({bytes.begin(), bytes.end()}, Side::first);
  EXPECT_EQ(talk.lines.at(0), R"(request read "Read Holding Registers" unit=1 fc=3 addr=0 qty=1)");
  const Bytes wrong = as_bytes(":010300000001FC\r\n");
  talk.send({wrong.begin(), wrong.end()}, Side::first);
  EXPECT_TRUE(talk.lines.at(1).ends_with("!lrc_mismatch"));
}

}  // namespace
}  // namespace prahari::test
