// S7, S7 plus, MMS, DNP3, IEC 104, BACnet: what is said, and what survives.

#include <random>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/unit/dissectors/talk.hpp"

namespace prahari::test {
namespace {

class OtTalk final : public BasicTalk {
 public:
  explicit OtTalk(Protocol protocol) : BasicTalk(dissector(protocol).open(0)) {}

  void message(const Message& message) override {
    std::ostringstream line;
    line << word_of(message.kind);
    append_operation(line, message);
    if (!message.target.text.empty()) {
      line << " @" << message.target.text;
    }
    if (message.value_count != 0) {
      line << " wrote " << message.values[0];
    }
    if (!message.written.empty()) {
      line << " of " << message.written.size() << " up to "
           << message.written[message.written.size() - 1];
    }
    line << (message.matched ? " matched" : "");
    append_problems(line, message);
    lines.push_back(line.str());
  }
  void identity(const Identity& identity) override {
    lines.push_back("identity " + std::string{to_string(identity.field)} + " \"" +
                    std::string{identity.value} + '"');
  }
  void anomaly(const Anomaly& /*anomaly*/) override { lines.emplace_back("anomaly"); }
};

struct Row {
  Protocol protocol;
  std::vector<std::string> said;
  std::vector<std::string> expected;
};

const std::vector<Row>& rows() {
  static const std::vector<Row> kRows = {
      {Protocol::s7comm,
       {"03000016 11e00000000100c1020100c2020102c0010a"},
       {R"(oneway discover "COTP Connect Request")",
        "identity application \"S7 programming device (PG)\""}},
      {Protocol::s7comm,
       {"03000024 02f080 32010000000500 0e0005 0501120a10020001000184000010 0004000807",
        "< 03000016 02f080 320300000005000200010000 0501 ff"},
       {R"(request write "Write Variable" @DB1.2 wrote 7)",
        R"(response write "Write Variable" matched)"}},
      {Protocol::s7comm,
       {"03000027 02f080 320100000005000e0008 0501120a10040002000184000010 0004002000070008"},
       {R"(request write "Write Variable" @DB1.2 wrote 7 of 2 up to 8)"}},
      {Protocol::s7comm,
       {"03000021 02f080 32010000000600100000 29 0000000000 09 505f50524f4752414d"},
       {R"(request control/stop "PLC Stop" @P_PROGRAM)"}},
      {Protocol::iec104,
       {"680e00000000 2d 01 06 00 0100 050000 01", "< 680e00000200 2d 01 07 00 0100 050000 01"},
       {R"(request control "Single Command" @1/5 wrote 1)",
        R"(response control "Single Command" @1/5 wrote 1 matched)", R"(identity station "1")"}},
      {Protocol::bacnet,
       {"810b0014 0100 1000 c4020004d2 2205c4 9103 2105"},
       {R"(oneway discover "I-Am")", R"(identity station "1234")",
        R"(identity vendor "BACnet vendor 5")"}},
      {Protocol::bacnet,
       {"810a0011 0104 0005010c 0c02000001 1979",
        "< 810a0017 0100 30010c 0c02000001 1979 3e 7503 00 4142 3f"},
       {R"(request read "Read Property")", R"(response read "Read Property" matched)",
        R"(identity vendor "AB")"}},
      {Protocol::bacnet,
       {"810a000c 0104 00050214 0900"},
       {R"(request control/reset "Reinitialize Device")"}},
      {Protocol::mms,
       {"0300001d 02f080 01000100 6110 300e 020103 a009 a007 020101 a202 8000"},
       {R"(request discover "Identify")"}},
  };
  return kRows;
}

TEST(OtProtocols, SayWhatIsMeant) {
  for (const Row& row : rows()) {
    OtTalk talk{row.protocol};
    for (const std::string& text : row.said) {
      talk.say(text);
    }
    EXPECT_EQ(talk.lines, row.expected) << row.said[0];
  }
}

TEST(OtProtocols, SurviveTruncationAndNoise) {
  std::mt19937 chance{7};  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same on every run
  for (const Row& row : rows()) {
    for (const std::string& text : row.said) {
      const std::vector<std::byte> whole = hex(text);
      for (std::size_t size = 1; size < whole.size(); ++size) {
        OtTalk talk{row.protocol};
        talk.send(Bytes{whole}.first(size), Side::first);
      }
      for (int round = 0; round < 2000; ++round) {
        std::vector<std::byte> bytes = whole;
        bytes[chance() % bytes.size()] = static_cast<std::byte>(chance());
        bytes[chance() % bytes.size()] = static_cast<std::byte>(chance());
        OtTalk talk{row.protocol};
        talk.send(bytes, Side::first);
        talk.send(bytes, Side::second);
      }
    }
  }
}

}  // namespace
}  // namespace prahari::test
