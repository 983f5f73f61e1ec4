// RFC 8536, "The Time Zone Information Format (TZif)".

#include "rules/timezone.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <system_error>

#include "dissectors/reader.hpp"

namespace prahari {
namespace {

constexpr std::size_t kLargestFile = 262'144;
constexpr std::size_t kHeaderReserved = 15;

struct Header {  // section 3.1
  std::string_view magic;
  std::uint8_t version;
  std::uint32_t isut_count;
  std::uint32_t isstd_count;
  std::uint32_t leap_count;
  std::uint32_t time_count;
  std::uint32_t type_count;
  std::uint32_t char_count;
};

Header read_header(Reader& in) noexcept {
  Header header{};
  header.magic = in.text(4);
  header.version = in.u8();
  in.skip(kHeaderReserved);
  header.isut_count = in.be32();
  header.isstd_count = in.be32();
  header.leap_count = in.be32();
  header.time_count = in.be32();
  header.type_count = in.be32();
  header.char_count = in.be32();
  return header;
}

std::size_t body_size(const Header& header, std::size_t time_size) noexcept {
  return std::size_t{header.time_count} * (time_size + 1) + std::size_t{header.type_count} * 6 +
         header.char_count + std::size_t{header.leap_count} * (time_size + 4) + header.isstd_count +
         header.isut_count;
}

bool plain_name(std::string_view name) noexcept {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
           c == '_' || c == '-' || c == '+';
  };
  return !name.empty() && name.size() <= 64 && name.front() != '/' &&
         std::ranges::all_of(name, plain);
}

std::optional<std::string> read_file(const std::filesystem::path& path) {
  std::error_code failed;
  if (!std::filesystem::is_regular_file(path, failed)) {
    return std::nullopt;
  }
  std::ifstream file{path, std::ios::binary};
  std::string bytes(kLargestFile, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;
}

}  // namespace

std::optional<Timezone> Timezone::parse(std::string_view bytes) {
  Reader in{std::as_bytes(std::span{bytes.data(), bytes.size()})};
  const Header old = read_header(in);
  if (!in.ok() || old.magic != "TZif" || old.version < '2') {
    return std::nullopt;
  }
  in.skip(body_size(old, 4));  // the same again in 32 bits
  const Header header = read_header(in);
  if (!in.ok() || header.magic != "TZif" || header.type_count == 0 ||
      body_size(header, 8) > in.remaining()) {
    return std::nullopt;
  }
  Reader times = in.sub(std::size_t{header.time_count} * 8);
  Reader indices = in.sub(header.time_count);
  std::vector<std::int32_t> offsets;
  for (std::uint32_t i = 0; i < header.type_count; ++i) {
    offsets.push_back(static_cast<std::int32_t>(in.be32()));
    in.skip(2);  // daylight saving or not, and the name
  }
  Timezone zone;
  zone.first_offset_ = offsets.front();
  for (std::uint32_t i = 0; i < header.time_count; ++i) {
    const auto at = static_cast<std::int64_t>(times.be64());
    const std::size_t type = indices.u8();
    if (type >= offsets.size() || (!zone.changes_.empty() && at < zone.changes_.back().at)) {
      return std::nullopt;
    }
    zone.changes_.push_back({at, offsets[type]});
  }
  return zone;
}

Result<Timezone> Timezone::load(std::string_view name, const std::filesystem::path& folder) {
  if (name == "Asia/Kolkata" || name == "UTC") {  // also where tzdata is not installed
    Timezone fixed;
    fixed.first_offset_ = name == "UTC" ? 0 : 19'800;
    return fixed;
  }
  std::error_code failed;
  if (!std::filesystem::is_directory(folder, failed)) {
    return Error{folder.string() + " is missing; install the package tzdata",
                 Error::Kind::environment};
  }
  const auto bytes = plain_name(name) ? read_file(folder / name) : std::nullopt;
  const auto zone = bytes ? parse(*bytes) : std::nullopt;
  if (!zone) {
    return Error{"no such time zone", Error::Kind::input};
  }
  return *zone;
}

std::chrono::seconds Timezone::offset_at(Timestamp instant) const noexcept {
  const std::int64_t at =
      std::chrono::floor<std::chrono::seconds>(instant).time_since_epoch().count();
  const auto after = std::ranges::upper_bound(changes_, at, {}, &Change::at);
  return std::chrono::seconds{after == changes_.begin() ? first_offset_ : std::prev(after)->offset};
}

Timestamp Timezone::to_instant(std::chrono::local_days day,
                               std::chrono::nanoseconds time_of_day) const noexcept {
  // Nanoseconds end in 2262; "9999-12-31" means for ever.
  constexpr std::chrono::local_days kFirst{std::chrono::year{1700} / 1 / 1};
  constexpr std::chrono::local_days kLast{std::chrono::year{2200} / 1 / 1};
  const Timestamp as_utc{std::clamp(day, kFirst, kLast).time_since_epoch() + time_of_day};
  // The offset a day earlier is the one before any change near this time.
  const std::chrono::seconds before = offset_at(as_utc - std::chrono::hours{24});
  const std::chrono::seconds after = offset_at(as_utc + std::chrono::hours{24});
  for (const std::chrono::seconds offset : {before, after}) {
    if (offset_at(as_utc - offset) == offset) {
      return as_utc - offset;
    }
  }
  return as_utc - before;
}

std::vector<std::string> timezone_names(const std::filesystem::path& folder) {
  std::vector<std::string> names = {"Asia/Kolkata", "UTC"};
  std::error_code failed;
  std::filesystem::recursive_directory_iterator entry{folder, failed};
  for (; !failed && entry != std::filesystem::recursive_directory_iterator{};
       entry.increment(failed)) {
    std::string name = entry->path().lexically_relative(folder).string();
    const bool copy = name.starts_with("posix/") || name.starts_with("right/");
    if (!copy && plain_name(name) && entry->is_regular_file(failed)) {
      names.push_back(std::move(name));
    }
  }
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace prahari
