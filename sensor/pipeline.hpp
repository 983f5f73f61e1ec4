// Source to analyst: the one path of packets, for a file and for an interface.
//
// One worker: everything on the calling thread, no copy. More: the caller stays the analyst, one
// thread reads and decodes, and each worker runs its share of the 16 shards, batch by batch. The
// analyst sees the events of each packet in packet order either way, so the output is the same.

#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string_view>

#include "capture/source.hpp"
#include "dissectors/analyzer.hpp"
#include "dissectors/decode.hpp"
#include "dissectors/record.hpp"

namespace prahari {

// How far a run is.
struct Tick {
  bool idle = false;     // a live source had nothing
  double progress = -1;  // share of the input, 0 to 1; negative where it cannot be known
  std::uint64_t packets = 0;
};

// Receives everything, on the thread that called run().
class Analyst {
 public:
  virtual ~Analyst() = default;
  virtual void event(const Event& event) = 0;
  // Events of these flows come soon: a chance to ask memory for what is remembered about them.
  // Some may be of no flow, or never come.
  virtual void expect(std::span<const FlowId> /*flows*/) {}
  // The record of the message event just handed over, as the formatter wrote it.
  virtual void record(const Event& /*message*/, std::string_view /*text*/) {}
  // The same without a formatter in between; only with RecordStyle::fields.
  virtual void record(const Event& /*message*/, const Fields& /*fields*/) {}
  // Now and then, after the events of a packet. False ends the run.
  virtual bool tick(const Tick& /*tick*/) { return true; }
};

// `fields` hands them on as they are, which takes a single worker.
enum class RecordStyle : std::uint8_t { none, json, tsv, fields };

struct PipelineOptions {
  unsigned workers = 1;
  RecordStyle records = RecordStyle::none;
  std::vector<std::string> fields;  // chosen ones; empty: all
};

// Packets by outermost VLAN tag; index 0 counts those without.
using VlanCounts = std::array<std::uint64_t, 4096>;

struct PipelineStats {
  std::uint64_t packets = 0;
  std::uint64_t captured_bytes = 0;
  std::uint64_t wire_bytes = 0;
  Timestamp first;
  Timestamp last;  // the greatest; clocks go backwards
  DecodeStats decode;
  AnalyzerStats analyzer;
  VlanCounts vlans{};
  std::map<std::uint16_t, std::uint64_t> ethertypes;  // without a decoder; 0: LLC; at most 1,024
};

// Reads the source to its end, or until tick() says stop.
PipelineStats run_pipeline(Source& source, const PipelineOptions& options, Analyst& analyst);

}  // namespace prahari
