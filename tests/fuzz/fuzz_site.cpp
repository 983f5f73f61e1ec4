// A site file: whatever it says, it is read or refused with mistakes that are safe to print, and
// what was read can be asked.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "rules/policy.hpp"
#include "rules/wording.hpp"

namespace prahari {

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  SiteOrMistakes result = parse_site(text, "site.toml");
  if (const auto* mistakes = std::get_if<std::vector<Mistake>>(&result)) {
    for (const Mistake& mistake : *mistakes) {
      if (const std::string line = to_string(mistake); printable(line) != line) {
        std::abort();  // a control character would reach the terminal
      }
    }
    if (mistakes->empty()) {
      std::abort();  // refused, and nobody knows why
    }
    return 0;
  }
  const Policy policy{std::get<Site>(std::move(result))};
  HostKey host;
  host.ip = {IpAddress::Family::v4, {10, 10, 1, 20}};
  const ZoneIndex zone = policy.zone_of(host);
  Request request;
  request.protocol = Protocol::modbus;
  request.has_operation = true;
  request.target = {.table = "holding", .text = {}, .unit = 1, .address = 100, .count = 4};
  for (std::size_t to = 0; to <= policy.site().zones.size(); ++to) {
    (void)policy.judge(zone, static_cast<ZoneIndex>(to), request);
  }
  (void)policy.asset_of(host);
  Finding finding;
  finding.kind = "scan";
  finding.source.ip = host.ip;
  (void)policy.ignored(finding, Timestamp{});
  (void)policy.permitted(host, host, Operation::program, Timestamp{});
  return 0;
}

}  // namespace prahari
