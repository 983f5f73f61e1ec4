// What every line of a Zeek log says about its connection: time, uid, id, and who spoke.

#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "dissectors/event.hpp"

namespace prahari::zeek {

// "C" and 17 of [0-9A-Za-z], as Zeek names a connection.
struct Uid {
  std::array<char, 18> text{};
  [[nodiscard]] std::string_view view() const noexcept { return {text.data(), text.size()}; }
};

// Made of what it is given and of nothing else: the same on every run.
[[nodiscard]] Uid make_uid(std::uint64_t first, std::uint64_t second) noexcept;

struct Where {
  Timestamp time;
  Uid uid;
  Endpoint orig;
  Endpoint resp;
  bool is_orig = true;  // whether `orig` sent the message
  std::uint32_t frame = 0;

  [[nodiscard]] const Endpoint& source() const noexcept { return is_orig ? orig : resp; }
  [[nodiscard]] const Endpoint& destination() const noexcept { return is_orig ? resp : orig; }

  // Names the packet within its connection, or one message in it, for logs that are to be joined.
  [[nodiscard]] Uid packet_id(std::uint64_t message = 0) const noexcept;
};

// The uid of each flow that is alive: made from its first packet and its ends, so that neither the
// run nor the number of workers shows. One place for each flow there can be, 1.5 MiB.
class Connections {
 public:
  Connections() : uids_(std::size_t{kShards} * kFlowsPerShard) {}

  void event(const Event& event);  // flows that open
  [[nodiscard]] Where where(const Event& event);

 private:
  struct Named {
    std::uint32_t generation = 0;  // 0: nobody
    Uid uid;
  };

  Named& name(const Event& event, Timestamp first);

  std::vector<Named> uids_;
};

}  // namespace prahari::zeek
