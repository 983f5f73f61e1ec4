// The numbers of a run, from everything that counted while it went on.

#pragma once

#include "alerts/collector.hpp"
#include "alerts/correlator.hpp"
#include "alerts/summary.hpp"
#include "inventory/inventory.hpp"
#include "rules/engine.hpp"
#include "sensor/counts.hpp"
#include "sensor/pipeline.hpp"

namespace prahari {

// Who counted. All of it is at its end.
struct Counted {
  const Source& source;
  const PipelineStats& pipeline;
  const EventCounts& events;
  const Inventory& inventory;
  const Engine& engine;
  const Correlator& correlator;
  const AlertCollector& collector;
};

// Fills all but the name of the sensor, what it took (seconds, memory) and whether it was
// interrupted.
void fill_summary(RunSummary& summary, const Counted& counted);

}  // namespace prahari
