// Several sources as one, in time order: always the packet whose time is the earliest of those
// that come next; on equal times the source that was added first. Clocks inside a source may go
// backwards, which changes nothing within that source.
//
// Costs a heap of one entry a source: no heap memory and no copy per packet. Of many files only
// the first 64, and those whose time has come, are open at once. One thread uses an object.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "capture/result.hpp"
#include "capture/source.hpp"

namespace prahari {

class MergedSource final : public Source {
 public:
  using Reopen = std::function<Result<std::unique_ptr<Source>>()>;

  // Takes a source with one input, which becomes the next of inputs(). With `reopen` it may be
  // closed until its first packet is due. Call only before next().
  void add(std::unique_ptr<Source> source, Reopen reopen = {});

  Poll next(Packet& packet) noexcept override;
  [[nodiscard]] SourceStats stats() const override;
  [[nodiscard]] const std::vector<Input>& inputs() const override;
  [[nodiscard]] double progress() const override;

 private:
  struct Lane {
    std::unique_ptr<Source> source;  // null while put aside, and after its end
    Reopen reopen;
    Packet head;
    SourceStats handed_out;
    bool ended = false;
  };

  bool fetch_head(std::size_t lane) noexcept;
  bool resume(std::size_t lane) noexcept;
  void close(std::size_t lane) noexcept;
  void enqueue(std::size_t lane) noexcept;
  [[nodiscard]] bool later(std::size_t a, std::size_t b) const noexcept;

  std::vector<Lane> lanes_;
  std::vector<std::size_t> queue_;  // heap: the lane that is due is its front
  std::size_t open_ = 0;
  std::size_t taken_ = kNone;  // the lane whose head was handed out last
  SourceStats closed_;         // what closed sources knew besides packets and bytes
  mutable std::vector<Input> inputs_;

  static constexpr std::size_t kNone = ~std::size_t{0};
};

}  // namespace prahari
