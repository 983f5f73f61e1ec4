// The length rules of the PDUs, and the stricter test that tells Modbus from other traffic.

#include "dissectors/protocols/modbus/functions.hpp"
#include "dissectors/protocols/modbus/umas.hpp"

namespace prahari::modbus {
namespace {

constexpr bool within(unsigned value, unsigned low, unsigned high) {
  return value >= low && value <= high;
}

// Function 43 says its length in no header: the objects have to be walked.
BodySize encapsulated_size(Way way, Bytes body) noexcept {
  Reader in{body};
  const std::uint8_t mei = in.u8();
  if (!in.ok() || mei != kReadDeviceIdentification) {
    return {false, 1};
  }
  if (way == Way::request) {
    return {true, 3};
  }
  in.skip(4);  // code, conformity, more follows, next object
  const unsigned objects = in.u8();
  for (unsigned i = 0; i < objects && in.ok(); ++i) {
    in.skip(1);
    in.skip(in.u8());
  }
  return in.ok() ? BodySize{true, in.offset()} : BodySize{false, body.size() + 1};
}

bool sensible_read(std::uint8_t code, Way way, Reader in) noexcept {
  const bool bits = code <= function::kReadDiscreteInputs;
  if (way == Way::response) {
    const unsigned count = in.u8();
    return bits ? within(count, 1, 250) : within(count, 2, 250) && count % 2 == 0;
  }
  const unsigned address = in.be16();
  const unsigned quantity = in.be16();
  return within(quantity, 1, bits ? 2000 : 125) && address + quantity <= 65536;
}

bool sensible_multiple(std::uint8_t code, Way way, Reader in) noexcept {
  const bool bits = code == function::kWriteMultipleCoils;
  const unsigned address = in.be16();
  const unsigned quantity = in.be16();
  if (!within(quantity, 1, bits ? 1968 : 123) || address + quantity > 65536) {
    return false;
  }
  return way == Way::response ||
         in.u8() == (bits ? bytes_for_bits(quantity) : std::size_t{2} * quantity);
}

bool sensible_read_write(Way way, Reader in) noexcept {
  if (way == Way::response) {
    const unsigned count = in.u8();
    return within(count, 2, 250) && count % 2 == 0;
  }
  in.skip(2);
  const unsigned read = in.be16();
  in.skip(2);
  const unsigned write = in.be16();
  return within(read, 1, 125) && within(write, 1, 121) && in.u8() == 2 * write;
}

bool sensible_diagnostic(Reader in) noexcept {
  const std::uint16_t sub = in.be16();
  return known_diagnostic(sub) && (sub == 0 || sub == 21 || in.remaining() == 2);
}

bool sensible_identification(Way way, Reader in) noexcept {
  const std::uint8_t mei = in.u8();
  const std::uint8_t code = in.u8();
  if (mei != kReadDeviceIdentification || !within(code, 1, 4)) {
    return mei == kCanOpen && in.ok();
  }
  if (way == Way::request) {
    return true;
  }
  in.skip(1);
  const std::uint8_t more = in.u8();
  return more == 0x00 || more == 0xFF;
}

bool sensible_umas(Way way, Reader in) noexcept {
  in.skip(1);  // session key
  const std::uint8_t code = in.u8();
  return way == Way::request ? find_umas(code) != nullptr
                             : code == kUmasOk || code == kUmasError || code == kUmasSigned;
}

bool sensible_file(std::uint8_t code, Way way, Reader in) noexcept {
  const unsigned count = in.u8();
  if (code == function::kReadFileRecord && way == Way::request) {
    return within(count, 7, 245) && count % 7 == 0 && in.u8() == 6;
  }
  if (code == function::kWriteFileRecord) {
    return within(count, 9, 251) && in.u8() == 6;
  }
  in.skip(1);
  return within(count, 4, 245) && in.u8() == 6;
}

bool sensible(std::uint8_t code, Way way, Bytes body) noexcept {
  Reader in{body};
  switch (code) {
    case function::kReadCoils:
    case function::kReadDiscreteInputs:
    case function::kReadHoldingRegisters:
    case function::kReadInputRegisters:
      return sensible_read(code, way, in);
    case function::kWriteSingleCoil:
      in.skip(2);
      return in.be16() % 0xFF00 == 0;
    case function::kDiagnostics:
      return sensible_diagnostic(in);
    case function::kWriteMultipleCoils:
    case function::kWriteMultipleRegisters:
      return sensible_multiple(code, way, in);
    case function::kReadFileRecord:
    case function::kWriteFileRecord:
      return sensible_file(code, way, in);
    case function::kReadWriteMultipleRegisters:
      return sensible_read_write(way, in);
    case function::kEncapsulated:
      return sensible_identification(way, in);
    case function::kUmas:
      return sensible_umas(way, in);
    default:
      return true;
  }
}

}  // namespace

BodySize body_size(const Function& function, Way way, Bytes body) noexcept {
  const Shape shape = way == Way::request ? function.request : function.response;
  Reader in{body};
  switch (shape.kind) {
    case Shape::Kind::fixed:
      return {true, shape.size};
    case Shape::Kind::counted: {
      in.skip(shape.size);
      const std::size_t count = in.u8();
      return in.ok() ? BodySize{true, shape.size + 1 + count} : BodySize{false, shape.size + 1U};
    }
    case Shape::Kind::counted16: {
      const std::size_t count = in.be16();
      return in.ok() ? BodySize{true, 2 + count} : BodySize{false, 2};
    }
    case Shape::Kind::objects:
      return encapsulated_size(way, body);
    case Shape::Kind::at_least:
    case Shape::Kind::any:
      break;
  }
  return {false, shape.size};
}

bool fits_length(const Function& function, Way way, Bytes body) noexcept {
  const BodySize size = body_size(function, way, body);
  return size.exact ? body.size() == size.size : body.size() >= size.size;
}

bool fits_exactly(std::uint8_t code, Way way, Bytes body) noexcept {
  if ((code & kExceptionBit) != 0) {
    return way == Way::response && body.size() == 1 && code != kExceptionBit &&
           known_exception(std::to_integer<std::uint8_t>(body[0]));
  }
  const Function* function = find_function(code);
  if (function == nullptr ||
      (way == Way::request ? function->request : function->response).kind == Shape::Kind::any) {
    return false;
  }
  return fits_length(*function, way, body) && sensible(code, way, body);
}

}  // namespace prahari::modbus
