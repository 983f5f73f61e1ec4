// Who talks to whom, by zones and by hosts.

#include <algorithm>
#include <map>
#include <tuple>

#include "alerts/report_sections.hpp"

namespace prahari {
namespace {

struct Cell {
  std::uint8_t operations = 0;
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  std::map<std::string, std::uint64_t> services;  // to packets
  bool alarmed = false;
};

using Matrix = std::map<std::pair<std::string, std::string>, Cell>;

Matrix zone_matrix(const ReportInput& input) {
  const NetworkView& network = input.context.network;
  const std::vector<std::size_t> zones = network.zone_numbers();
  Matrix matrix;
  for (const TalkView& talk : network.talks) {
    if (talk.client == kNoHost || talk.server == kNoHost) {
      continue;
    }
    Cell& cell =
        matrix[{network.zones[zones[talk.client]].name, network.zones[zones[talk.server]].name}];
    cell.operations |= talk.operations;
    cell.packets += talk.packets;
    cell.bytes += talk.bytes;
    cell.services[talk.service] += talk.packets;
  }
  for (const Alert& alert : input.alerts) {
    const auto found = matrix.find({alert.finding.source.zone, alert.finding.destination.zone});
    if (alert.finding.kind == "conduit-violation" && found != matrix.end()) {
      found->second.alarmed = true;
    }
  }
  return matrix;
}

std::string services_text(const Cell& cell) {
  std::vector<std::pair<std::uint64_t, std::string>> order;
  for (const auto& [service, packets] : cell.services) {
    order.emplace_back(packets, service);
  }
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::string out;
  for (std::size_t i = 0; i < order.size() && i < 3; ++i) {
    out += (i == 0 ? "" : ", ") + order[i].second;
  }
  return order.size() > 3 ? out + ", +" + std::to_string(order.size() - 3) : out;
}

void add_cell(Html& page, const Matrix& matrix, const std::string& from, const std::string& to) {
  const auto found = matrix.find({from, to});
  if (found == matrix.end()) {
    page.raw("<td class=\"empty\"></td>");
    return;
  }
  const Cell& cell = found->second;
  page.raw(cell.alarmed ? "<td class=\"bad\">" : "<td>").text(services_text(cell));
  page.element("span", operations_text(cell.operations), "sub");
  page.element("span", plural(cell.packets, "packet") + ", " + bytes_text(cell.bytes), "sub");
  page.raw("</td>");
}

void add_matrix(Html& page, const ReportInput& input, std::size_t limit) {
  const std::vector<ZoneView>& zones = input.context.network.zones;
  const std::size_t shown = std::min(zones.size(), limit);
  const Matrix matrix = zone_matrix(input);
  page.raw(
      "<p class=\"lead\">Rows open, columns answer. Red: no conduit allows some of it.</p>"
      "<div class=\"scroll\"><table class=\"matrix\"><thead><tr><th>from \\ to</th>");
  for (std::size_t i = 0; i < shown; ++i) {
    page.element("th", zones[i].name);
  }
  page.raw("</tr></thead><tbody>\n");
  for (std::size_t row = 0; row < shown; ++row) {
    page.raw("<tr>").element("th", zones[row].name);
    for (std::size_t column = 0; column < shown; ++column) {
      add_cell(page, matrix, zones[row].name, zones[column].name);
    }
    page.raw("</tr>\n");
  }
  page.raw("</tbody></table></div>\n");
  more_rows(page, shown, zones.size(), "flows.csv");
}

void add_talks(Html& page, const NetworkView& network, std::size_t limit) {
  struct Busy {
    std::uint64_t messages;
    std::uint64_t packets;
    std::size_t talk;
  };
  std::vector<Busy> order;
  order.reserve(network.talks.size());
  for (const TalkView& talk : network.talks) {
    order.push_back({talk.messages, talk.packets, order.size()});
  }
  const std::size_t shown = std::min(order.size(), limit);
  std::ranges::partial_sort(
      order, order.begin() + static_cast<std::ptrdiff_t>(shown), [](const Busy& a, const Busy& b) {
        return std::tie(b.messages, b.packets, a.talk) < std::tie(a.messages, a.packets, b.talk);
      });
  page.raw(
      "<h3>Busiest conversations</h3>\n<table class=\"rows\"><thead><tr><th>Client</th>"
      "<th>Server</th><th>Service</th><th>Operations</th><th class=\"num\">Messages</th>"
      "<th class=\"num\">Packets</th><th class=\"num\">Bytes</th><th>Seen</th>"
      "</tr></thead><tbody>\n");
  for (std::size_t i = 0; i < shown; ++i) {
    const TalkView& talk = network.talks[order[i].talk];
    std::string seen = talk.established ? "established" : "not established";
    if (talk.one_way_flows != 0) {
      seen = "one direction only";
    } else if (talk.gap_flows != 0) {
      seen += ", with gaps";
    }
    page.raw("<tr>");
    labelled(page, "Client", host_text(network, talk.client, talk.client_ip));
    labelled(page, "Server", host_text(network, talk.server, talk.server_ip));
    labelled(page, "Service", talk.service);
    labelled(page, "Operations", operations_text(talk.operations));
    labelled_number(page, "Messages", talk.messages);
    labelled_number(page, "Packets", talk.packets);
    labelled(page, "Bytes", bytes_text(talk.bytes), "num");
    labelled(page, "Seen", seen);
    page.raw("</tr>\n");
  }
  page.raw("</tbody></table>\n");
  more_rows(page, shown, order.size(), "flows.csv");
}

}  // namespace

void add_traffic(Html& page, const ReportInput& input, const ReportLimits& limits) {
  const NetworkView& network = input.context.network;
  page.raw("<section id=\"traffic\">\n<h2>Traffic</h2>\n");
  if (network.has_zones) {
    add_matrix(page, input, limits.zones);
  }
  if (network.talks.empty()) {
    page.raw("<p>No conversation was seen.</p>\n");
  } else {
    add_talks(page, network, limits.talks);
  }
  page.raw("</section>\n");
}

}  // namespace prahari
