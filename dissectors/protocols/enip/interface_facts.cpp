#include "dissectors/protocols/enip/interface_facts.hpp"

#include <bit>

#include "dissectors/device_text.hpp"

namespace prahari::enip {
namespace {

constexpr std::uint8_t kSure = 98;
constexpr std::string_view kTcpIpObject = "CIP TCP/IP Interface object";
constexpr std::string_view kLinkObject = "CIP Ethernet Link object";

// Padded to an even number of characters, which the last one of an answer need not be.
Bytes read_string(Reader& in) noexcept {
  const std::size_t size = in.le16();
  const Bytes text = in.take(size);
  if (size % 2 != 0 && in.remaining() > 0) {
    in.skip(1);
  }
  return text;
}

void add_address(ShortText<96>& out, std::uint32_t address) noexcept {
  for (unsigned shift = 32; shift > 0; shift -= 8) {
    out.add(shift == 32 ? "" : ".").add(std::uint64_t{address >> (shift - 8) & 0xFFU});
  }
}

// "/24", or the mask itself where it is none that a prefix can say.
void add_mask(ShortText<96>& out, std::uint32_t mask) noexcept {
  out.add("/");
  if (const int ones = std::countl_one(mask); std::popcount(mask) == ones) {
    out.add(static_cast<std::uint64_t>(ones));
  } else {
    add_address(out, mask);
  }
}

}  // namespace

bool InterfaceFacts::read(std::uint32_t object, std::uint32_t attribute, Reader& in) noexcept {
  const bool known = object == cls::kTcpIp ? read_tcp_ip(attribute, in) : read_link(attribute, in);
  return known && in.ok();
}

bool InterfaceFacts::read_tcp_ip(std::uint32_t attribute, Reader& in) noexcept {
  switch (attribute) {
    case 1:  // status
    case 2:  // capability
    case 3:  // control
      in.skip(4);
      return true;
    case 4:  // path to the link object
      in.skip(std::size_t{2} * in.le16());
      return true;
    case 5:
      read_configuration(in);
      return true;
    case 6:
      host_ = read_string(in);
      return true;
    default:
      return false;
  }
}

void InterfaceFacts::read_configuration(Reader& in) noexcept {
  const std::uint32_t address = in.le32();
  const std::uint32_t mask = in.le32();
  const std::uint32_t gateway = in.le32();
  in.skip(8);  // name servers
  const Bytes domain = read_string(in);
  if (in.ok()) {
    address_ = address;
    mask_ = mask;
    gateway_ = gateway;
    domain_ = domain;
  }
}

bool InterfaceFacts::read_link(std::uint32_t attribute, Reader& in) noexcept {
  switch (attribute) {
    case 1:
      if (const std::uint32_t speed = in.le32(); in.ok()) {
        speed_ = speed;
      }
      return true;
    case 2:
      if (const std::uint32_t flags = in.le32(); in.ok()) {
        flags_ = flags;
      }
      return true;
    case 3:
      mac_ = in.take(6);
      return true;
    default:
      return false;
  }
}

void InterfaceFacts::tell(const Call& call) const {
  TextBuffer buffer;
  call.fact(Identity::Field::name, kTcpIpObject, kSure, clean_text(host_, buffer));
  call.fact(Identity::Field::domain, kTcpIpObject, kSure, clean_text(domain_, buffer));
  tell_configuration(call);
  tell_link(call);
}

void InterfaceFacts::tell_configuration(const Call& call) const {
  if (address_ == 0) {
    return;
  }
  ShortText<96> words;
  add_address(words, address_);
  add_mask(words, mask_);
  if (gateway_ != 0) {
    words.add(", gateway ");
    add_address(words, gateway_);
  }
  call.fact(Identity::Field::ip_config, kTcpIpObject, kSure, words.view());
}

void InterfaceFacts::tell_link(const Call& call) const {
  if (!mac_.empty()) {
    ShortText<32> mac;
    for (const std::byte octet : mac_) {
      mac.add(mac.empty() ? "" : ":").add_hex(std::to_integer<std::uint64_t>(octet), 2);
    }
    call.fact(Identity::Field::mac, kLinkObject, kSure, mac.view());
  }
  constexpr std::uint32_t kActive = 1;
  constexpr std::uint32_t kFullDuplex = 2;
  const bool active = !flags_ || (*flags_ & kActive) != 0;
  if (speed_ && *speed_ != 0 && active) {
    ShortText<48> words;
    words.add(std::uint64_t{*speed_}).add(" Mbit/s");
    if (flags_) {
      words.add((*flags_ & kFullDuplex) != 0 ? ", full duplex" : ", half duplex");
    }
    call.fact(Identity::Field::link, kLinkObject, kSure, words.view());
  }
}

}  // namespace prahari::enip
