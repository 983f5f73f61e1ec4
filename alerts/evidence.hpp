// The packets behind each alert as a capture of its own: alerts/ID.pcap.
//
// One pass over each input for a batch of alerts whose packets fit into 16 MiB together; most runs
// are one batch. Packets that several alerts share are fetched once. Original bytes and times.

#pragma once

#include <filesystem>
#include <span>

#include "alerts/alert.hpp"
#include "capture/result.hpp"
#include "capture/source.hpp"

namespace prahari {

struct EvidenceLimits {
  std::uint64_t batch_bytes = 16ULL << 20U;  // held in memory at once; also the most for one alert
};

// Writes `folder`/alerts/ID.pcap for each alert and fills Alert::file. An input that is gone or
// changed costs the evidence, never the run: the alert then says why. Fails only where the folder
// cannot be written.
Status write_evidence(std::span<Alert> alerts, std::span<const Input> inputs,
                      const std::filesystem::path& folder, EvidenceLimits limits = {});

}  // namespace prahari
