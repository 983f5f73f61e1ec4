// Listens on an interface through libpcap. It only receives: nothing here can send.
//
// 64 MiB of ring in the kernel; what does not fit is dropped there and counted. One thread uses an
// object; to stop, let next() return: it waits a tenth of a second at most.

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "capture/result.hpp"
#include "capture/source.hpp"

struct pcap;

namespace prahari {

class LiveSource final : public Source {
 public:
  // "any" listens on all interfaces, as LINUX_SLL2.
  static Result<std::unique_ptr<Source>> open(const std::string& interface);

  Poll next(Packet& packet) noexcept override;
  [[nodiscard]] SourceStats stats() const override;
  [[nodiscard]] const std::vector<Input>& inputs() const override { return inputs_; }

 private:
  struct Close {
    void operator()(pcap* handle) const noexcept;
  };

  explicit LiveSource(const std::string& interface);

  Status configure();
  [[nodiscard]] Error error(int code) const;

  // The kernel's counters have 32 bits and wrap.
  struct Counter {
    std::uint32_t seen = 0;
    std::uint64_t sum = 0;
    std::uint64_t update(std::uint32_t now) noexcept {
      sum += now - seen;
      seen = now;
      return sum;
    }
  };

  std::unique_ptr<pcap, Close> handle_;
  std::vector<Input> inputs_;
  std::uint64_t bytes_ = 0;
  std::int64_t fraction_ = 1;  // nanoseconds of one unit of tv_usec
  int descriptor_ = -1;
  LinkType link_ = LinkType::ethernet;
  bool ended_ = false;
  mutable Counter kernel_drops_;
  mutable Counter interface_drops_;
};

}  // namespace prahari
