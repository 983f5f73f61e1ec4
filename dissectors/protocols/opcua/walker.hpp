// Reads a message by the tables of types.hpp and tells a visitor what has a mark.
//
// No heap, no copy. Bounded whatever the bytes say: nothing nests deeper than 16, no count is
// believed that the rest cannot hold, and after 100,000 values reading stops.

#pragma once

#include <cstdint>
#include <string_view>

#include "dissectors/protocols/opcua/types.hpp"
#include "dissectors/protocols/opcua/wire.hpp"
#include "dissectors/reader.hpp"

namespace prahari::opcua {

// One value of a built-in type. Of a LocalizedText the text, of a QualifiedName the name.
struct Value {
  Type type = Type::null;
  std::uint64_t bits = 0;  // integers (sign-extended), Boolean, StatusCode, DateTime
  double number = 0;       // any of them, and Float and Double, as a number
  std::string_view text;   // strings; of a ByteString its bytes
  NodeId node;

  [[nodiscard]] bool is_number() const noexcept {
    return type >= Type::boolean && type <= Type::double_real;
  }
  [[nodiscard]] bool is_text() const noexcept {
    return type == Type::string || type == Type::localized_text || type == Type::qualified_name ||
           type == Type::xml;
  }
};

// One DiagnosticInfo, without the one inside it; -1: not there.
struct Diagnostic {
  unsigned level = 0;  // how many it is inside of
  std::int32_t symbol = -1;
  std::int32_t ns = -1;
  std::int32_t locale = -1;
  std::int32_t text = -1;
  std::string_view more;
  std::uint32_t status = 0;
};

class Visitor {
 public:
  virtual ~Visitor() = default;

  // A structure, a DataValue or a Variant that has a mark begins and ends.
  virtual void begin(Mark mark, std::size_t index) = 0;
  virtual void end(Mark mark) = 0;
  virtual void value(Mark mark, std::size_t index, const Value& value) = 0;
  // One that says something.
  virtual void diagnostic(const Diagnostic& /*diagnostic*/) {}
};

class Walker {
 public:
  static constexpr unsigned kMaxDepth = 16;
  static constexpr std::uint32_t kBudget = 100'000;
  static constexpr std::size_t kShown = 64;  // elements of an array of numbers that are told

  Walker(Bytes body, Visitor& visitor) noexcept : in_(body), visitor_(visitor) {}

  void walk(FieldList fields);
  NodeId node_id() noexcept { return read_node_id(in_); }

  // What was read so far makes sense.
  [[nodiscard]] bool ok() const noexcept { return in_.ok() && !broken_; }
  // Reading stopped because it went too deep or took too long.
  [[nodiscard]] bool stopped() const noexcept { return stopped_; }
  [[nodiscard]] std::size_t remaining() const noexcept { return in_.remaining(); }

 private:
  void field(const Field& field);
  void array(const Field& field);
  void element(Type type, Mark mark, std::size_t index);
  void scalar(Type type, Mark mark, std::size_t index);
  void structure(Type type, Mark mark, std::size_t index);
  void extension(Mark mark, std::size_t index);
  void data_value(Mark mark, std::size_t index);
  void variant(Mark mark, std::size_t index);
  void variant_array(Type type, Mark mark, std::uint8_t mask);
  void dimensions(std::uint32_t count);
  void diagnostic_info();
  Value read(Type type) noexcept;
  void read_number(Type type, Value& value) noexcept;
  [[nodiscard]] std::uint32_t count_of(Type type) noexcept;
  bool spend() noexcept;
  bool descend() noexcept;
  void stop() noexcept;

  Reader in_;
  Visitor& visitor_;
  std::uint32_t budget_ = kBudget;
  unsigned depth_ = 0;
  bool stopped_ = false;
  bool broken_ = false;  // something made no sense, and reading went on behind it
};

}  // namespace prahari::opcua
