// A baseline file: whatever it says, it is read or refused in one line that is safe to print; what
// was read is written and read back the same, and can be asked.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "rules/baseline_json.hpp"
#include "rules/wording.hpp"

namespace prahari {

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const Result<BaselineData> read = parse_baseline(text, "baseline.json");
  if (!read) {
    if (const std::string& line = read.error().message; line.empty() || printable(line) != line) {
      std::abort();
    }
    return 0;
  }
  const std::string written = baseline_json(*read);
  const Result<BaselineData> again = parse_baseline(written, "baseline.json");
  if (!again || baseline_json(*again) != written) {
    std::abort();
  }
  const Baseline baseline{*read};
  for (const BaselineZone& zone : baseline.data().zones) {
    (void)baseline.locked(zone.name);
    for (const BaselineTalker& talker : zone.talkers) {
      const HostPlace& from = talker.link.client;
      const HostPlace& to = talker.link.server;
      const BaselineHostIndex client =
          baseline.host({.ip = from.ip, .mac = from.mac, .vlan = from.vlan});
      const BaselineHostIndex server = baseline.host({.ip = to.ip, .mac = to.mac, .vlan = to.vlan});
      const BaselineLinkIndex link = baseline.link(client, server, talker.link.service);
      if (link == kNone) {
        std::abort();  // what is listed is found
      }
      const TargetQuery query{.unit = 1, .table = "coil", .first = 4, .count = 9, .text = {}};
      (void)baseline.alike(link, query);
      (void)baseline.writes(link, query);
      (void)baseline.values_alike(link, query);
      (void)baseline.writes_text(link);
      (void)baseline.operations_text(link);
      (void)baseline.only_writer(server);
    }
  }
  for (BaselinePollIndex i = 0; i < baseline.poll_count(); ++i) {
    const BaselinePoll& poll = baseline.poll(i);
    const PollQuery query{.unit = poll.unit,
                          .function = poll.function,
                          .sub_function = poll.sub_function,
                          .address = poll.address,
                          .by_client = poll.by_client,
                          .text = poll.text};
    if (baseline.find_poll(baseline.link_of(i), query, i / 2) != i) {
      std::abort();  // what is listed is found
    }
  }
  return 0;
}

}  // namespace prahari
