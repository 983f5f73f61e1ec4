// The bytes of a file or of standard input as they lie on disk: read once, front to back, and
// hashed on the way.
//
// One buffer of fixed size. One thread uses an object; only the stop flag may be set by another.

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "capture/packet.hpp"
#include "capture/result.hpp"
#include "capture/sha256.hpp"
#include "capture/system_message.hpp"

namespace prahari {

struct StreamOptions {
  bool hash = true;  // off: sha256() is empty, and skip() may seek

  // Ends the wait for bytes of a pipe that stays silent. May be null.
  const std::atomic<bool>* stop = nullptr;
};

class RawInput {
 public:
  // "-" is standard input.
  static Result<std::unique_ptr<RawInput>> open(const std::string& path,
                                                const StreamOptions& options);

  RawInput(int descriptor, const StreamOptions& options);
  RawInput(const RawInput&) = delete;
  RawInput& operator=(const RawInput&) = delete;
  ~RawInput();

  // Bytes that are there without consuming them: at least `wanted` unless the input ends before,
  // more when they are buffered. `wanted` is at most 64.
  Bytes peek(std::size_t wanted = 1) noexcept;
  void consume(std::size_t n) noexcept;

  // Fills `out`; less only at the end.
  std::size_t read(std::span<std::byte> out) noexcept;

  // How many of the n bytes were there.
  std::uint64_t skip(std::uint64_t n) noexcept;

  // Reads what is left, so that the hash covers the whole input, and finishes the hash.
  void finish() noexcept;

  [[nodiscard]] const std::string& sha256() const noexcept { return sha256_; }  // after finish()
  [[nodiscard]] bool rereadable() const noexcept { return regular_; }
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }  // 0 where not known
  [[nodiscard]] std::int64_t modified() const noexcept { return modified_; }
  [[nodiscard]] std::uint64_t position() const noexcept { return position_; }
  [[nodiscard]] std::uint64_t hash_nanoseconds() const noexcept { return hash_nanoseconds_; }
  [[nodiscard]] int read_error() const noexcept { return error_; }  // errno, 0 when all went well
  [[nodiscard]] bool stopped() const noexcept { return stopped_; }

 private:
  bool wait() noexcept;
  std::size_t pull(std::span<std::byte> out) noexcept;
  void learn_size() noexcept;

  const int descriptor_;
  const StreamOptions options_;
  Sha256 hash_;
  std::vector<std::byte> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t position_ = 0;  // bytes taken from the descriptor
  std::uint64_t size_ = 0;
  std::int64_t modified_ = 0;
  std::uint64_t hash_nanoseconds_ = 0;
  int error_ = 0;
  bool regular_ = false;
  bool at_end_ = false;
  bool stopped_ = false;
  std::string sha256_;
};

}  // namespace prahari
