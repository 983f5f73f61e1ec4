// OPC UA from an enemy: lengths that lie, nesting without end, and every prefix of good messages.

#include <gtest/gtest.h>

#include "dissectors/protocols/opcua/pending.hpp"
#include "dissectors/protocols/opcua/services.hpp"
#include "dissectors/protocols/opcua/walker.hpp"
#include "tests/unit/dissectors/opcua_talk.hpp"

namespace prahari::test {
namespace {

using opcua::Mark;
using opcua::Type;

class Counter final : public opcua::Visitor {
 public:
  void begin(Mark /*mark*/, std::size_t /*index*/) override { ++structures; }
  void end(Mark /*mark*/) override { --structures; }
  void value(Mark /*mark*/, std::size_t /*index*/, const opcua::Value& value) override {
    ++values;
    last = value;
  }

  int structures = 0;
  std::size_t values = 0;
  opcua::Value last;
};

constexpr auto kVariant = std::to_array<opcua::Field>({{Type::variant, Mark::value}});
constexpr auto kDiagnostic = std::to_array<opcua::Field>({{Type::diagnostic_info}});

struct Walked {
  bool ok = false;
  bool stopped = false;
  std::size_t remaining = 0;
  std::size_t values = 0;
};

Walked walk(const std::vector<std::byte>& bytes, opcua::FieldList fields) {
  Counter counter;
  opcua::Walker walker{bytes, counter};
  walker.walk(fields);
  EXPECT_EQ(counter.structures, 0) << "what begins also ends";
  return {walker.ok(), walker.stopped(), walker.remaining(), counter.values};
}

TEST(OpcuaTypes, EveryBuiltInTypeInAVariant) {
  const struct {
    std::string_view bytes;
    std::size_t values;
  } rows[] = {
      {"00", 0},
      {"01 01", 1},
      {"02 ff", 1},
      {"03 ff", 1},
      {"04 ffff", 1},
      {"05 ffff", 1},
      {"06 ffffffff", 1},
      {"07 ffffffff", 1},
      {"08 ffffffffffffffff", 1},
      {"09 ffffffffffffffff", 1},
      {"0a 0000c03f", 1},
      {"0b 000000000000f83f", 1},
      {"0c 02000000 6869", 1},
      {"0c ffffffff", 1},
      {"0d 0000000000000000", 1},
      {"0e 00112233445566778899aabbccddeeff", 1},
      {"0f 02000000 0102", 1},
      {"10 02000000 3c3e", 1},
      {"11 00 55", 1},
      {"11 01 02 0304", 1},
      {"11 02 0100 04030201", 1},
      {"11 03 0100 01000000 61", 1},
      {"11 04 0100 00112233445566778899aabbccddeeff", 1},
      {"11 05 0100 01000000 61", 1},
      {"12 c0 55 01000000 75 07000000", 1},
      {"13 00003480", 1},
      {"14 0100 01000000 61", 1},
      {"15 03 02000000 656e 01000000 61", 1},
      {"15 00", 1},
      {"16 00 00 00", 0},
      {"16 01 00 9999 01 03000000 010203", 0},
      {"17 3f 03 07 00000000 0000000000000000 0000 0000000000000000 0000", 0},
      {"18 03 07", 1},
      {"19 00", 0},
      {"1a 01000000 61", 1},
      {"86 02000000 01000000 02000000", 2},
      {"c6 04000000 01000000 02000000 03000000 04000000 02000000 02000000 02000000", 4},
      {"98 02000000 03 01 03 02", 2},
      {"86 ffffffff", 0},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.bytes);
    const auto bytes = hex(row.bytes);
    const Walked walked = walk(bytes, kVariant);
    EXPECT_TRUE(walked.ok);
    EXPECT_EQ(walked.remaining, 0U);
    EXPECT_EQ(walked.values, row.values);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_FALSE(
          walk({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)}, kVariant).ok)
          << "cut to " << size;
    }
  }
}

TEST(OpcuaTypes, DimensionsHaveToMultiplyToTheLength) {
  EXPECT_FALSE(walk(hex("c6 04000000 01000000 02000000 03000000 04000000 02000000 02000000"
                        "03000000"),
                    kVariant)
                   .ok);
  // 65,536 times 65,536 is not 0.
  EXPECT_FALSE(walk(hex("c6 00000000 02000000 00000100 00000100"), kVariant).ok);
}

