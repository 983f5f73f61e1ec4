// What a session costs: its size, and no heap for a PDU once its table has grown.

#include <cstdint>
#include <cstdlib>
#include <new>

#include <gtest/gtest.h>

#include "dissectors/protocols/modbus/session.hpp"
#include "tests/unit/dissectors/allocations.hpp"
#include "tests/unit/dissectors/modbus_talk.hpp"

namespace {

thread_local std::uint64_t allocations = 0;

[[maybe_unused]] void* allocate(std::size_t size) {
  ++allocations;
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) {
    std::abort();
  }
  return memory;
}

}  // namespace

// Weak, so that another test of this program may count in its own way.
#ifndef __SANITIZE_ADDRESS__  // which has its own and checks that they are used in pairs
[[gnu::weak]] void* operator new(std::size_t size) { return allocate(size); }
[[gnu::weak]] void* operator new[](std::size_t size) { return allocate(size); }
[[gnu::weak]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::weak]] void operator delete[](void* memory) noexcept { std::free(memory); }
[[gnu::weak]] void operator delete(void* memory, std::size_t /*size*/) noexcept {
  std::free(memory);
}
[[gnu::weak]] void operator delete[](void* memory, std::size_t /*size*/) noexcept {
  std::free(memory);
}
#endif

namespace prahari::test {

std::uint64_t allocations_so_far() noexcept { return allocations; }

namespace {

// Forgets all it is told, without heap.
class Silent final : public Emitter {
 public:
  void message(const Message& message) override { problems |= message.problems; }
  void identity(const Identity& /*identity*/) override { ++identities; }
  void anomaly(const Anomaly& /*anomaly*/) override {}
  Fields* fields() override { return wanted; }
  void client_is(Side /*side*/) override {}

  std::uint32_t problems = 0;
  int identities = 0;
  Fields* wanted = nullptr;
};

struct Exchange {
  std::vector<std::byte> request;
  std::vector<std::byte> response;
};

std::vector<Exchange> exchanges() {
  return {
      {hex("0001 0000 0006 11 01 0013 0013"), hex("0001 0000 0006 11 01 03 CD6B05")},
      {hex("0003 0000 0006 11 03 006B 0003"), hex("0003 0000 0009 11 03 06 022B 0000 0064")},
      {hex("0005 0000 0006 11 05 00AC FF00"), hex("0005 0000 0006 11 05 00AC FF00")},
      {hex("0010 0000 000B 11 10 0001 0002 04 000A 0102"), hex("0010 0000 0006 11 10 0001 0002")},
      {hex("0008 0000 0006 11 08 0000 A537"), hex("0008 0000 0006 11 08 0000 A537")},
      {hex("0004 0000 0006 11 04 0000 0001"), hex("0004 0000 0003 11 84 02")},
      {hex("002B 0000 0005 11 2B 0E 01 00"),
       hex("002B 0000 000E 11 2B 0E 01 01 00 00 01 00 04 41636D65")},
      {hex("0001 0000 0004 00 5A 00 12"), hex("0001 0000 0004 00 5A 00 FE")},
      {hex("0001 0000 0008 00 5A 00 31 01020304"), hex("0001 0000 0004 00 5A 00 FE")},
  };
}

// `deep` requests are under way before the first response comes.
std::uint64_t allocations_of(Fields* fields, unsigned deep) {
  const auto session = modbus_protocol().open(kMbapBound);
  const auto talk = exchanges();
  Silent out;
  out.wanted = fields;
  Pdu pdu;
  const auto say = [&](const std::vector<std::byte>& bytes, Direction direction) {
    pdu.side = direction == Direction::to_server ? Side::first : Side::second;
    pdu.direction = direction;
    pdu.bytes = bytes;
    if (fields != nullptr) {
      fields->clear();
    }
    const Frame frame = session->frame(bytes, pdu.side);
    session->on_time(pdu.packet.time, out);
    if (frame.verdict == Frame::Verdict::complete) {
      session->on_pdu(pdu, out);
    }
  };
  const auto round = [&] {
    for (const Exchange& exchange : talk) {
      for (unsigned i = 0; i < deep; ++i) {
        say(exchange.request, Direction::to_server);
      }
      for (unsigned i = 0; i < deep; ++i) {
        say(exchange.response, Direction::to_client);
      }
    }
  };
  round();  // the table grows, and so does the buffer of the fields
  const std::uint64_t before = allocations;
  for (int i = 0; i < 100; ++i) {
    round();
  }
  const std::uint64_t after = allocations;
  EXPECT_EQ(out.problems, 0U);
  EXPECT_GT(out.identities, 0);
  return after - before;
}

TEST(ModbusMemory, NoHeapForAPdu) {
  const std::uint64_t before = allocations;
  const auto probe = std::make_unique<int>(1);
  if (allocations == before) {
    GTEST_SKIP() << "another test of this program counts allocations";
  }
  Fields fields;
  EXPECT_EQ(allocations_of(nullptr, 1), 0U);
  EXPECT_EQ(allocations_of(nullptr, 60), 0U);
  EXPECT_EQ(allocations_of(&fields, 1), 0U);
}

// 65,536 flows fit into memory.
TEST(ModbusMemory, ASessionIsSmall) { EXPECT_LE(sizeof(modbus::ModbusSession), 200U); }

}  // namespace
}  // namespace prahari::test
