// CSPv4: framing, connecting, PCCC in it, and what is no CSPv4 at all.

#include "dissectors/protocols/csp/csp.hpp"

#include <random>
#include <sstream>

#include <gtest/gtest.h>

#include "dissectors/code_names.hpp"
#include "tests/unit/dissectors/talk.hpp"

namespace prahari::test {
namespace {

const Dissector& csp_protocol() { return dissector(Protocol::csp); }

class CspTalk final : public BasicTalk {
 public:
  explicit CspTalk(bool with_direction = true)
      : BasicTalk(csp_protocol().open(0), with_direction) {}

  void message(const Message& message) override {
    ++count;
    std::ostringstream line;
    line << word_of(message.kind);
    append_operation(line, message);
    if (!message.target.text.empty()) {
      line << " @" << message.target.table << ' ' << message.target.text;
    }
    for (std::size_t i = 0; i < message.value_count; ++i) {
      line << (i == 0 ? " wrote " : ",") << message.values[i];
    }
    for (const csp::Field field : {csp::Field::connection, csp::Field::status, csp::Field::remote,
                                   csp::Field::pccc, csp::Field::request_frame}) {
      const auto at = static_cast<std::size_t>(field);
      if (record_.json(at) != "null") {
        line << ' ' << csp::kFieldNames[at] << '=' << record_.json(at);
      }
    }
    append_problems(line, message);
    lines.push_back(line.str());
  }
  void identity(const Identity& identity) override {
    lines.push_back("identity " + std::string{to_string(identity.field)} + " \"" +
                    std::string{identity.value} + '"');
  }
  void anomaly(const Anomaly& anomaly) override {
    lines.push_back("anomaly " + std::string{csp::kProblems[anomaly.problem].id});
  }

