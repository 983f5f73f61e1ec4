// Flows, TCP reassembly and framing under hostile segments: the input is a list of steps, each a
// segment or datagram of one of four connections with chosen flags, sequence numbers and bytes.

#include <cstdint>
#include <cstdlib>

#include "dissectors/analyzer.hpp"

namespace {

using prahari::Bytes;
using prahari::Event;
using prahari::Layers;
using prahari::Packet;
using prahari::Reader;

class CheckingSink final : public prahari::EventSink {
 public:
  void event(const Event& event) override {
    if (event.kind != prahari::EventKind::host && !event.flow.valid()) {
      std::abort();  // whatever is about a flow names it
    }
  }
  void record(const Event& /*message*/, const prahari::Fields& /*fields*/) override {}
};

prahari::IpAddress host(std::uint8_t last) {
  prahari::IpAddress ip;
  ip.family = prahari::IpAddress::Family::v4;
  ip.octets = {10, 0, 0, last};
  return ip;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Reader in{std::as_bytes(std::span{data, size})};
  CheckingSink sink;
  const auto analyzer = std::make_unique<prahari::Analyzer>(0, sink, true);
  Packet packet;
  std::uint32_t seq[2] = {1000, 2000};
  while (in.remaining() > 0) {
    const std::uint8_t what = in.u8();   // connection, side, transport
    const std::uint8_t flags = in.u8();  // TCP flags, and whether bytes were cut off
    const auto jump = static_cast<std::int8_t>(in.u8());
    const std::uint8_t length = in.u8();
    const bool back = (what & 1U) != 0;
    Layers layers;
    layers.network = prahari::Network::ipv4;
    layers.transport = (what & 2U) != 0 ? prahari::Transport::udp : prahari::Transport::tcp;
    layers.ip_protocol = (what & 2U) != 0 ? 17 : 6;
    layers.src = host(back ? 2 : 1);
    layers.dst = host(back ? 1 : 2);
    const auto client_port = static_cast<std::uint16_t>(50000 + (what >> 2U & 1U));
    const auto server_port = static_cast<std::uint16_t>((what & 8U) != 0 ? 502 : 1502);
    layers.src_port = back ? server_port : client_port;
    layers.dst_port = back ? client_port : server_port;
    layers.ttl = 64;
    layers.ip_id = static_cast<std::uint16_t>(packet.ref.frame);
    layers.payload = in.take(std::min<std::size_t>(length, in.remaining()));
    layers.payload_missing = (flags & 0x80U) != 0 ? 5 : 0;
    layers.tcp.flags = flags & 0x1fU;
    seq[back ? 1 : 0] += static_cast<std::uint32_t>(jump);
    layers.tcp.seq = seq[back ? 1 : 0];
    layers.tcp.ack = seq[back ? 0 : 1];
    if ((flags & 0x40U) == 0) {
      seq[back ? 1 : 0] += static_cast<std::uint32_t>(layers.payload.size());
    }
    packet.ref.time += std::chrono::milliseconds{(flags & 0x20U) != 0 ? 2000 : 1};
    ++packet.ref.frame;
    packet.ref.captured = packet.ref.wire_length = 100;
    analyzer->on_packet(packet, layers);
  }
  analyzer->finish(packet.ref.time);
  return 0;
}
