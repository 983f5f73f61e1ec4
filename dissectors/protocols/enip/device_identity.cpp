#include "dissectors/protocols/enip/device_identity.hpp"

#include <algorithm>

#include "dissectors/code_names.hpp"
#include "dissectors/device_text.hpp"
#include "dissectors/protocols/enip/objects.hpp"
#include "dissectors/protocols/enip/text.hpp"

namespace prahari::enip {
namespace {

constexpr std::uint16_t kController = 0x0E;

using Words = ShortText<64>;

void add_revision(Words& out, std::uint16_t revision) noexcept {
  out.add(revision & 0xFFU).add(".").add(revision >> 8U);
}

// "1756-L61/B LOGIX5561": the catalog number ends at the first space, its series follows '/'.
struct Catalog {
  std::string_view number;
  std::string_view series;
};
Catalog catalog_of(std::string_view name) noexcept {
  const std::string_view first = name.substr(0, name.find(' '));
  const std::size_t slash = first.find('/');
  const std::string_view number = first.substr(0, slash);
  const bool digits = std::ranges::any_of(number, [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || number.find('-') == std::string_view::npos) {
    return {};
  }
  return {number, slash == std::string_view::npos ? std::string_view{} : first.substr(slash + 1)};
}

void add_address(Words& out, std::uint32_t ip) noexcept {
  out.add(ip >> 24U).add(".").add(ip >> 16U & 0xFFU).add(".").add(ip >> 8U & 0xFFU);
  out.add(".").add(ip & 0xFFU);
}

}  // namespace

std::string_view logix_mode(std::uint16_t status) noexcept {
  const unsigned extended = status >> 4U & 0x0FU;
  const unsigned key = status >> 12U & 3U;
  constexpr unsigned kRun = 6;
  constexpr unsigned kProgram = 7;
  constexpr unsigned kRemote = 3;
  if (extended == kRun) {
    return key == kRemote ? "remote run" : "run";
  }
  if (extended == kProgram) {
    return key == kRemote ? "remote program" : "program";
  }
  return {};
}

bool read_identity_attribute(std::uint32_t attribute, Reader& in, DeviceIdentity& device) noexcept {
  switch (attribute) {
    case 1:
      device.vendor = in.le16();
      break;
    case 2:
      device.device_type = in.le16();
      break;
    case 3:
      device.product_code = in.le16();
      break;
    case 4:
      device.revision = in.le16();
      break;
    case 5:
      device.status = in.le16();
      break;
    case 6:
      device.serial = in.le32();
      break;
    case 7:
      device.name = in.take(in.u8());
      break;
    case 8:
      device.state = in.u8();
      break;
    default:
      return false;
  }
  return in.ok();
}

bool read_identity_item(Bytes item, DeviceIdentity& device) noexcept {
  Reader in{item};
  device.version = in.le16();
  in.skip(2);  // family of the address
  device.self_port = in.be16();
  device.self_ip = in.be32();
  in.skip(8);
  constexpr std::uint32_t kLastOfHead = 7;
  for (std::uint32_t attribute = 1; attribute <= kLastOfHead; ++attribute) {
    if (!read_identity_attribute(attribute, in, device)) {
      return false;
    }
  }
  if (in.remaining() > 0) {
    device.state = in.u8();
  }
  return true;
}

void tell(const DeviceIdentity& device, const FactSource& source, Emitter& out) {
  using enum Identity::Field;
  const auto fact = [&](Identity::Field field, std::string_view value) {
    if (!value.empty()) {
      out.identity({.field = field,
                    .confidence = source.confidence,
                    .of_sender = true,
                    .unit = source.unit,
                    .source = source.words,
                    .value = value});
    }
  };
  TextBuffer buffer;
  if (device.vendor) {
    const std::string_view known = code_name(CodeList::cip_vendors, *device.vendor);
    Words number;
    number.add("vendor ").add(*device.vendor);
    fact(vendor, known.empty() ? number.view() : known);
  }
  if (device.device_type) {
    const std::string_view known = code_name(CodeList::cip_device_types, *device.device_type);
    Words number;
    number.add("device type 0x").add_hex(*device.device_type, 2);
    fact(device_type, known.empty() ? number.view() : known);
  }
  const std::string_view full_name = clean_text(device.name, buffer);
  fact(product, full_name);
  if (device.vendor.value_or(kRockwell) == kRockwell) {
    const Catalog catalog = catalog_of(full_name);
    fact(order_number, catalog.number);
    Words series;
    series.add("series ").add(catalog.series);
    fact(hardware, catalog.series.empty() ? std::string_view{} : series.view());
  }
  if (device.revision) {
    Words words;
    add_revision(words, *device.revision);
    fact(firmware, words.view());
  }
  if (device.serial && *device.serial != 0) {
    Words words;
    words.add_hex(*device.serial, 8);
    fact(serial, words.view());
  }
  if (device.status && device.vendor.value_or(kRockwell) == kRockwell &&
      device.device_type.value_or(kController) == kController) {
    fact(mode, logix_mode(*device.status));
  }
}

void tell_security(Bytes item, const FactSource& source, Emitter& out) {
  constexpr auto kStates = std::to_array<std::string_view>(
      {"CIP Security: as delivered", "CIP Security: being configured", "CIP Security: configured",
       "CIP Security: configuration incomplete"});
  Reader in{item};
  in.skip(2);  // profiles that the device has
  const std::uint8_t state = in.u8();
  if (in.ok() && state < kStates.size()) {
    out.identity({.field = Identity::Field::security,
                  .confidence = source.confidence,
                  .of_sender = true,
                  .unit = source.unit,
                  .source = source.words,
                  .value = kStates[state]});
  }
}

void show(const DeviceIdentity& device, Fields& fields, std::size_t field) {
  fields.begin_object(field);
  const auto number = [&](std::string_view name, const auto& value) {
    if (value) {
      fields.member(name, static_cast<std::int64_t>(*value));
    }
  };
  number("vendor_id", device.vendor);
  const auto text = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) {
      fields.member(name, value);
    }
  };
  text("vendor", device.vendor ? code_name(CodeList::cip_vendors, *device.vendor) : "");
  number("device_type", device.device_type);
  text("device_type_name",
       device.device_type ? code_name(CodeList::cip_device_types, *device.device_type) : "");
  number("product_code", device.product_code);
  if (device.revision) {
    Words words;
    add_revision(words, *device.revision);
    fields.member("revision", words.view());
  }
  number("status", device.status);
  if (device.serial) {
    Words words;
    words.add_hex(*device.serial, 8);
    fields.member("serial", words.view());
  }
  if (!device.name.empty()) {
    TextBuffer buffer;
    fields.member("product_name", clean_text(device.name, buffer));
  }
  number("state", device.state);
  if (device.self_ip) {
    Words words;
    add_address(words, *device.self_ip);
    fields.member("ip", words.view());
  }
  number("port", device.self_port);
  number("encap_version", device.version);
  fields.end_object();
}

}  // namespace prahari::enip
