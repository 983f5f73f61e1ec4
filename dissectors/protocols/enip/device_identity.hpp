// What a device says of itself in CIP terms: in a ListIdentity reply, or as attributes of its
// Identity object. The same facts whichever way they came.

#pragma once

#include <cstdint>
#include <optional>

#include "dissectors/dissector.hpp"

namespace prahari::enip {

struct DeviceIdentity {
  std::optional<std::uint16_t> vendor;
  std::optional<std::uint16_t> device_type;
  std::optional<std::uint16_t> product_code;
  std::optional<std::uint16_t> revision;  // major in the low byte, minor in the high one
  std::optional<std::uint16_t> status;
  std::optional<std::uint32_t> serial;
  Bytes name;
  std::optional<std::uint8_t> state;
  // As the device sees itself; in a ListIdentity reply only.
  std::optional<std::uint32_t> self_ip;
  std::optional<std::uint16_t> self_port;
  std::optional<std::uint16_t> version;  // of the encapsulation
};

// Where the facts go: whose they are and how they came.
struct FactSource {
  std::string_view words;  // a literal
  std::uint8_t confidence = 98;
  std::uint32_t unit = Identity::kNoUnit;
};

void tell(const DeviceIdentity& device, const FactSource& source, Emitter& out);

// The item beside it that says how far CIP Security is set up.
void tell_security(Bytes item, const FactSource& source, Emitter& out);

// As one object: {vendor_id, vendor, device_type, ...}.
void show(const DeviceIdentity& device, Fields& fields, std::size_t field);

// What a Logix controller's status word says about its mode: "remote run"; empty when nothing.
[[nodiscard]] std::string_view logix_mode(std::uint16_t status) noexcept;

// Attributes 1 to 8 of the Identity object. False for another one, or one that is cut short.
bool read_identity_attribute(std::uint32_t attribute, Reader& in, DeviceIdentity& device) noexcept;

// The item of a ListIdentity reply.
[[nodiscard]] bool read_identity_item(Bytes item, DeviceIdentity& device) noexcept;

}  // namespace prahari::enip
