#include "dissectors/analyzer.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "dissectors/registry.hpp"
#include "tests/support.hpp"

namespace prahari {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kRequest = "0001 0000 0006 01 03 006b 0003";
constexpr std::string_view kResponse = "0001 0000 0009 01 03 06 0001 0002 0003";

IpAddress host(std::uint8_t last) {
  IpAddress ip;
  ip.family = IpAddress::Family::v4;
  ip.octets = {10, 0, 0, last};
  return ip;
}

// Two hosts that talk TCP; what the analyzer says of it, one line an event.
class Wire : public EventSink {
 public:
  explicit Wire(std::uint16_t server_port = 502, bool fields = false)
      : server_port_(server_port), analyzer_(0, *this, fields) {}

  Wire& client(std::uint8_t flags, std::string_view hex = "") { return send(0, flags, hex); }
  Wire& server(std::uint8_t flags, std::string_view hex = "") { return send(1, flags, hex); }
  Wire& handshake() {
    return client(tcp_flag::kSyn).server(tcp_flag::kSyn | tcp_flag::kAck).client(tcp_flag::kAck);
  }
  Wire& ask(std::string_view hex = kRequest) {
    return client(tcp_flag::kAck | tcp_flag::kPsh, hex);
  }
  Wire& answer(std::string_view hex = kResponse) {
    return server(tcp_flag::kAck | tcp_flag::kPsh, hex);
  }
  Wire& from(std::uint16_t port) {
    client_port_ = port;
    return *this;
  }
  // The next segment of a side is sent, but the capture misses it.
  Wire& lose(int side, std::size_t bytes) {
    seq_[side] += static_cast<std::uint32_t>(bytes);
    return *this;
  }
  Wire& again() { return feed(last_); }
  Wire& jump(int side, std::uint32_t seq) {
    seq_[side] = seq;
    return *this;
  }
  Wire& wait(std::chrono::milliseconds time) {
    now_ += time;
    return *this;
  }
  std::vector<std::string> finish() {
    analyzer_.finish(now_);
    return lines;
  }

  void event(const Event& event) override {
    if (event.kind == EventKind::message || event.kind == EventKind::tally) {
      said[event.from_client ? 0 : 1] += event.repeats + 1;
      tallies += event.kind == EventKind::tally ? 1 : 0;
    }
    if (event.kind == EventKind::message) {
      lines.push_back(std::string{event.message.name} + " " +
                      (event.message.direction == Direction::to_server ? ">" : "<") + " " +
                      std::string{to_string(event.state)});
    } else if (event.kind == EventKind::anomaly) {
      anomaly_frames.push_back(event.packet.frame);
      lines.push_back("! " +
                      std::string{dissector(event.protocol).problems[event.anomaly.problem].id});
    } else if (event.kind == EventKind::flow) {
      constexpr std::string_view kStages[] = {"opened", "established", "refused", "closed"};
      lines.emplace_back(kStages[static_cast<std::size_t>(event.flow_facts.stage)]);
      last_facts = event.flow_facts;
      client_port = event.client.port;
    }
  }

  std::vector<std::string> lines;
  int said[2] = {0, 0};  // messages of the client and of the server, however they were told
  int tallies = 0;
  std::vector<std::uint32_t> anomaly_frames;
  FlowFacts last_facts{};
  std::uint16_t client_port = 0;

 private:
  Wire& send(int side, std::uint8_t flags, std::string_view hex) {
    bytes_ = test::hex(hex);
    last_ = Layers{};
    last_.network = Network::ipv4;
    last_.transport = Transport::tcp;
    last_.ip_protocol = 6;
    last_.ttl = 64;
    last_.ip_id = ++id_;
    last_.src = host(side == 0 ? 1 : 2);
    last_.dst = host(side == 0 ? 2 : 1);
    last_.src_port = side == 0 ? client_port_ : server_port_;
    last_.dst_port = side == 0 ? server_port_ : client_port_;
    last_.tcp = {seq_[side], seq_[1 - side], 8192, flags};
    last_.payload = bytes_;
    seq_[side] += static_cast<std::uint32_t>(bytes_.size()) +
                  ((flags & (tcp_flag::kSyn | tcp_flag::kFin)) != 0 ? 1U : 0U);
    return feed(last_);
  }
  Wire& feed(const Layers& layers) {
    now_ += 1ms;
    Packet packet;
    packet.ref.time = now_;
    packet.ref.frame = ++frame_;
    packet.ref.wire_length = 60;
    analyzer_.on_packet(packet, layers);
    return *this;
  }

