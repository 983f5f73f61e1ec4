// From one ADU to a Message and its fields: one function for each group of function codes, all on
// the same Decoding. No heap, but for what a session has to remember of rare transfers.

#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "dissectors/dissector.hpp"
#include "dissectors/protocols/modbus/framing.hpp"
#include "dissectors/protocols/modbus/pending.hpp"
#include "dissectors/protocols/modbus/problems.hpp"

namespace prahari::modbus {

// The protocol's own fields, in the order of the contract.
enum class Field : std::uint8_t {
  tid,
  unit,
  fc,
  sub,
  exception,
  addr,
  qty,
  write_addr,
  write_qty,
  values,
  mei_objects,
  server_id,
  request_frame,
  latency_us,
  umas,
  data,       // raw bytes of a function without a layout, up to 64
  extra_data  // bytes behind the end of the message, up to 64
};

inline constexpr std::array<std::string_view, static_cast<std::size_t>(Field::extra_data) + 1>
    kFieldNames = {"tid",           "unit",       "fc",        "sub",    "exception",   "addr",
                   "qty",           "write_addr", "write_qty", "values", "mei_objects", "server_id",
                   "request_frame", "latency_us", "umas",      "data",   "extra_data"};

// A program on its way, by UMAS blocks (section 4.2).
struct Transfer {
  std::uint32_t to_device = 0;    // bytes of blocks in requests
  std::uint32_t from_device = 0;  // bytes of blocks in responses
  bool open = false;
  bool expected_to_device = true;  // by the function that opened it
  Effect decided = Effect::none;
};

// Parts of one device identification that came so far.
struct Identification {
  std::uint8_t unit = 0;
  std::uint8_t code = 0;
  std::uint8_t next = 0;           // the object that the next request has to ask for
  std::vector<std::byte> objects;  // id, length, value; empty: none under way
};

// What few sessions have to remember.
struct Memory {
  Transfer transfer;
  Identification identification;
  bool sunspec = false;  // a map begins at `sunspec_base` of `sunspec_unit`
  std::uint8_t sunspec_unit = 0;
  std::uint16_t sunspec_base = 0;
};

// One ADU while it is decoded.
struct Decoding {
  Adu adu;
  Reader in;  // over the body
  Way way = Way::request;
  const Request* request;  // what this response answers, or null
  Request& asked;          // of a request: to be filled for its response
  Message& message;
  Fields* fields;  // null when nobody asked
  Emitter& out;
  std::unique_ptr<Memory>& memory;
  bool enron32 = false;  // registers turned out to be 32 bits wide

  void problem(Wrong wrong) const noexcept { message.problems |= bit(wrong); }
  void number(Field field, std::int64_t value) const;
  void meaning(const Meaning& meaning) const noexcept;
  void target(std::uint16_t address, std::uint32_t count) const noexcept;
  void written(std::int32_t value) const noexcept;  // one more of Message::values
  void note(Wrong wrong) const;                     // an anomaly beside the message
  void fact(Identity::Field field, std::string_view source, std::uint8_t confidence,
            std::string_view value, bool of_sender = true) const;
  void show_latency(Timestamp::duration latency) const;
  [[nodiscard]] Memory& remember() const;

  // The next `count` bytes; where fewer are there, those, and byte_count_mismatch.
  [[nodiscard]] Bytes counted(std::size_t count) noexcept;
};

// What a request aims at. One message has one target: of 23 it is what is written.
[[nodiscard]] Target target_of(const Request& request) noexcept;

// Fills message and fields from the ADU. Identities go out on the way.
void decode(Decoding& decoding);

// The groups. Each reads what follows the function code.
void decode_read(Decoding& decoding);            // 1-4
void decode_write_single(Decoding& decoding);    // 5, 6
void decode_write_multiple(Decoding& decoding);  // 15, 16
void decode_mask_write(Decoding& decoding);      // 22
void decode_read_write(Decoding& decoding);      // 23
void decode_fifo(Decoding& decoding);            // 24
void decode_files(Decoding& decoding);           // 20, 21
void decode_diagnostics(Decoding& decoding);     // 7, 8, 11, 12
void decode_server_id(Decoding& decoding);       // 17
void decode_encapsulated(Decoding& decoding);    // 43
void decode_umas(Decoding& decoding);            // 90

// What functions 8, 43 and 90 are called depends on more than their code. An exception response
// takes it from the request.
[[nodiscard]] Meaning meaning_of_request(const Request& request) noexcept;
[[nodiscard]] Meaning encapsulated_meaning(std::uint8_t mei) noexcept;

// Nameplate of a SunSpec device in the registers that a read returned.
void look_for_sunspec(const Decoding& decoding, Bytes registers);

// 32 bits that tell one body from another.
[[nodiscard]] std::uint32_t fingerprint(Bytes bytes) noexcept;

}  // namespace prahari::modbus
