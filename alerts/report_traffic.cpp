// Who talks to whom: a heat map by zone, what the conduits of the site file were used for, and the
// busiest conversations.

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "alerts/report_sections.hpp"
#include "alerts/topology_layout.hpp"
#include "alerts/zone_traffic.hpp"

namespace prahari {
namespace {

// "24.1k"; a cell is small.
std::string short_number(std::uint64_t number) {
  constexpr std::array<std::pair<std::uint64_t, std::string_view>, 3> kUnits = {
      {{1'000'000'000, "G"}, {1'000'000, "M"}, {1'000, "k"}}};
  for (const auto& [unit, letter] : kUnits) {
    if (number >= unit) {
      const std::uint64_t tenths = number / (unit / 10);
      return tenths >= 1000 ? std::to_string(tenths / 10) + std::string(letter)
                            : std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) +
                                  std::string(letter);
    }
  }
  return std::to_string(number);
}

// 1 to 5, by orders of magnitude of the packets.
int heat(std::uint64_t packets) {
  const double magnitude = std::log10(static_cast<double>(std::max<std::uint64_t>(packets, 1)));
  return std::clamp(static_cast<int>(magnitude) + 1, 1, 5);
}

void add_cell(Html& page, const ZoneTraffic* cell, const std::string& from, const std::string& to) {
  if (cell == nullptr) {
    page.raw("<td class=\"none\"></td>");
    return;
  }
  page.raw("<td class=\"heat h").raw(std::to_string(heat(cell->packets)));
  page.raw(cell->alarmed() ? " bad\" title=\"" : "\" title=\"").text(from).raw(" to ").text(to);
  page.raw(": ").text(services_text(*cell, 6)).raw("; ").text(operations_text(cell->operations));
  page.raw(cell->operations == 0 ? "" : "; ").text(plural(cell->messages, "message"));
  page.raw(", ").text(plural(cell->packets, "packet")).raw(", ").text(bytes_text(cell->bytes));
  page.raw(cell->alarmed() ? "; some of it allowed by no conduit\"><b>" : "\"><b>");
  const std::string letters = operation_letters(cell->operations);
  page.raw(cell->alarmed() ? "✕ " : "").raw(letters.empty() ? "·" : letters).raw("</b><span>");
  if (cell->messages != 0) {
    page.text(short_number(cell->messages));
  } else {
    page.text(short_number(cell->packets)).raw(" p");
  }
  page.raw("</span></td>");
}

// The zones with the most traffic, in the order of the list.
std::vector<std::size_t> zones_shown(const ZoneMatrix& matrix, std::size_t zones,
                                     std::size_t limit) {
  std::vector<std::pair<std::uint64_t, std::size_t>> order(zones);
  for (std::size_t i = 0; i < zones; ++i) {
    order[i].second = i;
  }
  for (const auto& [ends, cell] : matrix) {
    for (const std::size_t zone : {ends.first, ends.second}) {
      if (zone < zones) {
        order[zone].first += cell.packets + (cell.alarmed() ? std::uint64_t{1} << 60U : 0U);
      }
    }
  }
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<std::size_t> out;
  for (const auto& [packets, zone] : order) {
    if (packets != 0 && out.size() < limit) {
      out.push_back(zone);
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

void add_matrix(Html& page, const NetworkView& network, const ZoneMatrix& matrix,
                std::size_t limit) {
  const std::vector<std::size_t> shown = zones_shown(matrix, network.zones.size(), limit);
  if (shown.empty()) {
    return;
  }
  page.raw("<h3>By ").raw(network.has_zones ? "zone" : "network");
  page.raw(
      "</h3>\n<p class=\"lead\">Rows open, columns answer. In a cell: classes of operations (d "
      "discover, r read, w write, c control, p program, a admin) and messages; p where only "
      "packets could be counted. Darker is more");
  page.raw(network.has_zones ? "; ✕ and red: some of it is allowed by no conduit" : "");
  page.raw(".</p>\n<div class=\"scroll\" tabindex=\"0\"><table class=\"matrix\"><thead><tr>");
  page.raw(R"(<th scope="col" class="corner">from ↓ to →</th>)");
  for (const std::size_t zone : shown) {
    page.raw("<th scope=\"col\"><span>").text(network.zones[zone].name).raw("</span></th>");
  }
  page.raw("</tr></thead><tbody>\n");
  for (const std::size_t row : shown) {
    const std::string& from = network.zones[row].name;
    page.raw("<tr><th scope=\"row\">").text(from).raw("</th>");
    for (const std::size_t column : shown) {
      const auto found = matrix.find({row, column});
      add_cell(page, found == matrix.end() ? nullptr : &found->second, from,
               network.zones[column].name);
    }
    page.raw("</tr>\n");
  }
  page.raw("</tbody></table></div>\n");
  std::set<std::size_t> busy;
  for (const auto& [ends, cell] : matrix) {
    busy.insert(ends.first);
    busy.insert(ends.second);
  }
  busy.erase(kNoHost);
  more_rows(page, shown.size(), busy.size(), "flows.csv");
}

// What the site file allows, and whether anybody needed it.
void add_conduits(Html& page, const NetworkView& network, const ZoneMatrix& matrix,
                  std::size_t limit) {
  if (!network.has_zones || network.conduits.empty()) {
    return;
  }
  std::map<std::string, std::size_t> numbers;
  for (std::size_t i = 0; i < network.zones.size(); ++i) {
    numbers.emplace(network.zones[i].name, i);
  }
  page.raw(
      "<details><summary>Conduits of the site file and their use</summary>\n<p class=\"lead\">A "
      "conduit that nobody used may be one too many.</p>\n");
  open_table(page, {"From", "To", "Allows", "Line", "Seen between these zones", "#Packets"});
  const std::size_t shown = std::min(network.conduits.size(), limit);
  for (std::size_t i = 0; i < shown; ++i) {
    const ConduitView& conduit = network.conduits[i];
    std::string allowed;
    for (const std::string& allow : conduit.allow) {
      allowed += (allowed.empty() ? "" : ", ") + allow;
    }
    const auto from = numbers.find(conduit.from);
    const auto to = numbers.find(conduit.to);
    const auto found = from == numbers.end() || to == numbers.end()
                           ? matrix.end()
                           : matrix.find({from->second, to->second});
    const bool used = found != matrix.end();
    page.raw("<tr>");
    labelled(page, "From", conduit.from);
    labelled(page, "To", conduit.to);
    labelled(page, "Allows", allowed);
    labelled(page, "Line", std::to_string(conduit.line));
    labelled(page, "Seen", used ? services_text(found->second, 6) : "nothing: not used");
    labelled_number(page, "Packets", used ? found->second.packets : 0);
    page.raw("</tr>\n");
  }
  close_table(page);
  more_rows(page, shown, network.conduits.size(), "the site file");
  page.raw("</details>\n");
}

// "10/s", "1 in 30 s": messages, else packets, over the time the two were heard.
std::string rate_text(const TalkView& talk) {
  const double seconds = std::chrono::duration<double>(talk.last - talk.first).count();
  const std::uint64_t count = talk.messages != 0 ? talk.messages : talk.packets;
  if (seconds < 1 || count < 3) {
    return {};
  }
  const double rate = static_cast<double>(count) / seconds;
  if (rate >= 10) {
    return with_commas(static_cast<std::uint64_t>(std::llround(rate))) + "/s";
  }
  if (rate >= 0.95) {
    return number_text(std::round(rate * 10) / 10) + "/s";
  }
  return "1 in " + number_text(std::round(10 / rate) / 10) + " s";
}

std::string seen_text(const TalkView& talk) {
  if (talk.one_way_flows != 0) {
    return "one direction only";
  }
  const std::string out = talk.established ? "established" : "not established";
  return talk.gap_flows != 0 ? out + ", with gaps" : out;
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
      "<h3>Busiest conversations</h3>\n<p class=\"lead\">The rate is that of messages, or of "
      "packets where none could be read: the mean over the time in which the two were "
      "heard.</p>\n");
  open_table(page, {"Client", "Server", "Service", "Operations", "#Messages", "Rate", "#Packets",
                    "#Bytes", "Seen"});
  for (std::size_t i = 0; i < shown; ++i) {
    const TalkView& talk = network.talks[order[i].talk];
    page.raw("<tr>");
    labelled(page, "Client", host_text(network, talk.client, talk.client_ip));
    labelled(page, "Server", host_text(network, talk.server, talk.server_ip));
    labelled(page, "Service",
             talk.vlan.empty() ? talk.service : talk.service + ", VLAN " + talk.vlan);
    labelled(page, "Operations", operations_text(talk.operations));
    labelled_number(page, "Messages", talk.messages);
    labelled(page, "Rate", rate_text(talk));
    labelled_number(page, "Packets", talk.packets);
    labelled(page, "Bytes", bytes_text(talk.bytes), "num");
    labelled(page, "Seen", seen_text(talk));
    page.raw("</tr>\n");
  }
  close_table(page);
  more_rows(page, shown, order.size(), "flows.csv");
}

}  // namespace

void add_traffic(Html& page, const ReportInput& input, const ReportLimits& limits) {
  const NetworkView& network = input.context.network;
  page.raw("<section id=\"traffic\">\n<h2>Who talks to whom</h2>\n");
  if (network.talks.empty()) {
    page.raw("<p>No conversation was seen.</p>\n");
  } else {
    const ZoneMatrix matrix = zone_matrix(input);
    add_matrix(page, network, matrix, limits.zones);
    add_conduits(page, network, matrix, limits.conduits);
    add_talks(page, network, limits.talks);
  }
  page.raw("</section>\n");
}

}  // namespace prahari
