// Coils and registers: functions 1 to 6, 15, 16 and 22 to 24 (V1.1b3, 6.1 to 6.6, 6.11, 6.12,
// 6.16 to 6.18).

#include <algorithm>

#include "dissectors/protocols/modbus/decode.hpp"

namespace prahari::modbus {
namespace {

constexpr std::uint16_t kCoilOn = 0xFF00;
constexpr unsigned kMaxFifo = 31;

constexpr std::size_t index(Field field) { return static_cast<std::size_t>(field); }

void check_range(const Decoding& d, unsigned address, unsigned quantity, unsigned limit) {
  if (!d.in.ok()) {
    return;
  }
  if (quantity < 1 || quantity > limit) {
    d.problem(Wrong::quantity_out_of_range);
  } else if (address + quantity > 65536) {
    d.problem(Wrong::address_overflow);
  }
}

// Address and quantity as a request has them, noted for the response.
void read_range(Decoding& d, unsigned limit) {
  const std::uint16_t address = d.in.be16();
  d.number(Field::addr, address);
  const std::uint16_t quantity = d.in.be16();
  d.number(Field::qty, quantity);
  d.target(address, quantity);
  d.asked.address = address;
  d.asked.count = quantity;
  check_range(d, address, quantity, limit);
}

void show_bits(const Decoding& d, Bytes bits, std::size_t count, bool written) {
  const auto bit_at = [&](std::size_t i) {
    return (std::to_integer<unsigned>(bits[i / 8]) >> i % 8) & 1U;
  };
  count = std::min({count, bits.size() * 8, kMaxBits});
  for (std::size_t i = 0; written && i < std::min(count, Message::kValues); ++i) {
    d.written(static_cast<std::int32_t>(bit_at(i)));
  }
  if (written && count > Message::kValues) {
    d.message.written = NumberList::of_bits(bits, count);
  }
  if (d.fields == nullptr) {
    return;
  }
  d.fields->begin_list(index(Field::values));
  for (std::size_t i = 0; i < count; ++i) {
    d.fields->item(bit_at(i));
  }
  d.fields->end_list();
}

void show_registers(const Decoding& d, Bytes registers, bool written, std::size_t width = 2) {
  Reader in{registers};
  const auto next = [&] { return width == 4 ? in.be32() : in.be16(); };
  for (Reader head{registers}; written && head.remaining() >= 2;) {
    if (d.message.value_count == Message::kValues) {
      break;
    }
    d.written(head.be16());
  }
  if (written && registers.size() / 2 > Message::kValues) {
    d.message.written = {registers, NumberList::Form::whole, 2, NumberList::Order::big};
  }
  if (d.fields == nullptr) {
    return;
  }
  d.fields->begin_list(index(Field::values));
  while (in.remaining() >= width) {
    d.fields->item(next());
  }
  d.fields->end_list();
}

void check_padding(const Decoding& d, Bytes bits, std::size_t count) {
  if (count % 8 != 0 && bits.size() == bytes_for_bits(count) &&
      std::to_integer<unsigned>(bits.back()) >> count % 8 != 0) {
    d.problem(Wrong::padding_bits_set);
  }
}

// Whether the request tells what this response has to hold.
bool asked_for(const Decoding& d) { return d.request != nullptr && !d.request->unsure; }

void read_bits(Decoding& d) {
  const std::size_t count = d.in.u8();
  const Bytes bits = d.counted(count);
  if (!d.in.ok()) {
    return;
  }
  if (count == 0 || (asked_for(d) && count != bytes_for_bits(d.request->count))) {
    d.problem(Wrong::byte_count_mismatch);
  } else if (asked_for(d)) {
    check_padding(d, bits, d.request->count);
  }
  show_bits(d, bits, asked_for(d) ? d.request->count : bits.size() * 8, false);
}

void read_registers(Decoding& d) {
  const std::size_t count = d.in.u8();
  const Bytes registers = d.counted(count);
  if (!d.in.ok()) {
    return;
  }
  const std::size_t asked = asked_for(d) ? d.request->count : count / 2;
  const bool wide = asked_for(d) && asked > 0 && count == 4 * asked;
  if (wide) {
    d.enron32 = true;
  } else if (count == 0 || count % 2 != 0 || count != 2 * asked) {
    d.problem(Wrong::byte_count_mismatch);
  }
  show_registers(d, registers, false, wide ? 4 : 2);
  if (d.adu.code != function::kReadWriteMultipleRegisters) {
    look_for_sunspec(d, registers);
  }
}

}  // namespace

void decode_read(Decoding& d) {
  const bool bits = d.adu.code <= function::kReadDiscreteInputs;
  if (d.way == Way::request) {
    return read_range(d, bits ? 2000 : 125);
  }
  return bits ? read_bits(d) : read_registers(d);
}

void decode_write_single(Decoding& d) {
  const std::uint16_t address = d.in.be16();
  d.number(Field::addr, address);
  const std::uint16_t value = d.in.be16();
  const bool coil = d.adu.code == function::kWriteSingleCoil;
  d.target(address, 1);
  if (d.way == Way::request) {
    d.asked.address = address;
    d.asked.count = 1;
    d.asked.echo = value;
  }
  if (!d.in.ok()) {
    return;
  }
  if (coil && value != 0 && value != kCoilOn) {
    d.problem(Wrong::invalid_coil_value);
  }
  if (asked_for(d) && (d.request->address != address || d.request->echo != value)) {
    d.problem(Wrong::echo_mismatch);
  }
  const std::int32_t shown = coil && value == kCoilOn ? 1 : value;
  d.written(shown);
  if (d.fields != nullptr) {
    d.fields->begin_list(index(Field::values));
    d.fields->item(shown);
    d.fields->end_list();
  }
}

void decode_write_multiple(Decoding& d) {
  const bool coils = d.adu.code == function::kWriteMultipleCoils;
  if (d.way == Way::response) {
    const std::uint16_t address = d.in.be16();
    d.number(Field::addr, address);
    const std::uint16_t quantity = d.in.be16();
    d.number(Field::qty, quantity);
    d.target(address, quantity);
    if (d.in.ok() && asked_for(d) &&
        (d.request->address != address || d.request->count != quantity)) {
      d.problem(Wrong::echo_mismatch);
    }
    return;
  }
  read_range(d, coils ? 1968 : 123);
  const std::size_t count = d.in.u8();
  const Bytes values = d.counted(count);
  if (!d.in.ok()) {
    return;
  }
  const std::size_t quantity = d.asked.count;
  if (count != (coils ? bytes_for_bits(quantity) : 2 * quantity)) {
    d.problem(Wrong::byte_count_mismatch);
  }
  if (coils) {
    check_padding(d, values, quantity);
    show_bits(d, values, quantity, true);
  } else {
    show_registers(d, values, true);
  }
}

void decode_mask_write(Decoding& d) {
  const Bytes whole = d.in.rest();
  const std::uint16_t address = d.in.be16();
  d.number(Field::addr, address);
  const std::uint16_t and_mask = d.in.be16();
  const std::uint16_t or_mask = d.in.be16();
  d.target(address, 1);
  if (!d.in.ok()) {
    return;
  }
  if (d.way == Way::request) {
    d.asked.address = address;
    d.asked.count = 1;
    d.asked.echo = fingerprint(whole.first(6));
  } else if (asked_for(d) && d.request->echo != fingerprint(whole.first(6))) {
    d.problem(Wrong::echo_mismatch);
  }
  d.written(and_mask);
  d.written(or_mask);
  if (d.fields != nullptr) {
    d.fields->begin_list(index(Field::values));
    d.fields->item(and_mask);
    d.fields->item(or_mask);
    d.fields->end_list();
  }
}

void decode_read_write(Decoding& d) {
  if (d.way == Way::response) {
    return read_registers(d);
  }
  read_range(d, 125);
  const std::uint16_t address = d.in.be16();
  d.number(Field::write_addr, address);
  const std::uint16_t quantity = d.in.be16();
  d.number(Field::write_qty, quantity);
  const std::size_t count = d.in.u8();
  const Bytes registers = d.counted(count);
  // One message has one target: what is written says more than what is read.
  d.target(address, quantity);
  d.asked.write_address = address;
  d.asked.write_count = quantity;
  if (!d.in.ok()) {
    return;
  }
  check_range(d, address, quantity, 121);
  if (count != std::size_t{2} * quantity) {
    d.problem(Wrong::byte_count_mismatch);
  }
  show_registers(d, registers, true);
}

void decode_fifo(Decoding& d) {
  if (d.way == Way::request) {
    const std::uint16_t pointer = d.in.be16();
    d.number(Field::addr, pointer);
    d.target(pointer, 1);
    d.asked.address = pointer;
    return;
  }
  const std::size_t bytes = d.in.be16();
  const unsigned count = d.in.be16();
  const bool enough = bytes >= 2;
  const Bytes registers = d.counted(enough ? bytes - 2 : 0);
  if (!d.in.ok()) {
    return;
  }
  if (bytes != 2 + std::size_t{2} * count) {
    d.problem(Wrong::byte_count_mismatch);
  }
  if (count > kMaxFifo) {
    d.problem(Wrong::quantity_out_of_range);
  }
  d.number(Field::qty, count);
  d.message.target.count = count;
  show_registers(d, registers, false);
}

}  // namespace prahari::modbus