  std::size_t count = 0;
};

const std::string kContext = "00000000 00000000 00000000 00000000";
const std::string kConnect = "01 01 0000 00000000 00000000" + kContext;
const std::string kConnected = "02 01 0000 00000102 00000000" + kContext;

// With the address of a local processor in front.
std::string pccc(bool reply, const std::string& message) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const std::size_t size = 4 + hex(message).size();
  const std::string length{kDigits[size >> 12U & 0xFU], kDigits[size >> 8U & 0xFU],
                           kDigits[size >> 4U & 0xFU], kDigits[size & 0xFU]};
  return (reply ? "< 02 07" : "01 07") + length + "00000102 00000000" + kContext + "00 05 00 00" +
         message;
}

// The mode change of a public client (libabel, plcmodereq.c): ten bytes behind the header.
TEST(Csp, ChangeOfModeOfAnSlc) {
  CspTalk talk;
  talk.say(kConnect);
  talk.say("< " + kConnected);
  talk.say(pccc(false, "0f 00 1234 80 01"));
  talk.say(pccc(true, "4f 00 1234"));
  const std::vector<std::string> expected = {
      R"(request discover "Connect" connection=0 status=0)",
      R"(response discover "Connect" connection=258 status=0 request_frame=1)",
      R"(request control/stop "PCCC Change Mode: to Program" wrote 1 connection=258 status=0 )"
      R"(remote=false pccc={"cmd":15,"sts":0,"tns":13330,"fnc":128})",
      R"(response control/stop "PCCC Change Mode: to Program" wrote 1 connection=258 status=0 )"
      R"(remote=false pccc={"cmd":15,"sts":0,"tns":13330,"fnc":128} request_frame=3)"};
  EXPECT_EQ(talk.lines, expected);
}

// The diagnostic status of the specification, and a write that the processor refuses.
TEST(Csp, IdentityAndRefusal) {
  CspTalk talk;
  talk.say(pccc(false, "06 00 63c5 03"));
  talk.say(pccc(true, "46 00 63c5 00ee4a9f23 313736362d4c4543202020 0000 2600 3682 9e fc 01"));
  EXPECT_EQ(talk.lines[1], "identity order_number \"1766-LEC\"");
  EXPECT_EQ(talk.lines[5], "identity mode \"run\"");
  talk.lines.clear();
  talk.say(pccc(false, "0f 00 0200 aa 02 07 89 03 00 0100"));
  talk.say(pccc(true, "4f f0 0200 0b"));
  EXPECT_EQ(
      talk.lines[0],
      R"(request write "PCCC Protected Typed Logical Write with Three Fields" )"
      R"(@data file N7:3 wrote 1 connection=258 status=0 remote=false pccc={"cmd":15,"sts":0,)"
      R"("tns":2,"fnc":170,"address":"N7:3","size":2,"file":7,"type":137,"element":3,"sub":0})");
  EXPECT_TRUE(talk.lines[1].starts_with("exception write")) << talk.lines[1];
}

TEST(Csp, OverABridgeTheAddressIsLonger) {
  CspTalk talk;
  talk.say("01 07 0014 00000102 00000000" + kContext + "00 05 00 01 0000000000000000000000" +
           "06 00 63c5 00");
  EXPECT_EQ(talk.lines[0], R"(request discover "PCCC Echo" connection=258 status=0 remote=true )"
                           R"(pccc={"cmd":6,"sts":0,"tns":50531,"fnc":0})");
}

TEST(Csp, WhatIsWrongHasAName) {
  const std::vector<std::pair<std::string, std::string_view>> rows = {
      {"01 07 0003 00000102 00000000" + kContext + "00 05 00", "!truncated"},
      {"01 07 0007 00000102 00000000" + kContext + "00 05 00 00 0f 00 12", "!truncated"},
      {"01 07 0004 00000102 00000000" + kContext + "00 05 00 01", "!truncated"},
      {pccc(false, "4f 00 1234"), "!truncated"},  // an answer where a request should be
      {"01 05 0000 00000102 00000000" + kContext, "!unknown_submode"},
  };
  for (const auto& [bytes, problem] : rows) {
    CspTalk talk;
    talk.say(bytes);
    ASSERT_EQ(talk.lines.size(), 1U) << bytes;
    EXPECT_TRUE(talk.lines[0].ends_with(problem)) << talk.lines[0];
  }
  CspTalk talk;
  talk.say("< 02 07 0000 00000102 00000005" + kContext);
  EXPECT_EQ(talk.lines[0], R"(exception control "PCCC Unknown Command" connection=258 status=5)");
}

TEST(Csp, AnswersAreMissedAndFoundOut) {
  CspTalk talk;
  talk.say(pccc(false, "06 00 0100 03"));
  talk.wait(std::chrono::seconds{11});
  EXPECT_EQ(talk.lines.back(), "anomaly request_timeout");
  talk.say(pccc(true, "46 00 0100"));
  EXPECT_EQ(talk.lines.back(), "anomaly unmatched_response");
  for (unsigned i = 0; i < 40; ++i) {
    talk.say(pccc(false, "06 00 0200 03"));
  }
  EXPECT_EQ(std::ranges::count(talk.lines, "anomaly pending_overflow"), 1);
}

TEST(Csp, ProbeKnowsItsOwn) {
  const auto asked = [](std::string_view text, bool bound = true) {
    const auto bytes = hex(text);
    return csp_protocol().probe({bytes, Transport::tcp, Direction::unknown, bound}).answer;
  };
  EXPECT_EQ(asked(kConnect), Probe::Answer::yes);
  EXPECT_EQ(asked(kConnected), Probe::Answer::yes);
  EXPECT_EQ(asked(pccc(false, "06 00 63c5 03")), Probe::Answer::yes);
  EXPECT_EQ(asked("01 07"), Probe::Answer::need_more);
  EXPECT_EQ(asked("5353482d322e302d4f70656e5353485f392e32703120446562"), Probe::Answer::no)
      << "SSH";
  EXPECT_EQ(asked("01 01 0010 00000000 00000000" + kContext), Probe::Answer::no)
      << "connecting carries nothing";
  EXPECT_EQ(asked("01 07 ffff 00000102 00000000" + kContext), Probe::Answer::no);
  EXPECT_FALSE(csp_protocol().on_any_port);
  // Implicit I/O lives on the same port over UDP.
  const auto io = hex("0200 0280 0800 03064b00 db943f00 b100 0600 a587 e80f0300");
  EXPECT_EQ(dissector(Protocol::enip).probe({io, Transport::udp, Direction::unknown, true}).answer,
            Probe::Answer::yes);
}

TEST(Csp, EveryTruncationWaitsForMore) {
  const auto whole = hex(pccc(false, "0f 00 0200 aa 02 07 89 03 00 0100"));
  const CspTalk talk;
  for (std::size_t size = 1; size < whole.size(); ++size) {
    EXPECT_EQ(talk.session->frame(Bytes{whole}.first(size), Side::first).verdict,
              Frame::Verdict::need_more)
        << size;
  }
  EXPECT_EQ(talk.session->frame(whole, Side::first).size, whole.size());
}

TEST(Csp, SurvivesAnything) {
  std::mt19937 chance{7};  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same on every run
  const auto whole = hex(pccc(false, "0f 00 0200 aa 02 07 89 03 00 0100"));
  for (int round = 0; round < 20'000; ++round) {
    CspTalk talk{false};
    for (int pdu = 0; pdu < 3; ++pdu) {
      std::vector<std::byte> bytes = whole;
      for (int i = 0; i < 4; ++i) {
        bytes[chance() % bytes.size()] = static_cast<std::byte>(chance());
      }
      bytes.resize(csp::kHeaderSize + chance() % 24);
      talk.send(bytes, chance() % 2 == 0 ? Side::first : Side::second);
    }
    EXPECT_EQ(talk.count, 3U);
  }
}

}  // namespace
}  // namespace prahari::test
