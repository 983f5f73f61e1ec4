// What people approved as normal, per zone: which hosts there are, who talks to whom over what, the
// operations, the targets written and read, values, polls and their intervals, working hours.
//
// BaselineData is the file (baseline_json.hpp): flat, sorted lists, one entry each, so that two of
// them compare well line by line. Baseline is the same, indexed for the detectors; built once, read
// only afterwards. Hosts are known by MAC address where one is learned, else by address and VLAN.

#pragma once

#include <algorithm>
#include <array>
#include <bitset>
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dissectors/message.hpp"
#include "rules/host_place.hpp"
#include "rules/policy.hpp"

namespace prahari {

// Where no site file names zones, all hosts are in the one section of this name; where one does,
// a section of this name stands for every zone that has none of its own.
inline constexpr std::string_view kWholeSite = "site";

// "modbus" where a decoder reads it, else "tcp/443", "udp/53".
struct BaselineService {
  Protocol protocol = Protocol::unknown;
  Transport transport = Transport::none;  // both only where the protocol is unknown
  std::uint16_t port = 0;

  friend bool operator==(const BaselineService&, const BaselineService&) = default;
};

// Who talks to whom over what.
struct BaselineLink {
  HostPlace client;
  HostPlace server;
  BaselineService service;

  friend bool operator==(const BaselineLink&, const BaselineLink&) = default;
};

struct BaselineHost {
  HostPlace place;   // address and VLAN; the MAC address where it has no address
  MacAddress mac;    // of the device; empty where it is behind a router
  std::string name;  // as the site or the device calls it
  std::string role;  // "controller", "client"; of those it holds the first
  // Seconds: the longest that nothing was heard of it while the baseline was learned.
  std::optional<double> quiet{};
};

// A fact that the device told about itself last.
struct BaselineFact {
  HostPlace host;
  std::uint32_t unit = Identity::kNoUnit;
  Identity::Field field{};
  std::string source;  // "Modbus device identification"
  std::string value;
};

struct BaselineCertificate {
  HostPlace host;
  Protocol protocol = Protocol::unknown;
  std::string use;         // "application"
  std::string thumbprint;  // SHA-1 in hex
};

// Median, and the median of the distances from it.
struct RobustRange {
  double median = 0;
  double mad = 0;
};

// A link exists by itself: the connection was established. What it says is in the other lists.
struct BaselineTalker {
  BaselineLink link;
  bool decoded = false;                    // messages were read on it
  std::optional<RobustRange> per_minute;   // messages in a minute
  std::optional<RobustRange> write_rate;   // writes in a minute that had any
  std::optional<double> bytes_per_minute;  // on the wire, both ways
};

struct ByteRange {
  std::uint32_t least = 0;
  std::uint32_t most = 0;

  void add(std::uint32_t bytes) noexcept {
    least = least == 0 ? bytes : std::min(least, bytes);
    most = std::max(most, bytes);
  }
};

struct BaselineOperation {
  BaselineLink link;
  Operation operation{};
  std::uint16_t function = 0;
  std::uint16_t sub_function = 0;
  std::string object;  // "Identity", where the same function means another thing on each; or empty
  std::string name;    // "Write Single Coil"
  // How long the requests were, headers of the protocol included, up to 65,535 bytes; of what is
  // carried by another message, that one. Empty: nobody measured.
  std::optional<ByteRange> size{};
};

struct ValueRange {
  double least = 0;
  double most = 0;
};

// What is written or read: numbers `first` to `last` of a table, or a name.
struct BaselineTarget {
  static constexpr std::size_t kRanges = Message::kValues + 1;

  BaselineLink link;
  std::uint32_t unit = 0;
  std::string table;  // "coil", "holding", "tag", "node"
  std::uint32_t first = 0;
  std::uint32_t last = 0;  // inclusive; below `first`: the operation has no address
  std::string text;        // printable; empty where targets are numbers. With numbers, too: so many
                           // elements from there on, else one
  // Of writes only.
  std::uint64_t times = 0;
  // Of each of the first Message::kValues values written; one more is of all that came behind them.
  std::vector<ValueRange> values;
  std::optional<double> step;        // the largest change of the first value between two writes
  std::optional<ValueRange> limits;  // engineering limits, which people add
  std::optional<double> most_step;   // likewise: how far one write may move it
};

// The same question, or the same data, again and again.
struct BaselinePoll {
  BaselineLink link;
  std::uint32_t unit = 0;
  std::uint16_t function = 0;
  std::uint16_t sub_function = 0;
  std::uint32_t address = 0;
  bool by_client = true;
  std::string text;      // of what has a name: "Line1.Speed", printable; empty: known by numbers
  std::string name;      // "Read Holding Registers"
  RobustRange interval;  // seconds
  std::uint64_t times = 0;
};

// Hours of the week, Monday 00:00 first, in the site's time zone.
inline constexpr std::size_t kWeekHours = 168;
using WeekHours = std::bitset<kWeekHours>;

// Learning ends by evidence: no new entry for a set share of what was observed.
struct LearningProgress {
  static constexpr double kShare = 0.2;

