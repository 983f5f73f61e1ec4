#include "dissectors/protocols/opcua/policy.hpp"

#include <algorithm>
#include <array>

namespace prahari::opcua {
namespace {

constexpr std::array<std::string_view, 4> kModes = {"", "None", "Sign", "SignAndEncrypt"};

constexpr Policy kUnknown{.name = "unknown", .strength = 2};

// OPC 10000-7, 6.6; sizes of symmetric signatures.
constexpr auto kPolicies = std::to_array<Policy>({
    {"None", 0, 0, false},
    {"Basic128Rsa15", 20, 1, true},
    {"Basic256", 20, 1, true},
    {"Basic256Sha256", 32, 2, false},
    {"Aes128_Sha256_RsaOaep", 32, 2, false},
    {"Aes256_Sha256_RsaPss", 32, 3, false},
    {"ECC_nistP256", 32, 3, false},
    {"ECC_nistP384", 48, 3, false},
    {"ECC_brainpoolP256r1", 32, 3, false},
    {"ECC_brainpoolP384r1", 48, 3, false},
    {"ECC_curve25519", 16, 3, false},
    {"ECC_curve448", 16, 3, false},
});

constexpr Policy kVendor{.name = "of a vendor", .strength = 2};

}  // namespace

std::string_view to_string(Mode mode) noexcept { return kModes[static_cast<std::size_t>(mode)]; }

const Policy& policy_of(std::string_view uri) noexcept {
  const std::string_view name = uri.substr(uri.rfind('#') + 1);
  const auto* found = std::ranges::find(kPolicies, name, &Policy::name);
  return found == kPolicies.end() ? kVendor : *found;
}

const Policy& no_policy() noexcept { return kPolicies.front(); }

const Policy& unknown_policy() noexcept { return kUnknown; }

const Policy& signing_policy(std::size_t signature) noexcept {
  static constexpr auto kSigning = std::to_array<Policy>({
      {"unknown", 16, 2, false},
      {"unknown", 20, 1, true},  // HMAC-SHA1: only the withdrawn ones have it
      {"unknown", 32, 2, false},
      {"unknown", 48, 2, false},
  });
  const auto* found = std::ranges::find(kSigning, signature, &Policy::signature);
  return found == kSigning.end() ? kUnknown : *found;
}

Mode mode_of(std::uint64_t wire) noexcept {
  return wire >= 1 && wire <= 3 ? static_cast<Mode>(wire) : Mode::unknown;
}

std::uint32_t channel_flaws(const Policy& policy, Mode mode) noexcept {
  using Flaw = Posture::Flaw;
  const bool none = mode == Mode::none || &policy == &no_policy();
  return (none ? Posture::bit(Flaw::no_security) : 0U) |
         (mode == Mode::sign ? Posture::bit(Flaw::not_encrypted) : 0U) |
         (policy.deprecated ? Posture::bit(Flaw::deprecated) : 0U);
}

}  // namespace prahari::opcua
