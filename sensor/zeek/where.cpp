#include "sensor/zeek/where.hpp"

#include "dissectors/hash.hpp"

namespace prahari::zeek {
namespace {

constexpr std::string_view kLetters =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::size_t kPerWord = 8;  // letters taken from the first 64 bits; 9 from the second
constexpr std::array<std::uint64_t, 2> kSeeds = {0x5a65656b2d756964, 0x2d636f6e6e2d6964};

std::uint64_t number_of(Timestamp time) noexcept {
  return static_cast<std::uint64_t>(time.time_since_epoch().count());
}

std::uint64_t hash_of(const Event& event, Timestamp first, std::uint64_t seed) noexcept {
  Hasher hash{seed};
  hash.add(number_of(first)).add(event.client.ip).add(event.server.ip);
  hash.add(event.client.mac).add(event.server.mac);
  hash.add(std::uint64_t{event.client.port} << 16U | event.server.port);
  hash.add(static_cast<std::uint64_t>(event.transport)).add(event.tunnel);
  for (std::uint8_t i = 0; i < event.vlan.count; ++i) {
    hash.add(event.vlan.ids[i] + 1U);
  }
  return hash.value();
}

}  // namespace

Uid make_uid(std::uint64_t first, std::uint64_t second) noexcept {
  Uid uid;
  uid.text[0] = 'C';
  for (std::size_t i = 1; i < uid.text.size(); ++i) {
    std::uint64_t& word = i <= kPerWord ? first : second;
    uid.text[i] = kLetters[word % kLetters.size()];
    word /= kLetters.size();
  }
  return uid;
}

Uid Where::packet_id(std::uint64_t message) const noexcept {
  const auto hash = [&](std::uint64_t seed) {
    Hasher hasher{seed};
    for (const char c : uid.text) {
      hasher.add(static_cast<unsigned char>(c));
    }
    return hasher.add(number_of(time)).add(frame).add(message).value();
  };
  return make_uid(hash(kSeeds[1]), hash(kSeeds[0]));
}

Connections::Named& Connections::name(const Event& event, Timestamp first) {
  Named& named = uids_[event.flow.index()];
  if (named.generation != event.flow.generation) {
    named = {event.flow.generation,
             make_uid(hash_of(event, first, kSeeds[0]), hash_of(event, first, kSeeds[1]))};
  }
  return named;
}

void Connections::event(const Event& event) {
  if (event.kind == EventKind::flow && event.flow_facts.stage == FlowStage::opened) {
    name(event, event.flow_facts.first);
  }
}

Where Connections::where(const Event& event) {
  return {.time = event.packet.time,
          .uid = name(event, event.packet.time).uid,
          .orig = event.client,
          .resp = event.server,
          .is_orig = event.from_client,
          .frame = event.packet.frame};
}

}  // namespace prahari::zeek
