#include "dissectors/protocols/modbus/decode.hpp"

#include <algorithm>
#include <chrono>

#include "dissectors/protocols/modbus/umas.hpp"

namespace prahari::modbus {
namespace {

constexpr std::size_t kMaxRaw = 64;
constexpr std::uint8_t kAcknowledge = 5;  // accepted, not yet done

constexpr std::size_t index(Field field) { return static_cast<std::size_t>(field); }

void decode_exception(Decoding& d) {
  const std::uint8_t code = d.in.u8();
  d.message.kind = Kind::exception;
  if (d.request != nullptr) {
    d.meaning(meaning_of_request(*d.request));
  }
  if (!d.in.ok()) {
    return;
  }
  d.message.status = code;
  d.message.outcome = code == kAcknowledge ? Outcome::unknown : Outcome::failure;
  d.number(Field::exception, code);
  if (!known_exception(code)) {
    d.problem(Wrong::invalid_exception_code);
  }
}

void decode_raw(Decoding& d) {
  const Bytes rest = d.in.take(d.in.remaining());
  if (d.fields != nullptr && !rest.empty()) {
    d.fields->hex(index(Field::data), rest.first(std::min(rest.size(), kMaxRaw)));
  }
}

void decode_body(Decoding& d) {
  switch (d.adu.code) {
    case function::kReadCoils:
    case function::kReadDiscreteInputs:
    case function::kReadHoldingRegisters:
    case function::kReadInputRegisters:
      return decode_read(d);
    case function::kWriteSingleCoil:
    case function::kWriteSingleRegister:
      return decode_write_single(d);
    case function::kReadExceptionStatus:
    case function::kDiagnostics:
    case function::kGetCommEventCounter:
    case function::kGetCommEventLog:
      return decode_diagnostics(d);
    case function::kWriteMultipleCoils:
    case function::kWriteMultipleRegisters:
      return decode_write_multiple(d);
    case function::kReportServerId:
      return decode_server_id(d);
    case function::kReadFileRecord:
    case function::kWriteFileRecord:
      return decode_files(d);
    case function::kMaskWriteRegister:
      return decode_mask_write(d);
    case function::kReadWriteMultipleRegisters:
      return decode_read_write(d);
    case function::kReadFifoQueue:
      return decode_fifo(d);
    case function::kEncapsulated:
      return decode_encapsulated(d);
    case function::kUmas:
      return decode_umas(d);
    default:
      return decode_raw(d);
  }
}

// A matched response tells what was asked, for a reader of the one record.
void show_request(const Decoding& d) {
  const Request& request = *d.request;
  d.number(Field::request_frame, request.packet.frame);
  d.message.target = target_of(request);
  switch (request.function) {
    case function::kReadWriteMultipleRegisters:
      d.number(Field::write_addr, request.write_address);
      d.number(Field::write_qty, request.write_count);
      [[fallthrough]];
    case function::kReadCoils:
    case function::kReadDiscreteInputs:
    case function::kReadHoldingRegisters:
    case function::kReadInputRegisters:
    case function::kWriteMultipleCoils:
    case function::kWriteMultipleRegisters:
      d.number(Field::qty, request.count);
      [[fallthrough]];
    case function::kWriteSingleCoil:
    case function::kWriteSingleRegister:
    case function::kMaskWriteRegister:
    case function::kReadFifoQueue:
      d.number(Field::addr, request.address);
      break;
    case function::kDiagnostics:
    case function::kEncapsulated:
    case function::kUmas:
      d.message.sub_function = request.sub;
      d.number(Field::sub, request.sub);
      break;
    default:
      break;
  }
}

// Header and code, and what is wrong with them.
void show_header(const Decoding& d) {
  d.number(Field::unit, d.adu.unit);
  d.number(Field::fc, d.adu.function());
  if (d.adu.length > kMaxLength && d.adu.code != function::kUmas) {
    d.problem(Wrong::length_over_spec);
  }
  if (d.adu.function() == 0) {
    d.problem(Wrong::invalid_function_zero);
  }
  if (d.adu.exception() && d.message.direction == Direction::to_server) {
    d.problem(Wrong::exception_from_client);
  }
}

}  // namespace

void Decoding::number(Field field, std::int64_t value) const {
  if (fields != nullptr && in.ok()) {
    fields->number(index(field), value);
  }
}

void Decoding::meaning(const Meaning& meaning) const noexcept {
  message.name = meaning.name;
  message.operation = meaning.operation;
  message.effect = meaning.effect;
}

void Decoding::target(std::uint16_t address, std::uint32_t count) const noexcept {
  message.target.address = address;
  message.target.count = count;
}

void Decoding::written(std::int32_t value) const noexcept {
  if (message.value_count < Message::kValues) {
    message.values[message.value_count++] = value;
  }
}

void Decoding::note(Wrong wrong) const {
  Anomaly anomaly;
  anomaly.protocol = Protocol::modbus;
  anomaly.problem = static_cast<std::uint8_t>(wrong);
  anomaly.direction = message.direction;
  anomaly.function = message.function;
  anomaly.target = message.target;
  anomaly.request = message.request;
  out.anomaly(anomaly);
}

void Decoding::fact(Identity::Field field, std::string_view source, std::uint8_t confidence,
                    std::string_view value, bool of_sender) const {
  if (value.empty()) {
    return;
  }
  out.identity({.field = field,
                .confidence = confidence,
                .of_sender = of_sender,
                .unit = of_sender ? adu.unit : Identity::kNoUnit,
                .source = source,
                .value = value});
}

void Decoding::show_latency(Timestamp::duration latency) const {
  if (fields != nullptr) {
    fields->number(index(Field::latency_us),
                   std::chrono::duration_cast<std::chrono::microseconds>(latency).count());
  }
}

Memory& Decoding::remember() const {
  if (!memory) {
    memory = std::make_unique<Memory>();
  }
  return *memory;
}

Bytes Decoding::counted(std::size_t count) noexcept {
  if (in.ok() && count > in.remaining()) {
    problem(Wrong::byte_count_mismatch);
    count = in.remaining();
  }
  return in.take(count);
}

std::uint32_t fingerprint(Bytes bytes) noexcept {
  std::uint32_t hash = 2166136261U;  // FNV-1a
  for (const std::byte next : bytes) {
    hash = (hash ^ std::to_integer<std::uint32_t>(next)) * 16777619U;
  }
  return hash;
}

Meaning meaning_of_request(const Request& request) noexcept {
  switch (request.function) {
    case function::kDiagnostics:
      return diagnostic_meaning(request.sub, request.detail);
    case function::kEncapsulated:
      return encapsulated_meaning(static_cast<std::uint8_t>(request.sub));
    case function::kUmas:
      return umas_meaning(static_cast<std::uint8_t>(request.sub));
    default:
      return meaning_of(request.function);
  }
}

Target target_of(const Request& request) noexcept {
  const bool both = request.function == function::kReadWriteMultipleRegisters;
  Target target;
  target.unit = request.unit;
  target.address = both ? request.write_address : request.address;
  target.count = both ? request.write_count : request.count;
  return target;
}

void decode(Decoding& d) {
  const Function* function = find_function(d.adu.function());
  d.meaning(meaning_of(d.adu.function()));
  show_header(d);
  if (d.request != nullptr) {
    show_request(d);
  }
  d.message.target.table = function == nullptr ? std::string_view{} : function->table;
  if (d.adu.exception()) {
    decode_exception(d);
  } else {
    decode_body(d);
    if (d.way == Way::response && d.in.ok() && d.message.outcome == Outcome::unknown) {
      d.message.outcome = Outcome::success;
    }
  }
  if (!d.in.ok()) {
    d.problem(Wrong::truncated);
  } else if (d.in.remaining() > 0) {
    d.problem(Wrong::trailing_bytes);
    if (d.fields != nullptr) {
      d.fields->hex(index(Field::extra_data),
                    d.in.rest().first(std::min(d.in.remaining(), kMaxRaw)));
    }
  }
}

}  // namespace prahari::modbus
