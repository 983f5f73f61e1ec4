// A packet on its way through all floors must not touch the heap.

#include <cstdlib>
#include <new>

#include <gtest/gtest.h>

#include "alerts/collector.hpp"
#include "alerts/correlator.hpp"
#include "dissectors/analyzer.hpp"
#include "dissectors/decode.hpp"
#include "inventory/inventory.hpp"
#include "rules/engine.hpp"
#include "tests/support.hpp"

namespace {

std::size_t allocations = 0;

}  // namespace

// Address sanitizers have their own and check that they are used in pairs: GCC's says so, Clang's
// takes the place of what is weak.
#ifndef __SANITIZE_ADDRESS__
[[gnu::weak]] void* operator new(std::size_t size) {
  ++allocations;
  void* block = std::malloc(size);
  return block != nullptr ? block : throw std::bad_alloc{};
}
[[gnu::weak]] void operator delete(void* block) noexcept { std::free(block); }
[[gnu::weak]] void operator delete(void* block, std::size_t /*size*/) noexcept { std::free(block); }
#endif

namespace prahari {
namespace {

using namespace std::chrono_literals;

// Ethernet, 802.1Q (110), IPv4, TCP; addresses 10.0.0.1 and 10.0.0.2, port 502.
constexpr std::string_view kAsk =
    "001d9c000002 001d9c000001 8100 006e 0800 4500 0034 0001 4000 40 06 0000 0a000001 0a000002"
    "c350 01f6 000003e8 00002328 5018 2000 0000 0000 0001 0000 0006 01 03 006b 0003";
constexpr std::string_view kAnswer =
    "001d9c000001 001d9c000002 8100 006e 0800 4500 0037 0001 4000 40 06 0000 0a000002 0a000001"
    "01f6 c350 00002328 000003f4 5018 2000 0000 0000 0001 0000 0009 01 03 06 0001 0002 0003";

// A tag read over EtherNet/IP on a connection, and the answer; port 44818.
constexpr std::string_view kAskTag =
    "001d9c000002 001d9c000001 8100 006e 0800 4500 006a 0001 4000 40 06 0000 0a000001 0a000002"
    "c350 af12 000003e8 00002328 5018 2000 0000 0000"
    "7000 2a00 01000000 00000000 0000000000000000 00000000 00000000 0000 0200 a100 0400 01037900"
    "b100 1600 0100 0a 02 2002 2401 0100 0400 4c 03 91 04 5461 6e6b 0100";
constexpr std::string_view kAnswerTag =
    "001d9c000001 001d9c000002 8100 006e 0800 4500 0068 0001 4000 40 06 0000 0a000002 0a000001"
    "af12 c350 00002328 000003f4 5018 2000 0000 0000"
    "7000 2800 01000000 00000000 0000000000000000 00000000 00000000 0000 0200 a100 0400 1300fe80"
    "b100 1400 0100 8a 00 00 00 0100 0400 cc 00 00 00 c400 2a000000";

// Implicit I/O over UDP 2222, sixteen bytes and a sequence count.
constexpr std::string_view kIo =
    "001d9c000002 001d9c000001 8100 006e 0800 4500 0040 0001 4000 40 11 0000 0a000001 0a000002"
    "08ae 08ae 002c 0000 0200 0280 0800 03064b00 00000000 b100 1200 0100 01000000"
    "000102030405060708090a0b";

constexpr std::size_t kIpId = 22;  // offsets in these frames
constexpr std::size_t kSeq = 42;
constexpr std::size_t kAck = 46;
constexpr std::size_t kTransport = 27;
constexpr std::size_t kTcpData = 58;
constexpr std::size_t kIoSequence = 56;

void put(std::vector<std::byte>& frame, std::size_t at, std::size_t size, std::uint32_t value) {
  for (std::size_t i = 0; i < size; ++i) {
    frame[at + i] = static_cast<std::byte>(value >> (8 * (size - 1 - i)));
  }
}

// The analyst's side as `analyze` wires it.
class AllFloors final : public EventSink {
 public:
  explicit AllFloors(Site site)
      : policy_(std::move(site)),
        inventory_(oui_),
        correlator_(collector_, [this](AssetIndex at) { return inventory_.asset(at).id; }),
        engine_(inventory_, policy_, correlator_) {}

  void event(const Event& event) override {
    ++events;
    engine_.on_event(event, inventory_.on_event(event));
  }

  [[nodiscard]] std::uint64_t findings() const { return correlator_.stats().findings; }

  std::uint64_t events = 0;

