// Security policies and modes: what they are called, what they are worth, how long a signature is.

#pragma once

#include <cstdint>
#include <string_view>

#include "dissectors/message.hpp"

namespace prahari::opcua {

enum class Mode : std::uint8_t { unknown, none, sign, sign_and_encrypt };

[[nodiscard]] std::string_view to_string(Mode mode) noexcept;  // "SignAndEncrypt"; "" if unknown

struct Policy {
  std::string_view name;       // "Basic256Sha256", what follows the '#'
  std::uint8_t signature = 0;  // bytes behind a signed message
  std::uint8_t strength = 0;   // none, withdrawn, good, best
  bool deprecated = false;
};

// By its URI. A vendor's own has no name; it counts as good, for nothing is known against it.
[[nodiscard]] const Policy& policy_of(std::string_view uri) noexcept;
[[nodiscard]] const Policy& no_policy() noexcept;       // #None
[[nodiscard]] const Policy& unknown_policy() noexcept;  // the messages that told were not seen

// Of a channel whose opening was not seen: all that is known is how long its signatures are.
[[nodiscard]] const Policy& signing_policy(std::size_t signature) noexcept;

[[nodiscard]] Mode mode_of(std::uint64_t wire) noexcept;

// What an auditor objects to in such a channel: bits of Posture::Flaw.
[[nodiscard]] std::uint32_t channel_flaws(const Policy& policy, Mode mode) noexcept;

}  // namespace prahari::opcua
