// Ports that moved, as LLDP and CDP tell: a device that always said it sends from one port says
// another one, and the former no longer. A station that goes back and forth has several ports, and
// is not looked at again. At most 4,096 stations.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "dissectors/event.hpp"
#include "dissectors/lru_table.hpp"
#include "rules/host_place.hpp"

namespace prahari {

class Neighbours {
 public:
  struct Move {
    bool moved = false;
    std::string from;
    PacketRef before;  // that told the former port last
  };

  // Of an identity event that tells a link ("port 3, 100 Mbit/s").
  Move on_link(const Event& event);

 private:
  struct Note {
    std::string port;
    std::string next;  // another one, told since
    PacketRef last;    // that told `port`
    std::uint32_t seen = 0;
    std::uint32_t next_seen = 0;
    bool several = false;
  };

  LruTable<HostPlace, Note, KeyHash> notes_{4096};
};

}  // namespace prahari
