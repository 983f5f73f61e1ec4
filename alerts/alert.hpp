// One alert: one cause, however often it was seen. What the correlator makes of findings, and
// what every writer reads (contract: "One alert").

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rules/finding.hpp"

namespace prahari {

// Where the packets behind an alert were written.
struct EvidenceFile {
  std::string pcap;  // "alerts/ID.pcap", relative to the result folder; empty: none
  std::string sha256;
  std::uint64_t bytes = 0;
  std::uint32_t packets = 0;
  std::string missing;  // why there is no file, or why it holds less than `evidence`; else empty
};

struct Alert {
  std::string id;   // at most 40 of [0-9a-z-], from content: the same on every run
  Finding finding;  // the worst of its findings; its `evidence` is empty, see below
  Timestamp first_seen;
  Timestamp last_seen;
  Timestamp noticed;  // packet time of the decisive packet, since when `finding.certin` holds
  std::uint64_t count = 1;
  std::string source_asset;  // ids in the inventory; empty: none
  std::string destination_asset;
  std::vector<PacketRef> evidence;      // in packet order, without twins; never empty if any came
  std::uint64_t evidence_left_out = 0;  // packets that belong to it and are not listed
  EvidenceFile file;

  [[nodiscard]] bool incident() const noexcept { return finding.certin == CertInClass::incident; }
};

}  // namespace prahari
