#include "rules/neighbours.hpp"

#include "rules/wording.hpp"

namespace prahari {
namespace {

constexpr std::uint32_t kKnown = 3;    // so often told, a port is the port
constexpr std::uint32_t kCertain = 2;  // so often told without the former, it moved
constexpr std::size_t kLongest = 64;

}  // namespace

Neighbours::Move Neighbours::on_link(const Event& event) {
  const Endpoint& device = event.identity.of_client ? event.client : event.server;
  const HostPlace place{{}, device.mac, event.vlan};
  std::uint32_t slot = notes_.find(place);
  if (slot == notes_.kNone) {
    slot = notes_.insert(place);
  }
  Note& note = notes_[slot];
  const std::string port =
      printable(event.text.substr(0, event.text.find(',')).substr(0, kLongest));
  if (note.several || port.empty()) {
    return {};
  }
  if (note.port.empty() || port == note.port) {
    note.several = note.next_seen > 0;  // there and back
    note.port = port;
    note.last = event.packet;
    ++note.seen;
    return {};
  }
  if (port != note.next) {
    note.several = note.next_seen > 0;
    note.next = port;
    note.next_seen = 0;
  }
  ++note.next_seen;
  if (note.several || note.next_seen < kCertain) {
    return {};
  }
  const bool known = note.seen >= kKnown;
  const Move move{known, note.port, note.last};
  note = {};
  note.port = port;
  note.seen = kCertain;
  note.last = event.packet;
  return move;
}

}  // namespace prahari
