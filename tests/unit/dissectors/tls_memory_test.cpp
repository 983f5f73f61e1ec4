// What TLS costs: nothing for application data, a bounded buffer for handshakes.

#include <gtest/gtest.h>

#include "dissectors/protocols/tls/handshake_buffer.hpp"
#include "tests/unit/dissectors/allocations.hpp"
#include "tests/unit/dissectors/tls_talk.hpp"

namespace prahari::test {
namespace {

TEST(TlsMemory, ApplicationDataTakesNoHeap) {
  constexpr std::size_t kSegment = 1400;
  TlsTalk talk;
  talk.wants_fields = false;
  for (const Said& one : handshake_of("tls12")) {
    talk.send(one.side, one.bytes);
  }
  std::vector<std::byte> record = hex("17 0303 4000");
  record.resize(5 + 0x4000);
  const std::uint64_t before = allocations_so_far();
  for (int i = 0; i < 100; ++i) {
    for (std::size_t at = 0; at < record.size(); at += kSegment) {
      talk.send(Side::second, Bytes{record}.subspan(at, std::min(kSegment, record.size() - at)));
    }
  }
  EXPECT_EQ(allocations_so_far() - before, 0U);
  talk.wants_fields = true;
  talk.play({});
  EXPECT_TRUE(talk.says("records=[1,100] bytes=[32,1638400]"))
      << ::testing::PrintToString(talk.lines);
}

class Counter final : public tls::HandshakeBuffer::Out {
 public:
  void handshake(const tls::HandshakeMessage& /*message*/) override { ++messages; }
  void not_handshake(Bytes /*rest*/) override { ++foreign; }
  void given_up() override { ++lost; }
  int messages = 0;
  int foreign = 0;
  int lost = 0;
};

// Promises that are never kept, on many flows: all of them together stay within the bound.
TEST(TlsMemory, UnfinishedHandshakesAreBounded) {
  constexpr std::size_t kFlows = 200;
  tls::HandshakeBudget budget;
  std::vector<tls::HandshakeBuffer> buffers(kFlows);
  std::vector<std::byte> begin = hex("0b 00ffff");
  begin.resize(16384);
  Counter out;
  for (tls::HandshakeBuffer& each : buffers) {
    each.add(begin, budget.partial, {}, out);
    EXPECT_LE(budget.partial.bytes(), tls::HandshakeBudget::kBytes);
  }
  EXPECT_GT(budget.partial.evicted(), 0U);
  buffers.front().add(begin, budget.partial, {}, out);
  EXPECT_EQ(out.lost, 1);
  EXPECT_EQ(out.messages, 0);
  buffers.clear();
  EXPECT_EQ(budget.partial.bytes(), 0U);
}

TEST(TlsMemory, FragmentsComeInTheirOrderAndOnce) {
  tls::HandshakeBudget budget;
  tls::HandshakeBuffer buffer;
  Counter out;
  const auto first = hex("0b 000006 0001 000000 000003 010203");
  const auto second = hex("0b 000006 0001 000003 000003 040506");
  for (const auto* one : {&second, &first, &first, &second, &second, &first}) {
    buffer.add_fragments(*one, budget.partial, {}, out);
  }
  EXPECT_EQ(out.messages, 1);
  EXPECT_EQ(out.foreign, 0);
  buffer.add_fragments(hex("0b 000002 0002 000001 000003 010203"), budget.partial, {}, out);
  EXPECT_EQ(out.foreign, 1);
}

}  // namespace
}  // namespace prahari::test
