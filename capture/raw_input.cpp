#include "capture/raw_input.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/system_message.hpp"

namespace prahari {
namespace {

constexpr std::size_t kBufferSize = std::size_t{256} * 1024;
constexpr std::size_t kDirectRead =
    std::size_t{64} * 1024;  // from here on the buffer is only a detour
constexpr int kStopCheckMilliseconds = 100;

Error open_error(const std::string& path, int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return {path + ": no such file", Error::Kind::input};
    case EACCES:
    case EPERM:
      return {path + ": no permission to read it; change its mode or run as its owner",
              Error::Kind::environment};
    default:
      return {path + ": cannot open: " + system_message(error), Error::Kind::environment};
  }
}

}  // namespace

Result<std::unique_ptr<RawInput>> RawInput::open(const std::string& path,
                                                 const StreamOptions& options) {
  const bool standard_input = path == "-";
  const int descriptor = standard_input ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                                        : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (descriptor < 0) {
    return open_error(standard_input ? "standard input" : path, errno);
  }
  auto input = std::make_unique<RawInput>(descriptor, options);
  struct stat status {};
  if (fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode)) {
    return Error{path + ": is a directory; name the captures in it", Error::Kind::input};
  }
  if (standard_input && isatty(descriptor) == 1) {
    return Error{"standard input is a terminal; pipe a capture into it, or name a file",
                 Error::Kind::usage};
  }
  return input;
}

RawInput::RawInput(int descriptor, const StreamOptions& options)
    : descriptor_(descriptor), options_(options), buffer_(kBufferSize) {
  learn_size();
  posix_fadvise(descriptor_, 0, 0, POSIX_FADV_SEQUENTIAL);
}

RawInput::~RawInput() { close(descriptor_); }

void RawInput::learn_size() noexcept {
  struct stat status {};
  if (fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode)) {
    regular_ = true;
    size_ = static_cast<std::uint64_t>(status.st_size);
    modified_ = std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
  }
}

// Whether reading may go on. Only a pipe can keep us waiting, and only a stop flag matters then.
bool RawInput::wait() noexcept {
  if (regular_ || options_.stop == nullptr) {
    return true;
  }
  while (!options_.stop->load(std::memory_order_relaxed)) {
    pollfd ready{.fd = descriptor_, .events = POLLIN, .revents = 0};
    if (poll(&ready, 1, kStopCheckMilliseconds) > 0) {
      return true;
    }
  }
  stopped_ = true;
  return false;
}

// One successful read(2), hashed.
std::size_t RawInput::pull(std::span<std::byte> out) noexcept {
  if (at_end_) {
    return 0;
  }
  ssize_t got = -1;
  while (got < 0 && wait()) {
    got = ::read(descriptor_, out.data(), out.size());
    if (got < 0 && errno != EINTR) {
      error_ = errno;
      break;
    }
  }
  if (got <= 0) {
    at_end_ = true;
    return 0;
  }
  const auto size = static_cast<std::size_t>(got);
  position_ += size;
  if (options_.hash) {
    const auto start = std::chrono::steady_clock::now();
    hash_.update(out.first(size));
    const auto spent = std::chrono::steady_clock::now() - start;
    hash_nanoseconds_ += static_cast<std::uint64_t>(std::chrono::nanoseconds{spent}.count());
  }
  return size;
}

Bytes RawInput::peek(std::size_t wanted) noexcept {
  if (begin_ > 0 && end_ - begin_ < wanted) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  while (end_ - begin_ < wanted) {
    const std::size_t got = pull(std::span{buffer_}.subspan(end_));
    if (got == 0) {
      break;
    }
    end_ += got;
  }
  return Bytes{buffer_}.subspan(begin_, end_ - begin_);
}

void RawInput::consume(std::size_t n) noexcept { begin_ += std::min(n, end_ - begin_); }

std::size_t RawInput::read(std::span<std::byte> out) noexcept {
  std::size_t done = 0;
  while (done < out.size()) {
    const std::span rest = out.subspan(done);
    if (begin_ == end_ && rest.size() >= kDirectRead) {
      const std::size_t got = pull(rest);
      if (got == 0) {
        break;
      }
      done += got;
      continue;
    }
    const Bytes ready = peek();
    if (ready.empty()) {
      break;
    }
    const std::size_t n = std::min(ready.size(), rest.size());
    std::memcpy(rest.data(), ready.data(), n);
    consume(n);
    done += n;
  }
  return done;
}

std::uint64_t RawInput::skip(std::uint64_t n) noexcept {
  std::uint64_t done = 0;
  while (done < n) {
    const std::uint64_t left = n - done;
    if (begin_ == end_ && regular_ && !options_.hash && left > kBufferSize) {
      const std::uint64_t there = size_ > position_ ? size_ - position_ : 0;
      const std::uint64_t jump = std::min(left, there);
      if (jump > 0 && lseek(descriptor_, static_cast<off_t>(jump), SEEK_CUR) >= 0) {
        position_ += jump;
        done += jump;
        continue;
      }
    }
    const Bytes ready = peek();
    if (ready.empty()) {
      break;
    }
    const std::size_t step = std::min<std::uint64_t>(ready.size(), left);
    consume(step);
    done += step;
  }
  return done;
}

void RawInput::finish() noexcept {
  begin_ = end_ = 0;
  if (options_.hash) {
    while (pull(buffer_) > 0) {
    }
    if (!stopped_ && error_ == 0) {
      sha256_ = hash_.finish();
    }
  }
  if (!regular_) {
    size_ = position_;
    return;
  }
  size_ = options_.hash ? position_ : size_;
}

}  // namespace prahari