// SymbolicId, NamespaceUri, Locale (bit 8), LocalizedText (bit 4), AdditionalInfo, InnerStatusCode,
// InnerDiagnosticInfo: the order of the wire. What ICSNPP calls the one is the other.
TEST(OpcuaTypes, DiagnosticInfoInTheOrderOfTheWire) {
  const auto all = hex("7f 01000000 02000000 03000000 04000000 02000000 6869 00003480 00");
  const Walked walked = walk(all, kDiagnostic);
  EXPECT_TRUE(walked.ok);
  EXPECT_EQ(walked.remaining, 0U);
  EXPECT_TRUE(walk(hex("04 04000000"), kDiagnostic).ok);
  EXPECT_TRUE(walk(hex("08 03000000"), kDiagnostic).ok);
}

TEST(OpcuaHostile, NestingStopsAtSixteen) {
  std::string variants;
  std::string diagnostics;
  for (int i = 0; i < 40; ++i) {
    variants += "18";
    diagnostics += "40";
  }
  EXPECT_TRUE(walk(hex(variants + "0307"), kVariant).stopped);
  EXPECT_TRUE(walk(hex(diagnostics + "00"), kDiagnostic).stopped);
  EXPECT_TRUE(walk(hex(variants.substr(0, std::size_t{2} * 14) + "0307"), kVariant).ok);
  // A Literal operand inside a Literal operand inside ...
  Ua nested = Ua{}.raw("0307");
  for (int i = 0; i < 20; ++i) {
    Ua outer = Ua{}.raw("16").node(597).u8(1).u32(nested.bytes.size()).add(nested);
    nested = outer;
  }
  EXPECT_TRUE(walk(nested.bytes, kVariant).stopped);
}

TEST(OpcuaHostile, CountsThatTheRestCannotHoldAreNotBelieved) {
  OpcuaTalk talk;
  talk.open();
  talk.ask(Ua{}.asks(631).real(0).u32(2).u32(0x7fffffff), 3);
  EXPECT_EQ(talk.lines.back(), "request read \"Read\" !opcua_malformed_message");
  EXPECT_FALSE(walk(hex("8c ffffff7f 00000000"), kVariant).ok);
  EXPECT_FALSE(walk(hex("0c feffffff"), kVariant).ok) << "only -1 is null";
}

