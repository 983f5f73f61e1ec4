#include "dissectors/host_frames.hpp"

#include <chrono>

#include "dissectors/event_facts.hpp"
#include "dissectors/hash.hpp"
#include "dissectors/registry.hpp"

namespace prahari {
namespace {

using namespace std::chrono_literals;

constexpr auto kInterval = 1min;
constexpr std::uint32_t kSightings = 1024;

std::uint16_t llc_of(Bytes payload) noexcept { return Reader{payload}.be16(); }

Binding place_of(const Layers& layers) noexcept {
  if (layers.network == Network::ipv4 || layers.network == Network::ipv6) {
    return {Binding::Layer::ip_protocol, layers.ip_protocol};
  }
  return layers.ethertype == 0 ? Binding{Binding::Layer::llc, llc_of(layers.payload)}
                               : Binding{Binding::Layer::ethertype, layers.ethertype};
}

const Dissector* reader_of(Binding where) noexcept {
  for (DissectorSet left = bound_at(where); left != 0; left &= left - 1) {
    if (const Dissector& one = first_of(left); one.on_frame != nullptr) {
      return &one;
    }
  }
  return nullptr;
}

}  // namespace

void be_about(Event& event, const Identity::Host& host) noexcept {
  event.flow = {};
  event.client = {host.ip, host.mac, 0};
  event.server = {};
  event.from_client = true;
}

std::size_t HostFrames::KeyHash::operator()(const Key& key) const noexcept {
  return Hasher{seed}
      .add(key.mac)
      .add(std::uint64_t{key.kind} << 16U | key.vlan.ids[0])
      .add(key.alike)
      .value();
}

HostFrames::HostFrames(EventSink& sink, Fields* fields)
    : sink_(sink), fields_(fields), seen_(kSightings, KeyHash{process_seed()}) {}

void HostFrames::on_frame(const Packet& packet, const Layers& layers) {
  packet_ = &packet;
  layers_ = &layers;
  const Key host{layers.src_mac, layers.ethertype, layers.vlan, 0};
  if (layers.network == Network::arp || is_news(host, packet.ref.time)) {
    tell_host();
  }
  read(packet, layers);
}

void HostFrames::read(const Packet& packet, const Layers& layers) {
  const Dissector* reader = reader_of(place_of(layers));
  if (reader == nullptr) {
    return;
  }
  packet_ = &packet;
  layers_ = &layers;
  protocol_ = reader->protocol;
  if (reader->alike != nullptr && fields_ == nullptr) {
    const Key key{layers.src_mac, layers.ethertype, layers.vlan, reader->alike(layers) | 1U};
    if (!is_news(key, packet.ref.time)) {
      return;
    }
  }
  reader->on_frame(layers, *this);
}

bool HostFrames::is_news(const Key& key, Timestamp now) {
  auto slot = seen_.find(key);
  if (slot == decltype(seen_)::kNone) {
    slot = seen_.insert(key);
  } else if (now - seen_[slot] < kInterval && now >= seen_[slot]) {
    return false;
  }
  seen_[slot] = now;
  return true;
}

void HostFrames::tell_host() {
  const Layers& layers = *layers_;
  Event event = about_frame(EventKind::host);
  event.client = {{}, layers.src_mac, 0};
  event.server = {{}, layers.dst_mac, 0};
  event.host = {.ethertype = layers.ethertype, .arp_operation = 0, .stated = false};
  if (layers.network == Network::arp) {
    event.client = {layers.arp.sender_ip, layers.arp.sender_mac, 0};
    event.server = {layers.arp.target_ip, layers.arp.target_mac, 0};
    event.host.arp_operation = layers.arp.operation;
  }
  sink_.event(event);
}

Event HostFrames::about_frame(EventKind kind) const noexcept {
  const Layers& layers = *layers_;
  Event event;
  event.kind = kind;
  event.packet = packet_->ref;
  event.transport = layers.transport;
  event.vlan = layers.vlan;
  event.tunnel = layers.tunnel;
  event.client = {layers.src, layers.src_mac, 0};
  event.server = {layers.dst, layers.dst_mac, 0};
  return event;
}

// --- what the dissector says ----------------------------------------------------------------

void HostFrames::message(const Message& message) {
  Event event = about_frame(EventKind::message);
  event.protocol = message.protocol;
  event.text = message.target.text;
  event.message = facts_of(message, layers_->payload.size());
  sink_.event(event);
  if (fields_taken_) {
    fields_taken_ = false;
    sink_.record(event, *fields_);
  }
}

void HostFrames::identity(const Identity& identity) {
  Event event = about_frame(EventKind::identity);
  event.protocol = protocol_;
  if (identity.about != nullptr) {
    be_about(event, *identity.about);
  }
  event.text = identity.value;
  event.identity = facts_of(identity, identity.about != nullptr || identity.of_sender);
  sink_.event(event);
}

void HostFrames::anomaly(const Anomaly& anomaly) {
  Event event = about_frame(EventKind::anomaly);
  event.protocol = anomaly.protocol;
  event.text = anomaly.target.text;
  event.anomaly = facts_of(anomaly);
  sink_.event(event);
}

void HostFrames::posture(const Posture& posture) {
  Event event = about_frame(EventKind::posture);
  event.protocol = posture.protocol;
  event.text = posture.text;
  event.posture = facts_of(posture, posture.of_sender);
  sink_.event(event);
}

void HostFrames::host(const Identity::Host& host) {
  Event event = about_frame(EventKind::host);
  be_about(event, host);
  event.host = {.ethertype = 0, .arp_operation = 0, .stated = true};
  sink_.event(event);
}

Fields* HostFrames::fields() {
  if (fields_ != nullptr) {
    fields_->clear();
    fields_taken_ = true;
  }
  return fields_;
}

}  // namespace prahari
