#include "rules/baseline_signature.hpp"

#include <nlohmann/json.hpp>

namespace prahari {
namespace {

constexpr std::string_view kEnd = "\n}\n";

}  // namespace

std::string with_signature(std::string json, const Signature& signature) {
  if (json.ends_with(kEnd)) {
    json.resize(json.size() - kEnd.size());
  }
  return json + ",\n  \"signature\": {\"algorithm\":\"ed25519\",\"key\":\"" + signature.key +
         R"(","value":")" + signature.value + "\"}" + std::string{kEnd};
}

Result<std::optional<Signature>> signature_in(std::string_view json, const std::string& name) {
  const auto root = nlohmann::json::parse(json, nullptr, false);
  if (!root.is_object() || !root.contains("signature")) {
    return std::optional<Signature>{};
  }
  const auto& found = root.at("signature");
  const auto text = [&found](const char* key) {
    const auto at = found.find(key);
    return at != found.end() && at->is_string() ? at->get<std::string>() : std::string{};
  };
  if (!found.is_object() || text("algorithm") != "ed25519" || text("key").empty() ||
      text("value").empty()) {
    return Error{name +
                     ":/signature: expected algorithm \"ed25519\", key and value, as prahari "
                     "baseline export --key writes them",
                 Error::Kind::input};
  }
  return std::optional{Signature{text("key"), text("value")}};
}

}  // namespace prahari
