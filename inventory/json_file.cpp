#include "inventory/json_file.hpp"

#include <cerrno>
#include <fstream>
#include <system_error>

#include <nlohmann/json.hpp>

#include "capture/system_message.hpp"

namespace prahari {
namespace {

using Json = nlohmann::json;

Error wrong(std::string_view name, const std::string& words) {
  return Error{std::string{name} + ": " + words, Error::Kind::input};
}

// By errno: a wrong name is the user's, all else the machine's.
Error unreadable(const std::filesystem::path& file) {
  const int why = errno;
  const bool misnamed = why == ENOENT || why == ENOTDIR || why == EISDIR;
  return Error{file.string() + ": cannot be read: " + system_message(why) +
                   (misnamed ? "; check the name" : ""),
               misnamed ? Error::Kind::input : Error::Kind::environment};
}

// Counts what the parser would build, before it builds anything.
class Measure {
 public:
  explicit Measure(const JsonLimits& limits) noexcept : limits_(limits) {}

  [[nodiscard]] std::string objection(std::string_view text) {
    for (const char c : text) {
      if (quoted_) {
        in_text(c);
      } else {
        outside(c);
      }
      if (deepest_ > limits_.depth) {
        return "nested deeper than " + std::to_string(limits_.depth) + " levels; refused";
      }
      if (values_ > limits_.values) {
        return "more than " + std::to_string(limits_.values) + " values; refused";
      }
    }
    return {};
  }

 private:
  void in_text(char c) noexcept {
    if (escaped_) {
      escaped_ = false;
    } else if (c == '\\') {
      escaped_ = true;
    } else if (c == '"') {
      quoted_ = false;
    }
  }

  void outside(char c) noexcept {
    if (c == '"') {
      quoted_ = true;
    } else if (c == '{' || c == '[') {
      ++depth_;
      ++values_;
      deepest_ = std::max(deepest_, depth_);
    } else if (c == '}' || c == ']') {
      depth_ -= depth_ > 0 ? 1 : 0;
    } else if (c == ',') {
      ++values_;
    }
  }

  const JsonLimits& limits_;
  std::size_t depth_ = 0;
  std::size_t deepest_ = 0;
  std::size_t values_ = 0;
  bool quoted_ = false;
  bool escaped_ = false;
};

// Line and column of a byte, both from 1.
std::string place(std::string_view text, std::size_t byte) {
  const std::string_view before = text.substr(0, std::min(byte > 0 ? byte - 1 : 0, text.size()));
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const std::size_t start = before.rfind('\n');
  const std::size_t column =
      start == std::string_view::npos ? before.size() + 1 : before.size() - start;
  return "line " + std::to_string(lines + 1) + ", column " + std::to_string(column);
}

}  // namespace

Result<std::string> read_bounded(const std::filesystem::path& file, std::size_t most) {
  std::ifstream in{file, std::ios::binary};
  if (!in) {
    return unreadable(file);
  }
  std::string out;
  char buffer[1U << 16U];
  while (in.read(buffer, sizeof buffer), in.gcount() > 0) {
    if (out.size() + static_cast<std::size_t>(in.gcount()) > most) {
      return wrong(file.string(), "longer than " + std::to_string(most >> 20U) + " MiB; refused");
    }
    out.append(buffer, static_cast<std::size_t>(in.gcount()));
  }
  if (in.bad()) {
    return unreadable(file);
  }
  return out;
}

Result<Json> parse_bounded(std::string_view text, std::string_view name, const JsonLimits& limits) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) {
    text.remove_prefix(kByteOrderMark.size());
  }
  if (text.size() > limits.bytes) {
    return wrong(name, "longer than " + std::to_string(limits.bytes >> 20U) + " MiB; refused");
  }
  if (const std::string objection = Measure{limits}.objection(text); !objection.empty()) {
    return wrong(name, objection);
  }
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    const bool ended = error.byte > text.size();
    return wrong(name, place(text, error.byte) +
                           (ended ? ": ends in the middle; get the whole file"
                                  : ": is no JSON; expected an advisory as its publisher made it"));
  } catch (const Json::exception&) {
    return wrong(name, "holds a number or text that JSON does not allow");
  }
}

std::string JsonNode::pointer() const {
  if (parent_ == nullptr) {
    return {};
  }
  return parent_->pointer() + "/" + (key_ != nullptr ? std::string{key_} : std::to_string(index_));
}

const Json* JsonNode::find(const char* key) const {
  if (!value_->is_object()) {
    return nullptr;
  }
  const auto at = value_->find(key);
  return at == value_->end() ? nullptr : &*at;
}

std::string_view kind_of(const Json& value) noexcept {
  switch (value.type()) {
    case Json::value_t::null:
      return "null";
    case Json::value_t::object:
      return "an object";
    case Json::value_t::array:
      return "a list";
    case Json::value_t::string:
      return "a text";
    case Json::value_t::boolean:
      return "true or false";
    default:
      return "a number";
  }
}

}  // namespace prahari
