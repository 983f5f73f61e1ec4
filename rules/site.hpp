// The site file as values: what a plant says about its network (contract: "The site file").
// Nothing writes such a file: it is the user's own, with his comments.
//
// Reading it says every mistake at once, each with file, line, key, what was expected and what to
// do. Nothing starts on a file that is half understood.

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "capture/result.hpp"
#include "dissectors/address.hpp"
#include "dissectors/message.hpp"
#include "rules/intel.hpp"
#include "rules/schedule.hpp"
#include "rules/timezone.hpp"

namespace prahari {

struct MacPattern {  // "mac:00:1d:9c:*": the first `octets` must be equal
  MacAddress mac;
  std::uint8_t octets = 6;
};
struct IpPrefix {
  IpAddress network;
  std::uint8_t length = 0;
};
struct VlanMember {
  std::uint16_t id = 0;
};
struct TagMember {  // "tag:hmi": every host whose [[asset]] carries the tag
  std::string tag;
};
using Member = std::variant<MacPattern, IpPrefix, VlanMember, TagMember>;

struct NumberRange {
  std::uint32_t first = 0;
  std::uint32_t last = 0;  // inclusive
};

// "unit=1", "holding=100-119", "tag=Line1.*", "tag=Recipe[0-9]", "device": names are those of
// Target (unit, table names).
struct TargetLimit {
  enum class Match : std::uint8_t {
    numbers,   // addresses within `ranges`
    exact,     // the name is `text`
    prefix,    // it begins with `text`
    elements,  // it is `text`, an index within `ranges`, and `rest`
    device     // the operation names nothing on the device
  };
  std::string name;
  std::vector<NumberRange> ranges;
  std::string text;
  std::string rest;
  Match match = Match::exact;
};

// One `allow` entry: PROTOCOL:CLASS[@targets].
struct Allow {
  std::string text;                    // as written
  std::string protocol;                // "modbus", "tcp/443", "icmp", "any"
  std::optional<Operation> operation;  // empty: "*"
  bool calls = false;                  // "opcua:call": methods, of whatever class
  std::vector<TargetLimit> targets;
  int line = 0;
};

// A threshold of a detector, set otherwise.
struct ThresholdSetting {
  std::string kind;  // of the alert
  std::string name;
  double value = 0;
  int line = 0;
};

struct Zone {
  std::string name;
  std::optional<double> level;  // Purdue level
  std::vector<Member> members;
  std::vector<int> member_lines;  // of each member
  std::vector<std::string> off;   // alert kinds that raise nothing where this zone takes part
  std::vector<ThresholdSetting> thresholds;
  int line = 0;
  std::uint16_t file = 0;  // index into Site::files, here and below
};

struct Conduit {
  std::string from;
  std::string to;
  std::vector<Allow> allow;
  Schedule schedule;  // when it holds; empty: always
  int line = 0;
  std::uint16_t file = 0;
};

struct SiteAsset {
  Member match;
  std::string name;
  std::string criticality;  // "low", "medium", "high", "safety" or empty
  std::string owner;
  std::string location;
  std::vector<std::string> tags;
  int line = 0;
  std::uint16_t file = 0;
};

struct Ignore {
  std::string kind;
  std::string from;  // zone, asset name or address; empty: any
  std::string to;
  std::optional<Timestamp> until;  // first instant at which it no longer holds
  std::string until_text;
  std::string reason;
  int line = 0;
  std::uint16_t file = 0;
};

// What a conduit would allow, for some hosts, until a day, and somebody answers for it.
struct Exception {
  std::string from;  // zone, asset name or member
  std::string to;
  std::vector<Allow> allow;
  std::string owner;
  Timestamp until;  // first instant at which it no longer holds
  std::string until_text;
  std::string reason;
  int line = 0;
  std::uint16_t file = 0;
};

struct Permit {
  std::string from;
  std::string to;
  std::vector<Operation> allow;
  Timestamp valid_from;
  Timestamp valid_to;
  std::string ticket;
  int line = 0;
  std::uint16_t file = 0;
};

// [[baseline]]: hours at which another approved baseline than "running" is what is normal.
struct BaselineShift {
  std::string name;                // of the baseline: "cleaning"
  std::vector<std::string> zones;  // empty: all
  Schedule schedule;               // never always()
  int line = 0;
  std::uint16_t file = 0;
};

// [site] and [reporter]: what a CERT-In draft is filled from. Empty: not given.
struct SiteInfo {
  std::string name;
  std::string organisation;
  std::string timezone = "Asia/Kolkata";
  std::string location;  // "City, State, Country"
  std::string network_isp;
  std::string sector;
  std::string reporter_name_role;
  std::string reporter_contact;
  std::string reporter_email;
  std::string reporter_address;
};

// [approval]: how a baseline comes into force.
struct Approval {
  bool four_eyes = true;          // somebody else than the proposer must approve
  bool signed_imports = false;    // a file is taken in only if one of `keys` signed it
  std::vector<std::string> keys;  // public Ed25519 keys, base64
};

struct Site {
  std::string file;                // as given; empty: there is no site file
  std::vector<std::string> files;  // the same, and those it includes
  SiteInfo info;
  Timezone timezone;
  std::vector<Zone> zones;
  std::vector<Conduit> conduits;
  std::vector<SiteAsset> assets;
  std::vector<Ignore> ignores;
  std::vector<Permit> permits;
  std::vector<Exception> exceptions;
  std::vector<BaselineShift> shifts;
  Approval approval;
  std::vector<ThresholdSetting> thresholds;  // for all zones that do not set their own
  std::string intel_file;                    // [intel] file, as written; empty: none
  int intel_line = 0;
  std::vector<Indicator> intel;  // what it says, and what is shipped

  [[nodiscard]] const std::string& file_of(std::uint16_t index) const noexcept {
    return index < files.size() ? files[index] : file;
  }
};

// One mistake in a file that people write.
struct Mistake {
  std::string file;
  int line = 0;
  int column = 0;
  std::string text;  // "zone[2].members[0]: expected an address, ..., found \"10.0.0.0/40\""
};

[[nodiscard]] std::string to_string(const Mistake& mistake);  // "site.toml:12:3: ..."

using SiteOrMistakes = std::variant<Site, std::vector<Mistake>>;

// What `include` brings in. `identity` is the same whatever name a file was called by.
struct IncludedFile {
  std::string name;  // as a person finds it
  std::string identity;
  std::string text;
};
// Reads what the file `from` includes as `name`; the error says what is wrong with that name.
using ReadInclude =
    std::function<Result<IncludedFile>(const std::string& from, const std::string& name)>;

// Error only where the file cannot be read at all. Included files lie in its folder or below.
Result<SiteOrMistakes> load_site(const std::filesystem::path& file);
// Touches no file: what is included comes from `read`.
SiteOrMistakes parse_site(std::string_view toml, const std::string& file,
                          const ReadInclude& read = {});

}  // namespace prahari
