// The mode that devices tell in their replies, and what becomes of it: run to program, program to
// run. A change that follows a command belongs to the alert of that command; one without is its
// own: somebody turned the key, or the command came another way.

#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "dissectors/lru_table.hpp"
#include "rules/detector.hpp"
#include "rules/host_place.hpp"

namespace prahari {

class ModeChanges {
 public:
  ModeChanges(std::string_view kind, std::chrono::seconds quiet) : kind_(kind), quiet_(quiet) {}

  // A command was told that may change the mode of its server.
  void on_command(const Event& message, AlertHandle alert);
  void on_identity(const Event& identity, const RuleContext& context, FindingSink& out);

 private:
  enum class Mode : std::uint8_t { unknown, run, stop, other };

  struct Key {
    HostPlace device;
    std::uint32_t unit = 0;
    std::string_view source;  // that tells the mode, a literal; empty: the commands

    void add_to(Hasher& hash) const noexcept {
      device.add_to(hash);
      hash.add(unit).add(source);
    }
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct Note {
    Mode mode = Mode::unknown;
    std::string words;    // as the device said it
    AlertHandle command;  // the last one, and when
    Timestamp commanded;
  };

  static Key key_of(const Endpoint& device, const VlanTags& vlan, std::uint32_t unit,
                    std::string_view source) noexcept;
  static Mode mode_of(std::string_view words) noexcept;
  Note& note_of(const Key& key);
  // The alert of a command that explains a change at this time, or none.
  [[nodiscard]] AlertHandle explained_by(Key device, Timestamp now) const noexcept;
  [[nodiscard]] Finding finding_of(const Note& before, Mode now, const Event& event,
                                   const RuleContext& context) const;

  std::string_view kind_;
  std::chrono::seconds quiet_;
  LruTable<Key, Note, KeyHash> notes_{4096};
};

}  // namespace prahari
