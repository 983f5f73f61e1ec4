#include "dissectors/default_logins.hpp"

#include <algorithm>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include "capture/sha256.hpp"

namespace prahari {
namespace {

constexpr std::size_t kDigits = 64;  // SHA-256

struct Login {
  std::string hash;
  std::string whose;
};

std::vector<Login>& list() noexcept {
  static std::vector<Login> all;
  return all;
}

// "hash,vendor,where"; the vendor may stand in quotes.
bool parse_line(std::string_view line, Login& out) {
  if (line.size() < kDigits + 4 || line[kDigits] != ',' ||
      line.find_first_not_of("0123456789abcdef") != kDigits) {
    return false;
  }
  out.hash = line.substr(0, kDigits);
  std::string_view rest = line.substr(kDigits + 1);
  const bool quoted = rest.front() == '"';
  rest.remove_prefix(quoted ? 1 : 0);
  const std::string_view end = quoted ? "\"," : ",";
  const std::size_t comma = rest.find(end);
  if (comma == 0 || comma == std::string_view::npos || comma + end.size() == rest.size()) {
    return false;
  }
  out.whose = rest.substr(0, comma);
  out.whose += ", ";
  out.whose += rest.substr(comma + end.size());
  return true;
}

}  // namespace

Status load_default_logins(const DataFiles& files) {
  const auto path = files.find("dissectors", "default_logins.csv");
  if (!path) {
    return path.error();
  }
  std::ifstream file{*path};
  std::vector<Login> read;
  std::string line;
  for (std::size_t number = 1; std::getline(file, line); ++number) {
    if (!line.empty() && line.back() == '\r') {
      line.pop_back();
    }
    if (line.empty() || line.front() == '#') {
      continue;
    }
    if (!parse_line(line, read.emplace_back())) {
      return Error{path->string() + ':' + std::to_string(number) +
                       ": expected hash,vendor,where with the SHA-256 of user, NUL and password",
                   Error::Kind::input};
    }
  }
  if (file.bad()) {
    return Error{path->string() + ": cannot read it", Error::Kind::environment};
  }
  std::ranges::sort(read, {}, &Login::hash);
  list() = std::move(read);
  return ok_status();
}

std::string_view delivered_with(std::string_view user, std::string_view secret) {
  constexpr std::string_view kBetween{"\0", 1};
  if (list().empty()) {
    return {};
  }
  Sha256 sum;
  for (const std::string_view part : {user, kBetween, secret}) {
    sum.update(std::as_bytes(std::span{part}));
  }
  const std::string hash = sum.finish();
  const auto found = std::ranges::lower_bound(list(), hash, {}, &Login::hash);
  return found == list().end() || found->hash != hash ? std::string_view{} : found->whose;
}

}  // namespace prahari
