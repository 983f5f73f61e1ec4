// Who gives addresses away in each VLAN, and that another one begins to. Told only in a VLAN where
// an OT protocol is spoken, which may be seen after the fact: at most 64 wait for it. At most 1,024
// VLANs with 8 servers each.

#pragma once

#include <cstdint>
#include <vector>

#include "dissectors/event.hpp"
#include "dissectors/lru_table.hpp"
#include "rules/describe.hpp"
#include "rules/host_place.hpp"

namespace prahari {

class DhcpServers {
 public:
  struct Newcomer {
    KeptParty server;
    HostPlace before;  // who did it before
    PacketRef former;  // last answer of that one
    PacketRef packet;
    VlanTags vlan;
    Completeness state{};
  };

  // An answer of a DHCP or BOOTP server. `settled`: so long one server has to be the only one.
  void on_answer(const Event& event, std::chrono::seconds settled, const RuleContext& context);
  // An OT protocol is spoken here.
  void on_ot(const VlanTags& vlan);

  // Takes a newcomer in a VLAN with OT; false where none waits.
  bool take(Newcomer& out);

 private:
  struct Vlan {
    VlanTags tags;

    void add_to(Hasher& hash) const noexcept { HostPlace{{}, {}, tags}.add_to(hash); }
    friend bool operator==(const Vlan&, const Vlan&) = default;
  };
  struct Note {
    std::vector<HostPlace> servers;
    Timestamp first;  // answer
    PacketRef last;
    bool ot = false;
  };

  Note& note_of(const VlanTags& vlan);

  LruTable<Vlan, Note, KeyHash> notes_{1024};
  std::vector<Newcomer> waiting_;
};

}  // namespace prahari
