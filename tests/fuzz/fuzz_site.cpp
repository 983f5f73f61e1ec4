// A site file: whatever it says, it is read or refused with mistakes that are safe to print, and
// what was read can be asked and exported. Files that it includes are further parts of the input,
// behind a byte 0x1e each: no file is opened.

#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "rules/firewall.hpp"
#include "rules/policy.hpp"
#include "rules/wording.hpp"

namespace prahari {

namespace {

constexpr char kNextFile = '\x1e';

std::vector<std::string> parts_of(std::string_view text) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t end = text.find(kNextFile);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) {
      return parts;
    }
    text.remove_prefix(end + 1);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const std::vector<std::string> parts = parts_of(text);
  // The length of a name chooses the part, so that the same file can be included twice.
  const ReadInclude read = [&](const std::string& /*from*/,
                               const std::string& name) -> Result<IncludedFile> {
    const std::size_t part = name.size();
    if (part >= parts.size()) {
      return Error{"no such file", Error::Kind::input};
    }
    return IncludedFile{"part-" + std::to_string(part), std::to_string(part), parts[part]};
  };
  SiteOrMistakes result = parse_site(parts.front(), "site.toml", read);
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
  (void)policy.membership(host);
  (void)policy.excepted(host, host, request);
  if (policy.site().zones.size() <= 64) {
    std::ostringstream csv;
    write_matrix(policy, csv);
    for (const char c : nftables_of(policy)) {
      if ((c < 0x20 && c != '\n') || c == 0x7f) {
        std::abort();  // not ASCII, or a control character
      }
    }
  }
  Finding finding;
  finding.kind = "scan";
  finding.source.ip = host.ip;
  (void)policy.ignored(finding, Timestamp{});
  (void)policy.permitted(host, host, Operation::program, Timestamp{});
  return 0;
}

}  // namespace prahari
