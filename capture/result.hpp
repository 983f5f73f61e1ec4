// The outcome of an operation that may fail for a reason worth telling a person:
// opening a capture, reading a site file, running a statement. Parsers of wire
// data use Reader::ok() instead.

#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>

namespace prahari {

// One line for a person: what, where, and what to do. The kind decides the exit
// status of a command (contract: 2 wrong use, 3 bad input, 4 the environment).
struct Error {
  enum class Kind : std::uint8_t { usage = 2, input = 3, environment = 4 };

  std::string message;  // "eth1: cannot open packet socket: Operation not permitted"
  Kind kind = Kind::environment;
};

// Shaped like std::expected<T, Error>, which C++23 will let us use by name.
template <class T>
class [[nodiscard]] Result {
 public:
  // Implicit, so that a function can return either.
  // NOLINTNEXTLINE(google-explicit-constructor)
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  // NOLINTNEXTLINE(google-explicit-constructor)
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  [[nodiscard]] bool has_value() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  T& operator*() noexcept { return *std::get_if<0>(&state_); }
  const T& operator*() const noexcept { return *std::get_if<0>(&state_); }
  T* operator->() noexcept { return std::get_if<0>(&state_); }
  const T* operator->() const noexcept { return std::get_if<0>(&state_); }
  [[nodiscard]] const Error& error() const noexcept { return *std::get_if<1>(&state_); }

 private:
  std::variant<T, Error> state_;
};

using Status = Result<std::monostate>;

inline Status ok_status() { return std::monostate{}; }

}  // namespace prahari
