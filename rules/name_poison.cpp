#include "rules/name_poison.hpp"

#include <algorithm>
#include <array>

#include "rules/ot_place.hpp"

namespace prahari {
namespace {

constexpr std::size_t kMostNames = 16;
constexpr auto kNobody = std::to_array<std::string_view>({"wpad", "isatap"});

std::string lower_label(std::string_view name) {
  std::string out{name.substr(0, name.find('.'))};
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

}  // namespace

NamePoison::Verdict NamePoison::on_message(const Event& event, std::size_t least) {
  const Pair pair{host_place(event.client, event.vlan), host_place(event.server, event.vlan)};
  if (event.message.kind == Kind::request) {
    if (names_host(event.server.ip) && !event.server.mac.group() &&
        event.protocol == Protocol::nbns && asked_directly_.find(pair) == asked_directly_.kNone) {
      asked_directly_.insert(pair);
    }
    return {};
  }
  if (event.message.kind != Kind::response || event.text.empty() || !names_host(event.server.ip) ||
      (event.protocol == Protocol::nbns && asked_directly_.peek(pair) != asked_directly_.kNone)) {
    return {};
  }
  std::uint32_t slot = answerers_.find(pair.server);
  if (slot == answerers_.kNone) {
    slot = answerers_.insert(pair.server);
  }
  std::vector<std::uint64_t>& names = answerers_[slot];
  const std::string label = lower_label(event.text);
  const std::uint64_t name = Hasher{seed_}.add(label).value();
  if (std::ranges::find(names, name) == names.end() && names.size() < kMostNames) {
    names.push_back(name);
  }
  const bool nobody = std::ranges::find(kNobody, label) != kNobody.end();
  return {nobody || names.size() >= least, names.size()};
}

}  // namespace prahari
