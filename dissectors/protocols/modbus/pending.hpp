// Requests that wait for their response: a FIFO for each (transaction, unit, function), in one
// small array in order of arrival. One lies inside, since few clients have more under way; more lie
// on the heap, at most 64.

#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include "dissectors/dissector.hpp"
#include "dissectors/protocols/modbus/framing.hpp"

namespace prahari::modbus {

// What a response is held against.
struct Request {
  PacketRef packet;
  std::uint32_t echo = 0;  // what the response has to repeat: a value, or a hash of the body
  std::uint16_t transaction = 0;
  std::uint16_t sub = 0;  // of 8, 43 and 90
  std::uint16_t address = 0;
  std::uint16_t count = 0;
  std::uint16_t write_address = 0;
  std::uint16_t write_count = 0;
  std::uint8_t unit = 0;
  std::uint8_t function = 0;
  std::uint8_t detail = 0;  // of 43: the object asked for; of 90: the sub-code in the data
  Side side = Side::first;
  bool unsure = false;  // bytes were lost since
  bool silent = false;  // no response is due
};

class PendingRequests {
 public:
  static constexpr std::size_t kMax = 64;

  // False when the oldest had to go to make room.
  bool push(const Request& request);

  // Takes out the request that this ADU answers: the oldest of the same key from the other side,
  // unless a later one alone agrees with the bytes. False when there is none.
  bool take(const Adu& adu, Side from, Request& request) noexcept;

  // Takes out the oldest when it was sent `age` or longer before `now`.
  bool take_older(Timestamp now, Timestamp::duration age, Request& request) noexcept;

  void mark_unsure() noexcept;
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  [[nodiscard]] std::span<Request> all() noexcept;
  void grow();
  void erase(std::size_t at) noexcept;

  std::array<Request, 1> inside_;
  std::unique_ptr<Request[]> outside_;
  std::uint8_t size_ = 0;
  std::uint8_t capacity_ = 1;
};

// Whether a response's own bytes agree with what the request asked for.
[[nodiscard]] bool agrees(const Request& request, const Adu& adu) noexcept;

}  // namespace prahari::modbus
