// File records: functions 20 and 21 (V1.1b3, 6.14 and 6.15). Field `values` holds file, record and
// length of each part; of function 21 the words written follow each length; a response to 20 holds
// the words read.

#include "dissectors/protocols/modbus/decode.hpp"

namespace prahari::modbus {
namespace {

constexpr std::uint8_t kReference = 6;
constexpr std::uint16_t kMaxRecord = 9999;

constexpr std::size_t index(Field field) { return static_cast<std::size_t>(field); }

struct Files {
  Decoding& d;
  Reader in;  // over the parts
  unsigned parts = 0;

  void item(std::int64_t value) const {
    if (d.fields != nullptr) {
      d.fields->item(value);
    }
  }

  void words(Reader data) const {
    while (data.remaining() >= 2) {
      item(data.be16());
    }
  }

  // Reference type, file, record and length: the head of a part. False when it ends too early.
  bool head(std::uint16_t& length) {
    const std::uint8_t reference = in.u8();
    const std::uint16_t file = in.be16();
    const std::uint16_t record = in.be16();
    length = in.be16();
    if (!in.ok()) {
      return false;
    }
    if (reference != kReference || record > kMaxRecord) {
      d.problem(Wrong::invalid_file_record);
    }
    if (parts++ == 0) {
      d.message.target.address = file;
    }
    item(file);
    item(record);
    item(length);
    return true;
  }

  void read_request() {
    std::uint16_t length = 0;
    while (in.remaining() > 0 && head(length)) {
    }
  }

  void read_response() {
    while (in.remaining() > 0) {
      const std::size_t size = in.u8();  // counts the reference byte
      const std::uint8_t reference = in.u8();
      if (!in.ok() || size == 0 || reference != kReference) {
        d.problem(Wrong::invalid_file_record);
        return;
      }
      words(in.sub(size - 1));
      ++parts;
    }
  }

  void write() {
    std::uint16_t length = 0;
    while (in.remaining() > 0 && head(length)) {
      words(in.sub(std::size_t{2} * length));
    }
  }
};

constexpr bool count_allowed(std::uint8_t code, Way way, std::size_t count) {
  if (code == function::kWriteFileRecord) {
    return count >= 9 && count <= 251;
  }
  return count >= 7 && count <= 245 && (way == Way::response || count % 7 == 0);
}

}  // namespace

void decode_files(Decoding& d) {
  const bool writing = d.adu.code == function::kWriteFileRecord;
  const std::size_t count = d.in.u8();
  const Bytes parts = d.counted(count);
  if (!d.in.ok()) {
    return;
  }
  // A response with a single register has four bytes, fewer than the seven of the specification.
  const bool small_response = !writing && d.way == Way::response && count >= 4;
  if (!count_allowed(d.adu.code, d.way, count) && !small_response) {
    d.problem(Wrong::quantity_out_of_range);
  }
  Files files{d, Reader{parts}};
  if (d.fields != nullptr) {
    d.fields->begin_list(index(Field::values));
  }
  if (writing) {
    files.write();
  } else if (d.way == Way::request) {
    files.read_request();
  } else {
    files.read_response();
  }
  if (d.fields != nullptr) {
    d.fields->end_list();
  }
  if (!files.in.ok()) {
    d.problem(Wrong::byte_count_mismatch);
  }
  if (d.way == Way::request) {
    d.message.target.count = files.parts;
    d.asked.address = static_cast<std::uint16_t>(d.message.target.address);
    d.asked.count = static_cast<std::uint16_t>(files.parts);
    d.asked.echo = fingerprint(parts);
  } else if (writing && d.request != nullptr && !d.request->unsure &&
             d.request->echo != fingerprint(parts)) {
    d.problem(Wrong::echo_mismatch);
  }
}

}  // namespace prahari::modbus
