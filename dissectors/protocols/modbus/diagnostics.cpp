// Serial-line diagnostics: functions 7, 8, 11 and 12 (V1.1b3, 6.7 to 6.10).

#include "dissectors/protocols/modbus/decode.hpp"

namespace prahari::modbus {
namespace {

constexpr std::size_t kMaxEvents = 64;
constexpr std::size_t kLogHead = 6;  // status, event count, message count

constexpr std::size_t index(Field field) { return static_cast<std::size_t>(field); }

void show(const Decoding& d, std::span<const std::uint16_t> words, Bytes bytes = {}) {
  if (d.fields == nullptr || !d.in.ok()) {
    return;
  }
  d.fields->begin_list(index(Field::values));
  for (const std::uint16_t word : words) {
    d.fields->item(word);
  }
  for (const std::byte next : bytes) {
    d.fields->item(std::to_integer<std::int64_t>(next));
  }
  d.fields->end_list();
}

void decode_diagnostic(Decoding& d) {
  const std::uint16_t sub = d.in.be16();
  d.number(Field::sub, sub);
  if (!d.in.ok()) {
    return;
  }
  d.message.sub_function = sub;
  const Bytes data = d.in.take(d.in.remaining());
  Reader words{data};
  const std::uint16_t first = words.be16();
  if (!words.ok()) {
    d.problem(Wrong::truncated);
  }
  // A response repeats no operation code, so what it cleared is known from the request.
  d.meaning(d.request != nullptr ? meaning_of_request(*d.request) : diagnostic_meaning(sub, first));
  if (d.way == Way::request) {
    d.asked.sub = sub;
    d.asked.detail = static_cast<std::uint8_t>(first);
    d.asked.echo = fingerprint(data);
    d.asked.silent = sub == kForceListenOnly;
  } else if (d.request != nullptr && !d.request->unsure &&
             (d.request->sub != sub || (sub == 0 && d.request->echo != fingerprint(data)))) {
    d.problem(Wrong::echo_mismatch);
  }
  if (d.fields == nullptr) {
    return;
  }
  d.fields->begin_list(index(Field::values));
  for (Reader all{data}; all.remaining() > 0;) {
    d.fields->item(all.remaining() >= 2 ? all.be16() : all.u8());
  }
  d.fields->end_list();
}

void decode_event_log(Decoding& d) {
  const std::size_t count = d.in.u8();
  Reader log{d.counted(count)};
  if (!d.in.ok()) {
    return;
  }
  const std::array<std::uint16_t, 3> head = {log.be16(), log.be16(), log.be16()};
  if (!log.ok() || count > kLogHead + kMaxEvents) {
    d.problem(Wrong::byte_count_mismatch);
  }
  show(d, head, log.rest());
}

}  // namespace

void decode_diagnostics(Decoding& d) {
  if (d.adu.code == function::kDiagnostics) {
    return decode_diagnostic(d);
  }
  if (d.way == Way::request) {
    return;  // nothing follows the function code
  }
  if (d.adu.code == function::kGetCommEventLog) {
    return decode_event_log(d);
  }
  if (d.adu.code == function::kReadExceptionStatus) {
    const std::array<std::uint16_t, 1> status = {d.in.u8()};
    return show(d, status);
  }
  const std::array<std::uint16_t, 2> counter = {d.in.be16(), d.in.be16()};
  show(d, counter);
}

}  // namespace prahari::modbus
