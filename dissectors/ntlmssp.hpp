// NTLMSSP: what Windows tells of itself while it logs in. MS-NLMP 2.2.1.2, 2.2.1.3.

#pragma once

#include <string>

#include "dissectors/reader.hpp"

namespace prahari::ntlm {

struct Challenge {  // of the server
  std::string computer;
  std::string domain;
  std::string dns_computer;
  std::string dns_domain;
  std::string os;  // "Windows 10.0 build 17763"; empty: not told
};

struct Login {  // of the client; no secret
  std::string domain;
  std::string user;
  std::string workstation;
  std::string os;
};

struct Token {
  enum class Kind : std::uint8_t { none, negotiate, challenge, login };
  Kind kind = Kind::none;
  Challenge challenge;
  Login login;
};

// The first token in these bytes, wherever it stands.
[[nodiscard]] Token find(Bytes bytes);

}  // namespace prahari::ntlm
