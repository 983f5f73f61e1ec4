// A baseline's file with a signature at its end. Signed is what baseline_json() makes of the data,
// so spaces and the order of keys in the file do not matter.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "capture/result.hpp"
#include "inventory/ed25519.hpp"

namespace prahari {

// `json` is what baseline_json() made, and what was signed.
[[nodiscard]] std::string with_signature(std::string json, const Signature& signature);

// The signature in a file, whether good or not; empty where there is none. `name` is said in the
// error about one that cannot be read.
Result<std::optional<Signature>> signature_in(std::string_view json, const std::string& name);

}  // namespace prahari
