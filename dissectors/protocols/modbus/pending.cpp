#include "dissectors/protocols/modbus/pending.hpp"

#include <algorithm>

namespace prahari::modbus {

std::span<Request> PendingRequests::all() noexcept {
  return outside_ ? std::span{outside_.get(), size_} : std::span{inside_}.first(size_);
}

void PendingRequests::grow() {
  const std::size_t capacity = std::min(std::size_t{4} * capacity_, kMax);
  auto larger = std::make_unique<Request[]>(capacity);
  std::ranges::copy(all(), larger.get());
  outside_ = std::move(larger);
  capacity_ = static_cast<std::uint8_t>(capacity);
}

bool PendingRequests::push(const Request& request) {
  bool room = true;
  if (size_ == kMax) {
    erase(0);
    room = false;
  } else if (size_ == capacity_) {
    grow();
  }
  ++size_;
  all().back() = request;
  return room;
}

void PendingRequests::erase(std::size_t at) noexcept {
  const auto requests = all();
  std::move(requests.begin() + static_cast<std::ptrdiff_t>(at) + 1, requests.end(),
            requests.begin() + static_cast<std::ptrdiff_t>(at));
  --size_;
}

bool PendingRequests::take(const Adu& adu, Side from, Request& request) noexcept {
  const auto requests = all();
  std::size_t found = size_;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const Request& waiting = requests[i];
    if (waiting.transaction != adu.transaction || waiting.unit != adu.unit ||
        waiting.function != adu.function() || waiting.side == from) {
      continue;
    }
    if (agrees(waiting, adu)) {
      found = i;
      break;
    }
    found = std::min(found, i);
  }
  if (found == size_) {
    return false;
  }
  request = requests[found];
  erase(found);
  return true;
}

bool PendingRequests::take_older(Timestamp now, Timestamp::duration age,
                                 Request& request) noexcept {
  if (size_ == 0 || now - all().front().packet.time < age) {
    return false;
  }
  request = all().front();
  erase(0);
  return true;
}

void PendingRequests::mark_unsure() noexcept {
  for (Request& request : all()) {
    request.unsure = true;
  }
}

bool agrees(const Request& request, const Adu& adu) noexcept {
  if (adu.exception()) {
    return true;
  }
  Reader in{adu.body};
  switch (request.function) {
    case function::kReadCoils:
    case function::kReadDiscreteInputs:
      return in.u8() == bytes_for_bits(request.count);
    case function::kReadHoldingRegisters:
    case function::kReadInputRegisters:
    case function::kReadWriteMultipleRegisters: {
      const std::size_t bytes = in.u8();
      return bytes == std::size_t{2} * request.count || bytes == std::size_t{4} * request.count;
    }
    case function::kWriteSingleCoil:
    case function::kWriteSingleRegister:
    case function::kMaskWriteRegister:
      return in.be16() == request.address;
    case function::kWriteMultipleCoils:
    case function::kWriteMultipleRegisters:
      return in.be16() == request.address && in.be16() == request.count;
    case function::kDiagnostics:
      return in.be16() == request.sub;
    case function::kEncapsulated:
      return in.u8() == request.sub;
    default:
      return true;
  }
}

}  // namespace prahari::modbus
