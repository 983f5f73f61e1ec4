// A file or standard input as one pass of uncompressed bytes, whatever it is packed in: gzip and
// Zstandard are known by their first bytes, not by the name.
//
// The first failure ends the stream; ending() and reason() tell. One thread uses an object.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "capture/decompressor.hpp"
#include "capture/raw_input.hpp"
#include "capture/result.hpp"

namespace prahari {

class ByteStream {
 public:
  static Result<std::unique_ptr<ByteStream>> open(const std::string& path,
                                                  const StreamOptions& options);

  ByteStream(std::string path, std::unique_ptr<RawInput> raw);

  // Fills `out`; less only at the end.
  std::size_t read(std::span<std::byte> out) noexcept;

  // How many of the n bytes were there. Seeks where it can: plain file, no hash.
  std::uint64_t skip(std::uint64_t n) noexcept;

  // Bytes handed out and skipped.
  [[nodiscard]] std::uint64_t position() const noexcept { return position_; }

  [[nodiscard]] Ending ending() const noexcept;
  [[nodiscard]] std::string reason() const;

  // "", ".gz" or ".zst".
  [[nodiscard]] const std::string& suffix() const noexcept { return suffix_; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

  // The bytes as they lie on disk: size, position, hash. finish() reads the rest of them.
  [[nodiscard]] const RawInput& raw() const noexcept { return *raw_; }
  void finish() noexcept { raw_->finish(); }

 private:
  std::string path_;
  std::unique_ptr<RawInput> raw_;
  std::string suffix_;
  std::unique_ptr<Decompressor> decompressor_;
  std::uint64_t position_ = 0;
};

}  // namespace prahari
