// Takes gzip (RFC 1952) or Zstandard (RFC 8878) off a stream: any number of members or frames in
// a row. Memory does not grow with what comes out: gzip needs 32 KiB, a Zstandard frame that asks
// for more than 128 MiB counts as damaged.

#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "capture/raw_input.hpp"

namespace prahari {

// How a stream came to its end.
enum class Ending : std::uint8_t {
  none,     // it has not, or it ended where it should
  cut,      // bytes are missing
  damaged,  // the bytes make no sense, or reading failed
  stopped   // by the stop flag
};

class Decompressor {
 public:
  Decompressor() = default;
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;
  virtual ~Decompressor() = default;

  // Fills `out`; less only at the end.
  virtual std::size_t read(RawInput& from, std::span<std::byte> out) noexcept = 0;

  [[nodiscard]] Ending ending() const noexcept { return ending_; }
  [[nodiscard]] const std::string& reason() const noexcept { return reason_; }

 protected:
  void end(Ending ending, std::string reason) {
    ended_ = true;
    ending_ = ending;
    reason_ = std::move(reason);
  }
  [[nodiscard]] bool ended() const noexcept { return ended_; }

 private:
  bool ended_ = false;
  Ending ending_ = Ending::none;
  std::string reason_;
};

// By the first bytes: null when they are neither form. `suffix` becomes ".gz" or ".zst".
std::unique_ptr<Decompressor> make_decompressor(Bytes head, std::string& suffix);

}  // namespace prahari
