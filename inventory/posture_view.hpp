// The postures of an asset as people read them: one row for each service that it offers, with what
// an auditor will ask about it.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "inventory/asset.hpp"

namespace prahari {

struct ServicePosture {
  Protocol protocol = Protocol::unknown;
  std::uint16_t port = 0;
  std::string service;                     // "opcua, port 4840", "CIP Security (tls), port 2221"
  std::vector<std::string> offered;        // "Basic256Sha256, SignAndEncrypt"
  std::vector<std::string> used;           // the same, with how often
  std::vector<std::string> users_offered;  // "user name, under Basic256Sha256"
  std::vector<std::string> users_used;     // "user name operator, 3 times"
  std::vector<std::string> certificates;
  std::vector<std::string> settings;
  std::vector<std::string> questions;  // "Why may clients log in without saying who they are?"
};

// By protocol and port, whatever the order of the postures. A TLS service is called by what is at
// home at its port, or by the endpoint that the same asset offered for that port over OPC UA.
[[nodiscard]] std::vector<ServicePosture> service_postures(const Asset& asset);

}  // namespace prahari
