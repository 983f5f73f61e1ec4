// Collects what a site file without conduits refuses, so that one can be drafted that allows it.
// Bounded; what does not fit is counted, and the draft says so.

#pragma once

#include <map>
#include <set>
#include <string>
#include <tuple>

#include "inventory/record.hpp"
#include "rules/conduit_finding.hpp"
#include "rules/conduit_watch.hpp"
#include "rules/draft_targets.hpp"

namespace prahari {

// Who did something, how often, and when.
struct DraftEvidence {
  std::set<IpAddress> clients;
  std::set<IpAddress> servers;
  std::uint64_t messages = 0;
  std::uint64_t flows = 0;
  PacketRef first;
  PacketRef last;
  Timestamp first_time;
  Timestamp last_time;
};

// One protocol and class between two zones; for a host in no zone, by its address.
struct DraftKey {
  ZoneIndex from = 0;
  ZoneIndex to = 0;
  IpAddress stranger;    // empty: both are in zones
  std::string protocol;  // "modbus", "tcp/443"
  int operation = -1;    // of Operation; -1: none, by port

  friend auto operator<=>(const DraftKey& a, const DraftKey& b) {
    return std::tie(a.from, a.to, a.stranger, a.protocol, a.operation) <=>
           std::tie(b.from, b.to, b.stranger, b.protocol, b.operation);
  }
};

struct DraftLine {
  DraftEvidence seen;
  DraftTargets targets;
  bool silent = false;  // connected, and nothing was said
};

class DraftBook final : public ConduitWatch {
 public:
  void allowed(const ZonePair& zones, const Event& event, const Verdict& verdict,
               std::uint32_t times) override;
  void refused(const ZonePair& zones, const Event& event, const Request& request,
               std::uint32_t times) override;

  // A recorded conversation, of which the classes are known and no targets.
  void add(const ZonePair& zones, const Conversation& row);

  [[nodiscard]] const std::map<DraftKey, DraftLine>& lines() const noexcept { return lines_; }
  [[nodiscard]] std::uint64_t left_out() const noexcept { return left_out_; }

 private:
  DraftLine* line(const DraftKey& key);

  std::map<DraftKey, DraftLine> lines_;
  std::uint64_t left_out_ = 0;
};

// Takes what is raised, and forgets it.
class NoFindings final : public FindingSink {
 public:
  AlertHandle raise(Finding /*finding*/) override { return {}; }
  using FindingSink::again;
  bool again(AlertHandle /*handle*/, const PacketRef& /*packet*/,
             std::uint32_t /*times*/) override {
    return false;
  }
};

}  // namespace prahari
