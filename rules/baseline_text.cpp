// How the parts of a baseline are written, and their order in the file.

#include <algorithm>
#include <charconv>
#include <tuple>

#include "inventory/asset_key.hpp"
#include "rules/baseline_keys.hpp"

namespace prahari {
namespace {

constexpr std::string_view kVlan = " vlan ";
constexpr std::string_view kMac = "mac ";

template <class Number>
bool read_number(std::string_view text, Number& out) noexcept {
  const auto end = std::from_chars(text.data(), text.data() + text.size(), out);
  return !text.empty() && end.ec == std::errc{} && end.ptr == text.data() + text.size();
}

bool parse_vlan(std::string_view text, VlanTags& out) noexcept {
  out = {};
  while (true) {
    const std::size_t dot = text.find('.');
    std::uint16_t id = 0;
    if (out.count == out.ids.size() || !read_number(text.substr(0, dot), id) || id > 4095) {
      return false;
    }
    out.push(id);
    if (dot == std::string_view::npos) {
      return true;
    }
    text.remove_prefix(dot + 1);
  }
}

template <class Entry>
void sort_by_key(std::vector<Entry>& entries) {
  std::ranges::sort(entries, [](const Entry& a, const Entry& b) { return key_of(a) < key_of(b); });
}

}  // namespace

double LearningProgress::percent() const noexcept {
  const auto span = std::chrono::duration<double>(to - from).count();
  const auto still = std::chrono::duration<double>(to - last_new).count();
  return span <= 0 ? 0 : std::clamp(still / span / kShare, 0.0, 1.0) * 100;
}

void sort(BaselineData& data) {
  std::ranges::sort(data.zones, {}, &BaselineZone::name);
  for (BaselineZone& zone : data.zones) {
    sort_by_key(zone.hosts);
    std::ranges::sort(zone.facts, [](const BaselineFact& a, const BaselineFact& b) {
      return std::tuple_cat(key_of(a), std::tie(a.value)) <
             std::tuple_cat(key_of(b), std::tie(b.value));
    });
    sort_by_key(zone.certificates);
    sort_by_key(zone.talkers);
    sort_by_key(zone.operations);
    sort_by_key(zone.writes);
    sort_by_key(zone.reads);
    sort_by_key(zone.polls);
  }
}

std::string to_string(const HostPlace& place) {
  std::string out;
  if (place.ip.empty()) {
    out = kMac;
    append(out, place.mac);
  } else {
    append(out, place.ip);
  }
  if (place.vlan.count > 0) {
    out += kVlan;
    append(out, place.vlan);
  }
  return out;
}

std::string to_string(const BaselineService& service) {
  if (service.protocol != Protocol::unknown) {
    return std::string(to_string(service.protocol));
  }
  std::string out{to_string(service.transport)};
  return service.port == 0 ? out : out + '/' + std::to_string(service.port);
}

std::string to_string(const BaselineLink& link) {
  return to_string(link.client) + " -> " + to_string(link.server) + ' ' + to_string(link.service);
}

std::string target_text(const BaselineTarget& target) {
  std::string out = target.unit == 0 ? std::string{} : "unit " + std::to_string(target.unit);
  if (!target.table.empty()) {
    out += (out.empty() ? "" : " ") + target.table;
  }
  if (!target.text.empty()) {
    return out + ' ' + target.text;
  }
  if (target.first <= target.last) {
    out += ' ' + std::to_string(target.first);
    out += target.first == target.last ? std::string{} : '-' + std::to_string(target.last);
  }
  return out;
}

std::string_view object_of(std::string_view table, std::string_view text) noexcept {
  if (table != "class") {
    return {};
  }
  return text.substr(0, text.find(" instance"));
}

std::string_view group_of(std::string_view table, std::string_view text) noexcept {
  if (table == "class") {
    return object_of(table, text);
  }
  if (table == "node") {
    return text.starts_with("ns=") ? text.substr(0, text.find(';')) : std::string_view{};
  }
  if (table == "tag") {
    constexpr std::string_view kProgram = "Program:";
    return text.starts_with(kProgram) ? text.substr(0, text.find('.')) : std::string_view{};
  }
  const std::size_t end = text.find_last_of("./$");
  return end == std::string_view::npos ? std::string_view{} : text.substr(0, end);
}

bool parse(std::string_view text, HostPlace& place) noexcept {
  place = {};
  if (const std::size_t vlan = text.find(kVlan); vlan != std::string_view::npos) {
    if (!parse_vlan(text.substr(vlan + kVlan.size()), place.vlan)) {
      return false;
    }
    text = text.substr(0, vlan);
  }
  return text.starts_with(kMac) ? parse(text.substr(kMac.size()), place.mac)
                                : parse(text, place.ip);
}

bool parse(std::string_view text, BaselineService& service) noexcept {
  service = {};
  for (std::size_t i = 0; i < static_cast<std::size_t>(Protocol::unknown); ++i) {
    if (to_string(static_cast<Protocol>(i)) == text) {
      service.protocol = static_cast<Protocol>(i);
      return true;
    }
  }
  const std::size_t slash = text.find('/');
  for (const Transport transport :
       {Transport::none, Transport::tcp, Transport::udp, Transport::icmp, Transport::other}) {
    if (to_string(transport) == text.substr(0, slash)) {
      service.transport = transport;
      return slash == std::string_view::npos || read_number(text.substr(slash + 1), service.port);
    }
  }
  return false;
}

}  // namespace prahari
