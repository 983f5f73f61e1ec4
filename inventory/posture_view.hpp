// The postures of an asset as people read them: one row for each service that it offers, with what
// an auditor will ask about it.

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "inventory/asset.hpp"

namespace prahari {

struct ServicePosture {
  Protocol protocol = Protocol::unknown;
  std::uint16_t port = 0;
  std::vector<std::string> offered;        // "Basic256Sha256, SignAndEncrypt"
  std::vector<std::string> used;           // the same, with how often
  std::vector<std::string> users_offered;  // "user name, under Basic256Sha256"
  std::vector<std::string> users_used;     // "user name operator, 3 times"
  std::vector<std::string> certificates;
  std::vector<std::string> settings;
  std::vector<std::string> questions;  // "Why may clients log in without saying who they are?"
};

// By protocol and port, whatever the order of the postures.
[[nodiscard]] std::vector<ServicePosture> service_postures(std::span<const PostureFact> postures);

}  // namespace prahari
