// prahari policy export: the conduits for a firewall.

#include <array>
#include <sstream>

#include "alerts/result_folder.hpp"
#include "rules/firewall.hpp"
#include "sensor/policy_source.hpp"
#include "sensor/terminal.hpp"

namespace prahari {
namespace {

Exit run_export(const Arguments& arguments) {
  auto site = load_good_site(arguments.value("FILE"));
  if (!site) {
    return report(site.error());
  }
  const Policy policy{std::move(*site)};
  std::string text;
  if (arguments.value("format", "nftables") == "csv") {
    std::ostringstream out;
    write_matrix(policy, out);
    text = std::move(out).str();
  } else {
    text = nftables_of(policy);
  }
  const std::string file = arguments.value("out");
  const Status written = file.empty() ? write_out(text) : write_whole(file, text);
  return written ? Exit::done : report(written.error());
}

constexpr auto kOptions = std::to_array<OptionSpec>({
    {.names = "FILE", .value = "FILE", .help = "site file (TOML)", .required = true},
    {.names = "--format",
     .value = "F",
     .help = "nftables (default), a ruleset for nft -f, or csv, a matrix for any firewall",
     .choices = "nftables|csv"},
    {.names = "--out", .value = "FILE", .help = "write here instead of standard output"},
});

constexpr auto kExamples = std::to_array<std::string_view>({
    "prahari policy export site.toml --out prahari.nft\tThen on the firewall: nft -c -f "
    "prahari.nft",
    "prahari policy export site.toml --format csv\tWho may open what to whom, as a table",
});

}  // namespace

extern constinit const CommandSpec policy_export_command{
    .path = "policy export",
    .summary = "write the conduits of a site file for a firewall",
    .description =
        "A ruleset for nftables that drops what no conduit allows, or a matrix as csv. Ports are "
        "those of each protocol; what a firewall cannot see (operation classes, targets, MAC "
        "addresses behind routers, VLANs) is said in comments.",
    .options = kOptions,
    .examples = kExamples,
    .run = run_export,
};

}  // namespace prahari
