#include "dissectors/decode.hpp"

#include "dissectors/descent.hpp"
#include "dissectors/link_layer.hpp"
#include "dissectors/network_layer.hpp"
#include "dissectors/transport_layer.hpp"
#include "dissectors/tunnels.hpp"

namespace prahari {
namespace {

// Copied over what was there: compilers clear an object of this size by slow microcode.
constexpr Layers kEmpty{};

constexpr std::size_t index_of(Decoded reason) noexcept { return static_cast<std::size_t>(reason); }

Step take(Descent& d, Step step) noexcept {
  switch (step.next) {
    case Next::ethernet:
      return read_ethernet(d);
    case Next::ethertype:
      return read_ethertype(d, step.value);
    case Next::llc:
      return read_llc(d);
    case Next::mpls:
      return read_mpls(d);
    case Next::pppoe:
      return read_pppoe(d);
    case Next::arp:
      return read_arp(d);
    case Next::ip:
      return read_ip(d);
    case Next::ipv4:
      return read_ipv4(d);
    case Next::ipv6:
      return read_ipv6(d);
    case Next::ip_protocol:
      return read_ip_protocol(d, static_cast<std::uint8_t>(step.value));
    case Next::gre:
      return read_gre(d);
    case Next::stop:
      break;
  }
  return step;
}

}  // namespace

std::string_view to_string(Decoded reason) noexcept {
  constexpr std::array<std::string_view, index_of(Decoded::count_)> kNames = {"ok",
                                                                              "fragment",
                                                                              "duplicate",
                                                                              "unsupported-link",
                                                                              "truncated-link",
                                                                              "truncated-network",
                                                                              "bad-network",
                                                                              "truncated-transport",
                                                                              "bad-transport",
                                                                              "bad-tunnel",
                                                                              "too-deep",
                                                                              "bad-fragment"};
  return reason < Decoded::count_ ? kNames[index_of(reason)] : "unknown";
}

class Decoder::Impl {
 public:
  Decoded decode(const Packet& packet, Layers& layers) noexcept {
    layers = kEmpty;
    Descent d{.layers = layers,
              .stats = stats_,
              .defragmenter = defragmenter_,
              .twins = twins_,
              .time = packet.ref.time,
              .rest = packet.bytes};
    if (packet.ref.wire_length > packet.bytes.size()) {
      d.missing = packet.ref.wire_length - static_cast<std::uint32_t>(packet.bytes.size());
      ++stats_.snapped;
    }
    Step step = read_link(d, packet.ref.link);
    while (step.next != Next::stop) {
      step = take(d, step);
    }
    stats_.tunnelled += d.tunnels > 0 ? 1 : 0;
    stats_.fragments_evicted = defragmenter_.evicted();
    ++stats_.by_reason[index_of(step.outcome)];
    return step.outcome;
  }

  [[nodiscard]] const DecodeStats& stats() const noexcept { return stats_; }

 private:
  DecodeStats stats_;
  Defragmenter defragmenter_{process_seed()};
  TwinFilter twins_{process_seed()};
};

Decoder::Decoder() : impl_(std::make_unique<Impl>()) {}
Decoder::~Decoder() = default;

Decoded Decoder::decode(const Packet& packet, Layers& layers) noexcept {
  return impl_->decode(packet, layers);
}

const DecodeStats& Decoder::stats() const noexcept { return impl_->stats(); }

}  // namespace prahari
