#include "rules/dhcp_servers.hpp"

#include <algorithm>

#include "rules/ot_place.hpp"

namespace prahari {
namespace {

constexpr std::size_t kMostServers = 8;
constexpr std::size_t kMostWaiting = 64;

}  // namespace

DhcpServers::Note& DhcpServers::note_of(const VlanTags& vlan) {
  std::uint32_t slot = notes_.find({vlan});
  if (slot == notes_.kNone) {
    slot = notes_.insert({vlan});
  }
  return notes_[slot];
}

void DhcpServers::on_ot(const VlanTags& vlan) { note_of(vlan).ot = true; }

void DhcpServers::on_answer(const Event& event, std::chrono::seconds settled,
                            const RuleContext& context) {
  if (!names_host(event.server.ip)) {
    return;
  }
  Note& note = note_of(event.vlan);
  const HostPlace server = host_place(event.server, event.vlan);
  const bool known = std::ranges::find(note.servers, server) != note.servers.end();
  if (note.servers.empty()) {
    note.first = event.packet.time;
  } else if (!known && event.packet.time - note.first >= settled &&
             waiting_.size() < kMostWaiting) {
    waiting_.push_back({keep(server_party(event, context), context.inventory), note.servers.back(),
                        note.last, event.packet, event.vlan, event.state});
  }
  if (!known && note.servers.size() < kMostServers) {
    note.servers.push_back(server);
  }
  note.last = event.packet;
}

bool DhcpServers::take(Newcomer& out) {
  const auto ready =
      std::ranges::find_if(waiting_, [&](const Newcomer& one) { return note_of(one.vlan).ot; });
  if (ready == waiting_.end()) {
    return false;
  }
  out = *ready;
  waiting_.erase(ready);
  return true;
}

}  // namespace prahari
