#include "inventory/json_fields.hpp"

#include <utility>

#include "dissectors/printable.hpp"

namespace prahari {
namespace {

// Never within a character.
void cut(std::string& text, std::size_t most) {
  if (text.size() <= most) {
    return;
  }
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0U) == 0x80U) {
    --most;
  }
  text.resize(most);
}

}  // namespace

void JsonFields::fail(const JsonNode& at, std::string_view words) {
  if (error_) {
    return;
  }
  const std::string pointer = at.pointer();
  error_ = Error{
      std::string{file_} + ": " + (pointer.empty() ? "/" : pointer) + ": " + std::string{words},
      Error::Kind::input};
}

std::string JsonFields::plain(const JsonNode& node, std::size_t most) {
  if (!node.value().is_string()) {
    fail(node, "expected a text, found " + std::string{kind_of(node.value())});
    return {};
  }
  std::string out = node.value().get_ref<const std::string&>();
  cut(out, most);
  for (char& c : out) {
    if (is_control(c)) {
      c = ' ';
    }
  }
  return out;
}

std::string JsonFields::text(const JsonNode& in, const char* key, std::size_t most) {
  const nlohmann::json* found = ok() ? in.find(key) : nullptr;
  return found == nullptr ? std::string{} : plain(in.member(key, *found), most);
}

std::string JsonFields::required_text(const JsonNode& in, const char* key, std::size_t most) {
  if (ok() && in.find(key) == nullptr) {
    fail(in, "has no \"" + std::string{key} + "\"");
    return {};
  }
  std::string out = text(in, key, most);
  if (ok() && out.empty()) {
    fail(in.member(key, *in.find(key)), "is empty");
  }
  return out;
}

std::vector<std::string> JsonFields::texts(const JsonNode& in, const char* key, std::size_t most) {
  std::vector<std::string> out;
  each(in, key, most, [&](const JsonNode& node) { out.push_back(plain(node, kName)); });
  return out;
}

std::optional<double> JsonFields::number(const JsonNode& in, const char* key) {
  const nlohmann::json* found = ok() ? in.find(key) : nullptr;
  if (found == nullptr) {
    return std::nullopt;
  }
  if (!found->is_number()) {
    fail(in.member(key, *found), "expected a number, found " + std::string{kind_of(*found)});
    return std::nullopt;
  }
  return found->get<double>();
}

bool JsonFields::must_be_object(const JsonNode& node) {
  if (!node.value().is_object()) {
    fail(node, "expected an object, found " + std::string{kind_of(node.value())});
  }
  return ok();
}

}  // namespace prahari