  Timestamp from{};
  Timestamp to{};
  Timestamp last_new{};           // when the last entry was new
  std::uint64_t entries = 0;      // all of the zone
  std::uint64_t new_of_late = 0;  // in the last share of the period
  std::uint64_t not_kept = 0;     // beyond the bound of the learner's tables

  // 0 to 100; 100: nothing was new for the share. No period, no progress.
  [[nodiscard]] double percent() const noexcept;
};

struct BaselineZone {
  enum class State : std::uint8_t { learning, locked };

  std::string name;
  State state = State::learning;
  LearningProgress progress;
  WeekHours hours;  // in which anything was written or controlled
  std::vector<BaselineHost> hosts;
  std::vector<BaselineFact> facts;
  std::vector<BaselineCertificate> certificates;
  std::vector<BaselineTalker> talkers;  // by the zone of the server, as all that follow
  std::vector<BaselineOperation> operations;
  std::vector<BaselineTarget> writes;
  std::vector<BaselineTarget> reads;
  std::vector<BaselinePoll> polls;
};

struct BaselineData {
  std::string name = "running";
  std::string site;
  Timestamp from{};  // of what was learned
  Timestamp to{};
  std::vector<BaselineZone> zones;
};

// Brings every list into the order of the file.
void sort(BaselineData& data);

[[nodiscard]] std::string to_string(const HostPlace& place);  // "10.0.0.5 vlan 110", "mac 00:…"
[[nodiscard]] std::string to_string(const BaselineService& service);
// "10.0.0.5 -> 10.0.0.9 modbus"
[[nodiscard]] std::string to_string(const BaselineLink& link);
// "unit 1 coil 4-9", "tag Line1.Speed"
[[nodiscard]] std::string target_text(const BaselineTarget& target);
// What names of the same sort have in common: the program of a tag, the namespace of a node, the
// object of a class, the path of anything else.
[[nodiscard]] std::string_view group_of(std::string_view table, std::string_view text) noexcept;
// What BaselineOperation::object is for a message: of targets "tag" and the like nothing.
[[nodiscard]] std::string_view object_of(std::string_view table, std::string_view text) noexcept;
// False where the text is none of those.
bool parse(std::string_view text, HostPlace& place) noexcept;
bool parse(std::string_view text, BaselineService& service) noexcept;

// Positions in a Baseline; kNone: not in it.
using BaselineHostIndex = std::uint32_t;
using BaselineLinkIndex = std::uint32_t;
using BaselinePollIndex = std::uint32_t;

// What a poll is known by besides its link.
struct PollQuery {
  std::uint32_t unit = 0;
  std::uint16_t function = 0;
  std::uint16_t sub_function = 0;
  std::uint32_t address = 0;
  bool by_client = true;
  std::string_view text;  // as BaselinePoll::text
};

// What one message wants to touch.
struct TargetQuery {
  std::uint32_t unit = 0;
  std::string_view table;
  std::uint32_t first = 0;
  std::uint32_t count = 0;  // 0: no address
  std::string_view text;
};

class Baseline {
 public:
  explicit Baseline(BaselineData data);
  Baseline(const Baseline&) = delete;
  Baseline& operator=(const Baseline&) = delete;
  ~Baseline();

  [[nodiscard]] const BaselineData& data() const noexcept;
  // Whether the rules hold in that zone. `zone`: its name, "" without zones.
  [[nodiscard]] bool locked(std::string_view zone) const noexcept;
  // The section that stands for the zone, or null.
  [[nodiscard]] const BaselineZone* zone(std::string_view zone) const noexcept;

