// What the TCP/IP Interface object (0xF5) and the Ethernet Link object (0xF6) say of a device. CIP
// Networks Library volume 2, 5-4 and 5-5.

#pragma once

#include <cstdint>
#include <optional>

#include "dissectors/protocols/enip/cip.hpp"

namespace prahari::enip {

// Gathers the attributes of one answer. Views into the answer.
class InterfaceFacts {
 public:
  // Reads the value of an attribute of the class. False when its layout is not known or it is cut:
  // nothing behind it can be found then.
  bool read(std::uint32_t object, std::uint32_t attribute, Reader& in) noexcept;

  // Says what was read as facts of the answering device.
  void tell(const Call& call) const;

 private:
  bool read_tcp_ip(std::uint32_t attribute, Reader& in) noexcept;
  bool read_link(std::uint32_t attribute, Reader& in) noexcept;
  void read_configuration(Reader& in) noexcept;
  void tell_configuration(const Call& call) const;
  void tell_link(const Call& call) const;

  std::uint32_t address_ = 0;  // 0: not set, or not told
  std::uint32_t mask_ = 0;
  std::uint32_t gateway_ = 0;
  Bytes domain_;
  Bytes host_;
  Bytes mac_;
  std::optional<std::uint32_t> speed_;  // Mbit/s
  std::optional<std::uint32_t> flags_;
};

}  // namespace prahari::enip
