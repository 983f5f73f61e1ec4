// What the counters say about the mirror port, for somebody who can change it. The limits are those
// of `sensor-blind` in detections.md.

#include "alerts/summary.hpp"
#include "alerts/text.hpp"

namespace prahari {
namespace {

using Level = HealthNote::Level;

bool above(std::uint64_t part, std::uint64_t whole, double percent) noexcept {
  return whole != 0 && 100.0 * static_cast<double>(part) > percent * static_cast<double>(whole);
}

HealthNote one_way(const FlowCounts& flows) {
  if (flows.tcp == 0) {
    return {Level::note, "No TCP connection was seen.",
            "If the plant uses Modbus/TCP, EtherNet/IP or OPC UA, this capture comes from a place "
            "where that traffic does not pass."};
  }
  const std::string share = percent_text(flows.tcp_one_way, flows.tcp) + " of " +
                            plural(flows.tcp, "TCP connection") + " showed one direction only.";
  if (above(flows.tcp_one_way, flows.tcp, 5)) {
    return {Level::bad, share,
            "Set the mirror port to copy both directions (\"both\", not only \"rx\" or \"tx\"), "
            "or mirror the port at the other end as well."};
  }
  return {Level::good, share, ""};
}

HealthNote loss(const FlowCounts& flows) {
  if (flows.with_gaps == 0) {
    return {Level::good, "No TCP connection lost bytes.", ""};
  }
  const std::string what = plural(flows.with_gaps, "connection") + " lost bytes (" +
                           plural(flows.gaps, "gap") + ", " +
                           plural(flows.retransmissions, "retransmission") + ").";
  const bool bad = above(flows.with_gaps, flows.total, 1);
  return {bad ? Level::bad : Level::note, what,
          "The mirror port or the capturing machine dropped packets: mirror fewer ports, use a "
          "faster port, or capture with a larger buffer."};
}

HealthNote duplicates(const RunSummary& summary) {
  const std::uint64_t twins = summary.flows.duplicates;
  if (twins == 0) {
    return {Level::good, "No packet arrived twice.", ""};
  }
  const std::string what = plural(twins, "packet") + " arrived twice (" +
                           percent_text(twins, summary.packets) +
                           "); the copies were not counted again.";
  if (above(twins, summary.packets, 1)) {
    return {Level::bad, what,
            "The mirror copies both the port a packet enters and the one it leaves. Mirror one "
            "direction of each port, or fewer ports."};
  }
  return {Level::note, what, ""};
}

void add_inputs(const RunSummary& summary, std::vector<HealthNote>& out) {
  for (const Input& input : summary.inputs) {
    if (!input.note.empty()) {
      out.push_back({Level::bad, input.name + ": " + input.note + ".",
                     "What lies before was read. Copy the file again, or capture anew."});
    }
  }
}

void add_counts(const RunSummary& summary, std::vector<HealthNote>& out) {
  if (summary.kernel_drops != 0) {
    out.push_back({Level::bad, plural(summary.kernel_drops, "packet") + " dropped by the kernel.",
                   "Use more workers or a larger ring."});
  }
  std::uint64_t errors = 0;
  for (const NamedCount& error : summary.decode_errors) {
    errors += error.count;
  }
  if (errors != 0) {
    out.push_back({above(errors, summary.packets, 1) ? Level::bad : Level::note,
                   plural(errors, "packet") + " could not be decoded fully (" +
                       percent_text(errors, summary.packets) + ").",
                   "The reasons are counted in summary.json. A snap length that cuts packets "
                   "is the usual one: capture with -s 0."});
  }
  for (const TableCount& table : summary.tables) {
    if (table.evicted != 0) {
      out.push_back({Level::note,
                     "The table of " + table.name + " was full (" + with_commas(table.limit) +
                         "); " + with_commas(table.evicted) + ' ' + std::string{table.lost} + '.',
                     "Analyse a shorter time or a part of the network."});
    }
  }
  if (summary.flows.out_of_order_drops != 0) {
    out.push_back({Level::note,
                   plural(summary.flows.out_of_order_drops, "segment") +
                       " out of order went beyond what is kept.",
                   "Packets of several mirror ports may be merged out of order."});
  }
}

}  // namespace

std::vector<HealthNote> capture_health(const RunSummary& summary) {
  std::vector<HealthNote> out;
  if (summary.packets == 0) {
    out.push_back({Level::bad, "The capture holds no packets.",
                   "Check the interface and the filter it was captured with."});
    add_inputs(summary, out);
    return out;
  }
  out.push_back(one_way(summary.flows));
  out.push_back(loss(summary.flows));
  out.push_back(duplicates(summary));
  add_inputs(summary, out);
  add_counts(summary, out);
  return out;
}

}  // namespace prahari