TEST(OpcuaHostile, ReadingStopsAfterAHundredThousandValues) {
  Ua many = Ua{}.raw("98").u32(400'000);
  for (int i = 0; i < 400'000; ++i) {
    many.u8(0);
  }
  const Walked walked = walk(many.bytes, kVariant);
  EXPECT_TRUE(walked.stopped);
  EXPECT_LE(walked.values, opcua::Walker::kBudget);
}

TEST(OpcuaHostile, AnArrayOfNumbersIsPassedOverAtOnce) {
  Ua many = Ua{}.raw("83").u32(1'000'000);
  many.bytes.resize(many.bytes.size() + 1'000'000);
  const Walked walked = walk(many.bytes, kVariant);
  EXPECT_TRUE(walked.ok);
  EXPECT_EQ(walked.remaining, 0U);
  EXPECT_EQ(walked.values, opcua::Walker::kShown);
}

// The least message of every service: counts and lengths of zero. Reads to its last byte, and no
// prefix of it does, nor does any byte of it turned round make the reader run away.
TEST(OpcuaHostile, EveryServiceInBothDirectionsCutAnywhere) {
  for (std::uint32_t type = 0; type < 22'000; ++type) {
    bool response = false;
    const opcua::Service* service = opcua::find_service(type, response);
    if (service == nullptr || service->request == service->response) {
      continue;
    }
    SCOPED_TRACE(service->id);
    const opcua::FieldList fields = response ? service->response_fields : service->request_fields;
    Ua body = response ? Ua{}.answers(type) : Ua{}.asks(type);
    std::size_t least = 0;
    for (const opcua::Field& field : fields) {
      least += field.array ? 4 : opcua::least_size(field.type);
    }
    body.bytes.resize(body.bytes.size() + least);
    for (std::size_t size = 0; size <= body.bytes.size(); ++size) {
      OpcuaTalk talk;
      talk.open();
      Ua cut;
      cut.bytes.assign(body.bytes.begin(), body.bytes.begin() + static_cast<std::ptrdiff_t>(size));
      response ? talk.answer(cut, 3) : talk.ask(cut, 3);
      ASSERT_FALSE(talk.messages.empty());
      const bool valid = talk.messages.back().problems == 0;
      if (size == body.bytes.size()) {
        EXPECT_TRUE(valid) << talk.lines.front();
      } else if (valid) {
        EXPECT_TRUE(response) << "only a response may end behind its header, here at " << size;
      }
    }
    for (std::size_t at = 0; at < body.bytes.size(); ++at) {
      OpcuaTalk talk;
      talk.open();
      Ua turned = body;
      turned.bytes[at] ^= std::byte{0xff};
      response ? talk.answer(turned, 3) : talk.ask(turned, 3);
    }
  }
}

// Who is client and who server is settled by both sides; one forged packet turns nothing round.
TEST(OpcuaHostile, NoSinglePacketSwapsTheRolesOnceBothSidesSpoke) {
  const auto hello =
      chunk("HELF", Ua{}.u32(0).u32(65536).u32(65536).u32(0).u32(0).text("opc.tcp://s"));
  OpcuaTalk talk;
  talk.open();
  talk.server(hello);
  EXPECT_EQ(talk.overruled, 0);
  EXPECT_EQ(talk.client_side, Side::first);
  EXPECT_EQ(talk.lines.front(), "request read \"Hello\" !opcua_role_conflict");
  EXPECT_EQ(talk.messages.back().direction, Direction::to_client);
  talk.answer(Ua{}.asks(631).real(0).u32(2).u32(0), 9);  // a request from the server
  EXPECT_EQ(talk.overruled, 0);
  talk.ask(Ua{}.asks(631).real(0).u32(2).u32(0), 3);
  EXPECT_EQ(talk.lines.back(), "request read \"Read\"");
  EXPECT_EQ(talk.messages.back().direction, Direction::to_server);
}

TEST(OpcuaHostile, NoSinglePacketSwapsTheRolesOfAnEncryptedFlow) {
  const auto hello =
      chunk("HELF", Ua{}.u32(0).u32(65536).u32(65536).u32(0).u32(0).text("opc.tcp://s"));
  const auto acknowledge = chunk("ACKF", Ua{}.u32(0).u32(65536).u32(65536).u32(0).u32(0));
  const Ua request = Ua{}.asks(631).real(0).u32(2).u32(0);
  for (const bool plain : {false, true}) {
    OpcuaTalk talk;
    talk.state = Completeness::midstream;
    for (int i = 0; i < 4; ++i) {
      talk.client(chunk("MSGF", Ua{}.u32(9).u32(1).raw(std::string(128, 'c'))));
      talk.server(chunk("MSGF", Ua{}.u32(9).u32(1).raw(std::string(128, 'd'))));
    }
    ASSERT_EQ(talk.lines.back(), "response control \"Encrypted Message\"");
    for (int i = 0; i < 3; ++i) {
      talk.server(plain ? chunk("MSGF", Ua{}.u32(9).u32(1).u32(7).u32(7).add(request)) : hello);
    }
    EXPECT_EQ(talk.overruled, 0);
    for (int i = 0; i < 3; ++i) {
      talk.client(chunk("MSGF", Ua{}.u32(9).u32(1).raw(std::string(128, 'c'))));
    }
    EXPECT_EQ(talk.messages.back().direction, Direction::to_server);
    talk.client(acknowledge);  // now both sides say so: the ports misled
    EXPECT_EQ(talk.overruled, 1);
    EXPECT_EQ(talk.client_side, Side::second);
    talk.client(hello);
    EXPECT_EQ(talk.overruled, 1);
  }
}

// One connection, and all of a shard, remember so many requests and no more.
TEST(OpcuaHostile, RequestsThatNobodyAnswersStayBounded) {
  const Ua nodes = [] {
    Ua body = Ua{}.asks(631).real(0).u32(2).u32(64);
    for (unsigned i = 0; i < 64; ++i) {
      body.node(2, "Line1.Filler.Speed.Actual." + std::to_string(i)).u32(13).null().u16(0).null();
    }
    return body;
  }();
  opcua::Budget budget;
  std::vector<std::unique_ptr<OpcuaTalk>> talks;
  for (int flow = 0; flow < 100; ++flow) {
    OpcuaTalk& talk = *talks.emplace_back(std::make_unique<OpcuaTalk>());
    talk.session->join(&budget, {});
    talk.open();
    for (unsigned i = 0; i < 300; ++i) {
      talk.ask(nodes, 10 + i);
    }
    EXPECT_TRUE(std::ranges::count(talk.lines, "anomaly pending_overflow") > 0);
  }
  const std::size_t most = opcua::Budget::kWaiting + std::size_t{100} * 16 * sizeof(opcua::Request);
  EXPECT_GT(budget.waiting, opcua::Budget::kWaiting / 2);
  EXPECT_LE(budget.waiting, most);
  OpcuaTalk& last = *talks.back();
  last.answer(Ua{}.answers(634).u32(0).u32(0), 309);
  EXPECT_TRUE(last.messages.back().matched) << "the latest requests are still matched";
  talks.clear();
  EXPECT_EQ(budget.waiting, 0U);
}

TEST(OpcuaHostile, NodesOfWaitingRequestsStayBoundedInOneConnection) {
  opcua::PendingRequests pending;
  opcua::Items items;
  for (std::uint32_t i = 0; i < 64; ++i) {
    opcua::NodeId node;
    node.ns = 2;
    node.number = 1000 + i;
    items.add(node);
  }
  unsigned kept = 0;
  bool overflow = false;
  for (std::uint32_t i = 0; i < opcua::PendingRequests::kMost; ++i) {
    opcua::Request& request = pending.push(1, i, overflow);
    EXPECT_FALSE(overflow);
    kept += pending.assign(request, items) ? 1U : 0U;
  }
  EXPECT_GE(kept, 8U);
  EXPECT_LE(kept, opcua::PendingRequests::kMostMemory / (64 * sizeof(opcua::Item)) + 1);
  pending.push(1, 1000, overflow);
  EXPECT_TRUE(overflow);
}

TEST(OpcuaHostile, SizesThatCannotBeAreForeign) {
  const auto session = opcua_protocol().open(0);
  const auto verdict = [&](std::string_view bytes) {
    return session->frame(hex(bytes), Side::first).verdict;
  };
  using Verdict = Frame::Verdict;
  EXPECT_EQ(verdict("4d534746 07000000"), Verdict::not_mine);
  EXPECT_EQ(verdict("4d534746 ffffff7f"), Verdict::not_mine);
  EXPECT_EQ(verdict("4d534746 18000000 00"), Verdict::need_more);
  EXPECT_EQ(verdict("4d5347"), Verdict::need_more);
  EXPECT_EQ(verdict("4d5348"), Verdict::not_mine);
  EXPECT_EQ(verdict("48454c43 20000000"), Verdict::not_mine) << "HEL comes whole";
}

TEST(OpcuaProbe, KnowsItsOwnOnAnyPortAndNothingElse) {
  const auto answer = [](const std::vector<std::byte>& head) {
    return opcua_protocol()
        .probe({.head = head, .transport = Transport::tcp, .direction = {}, .bound = false})
        .answer;
  };
  using Answer = Probe::Answer;
  const auto hello =
      chunk("HELF", Ua{}.u32(0).u32(65536).u32(65536).u32(0).u32(0).text("opc.tcp://s"));
  EXPECT_EQ(answer(hello), Answer::yes);
  EXPECT_EQ(answer(chunk("ACKF", Ua{}.u32(0).u32(8192).u32(8192).u32(0).u32(0))), Answer::yes);
  EXPECT_EQ(answer(chunk("ERRF", Ua{}.u32(0x80800000).text(""))), Answer::yes);
  EXPECT_EQ(answer(chunk("MSGF", Ua{}.u32(5).u32(1).u32(9).u32(9).add(Ua{}.asks(826).u32(0)))),
            Answer::yes);
  EXPECT_EQ(answer(chunk("HELF", Ua{}.u32(7000).u32(65536).u32(1).u32(0).u32(0).text("x"))),
            Answer::no);
  EXPECT_EQ(answer(chunk("HELF", Ua{}.u32(0).u32(65536).u32(1).u32(0).u32(0).u32(500))),
            Answer::no);
  EXPECT_EQ(answer(chunk("MSGF", Ua{}.u32(0).u32(1).u32(9).u32(9).asks(826).u32(0))), Answer::no);
  EXPECT_EQ(answer(hex("48454c4f")), Answer::no) << "HELO of SMTP";
  EXPECT_EQ(answer(hex("4845")), Answer::need_more);
  for (std::size_t size = 1; size < hello.size(); ++size) {
    EXPECT_NE(answer({hello.begin(), hello.begin() + static_cast<std::ptrdiff_t>(size)}),
              Answer::no)
        << size;
  }
}

}  // namespace
}  // namespace prahari::test