  // The MAC address counts first (empty: behind a router), then address and VLAN.
  [[nodiscard]] BaselineHostIndex host(const HostKey& key) const noexcept;
  // Whether the device itself is known: a new device at a known address is not.
  [[nodiscard]] bool knows_device(const HostKey& key) const noexcept;
  [[nodiscard]] BaselineHostIndex host_count() const noexcept;
  [[nodiscard]] const BaselineHost& host_entry(BaselineHostIndex host) const noexcept;

  [[nodiscard]] BaselineLinkIndex link(BaselineHostIndex client, BaselineHostIndex server,
                                       const BaselineService& service) const noexcept;
  // Any service between the two.
  [[nodiscard]] bool linked(BaselineHostIndex client, BaselineHostIndex server) const noexcept;
  [[nodiscard]] const BaselineTalker& talker(BaselineLinkIndex link) const noexcept;

  [[nodiscard]] bool allows(BaselineLinkIndex link, Operation operation, std::uint16_t function,
                            std::uint16_t sub_function, std::string_view object) const noexcept;
  // The entry of that operation, or null.
  [[nodiscard]] const BaselineOperation* operation(BaselineLinkIndex link, Operation operation,
                                                   std::uint16_t function,
                                                   std::uint16_t sub_function,
                                                   std::string_view object) const noexcept;
  // Bit per Operation that the link has at all.
  [[nodiscard]] std::uint8_t classes(BaselineLinkIndex link) const noexcept;

  // Whether every number of the target, or its name, is among those the link writes or reads.
  [[nodiscard]] bool writes(BaselineLinkIndex link, const TargetQuery& target) const noexcept;
  [[nodiscard]] bool reads(BaselineLinkIndex link, const TargetQuery& target) const noexcept;
  // The entry of exactly that target, or null.
  [[nodiscard]] const BaselineTarget* write_entry(BaselineLinkIndex link,
                                                  const TargetQuery& target) const noexcept;
  // The entries of the target's unit and table that have limits or a largest step.
  [[nodiscard]] std::span<const BaselineTarget* const> limited(
      BaselineLinkIndex link, const TargetQuery& target) const noexcept;
  // All entries of the target's unit and table.
  [[nodiscard]] std::span<const BaselineTarget* const> written(
      BaselineLinkIndex link, const TargetQuery& target) const noexcept;
  // "Alike counts as known": the link's client writes the same table (tags of the same program,
  // nodes of the same namespace) on its server or on one of the same role, and the target lies
  // inside what it reads there.
  [[nodiscard]] bool alike(BaselineLinkIndex link, const TargetQuery& target) const noexcept;
  // What the client wrote to such targets, all of them together; empty where nobody knows.
  [[nodiscard]] std::optional<ValueRange> values_alike(BaselineLinkIndex link,
                                                       const TargetQuery& target) const noexcept;
  // What the link does, in words: "Read Coils, Write Single Coil"; at most a few.
  [[nodiscard]] std::string operations_text(BaselineLinkIndex link) const;
  // What is written on the link, in words, for the alert: "coil 1-6, holding 100"; "" for nothing.
  [[nodiscard]] std::string writes_text(BaselineLinkIndex link) const;
  // The one client that writes to the server, by any service; kNone where none does, or several.
  [[nodiscard]] BaselineHostIndex only_writer(BaselineHostIndex server) const noexcept;

  // Polls of the links that the baseline has, from 0 on. What several zones list counts once.
  [[nodiscard]] BaselinePollIndex poll_count() const noexcept;
  [[nodiscard]] const BaselinePoll& poll(BaselinePollIndex poll) const noexcept;
  [[nodiscard]] BaselineLinkIndex link_of(BaselinePollIndex poll) const noexcept;
  // The section that lists it.
  [[nodiscard]] const BaselineZone& zone_of(BaselinePollIndex poll) const noexcept;
  // kNone where the link has no such poll. `likely` is looked at first.
  [[nodiscard]] BaselinePollIndex find_poll(BaselineLinkIndex link, const PollQuery& wanted,
                                            BaselinePollIndex likely = kNone) const noexcept;

  // The last value of a field, or null.
  [[nodiscard]] const BaselineFact* fact(BaselineHostIndex host, std::uint32_t unit,
                                         Identity::Field field,
                                         std::string_view source) const noexcept;
  // Empty where none is known of that use.
  [[nodiscard]] std::vector<const BaselineCertificate*> certificates(BaselineHostIndex host,
                                                                     Protocol protocol,
                                                                     std::string_view use) const;

 private:
  class Index;
  std::unique_ptr<Index> index_;
};

}  // namespace prahari
