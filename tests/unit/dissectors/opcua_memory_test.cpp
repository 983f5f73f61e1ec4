// Polling costs no heap: Read and Publish with their answers, once the tables have grown.

#include <gtest/gtest.h>

#include "dissectors/protocols/opcua/session.hpp"
#include "tests/unit/dissectors/allocations.hpp"
#include "tests/unit/dissectors/opcua_talk.hpp"

namespace prahari::test {
namespace {

class Silent final : public Emitter {
 public:
  void message(const Message& message) override {
    problems |= message.problems;
    matched += message.matched ? 1 : 0;
  }
  void identity(const Identity& /*identity*/) override {}
  void anomaly(const Anomaly& /*anomaly*/) override {}
  Fields* fields() override {
    if (wanted != nullptr) {
      wanted->clear();
    }
    return wanted;
  }
  void client_is(Side /*side*/) override {}

  std::uint32_t problems = 0;
  int matched = 0;
  Fields* wanted = nullptr;
};

class Poll {
 public:
  explicit Poll(Fields* fields) : session_(opcua_protocol().open(0)) { out_.wanted = fields; }

  void once() {
    ++request_;
    patch(read_, request_);
    patch(values_, request_);
    patch(publish_, request_ + 500'000);
    patch(notified_, request_ + 500'000);
    say(publish_, Side::first);
    say(read_, Side::first);
    say(values_, Side::second);
    say(notified_, Side::second);
  }

  [[nodiscard]] const Silent& out() const { return out_; }

 private:
  static std::vector<std::byte> message(const Ua& body) {
    return chunk("MSGF", Ua{}.u32(5).u32(1).u32(0).u32(0).add(body));
  }

  void patch(std::vector<std::byte>& chunk, std::uint32_t request) {
    const bool ours = &chunk == &read_ || &chunk == &publish_;
    const std::uint32_t sequence = ++sequence_[ours ? 0 : 1];
    for (unsigned i = 0; i < 4; ++i) {
      chunk[16 + i] = static_cast<std::byte>(sequence >> 8 * i);
      chunk[20 + i] = static_cast<std::byte>(request >> 8 * i);
    }
  }

  void say(const std::vector<std::byte>& bytes, Side side) {
    Pdu pdu;
    pdu.bytes = bytes;
    pdu.side = side;
    pdu.direction = side == Side::first ? Direction::to_server : Direction::to_client;
    pdu.state = Completeness::midstream;
    pdu.packet.time = now_ += std::chrono::milliseconds{10};
    pdu.packet.frame = ++frame_;
    session_->on_time(now_, out_);
    ASSERT_EQ(session_->frame(bytes, side).verdict, Frame::Verdict::complete);
    session_->on_pdu(pdu, out_);
  }

  static std::vector<std::byte> read() {
    Ua body = Ua{}.asks(631).real(0).u32(2).u32(3);
    for (const std::string_view name :
         {"Line1.Filler.Speed.Actual", "Line1.Filler.Level", "Line1.Capper.Torque.Setpoint"}) {
      body.node(2, name).u32(13).null().u16(0).null();
    }
    return message(body);
  }
  static std::vector<std::byte> values() {
    Ua body = Ua{}.answers(634).u32(3);
    body.raw("0D0B").real(12.5).u64(1).u64(2).raw("0D0B").real(1.5).u64(1).u64(2);
    return message(body.raw("0D0A0000803F").u64(1).u64(2).u32(0));
  }
  static std::vector<std::byte> notified() {
    Ua change = Ua{}.u32(2).u32(1).raw("010B").real(3.5).u32(2).raw("010C").text("running").u32(0);
    Ua body = Ua{}.answers(829).u32(1).u32(0).u8(0).u32(77).u64(1).u32(1).node(811).u8(1);
    return message(body.u32(change.bytes.size()).add(change).u32(0).u32(0));
  }

  std::unique_ptr<Session> session_;
  Silent out_;
  std::vector<std::byte> read_ = read();
  std::vector<std::byte> values_ = values();
  std::vector<std::byte> publish_ = message(Ua{}.asks(826).u32(1).u32(1).u32(76));
  std::vector<std::byte> notified_ = notified();
  Timestamp now_{};
  std::uint32_t frame_ = 0;
  std::uint32_t request_ = 0;
  std::uint32_t sequence_[2] = {0, 0};
};

std::uint64_t allocations_of(Fields* fields) {
  Poll poll{fields};
  for (int i = 0; i < 50; ++i) {
    poll.once();
  }
  const std::uint64_t before = allocations_so_far();
  for (int i = 0; i < 1000; ++i) {
    poll.once();
  }
  const std::uint64_t after = allocations_so_far();
  EXPECT_EQ(poll.out().problems, 0U);
  EXPECT_EQ(poll.out().matched, 2 * 1050);
  return after - before;
}

TEST(OpcuaMemory, NoHeapForPolling) {
  const std::uint64_t before = allocations_so_far();
  const auto probe = std::make_unique<int>(1);
  if (allocations_so_far() == before) {
    GTEST_SKIP() << "nobody counts allocations here";
  }
  Fields fields;
  EXPECT_EQ(allocations_of(nullptr), 0U);
  EXPECT_EQ(allocations_of(&fields), 0U);
}

// 65,536 flows fit into memory.
TEST(OpcuaMemory, ASessionIsSmall) { EXPECT_LE(sizeof(opcua::OpcuaSession), 640U); }

}  // namespace
}  // namespace prahari::test
