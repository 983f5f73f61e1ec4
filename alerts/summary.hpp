// What one run saw, did and missed: the numbers of summary.json, of the screen and of the report.
// The wiring fills it at the end of a run; nothing here computes.

#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "alerts/alert.hpp"
#include "capture/source.hpp"

namespace prahari {

struct NamedCount {
  std::string name;
  std::uint64_t count = 0;
};

struct FlowCounts {
  std::uint64_t total = 0;
  std::uint64_t tcp = 0;
  std::uint64_t tcp_one_way = 0;  // only one side of the connection was ever seen
  std::uint64_t established = 0;
  std::uint64_t refused = 0;
  std::uint64_t with_gaps = 0;
  std::uint64_t gaps = 0;
  std::uint64_t retransmissions = 0;
  std::uint64_t duplicates = 0;  // mirrored twins
  std::uint64_t out_of_order_drops = 0;
  std::uint64_t evicted = 0;
};

struct VlanCount {
  std::vector<std::uint16_t> ids;  // outermost first; empty: untagged
  std::uint64_t packets = 0;
};

struct ProtocolCount {
  std::string protocol;
  std::uint64_t messages = 0;
  std::array<std::uint64_t, 4> by_state{};  // by Completeness
  std::uint64_t invalid = 0;                // with problems
  std::uint64_t anomalies = 0;              // outside any message
};

struct TableCount {
  std::string name;  // "flows"
  std::uint64_t limit = 0;
  std::uint64_t evicted = 0;
  std::string_view lost = "of the oldest went";  // what the number counts, a literal
};

// An [[ignore]].
struct Silenced {
  std::string kind;
  std::string from;
  std::string to;
  std::string reason;
  std::string until;  // as written; empty: for good
  int line = 0;
  std::uint64_t count = 0;
};

// An [[exception]] of the site file.
struct ExceptionLine {
  std::string from;
  std::string to;
  std::string owner;
  std::string reason;
  std::string until;
  std::string state;  // "ends in 12 days, and allowed nothing so far"
  int line = 0;
  std::uint64_t count = 0;
  bool needs_care = false;  // it ends soon, or is over
};
// A [[permit]]: planned work, and whether it was seen.
struct PermittedWork {
  // Of a window that was over before the end and saw nothing, somebody should know: the work was
  // done another way, or not at all. `open`: it was not over; `elsewhen`: nothing was captured in
  // it.
  enum class State : std::uint8_t { seen, unseen, open, elsewhen };

  std::string ticket;
  std::string from;
  std::string to;
  std::string window;  // "2026-11-22T03:30:00Z to 2026-11-22T07:30:00Z"
  int line = 0;
  std::uint64_t count = 0;  // findings that it covered
  State state = State::seen;
};
[[nodiscard]] constexpr std::string_view to_string(PermittedWork::State state) noexcept {
  constexpr std::array<std::string_view, 4> kNames = {"seen", "unseen", "open", "elsewhen"};
  return kNames[static_cast<std::size_t>(state)];
}

struct RunSummary {
  std::string version;
  std::string sensor = "analyze";  // the name alerts carry
  std::vector<Input> inputs;
  std::optional<Timestamp> first_packet;
  std::optional<Timestamp> last_packet;
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  std::uint64_t kernel_drops = 0;
  std::vector<NamedCount> decode_errors;  // by reason
  FlowCounts flows;
  std::vector<VlanCount> vlans;            // most packets first
  std::vector<ProtocolCount> protocols;    // most messages first
  std::vector<NamedCount> not_understood;  // "tcp/443", "ethertype 0x88cc"; most packets first
  std::vector<TableCount> tables;
  std::vector<Silenced> silenced;
  std::vector<ExceptionLine> exceptions;
  std::vector<PermittedWork> permits;
  std::uint64_t assets = 0;
  std::uint64_t asked_only = 0;  // addresses that never answered: no assets
  std::uint64_t conversations = 0;
  std::uint64_t alerts_left_out = 0;    // beyond the limit of the collector
  std::uint64_t evidence_left_out = 0;  // packets not listed
  double seconds = 0;
  double hashing_seconds = 0;
  std::uint64_t peak_memory = 0;  // bytes
  bool interrupted = false;       // Ctrl-C: what was found so far
};

struct AlertCounts {
  std::array<std::uint64_t, 5> by_severity{};
  std::map<std::string, std::uint64_t> by_kind;
  std::uint64_t total = 0;
  std::uint64_t incidents = 0;  // of class C
};

[[nodiscard]] AlertCounts count_alerts(std::span<const Alert> alerts);

// How well the mirror port did its work, in plain sentences.
struct HealthNote {
  enum class Level : std::uint8_t { good, note, bad };
  Level level = Level::good;
  std::string what;  // "2.1 % of packets arrived twice"
  std::string hint;  // what to do; empty when all is well
};

[[nodiscard]] std::vector<HealthNote> capture_health(const RunSummary& summary);

// "12.3 %" of a whole; "0 %" where the whole is nothing.
[[nodiscard]] std::string percent_text(std::uint64_t part, std::uint64_t whole);

}  // namespace prahari
