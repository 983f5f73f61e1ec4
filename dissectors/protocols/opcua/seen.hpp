// Certificates that this connection has shown already, so that none is parsed for each message.

#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "dissectors/certificate.hpp"

namespace prahari::opcua {

class SeenCertificates {
 public:
  // False the second time, for the same certificate in the same part.
  bool first_time(const Thumbprint& thumbprint, std::uint8_t part) noexcept {
    const auto known = [&](const Entry& entry) {
      return entry.used && entry.part == part && entry.thumbprint == thumbprint;
    };
    if (std::ranges::any_of(entries_, known)) {
      return false;
    }
    entries_[next_] = {thumbprint, part, true};
    next_ = (next_ + 1) % entries_.size();
    return true;
  }

 private:
  struct Entry {
    Thumbprint thumbprint{};
    std::uint8_t part = 0;
    bool used = false;
  };

  std::array<Entry, 6> entries_{};
  std::size_t next_ = 0;
};

}  // namespace prahari::opcua
