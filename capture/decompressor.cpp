#include "capture/decompressor.hpp"

#include <algorithm>
#include <limits>

#include <zlib.h>
#include <zstd.h>

namespace prahari {
namespace {

bool starts_with(Bytes head, std::initializer_list<int> magic) {
  return head.size() >= magic.size() &&
         std::equal(magic.begin(), magic.end(), head.begin(), [](int wanted, std::byte byte) {
           return std::to_integer<int>(byte) == wanted;
         });
}

bool is_gzip(Bytes head) { return starts_with(head, {0x1f, 0x8b}); }

// A frame, or one that holds data for other programs and is skipped.
bool is_zstd(Bytes head) {
  return starts_with(head, {0x28, 0xb5, 0x2f, 0xfd}) ||
         (head.size() >= 4 && (std::to_integer<int>(head[0]) & 0xf0) == 0x50 &&
          starts_with(head.subspan(1), {0x2a, 0x4d, 0x18}));
}

class Gunzip final : public Decompressor {
 public:
  Gunzip() {
    constexpr int kGzipOnly = 16;
    if (inflateInit2(&state_, MAX_WBITS + kGzipOnly) != Z_OK) {
      end(Ending::damaged, "no memory for zlib");
    }
  }
  ~Gunzip() override { inflateEnd(&state_); }

  std::size_t read(RawInput& from, std::span<std::byte> out) noexcept override {
    std::size_t done = 0;
    while (done < out.size() && !ended()) {
      done += step(from, out.subspan(done));
    }
    return done;
  }

 private:
  std::size_t step(RawInput& from, std::span<std::byte> out) noexcept {
    const Bytes in = from.peek();
    if (in.empty()) {
      end(Ending::cut, "the gzip data ends early");
      return 0;
    }
    const std::size_t room =
        std::min<std::size_t>(out.size(), std::numeric_limits<unsigned int>::max());
    // zlib reads through a pointer that is not const and leaves the bytes alone.
    state_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(in.data()));
    state_.avail_in = static_cast<unsigned int>(in.size());
    state_.next_out = reinterpret_cast<Bytef*>(out.data());
    state_.avail_out = static_cast<unsigned int>(room);
    const int outcome = inflate(&state_, Z_NO_FLUSH);
    from.consume(in.size() - state_.avail_in);
    const std::size_t made = room - state_.avail_out;
    if (outcome == Z_STREAM_END) {
      next_member(from);
    } else if (outcome != Z_OK) {
      end(Ending::damaged,
          std::string{"gzip data: "} + (state_.msg != nullptr ? state_.msg : zError(outcome)));
    }
    return made;
  }

  void next_member(RawInput& from) noexcept {
    Bytes head = from.peek(2);
    while (!head.empty() && head[0] == std::byte{0}) {  // blocks of a tape are padded
      from.consume(1);
      head = from.peek(2);
    }
    if (head.empty()) {
      end(Ending::none, {});
    } else if (!is_gzip(head) || inflateReset(&state_) != Z_OK) {
      end(Ending::damaged, "other bytes follow the gzip data");
    }
  }

  z_stream state_{};
};

class Unzstd final : public Decompressor {
 public:
  Unzstd() : state_(ZSTD_createDStream()) {
    constexpr int kLargestWindow = 27;  // 128 MiB: all that zstd writes unless told --long=28 up
    if (state_ == nullptr || ZSTD_isError(ZSTD_DCtx_setParameter(state_.get(), ZSTD_d_windowLogMax,
                                                                 kLargestWindow)) != 0) {
      end(Ending::damaged, "no memory for zstd");
    }
  }

  std::size_t read(RawInput& from, std::span<std::byte> out) noexcept override {
    ZSTD_outBuffer target{.dst = out.data(), .size = out.size(), .pos = 0};
    while (target.pos < target.size && !ended()) {
      step(from, target);
    }
    return target.pos;
  }

 private:
  void step(RawInput& from, ZSTD_outBuffer& target) noexcept {
    const Bytes in = from.peek();
    if (in.empty() && !inside_frame_) {
      end(Ending::none, {});
      return;
    }
    ZSTD_inBuffer source{.src = in.data(), .size = in.size(), .pos = 0};
    const std::size_t before = target.pos;
    const std::size_t outcome = ZSTD_decompressStream(state_.get(), &target, &source);
    from.consume(source.pos);
    if (ZSTD_isError(outcome) != 0) {
      end(Ending::damaged, std::string{"zstd data: "} + ZSTD_getErrorName(outcome));
      return;
    }
    inside_frame_ = outcome != 0;
    if (in.empty() && inside_frame_ && target.pos == before) {
      end(Ending::cut, "the zstd data ends early");
    }
  }

  struct Free {
    void operator()(ZSTD_DStream* stream) const noexcept { ZSTD_freeDStream(stream); }
  };
  std::unique_ptr<ZSTD_DStream, Free> state_;
  bool inside_frame_ = true;
};

}  // namespace

std::unique_ptr<Decompressor> make_decompressor(Bytes head, std::string& suffix) {
  if (is_gzip(head)) {
    suffix = ".gz";
    return std::make_unique<Gunzip>();
  }
  if (is_zstd(head)) {
    suffix = ".zst";
    return std::make_unique<Unzstd>();
  }
  return nullptr;
}

}  // namespace prahari