  std::uint16_t server_port_;
  std::uint16_t client_port_ = 50000;
  Analyzer analyzer_;
  std::uint32_t seq_[2] = {1000, 9000};
  std::uint32_t frame_ = 0;
  std::uint16_t id_ = 0;
  Timestamp now_{1'000'000s};
  Layers last_;
  std::vector<std::byte> bytes_;
};

using Lines = std::vector<std::string>;

TEST(Analyzer, FollowsAConnectionFromHandshakeToEnd) {
  Wire wire;
  EXPECT_EQ(wire.handshake().ask().answer().finish(),
            (Lines{"opened", "established", "Read Holding Registers > complete",
                   "Read Holding Registers < complete", "closed"}));
  EXPECT_EQ(wire.last_facts.packets[0], 3U);
  EXPECT_EQ(wire.last_facts.packets[1], 2U);
  EXPECT_EQ(wire.client_port, 50000);
}

TEST(Analyzer, PicksUpInTheMiddleAtAResponse) {
  Wire wire{20502};  // a port that tells nothing
  const Lines lines = wire.answer().ask().answer().finish();
  EXPECT_EQ(lines, (Lines{"opened", "Read Holding Registers < midstream", "established",
                          "Read Holding Registers > midstream",
                          "Read Holding Registers < midstream", "closed"}));
  EXPECT_EQ(wire.client_port, 50000);
}

TEST(Analyzer, SaysOneWayWhereTheOtherSideNeverShows) {
  Wire wire;
  const Lines lines =
      wire.client(tcp_flag::kSyn).client(tcp_flag::kAck).ask().lose(1, 15).ask().finish();
  EXPECT_EQ(lines, (Lines{"opened", "Read Holding Registers > one-way",
                          "Read Holding Registers > one-way", "closed"}));
  EXPECT_TRUE(wire.last_facts.one_way);
}

TEST(Analyzer, AnUnansweredAttemptIsNotOneWay) {
  Wire wire;
  wire.client(tcp_flag::kSyn).finish();
  EXPECT_FALSE(wire.last_facts.one_way);
  EXPECT_EQ(wire.lines, (Lines{"opened", "closed"}));
}

TEST(Analyzer, ABareSegmentOutOfTheBlueIsAProbe) {
  for (const std::uint8_t flags : {tcp_flag::kAck, tcp_flag::kFin, std::uint8_t{0}}) {
    Wire wire;
    wire.client(flags).client(flags).finish();
    EXPECT_FALSE(wire.last_facts.one_way) << int{flags};
  }
  Wire wire;
  wire.ask().ask().finish();  // data of a connection that began before
  EXPECT_TRUE(wire.last_facts.one_way);
}

TEST(Analyzer, ARefusedAttemptIsRefused) {
  Wire wire;
  EXPECT_EQ(wire.client(tcp_flag::kSyn).server(tcp_flag::kRst | tcp_flag::kAck).finish(),
            (Lines{"opened", "refused", "closed"}));
}

TEST(Analyzer, GoesOnAfterAGap) {
  Wire wire;
  const Lines lines = wire.handshake().ask().lose(1, 15).ask().answer().finish();
  EXPECT_EQ(lines,
            (Lines{"opened", "established", "Read Holding Registers > complete",
                   "Read Holding Registers > complete", "Read Holding Registers < gap", "closed"}));
}

TEST(Analyzer, CountsMirroredTwinsAndIgnoresThem) {
  Wire wire;
  wire.handshake().ask().again().answer().again().finish();
  EXPECT_EQ(wire.lines.size(), 5U);
  EXPECT_EQ(wire.last_facts.duplicates, 2U);
  EXPECT_EQ(wire.last_facts.packets[0], 3U);
}

TEST(Analyzer, AForgedSynDoesNotBlind) {
  Wire wire;
  wire.handshake().ask();
  wire.jump(0, 77'000'000).client(tcp_flag::kSyn).jump(0, 1013);
  const Lines lines = wire.answer().ask().answer().finish();
  EXPECT_EQ(std::count(lines.begin(), lines.end(), "Read Holding Registers < complete"), 2);
  EXPECT_EQ(std::count(lines.begin(), lines.end(), "closed"), 1);
}

TEST(Analyzer, GoesOnWhereDataFollowsAReset) {
  Wire wire;
  const Lines lines = wire.handshake().ask().client(tcp_flag::kRst).answer().ask().finish();
  EXPECT_EQ(std::count(lines.begin(), lines.end(), "Read Holding Registers > midstream"), 1);
}

TEST(Analyzer, AForgedAnswerToAHandshakeDoesNotMoveTheStream) {
  Wire wire;
  wire.handshake().ask().answer();
  wire.jump(0, 1012 + (1 << 23)).client(tcp_flag::kSyn | tcp_flag::kAck).jump(0, 1013);
  const Lines lines = wire.ask().answer().finish();
  EXPECT_EQ(std::count(lines.begin(), lines.end(), "Read Holding Registers > complete"), 2);
}

TEST(Analyzer, AForgedResetDoesNotBlind) {
  Wire wire;
  wire.handshake().ask();
  wire.jump(0, 900'000).client(tcp_flag::kRst).jump(0, 1013);
  const Lines lines = wire.answer().ask().answer().finish();
  EXPECT_EQ(std::count(lines.begin(), lines.end(), "Read Holding Registers > complete"), 2);
  EXPECT_EQ(std::count(lines.begin(), lines.end(), "closed"), 1);
}

TEST(Analyzer, DataFarAheadIsNotTaken) {
  Wire wire;
  wire.handshake().ask().answer();
  for (int i = 0; i < 2; ++i) {
    wire.jump(0, 1013 + (1U << 23U)).client(tcp_flag::kAck, "00").wait(1200ms);
  }
  wire.jump(0, 1013);
  const Lines lines = wire.ask().answer().finish();
  EXPECT_EQ(std::count(lines.begin(), lines.end(), "Read Holding Registers > complete"), 2);
}

TEST(Analyzer, PortsUsedAgainInAOneWayCaptureAreANewFlow) {
  Wire wire;
  wire.client(tcp_flag::kSyn).ask().ask();
  wire.jump(0, 300).client(tcp_flag::kSyn).jump(0, 301);
  const Lines lines = wire.ask().ask().finish();
  EXPECT_EQ(std::count(lines.begin(), lines.end(), "Read Holding Registers > one-way"), 4);
}

TEST(Analyzer, TheSamePortsUsedAgainAreANewFlow) {
  Wire wire;
  wire.handshake().ask().answer();
  wire.client(tcp_flag::kFin | tcp_flag::kAck).server(tcp_flag::kFin | tcp_flag::kAck);
  wire.jump(0, 5'000'000).jump(1, 8'000'000);
  const Lines lines = wire.handshake().ask().answer().finish();
  EXPECT_EQ(std::count(lines.begin(), lines.end(), "opened"), 2);
  EXPECT_EQ(std::count(lines.begin(), lines.end(), "Read Holding Registers < complete"), 2);
}

TEST(Analyzer, PortsUsedAgainWithoutAnEndAreANewFlowOnceAnswered) {
  Wire wire;
  wire.handshake().ask().answer();
  wire.jump(0, 5'000'000).jump(1, 8'000'000);
  const Lines lines = wire.handshake().ask().answer().finish();
  EXPECT_EQ(std::count(lines.begin(), lines.end(), "opened"), 2);
  EXPECT_EQ(std::count(lines.begin(), lines.end(), "Read Holding Registers < complete"), 2);
  EXPECT_EQ(wire.client_port, 50000);
}

TEST(Analyzer, ForeignBytesOnTheProtocolsPortAreSaidOnce) {
  Wire wire;
  const Lines lines = wire.handshake()
                          .ask("4745 5420 2f20 4854 5450 2f31 2e31 0d0a")
                          .ask("4745 5420 2f20 4854 5450 2f31 2e31 0d0a")
                          .finish();
  EXPECT_EQ(std::count_if(lines.begin(), lines.end(),
                          [](const std::string& line) { return line.starts_with("!"); }),
            1);
}

TEST(Analyzer, AFlowWithoutPacketsForAnHourHasEnded) {
  Wire wire;
  wire.handshake().ask().answer().wait(2 * 3600 * 1000ms);
  const Lines lines = wire.ask().finish();
  EXPECT_EQ(std::count(lines.begin(), lines.end(), "closed"), 2);
  EXPECT_EQ(lines[lines.size() - 2], "Read Holding Registers > midstream");
}

TEST(Analyzer, TellsARoutineInFewEventsAndLosesNoneOfIt) {
  Wire wire;
  wire.handshake();
  for (int i = 0; i < 500; ++i) {
    wire.ask().answer().wait(1s);
  }
  wire.ask("0001 0000 0006 01 06 006b 0003").answer("0001 0000 0006 01 06 006b 0003");
  EXPECT_EQ(wire.lines.back(), "Write Single Register < complete") << "told when it happens";
  EXPECT_LT(wire.lines.size(), 200U);
  EXPECT_EQ(wire.tallies, 0);
  wire.finish();
  EXPECT_EQ(wire.tallies, 2) << "the last words on requests and on answers";
  EXPECT_EQ(wire.lines.back(), "closed") << "before the flow's own";
  EXPECT_EQ(wire.said[0], 501);
  EXPECT_EQ(wire.said[1], 501);
}

TEST(Analyzer, ARoutineEndsWithItsConnection) {
  Wire wire;
  wire.handshake();
  for (int i = 0; i < 50; ++i) {
    wire.ask().answer();
  }
  wire.client(tcp_flag::kRst | tcp_flag::kAck);
  wire.jump(0, 77'000).jump(1, 88'000).handshake().ask().answer();
  EXPECT_EQ(wire.tallies, 2);
  EXPECT_EQ(wire.said[0], 51);
  EXPECT_EQ(wire.said[1], 51);
}

// Whoever connects may choose his port: that of TLS must not turn Modbus into something opaque.
TEST(Analyzer, ReadsModbusFromThePortOfTls) {
  for (const std::uint16_t port : std::initializer_list<std::uint16_t>{443, 802, 2221, 4843}) {
    Wire wire;
    wire.from(port).handshake();
    wire.ask("17 03 03 40 00 00").ask("1703 0000 0006 01 06 006b 0003");
    wire.answer("1703 0000 0006 01 06 006b 0003");
    const Lines lines = wire.finish();
    EXPECT_EQ(std::ranges::count(lines, "Write Single Register < complete"), 1) << port;
  }
}

TEST(Analyzer, LastWordsBelongToTheFlowThatTheyAreAbout) {
  Wire wire;
  wire.ask().answer().ask("0002 0000 0006 01 03 006b 0003");  // the third packet, never answered
  wire.from(50001).ask().answer();
  wire.wait(20s).ask().answer();
  wire.finish();
  EXPECT_EQ(wire.anomaly_frames, (std::vector<std::uint32_t>{3}));
}

// Two tags read in one Multiple Service Packet; the second one may be refused.
constexpr std::string_view kTagPoll =
    "6f00 3400 00010211 00000000 0500000000000000 00000000 00000000 0200 0200 0000 0000 b200 2400 "
    "0a 02 20022401 0200 0600 1200 4c 04 91 05 5461 6e6b31 00 0100 4c 04 91 05 5461 6e6b32 00 0100";
constexpr std::string_view kTagValues =
    "6f00 2a00 00010211 00000000 0500000000000000 00000000 00000000 0200 0200 0000 0000 b200 1a00 "
    "8a 00 00 00 0200 0600 0e00 cc 00 00 00 c300 f6ff cc 00 00 00 c300 0700";
constexpr std::string_view kTagRefused =
    "6f00 2600 00010211 00000000 0500000000000000 00000000 00000000 0200 0200 0000 0000 b200 1600 "
    "8a 00 00 00 0200 0600 0e00 cc 00 00 00 c300 f6ff cc 00 04 00";

TEST(Analyzer, CountsAPolledListAsTheServicesInIt) {
  Wire quiet{44818};
  Wire whole{44818, true};  // somebody wants every message
  for (Wire* wire : {&quiet, &whole}) {
    wire->handshake();
    for (int i = 0; i < 400; ++i) {
      wire->ask(kTagPoll).answer(i == 200 ? kTagRefused : kTagValues).wait(500ms);
    }
    wire->finish();
  }
  // Of each cycle: the encapsulation, the list, and two tags.
  EXPECT_EQ(whole.said[0], 1600);
  EXPECT_EQ(whole.said[1], 1600);
  EXPECT_EQ(whole.tallies, 0);
  EXPECT_EQ(quiet.said[0], 1600);
  EXPECT_EQ(quiet.said[1], 1600);
  EXPECT_EQ(quiet.tallies, 8);
  EXPECT_LT(quiet.lines.size(), whole.lines.size() / 4);
}

}  // namespace
}  // namespace prahari
