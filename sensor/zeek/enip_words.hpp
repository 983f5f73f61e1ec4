// ICSNPP's words for EtherNet/IP and CIP, where they differ from those of the dissector.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace prahari::zeek {

[[nodiscard]] std::string_view command_word(std::uint64_t command) noexcept;  // or "unknown"
[[nodiscard]] std::string enip_status_word(std::uint64_t status);
[[nodiscard]] std::string cip_status_word(std::uint64_t status);

// Generic services as ICSNPP names them; of the others, whose meaning depends on the class, what
// the dissector says, or "unknown".
[[nodiscard]] std::string service_word(std::uint64_t service, const std::string& name);

[[nodiscard]] std::string class_word(std::uint64_t cls, const std::string& name);
[[nodiscard]] std::string vendor_word(std::uint64_t vendor, const std::string& name);
[[nodiscard]] std::string device_type_word(std::uint64_t type, const std::string& name);

}  // namespace prahari::zeek
