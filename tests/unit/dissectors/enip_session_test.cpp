// What one conversation of EtherNet/IP remembers: requests and their answers, connections, what is
// lost, who is the client; and implicit I/O, which shares connections with it.

#include <gtest/gtest.h>

#include "dissectors/protocols/enip/pending.hpp"
#include "tests/unit/dissectors/enip_talk.hpp"

namespace prahari::test {
namespace {

using namespace std::chrono_literals;

std::string le(std::uint32_t value, int bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (int i = 0; i < bytes; ++i, value >>= 8U) {
    out += kDigits[value >> 4U & 15U];
    out += kDigits[value & 15U];
  }
  return out;
}

// SendUnitData on a connection.
std::string unit(std::uint32_t connection, std::uint16_t sequence, std::string_view cip) {
  const auto size = static_cast<std::uint32_t>(hex(cip).size());
  return "7000" + le(22 + size, 2) + "01000000 00000000 0000000000000000 00000000" +
         "00000000 0000 0200 a100 0400" + le(connection, 4) + "b100" + le(size + 2, 2) +
         le(sequence, 2) + std::string{cip};
}

// SendRRData with a sender context.
std::string rr(std::uint32_t context, std::string_view cip, std::uint16_t timeout = 2) {
  const auto size = static_cast<std::uint32_t>(hex(cip).size());
  return "6f00" + le(16 + size, 2) + "01000000 00000000" + le(context, 4) + "00000000 00000000" +
         "00000000" + le(timeout, 2) + "0200 0000 0000 b200" + le(size, 2) + std::string{cip};
}

constexpr std::string_view kRead = "4c 03 91 04 5461 6e6b 0100";
constexpr std::string_view kReadReply = "cc 00 00 00 c400 2a000000";
constexpr std::string_view kGet = "0e 03 2001 2401 3001";
constexpr std::string_view kGetReply = "8e 00 00 00 0100";

const Message& last_of(const EnipTalk& talk, Protocol protocol) {
  const auto last =
      std::find_if(talk.messages.rbegin(), talk.messages.rend(),
                   [&](const Message& message) { return message.protocol == protocol; });
  if (last == talk.messages.rend()) {
    throw std::out_of_range{"no such message"};
  }
  return *last;
}

TEST(EnipSession, AnswersFindTheirRequestsByContext) {
  EnipTalk talk;
  talk.say(rr(1, kRead));
  talk.say(rr(2, kGet));
  talk.say("< " + rr(2, kGetReply));
  EXPECT_TRUE(last_of(talk, Protocol::cip).matched);
  EXPECT_EQ(last_of(talk, Protocol::cip).request.frame, 2U);
  EXPECT_EQ(last_of(talk, Protocol::cip).sub_function, 1);
  talk.say("< " + rr(1, kReadReply));
  EXPECT_EQ(last_of(talk, Protocol::cip).request.frame, 1U);
  EXPECT_EQ(talk.texts.back(), "Tank");
}

// A client that sends one context all the time, and an answer that was lost.
TEST(EnipSession, ServiceTellsWhereTheContextDoesNot) {
  EnipTalk talk;
  talk.say(rr(0, kRead));
  talk.say(rr(0, kGet));
  talk.say("< " + rr(0, kGetReply));
  EXPECT_EQ(last_of(talk, Protocol::cip).request.frame, 2U);
}

// Two connections count their sequences alike; neither answer is taken for the other's, though no
// opening was seen.
TEST(EnipSession, ConnectionsDoNotMixTheirAnswers) {
  EnipTalk talk;
  talk.say(unit(0xA1, 7, kGet));
  talk.say("< " + unit(0xA2, 7, kGetReply));  // teaches that A1 is answered under A2
  talk.say(unit(0xB1, 7, kGet));
  talk.say("< " + unit(0xB2, 7, kGetReply));
  for (std::uint16_t i = 8; i < 30; ++i) {
    talk.say(unit(0xA1, i, kGet));
    const auto asked_a = talk.packet.frame;
    talk.say(unit(0xB1, i, kRead));
    const auto asked_b = talk.packet.frame;
    talk.say("< " + unit(0xB2, i, kReadReply));
    EXPECT_EQ(last_of(talk, Protocol::cip).request.frame, asked_b);
    talk.say("< " + unit(0xA2, i, kGetReply));
    EXPECT_EQ(last_of(talk, Protocol::cip).request.frame, asked_a);
  }
}

// Two requests that the answer may be for, on connections of which nothing is known: better no
// request than the wrong one.
TEST(EnipSession, DoubtfulAnswerHasNoRequest) {
  EnipTalk talk;
  talk.say(unit(0xA1, 7, kGet));
  talk.say(unit(0xB1, 7, kGet));
  talk.say("< " + unit(0xB2, 7, kGetReply));
  EXPECT_FALSE(last_of(talk, Protocol::cip).matched);
  EXPECT_EQ(talk.lines.back().find("anomaly"), std::string::npos);
  talk.say(unit(0xB1, 9, kRead));
  talk.say("< " + unit(0xB2, 9, kReadReply));
  EXPECT_TRUE(last_of(talk, Protocol::cip).matched);
}

// A connection that is never answered takes nothing from one that is.
TEST(EnipSession, FloodOnOneConnectionLeavesOthersAlone) {
  EnipTalk talk;
  talk.say(unit(0xA1, 1, kGet));
  talk.say("< " + unit(0xA2, 1, kGetReply));
  talk.say(unit(0xA1, 2, kGet));
  const auto asked = talk.packet.frame;
  for (std::uint16_t i = 0; i < 500; ++i) {
    talk.say(unit(0xB1, i, kRead));
  }
  talk.say("< " + unit(0xA2, 2, kGetReply));
  EXPECT_TRUE(last_of(talk, Protocol::cip).matched);
  EXPECT_EQ(last_of(talk, Protocol::cip).request.frame, asked);
  EXPECT_EQ(std::ranges::count(talk.lines, "anomaly pending_overflow"), 1);
}

TEST(EnipSession, SilenceIsToldOnceAndInTime) {
  EnipTalk talk;
  talk.say(rr(1, kGet));
  talk.say(rr(2, kGet, 30));  // this one may take half a minute
  talk.wait(9s);
  EXPECT_EQ(talk.lines.back().find("anomaly"), std::string::npos);
  talk.wait(2s);
  EXPECT_EQ(talk.lines.back(), "anomaly request_timeout request=1");
  talk.wait(25s);
  EXPECT_EQ(talk.lines.back(), "anomaly request_timeout request=2");
  talk.wait(100s);
  EXPECT_EQ(std::ranges::count_if(talk.lines,
                                  [](const auto& line) { return line.starts_with("anomaly"); }),
            2);
}

TEST(EnipSession, LostBytesExcuseSilenceAndStrangers) {
  EnipTalk talk;
  talk.say(rr(1, kGet));
  talk.session->on_gap(Side::second);
  talk.wait(20s);
  talk.say("< " + rr(9, kGetReply));
  EXPECT_TRUE(std::ranges::none_of(talk.lines,
                                   [](const auto& line) { return line.starts_with("anomaly"); }));
}

TEST(EnipSession, AnswerWithoutRequestIsToldInAWholeSession) {
  EnipTalk talk;
  talk.say(rr(1, kGet));
  talk.say("< " + rr(1, kGetReply));
  talk.say("< " + rr(1, kGetReply));
  EXPECT_EQ(talk.lines.back(), "anomaly unmatched_response");
}

TEST(EnipSession, ContentTellsTheClient) {
  EnipTalk talk{kEnip, false};
  talk.say("< " + unit(0xA2, 7, kGetReply));
  ASSERT_FALSE(talk.lines.empty());
  EXPECT_EQ(talk.lines.front(), "client is first");
}

TEST(EnipSession, PendingIsBoundedInBytes) {
  enip::PendingRequests pending;
  const std::vector<std::byte> large(4000);
  std::size_t lost = 0;
  for (std::uint32_t i = 1; i <= 50; ++i) {
    enip::Waiting request;
    request.connection = i;
    lost += pending.push(request, large) ? 0U : 1U;
  }
  EXPECT_EQ(lost, 46U);  // four of them fit
  enip::Waiting found;
  std::size_t kept = 0;
  while (pending.take(Side::second, found, [](const enip::Waiting&) { return true; })) {
    EXPECT_EQ(pending.bytes(found).size(), large.size());
    ++kept;
  }
  EXPECT_EQ(kept, 4U);
}

// The bytes of a request stay its own while others come and go.
TEST(EnipSession, PendingKeepsBytesApart) {
  enip::PendingRequests pending;
  for (std::uint32_t round = 0; round < 300; ++round) {
    const std::vector<std::byte> message(100 + round % 50, static_cast<std::byte>(round));
    enip::Waiting request;
    request.connection = round + 1;
    request.packet.frame = round;
    pending.push(request, message);
    if (round < 5) {
      continue;
    }
    enip::Waiting found;
    ASSERT_TRUE(pending.take(Side::second, found, [&](const enip::Waiting& one) {
      return one.packet.frame == round - 5;
    }));
    const Bytes bytes = pending.bytes(found);
    ASSERT_EQ(bytes.size(), 100 + (round - 5) % 50);
    EXPECT_TRUE(std::ranges::all_of(
        bytes, [&](std::byte b) { return b == static_cast<std::byte>(round - 5); }));
  }
}

// A Large Forward Open allows what is refused before.
TEST(EnipSession, LongMessagesOnlyOnceAgreed) {
  EnipTalk talk;
  std::vector<std::byte> head = hex("7000 4023 01000000 00000000 0000000000000000 00000000");
  EXPECT_EQ(talk.session->frame(head, Side::first).verdict, Frame::Verdict::not_mine);
  talk.say(rr(1,
              "5b 02 20062401 07f9 11000000 22000000 0100 0100 01000000 00 000000 80841e00"
              "a00f0042 80841e00 a00f0042 a3 03 0100 20022401"));
  talk.say("< " + rr(1, "db000000 33000000 22000000 0100 0100 01000000 80841e00 80841e00 00 00"));
  EXPECT_EQ(talk.session->frame(head, Side::first).verdict, Frame::Verdict::need_more);
}

// --- implicit I/O
// ---------------------------------------------------------------------------------

std::string io(std::uint32_t connection, std::uint32_t sequence, std::string_view data) {
  return "0200 0280 0800" + le(connection, 4) + le(sequence, 4) + "b100" +
         le(static_cast<std::uint32_t>(hex(data).size()), 2) + std::string{data};
}

TEST(EnipIo, DatagramOfTheSpecification) {
  EnipTalk talk{kIo};
  talk.say("0200 0280 0800 03064b00 db943f00 b100 0600 a587 e80f0300");
  ASSERT_EQ(talk.lines.size(), 1U);
  EXPECT_EQ(
      talk.lines[0],
      "cipio oneway read \"I/O Data\" @connection 4916739 connection_id=4916739 encap_seq=4166875 "
      "cip_seq=34725");
  EXPECT_EQ(talk.messages[0].target.table, "connection");
}

// The opening over TCP tells what the datagrams over UDP are.
TEST(EnipIo, OpeningIsKnownToItsDatagrams) {
  const auto shared = dissector(Protocol::enip).share();
  EnipTalk tcp{kEnipBound, true, shared.get()};
  tcp.say(rr(1,
             "54 02 20062401 07 f9 14000080 1300fe80 1500 0100 f32b9532 00 000000 10270000 2a48"
             "10270000 2a48 01 03 2004 2c64 2c65"));
  tcp.say("< " + rr(1, "d4000000 03064b00 1300fe80 1500 0100 f32b9532 10270000 10270000 00 00"));
  EnipTalk udp{kIo, false, shared.get()};
  udp.say(io(0x004b0603, 1, "0100 01000000 aabb"));
  udp.say("< " + io(0x80fe0013, 1, "0100 ccdd"));
  udp.say(io(0x004b0603, 2, "0200 00000000 aabb"));
  const std::string named = R"(connection={"serial":21,"vendor":1,"originator_serial":848636915} )"
                            R"(originator="10.0.0.1" target="10.0.0.2")";
  const std::vector<std::string> expected = {
      "client is first",
      "cipio oneway write \"Output Data\" @connection 4916739 connection_id=4916739 encap_seq=1 "
      "cip_seq=1 "
      "run_idle=true rpi_us=10000 " +
          named,
      "identity host mode \"run\" 90",
      "client is second",
      "cipio oneway read \"Input Data\" @connection 2164129811 connection_id=2164129811 "
      "encap_seq=1 cip_seq=1 "
      "rpi_us=10000 " +
          named,
      "cipio oneway write \"Output Data\" @connection 4916739 connection_id=4916739 encap_seq=2 "
      "cip_seq=2 "
      "run_idle=false rpi_us=10000 lost=0 " +
          named,
      "identity host mode \"idle\" 90"};
  std::vector<std::string> said = udp.lines;
  std::erase(said, "client is first");
  std::vector<std::string> wanted = expected;
  std::erase(wanted, "client is first");
  std::erase(wanted, "client is second");
  std::erase(said, "client is second");
  EXPECT_EQ(said, wanted);

  // Closed, it is a stranger again.
  tcp.say(rr(2, "4e 02 20062401 07 f9 1500 0100 f32b9532 03 00 2004 2c64 2c65"));
  tcp.say("< " + rr(2, "ce000000 1500 0100 f32b9532 00 00"));
  udp.say("< " + io(0x80fe0013, 2, "0200 ccdd"));
  EXPECT_TRUE(udp.lines.back().starts_with("cipio oneway read \"I/O Data\"")) << udp.lines.back();
}

const std::string kOpening =
    "54 02 20062401 07 f9 14000080 1300fe80 1500 0100 f32b9532 00 000000 10270000 2a48"
    "204e0000 2a48 01 03 2004 2c64 2c65";
const std::string kOpened = "d4000000 03064b00 1300fe80 1500 0100 f32b9532 10270000 204e0000 00 00";
const std::string kClose = "4e 02 20062401 07 f9 1500 0100 f32b9532 03 00 2004 2c64 2c65";

TEST(EnipIo, WhatWasCountedIsToldAtFirstThenNowAndThenAndAtTheEnd) {
  const auto shared = dissector(Protocol::enip).share();
  EnipTalk tcp{kEnipBound, true, shared.get()};
  tcp.say(rr(1, kOpening));
  tcp.say("< " + rr(1, kOpened));
  EXPECT_EQ(tcp.told, (std::vector<std::string>{
                          "connection opened 21 by first exclusive-owner class 1 | 4b0603 10000 "
                          "10000 42 | 80fe0013 20000 20000 42"}));
  EnipTalk udp{kIo, true, shared.get()};
  udp.say(io(0x004b0603, 1, "0100 01000000 aabb"));
  for (const std::uint32_t i : {2U, 3U, 5U, 6U, 6U}) {
    udp.wait(std::chrono::milliseconds{9});
    udp.say(io(0x004b0603, i, "0100 01000000 aabb"));
  }
  udp.wait(10s);
  udp.say(io(0x004b0603, 7, "0100 01000000 aabb"));
  udp.say(io(0x004b0603, 8, "0100 00000000 aabb"));
  udp.say("< " + io(0x80fe0013, 1, "0100 ccdd"));
  udp.say("< " + io(0x80fe0013, 2, "0100 ccdd"));
  udp.session->on_end(udp);
  udp.session->on_end(udp);
  EXPECT_EQ(udp.told,
            (std::vector<std::string>{
                "production 4b0603 by first outputs run: 1 packets, 0 lost, 0 repeated, 6 bytes",
                ("production 4b0603 by first outputs run: 6 packets, 1 lost, 1 repeated, 6 bytes, "
                 "1675166 us"),
                ("production 4b0603 by first outputs idle: 1 packets, 0 lost, 0 repeated, 6 bytes, "
                 "1000 us"),
                ("production 80fe0013 by second inputs unknown: 1 packets, 0 lost, 0 repeated, 2 "
                 "bytes"),
                ("production 80fe0013 by second inputs unknown: 1 packets, 0 lost, 0 repeated, 2 "
                 "bytes, 1000 us")}));
  udp.told.clear();
  udp.say(io(0x004b0603, 9, "0100 00000000 aabb"));
  tcp.told.clear();
  tcp.say(rr(2, kClose));
  tcp.say("< " + rr(2, "ce000000 1500 0100 f32b9532 00 00"));
  EXPECT_EQ(tcp.told,
            (std::vector<std::string>{"production 4b0603 by first outputs idle: 1 packets, 0 lost, "
                                      "0 repeated, 6 bytes, 3000 us",
                                      "connection closed 21 by first"}))
      << "what was not told yet is told before the end";
}

TEST(EnipIo, ASequenceThatBeginsAnewLosesNothing) {
  const auto shared = dissector(Protocol::enip).share();
  EnipTalk talk{kIo, true, shared.get()};
  talk.say(io(5, 1, "0100 11223344"));
  talk.say(io(5, 0x70000000, "0100 11223344"));
  talk.say(io(5, 0x70000001, "0100 11223344"));
  talk.session->on_end(talk);
  EXPECT_EQ(talk.told.back(),
            "production 5 by first unknown unknown: 2 packets, 0 lost, 0 repeated, 4 bytes, "
            "1000 us");
}

// Input only: a sign of life towards the target; the inputs go to a group that the reply names.
TEST(EnipIo, OpeningNamesTheGroupOfAMulticast) {
  const auto shared = dissector(Protocol::enip).share();
  EnipTalk tcp{kEnipBound, true, shared.get()};
  const std::string asked =
      "54 02 20062401 07 f9 14000080 1300fe80 1600 0100 f32b9532 00 000000 10270000 0248"
      "204e0000 2a28 01 03 2004 2cc7 2c65";
  tcp.say(rr(1, asked));
  const std::string reply = "d4000000 03064b00 1300fe80 1600 0100 f32b9532 10270000 204e0000 00 00";
  tcp.say(
      "< 6f00 4200 01000000 00000000 0100000000000000 00000000 00000000 0000 0300 0000 0000"
      "b200 1e00" +
      reply + "0180 1000 0002 08ae efc00a14 0000000000000000");
  EXPECT_EQ(tcp.told, (std::vector<std::string>{
                          "connection opened 22 by first listen-only class 1 | 4b0603 10000 10000 "
                          "2 | 80fe0013 20000 20000 42 multicast to 239.192.10.20"}));
}

// The group is no host; who produces for one is the target.
TEST(EnipIo, MulticastIsInputs) {
  const auto shared = dissector(Protocol::enip).share();
  EnipTalk talk{kIo, false, shared.get(), "239.192.10.20"};
  talk.say(io(0x80fe0013, 1, "0100 01000000 ccdd"));
  EXPECT_EQ(talk.lines,
            (std::vector<std::string>{"client is second",
                                      "cipio oneway read \"Input Data\" @connection 2164129811 "
                                      "connection_id=2164129811 encap_seq=1 cip_seq=1"}));
  EXPECT_EQ(talk.told, (std::vector<std::string>{"production 80fe0013 by first inputs unknown: 1 "
                                                 "packets, 0 lost, 0 repeated, 6 bytes"}));
}

TEST(EnipIo, EvictionsAreCounted) {
  const auto shared = dissector(Protocol::enip).share();
  EnipTalk talk{kIo, true, shared.get()};
  for (std::uint32_t i = 0; i < 1030; ++i) {
    talk.say(io(i, 1, "0100 11223344"));
  }
  EXPECT_EQ(shared->evicted(), 6U);
}

// Without its opening the run bit is believed once it said "run".
TEST(EnipIo, RunBitIsLearned) {
  const auto shared = dissector(Protocol::enip).share();
  EnipTalk with{kIo, true, shared.get()};
  with.say(io(5, 1, "0100 00000000 aabb"));
  EXPECT_EQ(with.lines.back().find("run_idle"), std::string::npos);
  with.say(io(5, 2, "0200 01000000 aabb"));
  with.say(io(5, 3, "0300 00000000 aabb"));
  EXPECT_EQ(with.lines.back(), "identity host mode \"idle\" 90");
  with.say(io(6, 1, "0100 12345678 aabb"));
  EXPECT_EQ(with.lines.back().find("run_idle"), std::string::npos);
}

TEST(EnipIo, LossIsToldOnceAMinute) {
  const auto shared = dissector(Protocol::enip).share();
  EnipTalk talk{kIo, true, shared.get()};
  for (std::uint32_t i = 1; i < 100; i += 2) {
    talk.say(io(5, i, "0100 11223344"));
  }
  EXPECT_EQ(std::ranges::count(talk.lines, "anomaly sequence_loss"), 1);
  talk.wait(61s);
  talk.say(io(5, 101, "0100 11223344"));
  talk.say(io(5, 101, "0100 11223344"));
  EXPECT_EQ(std::ranges::count(talk.lines, "anomaly sequence_loss"), 2);
  talk.wait(61s);
  talk.say(io(5, 101, "0100 11223344"));
  EXPECT_EQ(talk.lines.back(), "anomaly sequence_repeated");
}

TEST(EnipIo, EveryTruncationIsOneMessageOrNone) {
  const auto whole = hex(io(5, 1, "0100 01000000 aabbccdd"));
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    EnipTalk talk{kIo};
    const Frame frame = talk.session->frame(Bytes{whole}.first(size), Side::first);
    EXPECT_EQ(frame.verdict == Frame::Verdict::complete, size >= 18) << size;
    talk.send({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)}, Side::first);
    EXPECT_EQ(talk.count, 1U);
  }
}

}  // namespace
}  // namespace prahari::test
