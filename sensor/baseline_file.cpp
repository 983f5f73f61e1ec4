// prahari baseline export|import: a baseline as a file, signed if people like.

#include <array>
#include <fstream>

#include "inventory/ed25519.hpp"
#include "rules/baseline_json.hpp"
#include "rules/baseline_signature.hpp"
#include "sensor/baseline_proposal.hpp"
#include "sensor/terminal.hpp"

namespace prahari {
namespace {

Exit run_export(const Arguments& arguments) {
  const auto baseline = the_baseline(arguments);
  if (!baseline) {
    return report(baseline.error());
  }
  std::string json = baseline_json(baseline->data);
  if (const std::string key = arguments.value("key"); !key.empty()) {
    const auto signature = sign(json, key);
    if (!signature) {
      return report(signature.error());
    }
    json = with_signature(std::move(json), *signature);
    note("signed by " + fingerprint(signature->key) + ", keys = [\"" + signature->key + "\"]");
  }
  const std::string out = arguments.value("out", "-");
  if (out == "-") {
    const Status shown = write_out(json);
    return shown ? Exit::done : report(shown.error());
  }
  std::ofstream file{out, std::ios::binary | std::ios::trunc};
  file << json;
  file.close();
  if (!file) {
    return report({out + ": cannot write the baseline; check the folder, its rights and the disk"});
  }
  return say(baseline->words + " is in " + out);
}

Exit run_import(const Arguments& arguments) {
  auto baselines = open_baselines(arguments, Database::Access::write);
  if (!baselines) {
    return report(baselines.error());
  }
  return take_in(*baselines, baseline_in_file(arguments.value("FILE")), false, arguments);
}

constexpr auto kExportOptions = std::to_array<OptionSpec>({
    kStateOption,
    kWhichOption,
    {.names = "--key",
     .value = "FILE",
     .help = "sign it with this private Ed25519 key (PEM, of openssl genpkey -algorithm ed25519)"},
    {.names = "--out", .value = "FILE", .help = "where to write it (default: standard output)"},
});
constexpr auto kImportOptions = std::to_array<OptionSpec>({
    kStateOption,
    {.names = "FILE", .value = "FILE", .help = "a baseline that was exported", .required = true},
    kNameOption,
    kWhyOption,
});
constexpr auto kExportExamples = std::to_array<std::string_view>({
    "prahari baseline export --out running.json --key plant.pem\tThe one in force, signed",
});
constexpr auto kImportExamples = std::to_array<std::string_view>({
    "prahari baseline import running.json\tPropose what another sensor's people approved",
});

}  // namespace

extern constinit const CommandSpec baseline_export_command{
    .path = "baseline export",
    .summary = "write a baseline to a file, signed if you like",
    .description = "Sorted JSON with one entry a line, so that two of them compare well in git.",
    .options = kExportOptions,
    .examples = kExportExamples,
    .run = run_export,
};
extern constinit const CommandSpec baseline_import_command{
    .path = "baseline import",
    .summary = "propose a baseline from a file",
    .description =
        "With signed_imports = true in [approval] of the site file only one that a key "
        "of the site signed.",
    .options = kImportOptions,
    .examples = kImportExamples,
    .run = run_import,
};

}  // namespace prahari
