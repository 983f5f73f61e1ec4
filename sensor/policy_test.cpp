// prahari policy test: what a policy would have raised, what it allowed, and what it never needed.

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <set>

#include <nlohmann/json.hpp>

#include "alerts/text.hpp"
#include "capture/time_text.hpp"
#include "rules/engine.hpp"
#include "rules/policy_use.hpp"
#include "sensor/knowledge.hpp"
#include "sensor/policy_backtest.hpp"
#include "sensor/policy_source.hpp"
#include "sensor/policy_test_text.hpp"
#include "sensor/terminal.hpp"

namespace prahari {
namespace {

bool raises(const Backtest& test, std::string_view fail_on) {
  constexpr std::array<std::string_view, 5> kNames = {"info", "low", "medium", "high", "critical"};
  const auto* const limit = std::ranges::find(kNames, fail_on);
  return limit != kNames.end() && std::ranges::any_of(test.violations(), [&](const Violation* one) {
           return !one->permitted &&
                  static_cast<std::ptrdiff_t>(one->finding.severity) >= limit - kNames.begin();
         });
}

Exit run_test(const Arguments& arguments) {
  const std::vector<std::string> captures = arguments.values("captures");
  if (!captures.empty() && (arguments.has("state") || arguments.has("since"))) {
    return report({"--captures and --state: expected one of them", Error::Kind::usage});
  }
  std::vector<std::string> files = {arguments.value("FILE")};
  if (arguments.has("compare")) {
    files.push_back(arguments.value("compare"));
  }
  const auto knowledge = load_knowledge("");
  if (!knowledge) {
    return report(knowledge.error());
  }
  std::vector<Site> sites;
  for (const std::string& file : files) {
    auto site = load_good_site(file);
    if (!site) {
      return report(site.error());
    }
    sites.push_back(std::move(*site));
  }
  Backtests tests{(*knowledge)->oui, std::move(sites)};
  const Status ran = captures.empty() ? tests.run_state(arguments) : tests.run_captures(captures);
  if (!ran) {
    return report(ran.error());
  }
  const bool json = arguments.value("format", "table") == "json";
  const Status shown = write_out(json ? test_json(tests) : test_text(tests));
  if (!shown) {
    return report(shown.error());
  }
  return raises(tests.all().front(), arguments.value("fail-on")) ? Exit::found : Exit::done;
}

constexpr auto kOptions = std::to_array<OptionSpec>({
    {.names = "FILE", .value = "FILE", .help = "the site file to test", .required = true},
    {.names = "--captures",
     .value = "CAPTURE...",
     .help = "captures to test it on: every message is judged as analyze would",
     .many = true},
    kStateOption,
    {.names = "--since",
     .value = "AGE",
     .help = "of a state, only what was seen within 30d, 12h or 90m before its last packet"},
    {.names = "--compare",
     .value = "OTHER",
     .help = "a second site file: what would only one of them have raised"},
    {.names = "--format", .value = "F", .help = "table (default) or json", .choices = "table|json"},
    {.names = "--fail-on",
     .value = "SEVERITY",
     .help = "end with status 1 if the policy would have raised one at least this severe",
     .choices = "info|low|medium|high|critical"},
});

constexpr auto kExamples = std::to_array<std::string_view>({
    "prahari policy test site.toml --captures monday.pcap\tWhat it would have raised, and which "
    "conduits nobody needed",
    "prahari policy test new.toml --compare site.toml --state /var/lib/prahari --since 30d"
    "\tWhat changes with the new file, over a month of recorded conversations",
    "prahari policy test site.toml --captures nightly.pcap --fail-on high\tBefore a change is "
    "merged: status 1 if it would have raised something serious",
});

}  // namespace

extern constinit const CommandSpec policy_test_command{
    .path = "policy test",
    .summary = "say what a site file would have raised over some traffic",
    .description =
        "Runs the conduit rule of analyze over captures, or judges the conversations of a state by "
        "their operation classes. Counts what each conduit and each of its entries let pass, with "
        "the first and the last time, and names those that nobody used.",
    .options = kOptions,
    .examples = kExamples,
    .run = run_test,
};

}  // namespace prahari
