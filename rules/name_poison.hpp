// Who answers to names that are not his: by LLMNR and NetBIOS a host answers for itself, so one
// that answers for several names, or for one that stands for no host (wpad), wants to be mistaken.
// A name server that is asked directly is none. At most 1,024 hosts with 16 names each.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dissectors/event.hpp"
#include "dissectors/lru_table.hpp"
#include "rules/host_place.hpp"

namespace prahari {

class NamePoison {
 public:
  // What an answer shows of who sent it.
  struct Verdict {
    bool poisons = false;
    std::size_t names = 0;  // that it answered for so far, at most 16
  };

  // Of an LLMNR or NetBIOS name service message. `least`: names that are too many for one host.
  Verdict on_message(const Event& event, std::size_t least);

 private:
  struct Pair {
    HostPlace client;
    HostPlace server;

    void add_to(Hasher& hash) const noexcept {
      client.add_to(hash);
      server.add_to(hash);
    }
    friend bool operator==(const Pair&, const Pair&) = default;
  };

  std::uint64_t seed_ = process_seed();
  LruTable<HostPlace, std::vector<std::uint64_t>, KeyHash> answerers_{1024};
  LruTable<Pair, char, KeyHash> asked_directly_{4096};
};

}  // namespace prahari