 private:
  OuiTable oui_;
  Policy policy_;
  Inventory inventory_;
  AlertCollector collector_;
  Correlator correlator_;
  Engine engine_;
};

class Poll {
 public:
  explicit Poll(EventSink& sink, std::string_view ask = kAsk, std::string_view answer = kAnswer)
      : analyzer_(0, sink, false), ask_(test::hex(ask)), answer_(test::hex(answer)) {}

  // So long apart no two of them are told together, and each second one is by itself.
  Poll& slowly() { return paced(Routine::kTogether); }
  Poll& paced(std::chrono::seconds pause) {
    pause_ = pause;
    return *this;
  }

  void once() {
    now_ += pause_;
    send(ask_, client_, server_);
    if (!answer_.empty()) {
      send(answer_, server_, client_);
    }
  }

 private:
  void send(std::vector<std::byte>& frame, std::uint32_t& seq, std::uint32_t ack) {
    put(frame, kIpId, 2, ++id_ & 0xffffU);
    if (frame[kTransport] == std::byte{6}) {
      put(frame, kSeq, 4, seq);
      put(frame, kAck, 4, ack);
      seq += static_cast<std::uint32_t>(frame.size() - kTcpData);
    } else {
      frame[kIoSequence] = static_cast<std::byte>(id_);
      frame[kIoSequence + 1] = static_cast<std::byte>(id_ >> 8U);
    }
    Packet packet;
    packet.ref.time = now_ += 10ms;
    packet.ref.frame = ++frame_;
    packet.ref.captured = packet.ref.wire_length = static_cast<std::uint32_t>(frame.size());
    packet.bytes = frame;
    Layers layers;
    ASSERT_EQ(decoder_.decode(packet, layers), Decoded::ok);
    analyzer_.on_packet(packet, layers);
  }

  Decoder decoder_;
  Analyzer analyzer_;
  std::vector<std::byte> ask_;
  std::vector<std::byte> answer_;
  std::uint32_t client_ = 1000;
  std::uint32_t server_ = 9000;
  std::uint32_t id_ = 0;
  std::uint32_t frame_ = 0;
  std::chrono::seconds pause_{0};
  Timestamp now_{std::chrono::seconds{1'700'000'000}};
};

std::size_t allocations_of_a_thousand(Poll& poll) {
  for (int i = 0; i < 600; ++i) {  // tables grow, an alert gathers its first packets
    poll.once();
  }
  const std::size_t before = allocations;
  for (int i = 0; i < 1000; ++i) {
    poll.once();
  }
  return allocations - before;
}

TEST(AllFloors, DoNotAllocateForAMessage) {
  AllFloors floors{Site{}};
  Poll poll{floors};
  EXPECT_EQ(allocations_of_a_thousand(poll), 0U) << "of a routine";
  EXPECT_EQ(allocations_of_a_thousand(poll.slowly()), 0U);
  EXPECT_GE(floors.events, 1600U);
}

TEST(AllFloors, DoNotAllocateForEtherNetIp) {
  AllFloors floors{Site{}};
  Poll tags{floors, kAskTag, kAnswerTag};
  EXPECT_EQ(allocations_of_a_thousand(tags), 0U) << "of a routine";
  EXPECT_EQ(allocations_of_a_thousand(tags.slowly()), 0U);
  EXPECT_GE(floors.events, 4800U) << "an envelope, a list of services and a service, both ways";
}

TEST(AllFloors, DoNotAllocateForImplicitIo) {
  AllFloors floors{Site{}};
  Poll io{floors, kIo, ""};
  EXPECT_EQ(allocations_of_a_thousand(io), 0U) << "of a routine";
  EXPECT_EQ(allocations_of_a_thousand(io.slowly()), 0U);
  EXPECT_GE(floors.events, 800U);
}

TEST(AllFloors, DoNotAllocateForAMessageThatAPolicyForbids) {
  auto read = parse_site(
      "[[zone]]\nname = \"a\"\nmembers = [\"10.0.0.1\"]\n"
      "[[zone]]\nname = \"b\"\nmembers = [\"10.0.0.2\"]\n",
      "site.toml");
  ASSERT_TRUE(std::holds_alternative<Site>(read));
  AllFloors floors{std::get<Site>(std::move(read))};
  Poll poll{floors};
  for (int i = 0; i < 1000; ++i) {  // the alert gathers all the evidence that it may have
    poll.slowly().once();
  }
  EXPECT_EQ(allocations_of_a_thousand(poll), 0U);
  EXPECT_EQ(allocations_of_a_thousand(poll.paced(0s)), 0U) << "of a routine";
  EXPECT_GE(floors.findings(), 4100U) << "each request is one more sight of the same cause";
}

}  // namespace
}  // namespace prahari
