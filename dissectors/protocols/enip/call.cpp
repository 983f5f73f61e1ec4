// What every CIP message has, whatever its service: the target in words, and the fields of its
// record.

#include <algorithm>
#include <chrono>

#include "dissectors/protocols/enip/cip.hpp"
#include "dissectors/protocols/enip/nesting.hpp"
#include "dissectors/protocols/enip/status.hpp"

namespace prahari::enip {
namespace {

constexpr std::size_t kMaxRaw = 128;

constexpr std::size_t index(CipField field) { return static_cast<std::size_t>(field); }

void add_object(ShortText<200>& out, std::uint32_t id, const std::optional<std::uint32_t>& instance,
                std::uint16_t vendor) noexcept {
  const Object* object = find_object(id, vendor);
  if (object != nullptr) {
    out.add(object->number);
  } else {
    out.add("0x").add_hex(id, 2);
  }
  if (instance) {
    out.add(" instance ").add(*instance);
  }
}

// "0x8E (Controller Mode) instance 1, 0x74 (Edit Lock) instance 1".
void describe(ShortText<200>& out, const Path& path, std::uint16_t vendor) noexcept {
  add_object(out, path.cls.value_or(0), path.instance, vendor);
  if (path.inner_cls) {
    out.add(", ");
    add_object(out, *path.inner_cls, path.inner_instance, vendor);
  }
  if (path.attribute) {
    out.add(" attribute ").add(*path.attribute);
  }
}

void show_optional(const Call& call, CipField field, const std::optional<std::uint32_t>& value) {
  if (value) {
    call.number(field, *value);
  }
}

void show_path(const Call& call, const Path& path) {
  show_optional(call, CipField::cls, path.cls);
  show_optional(call, CipField::instance, path.instance);
  show_optional(call, CipField::attribute, path.attribute);
  show_optional(call, CipField::member, path.member);
  if (!path.symbol.empty()) {
    call.text(CipField::symbol, path.symbol.view());
  }
  if (!call.response) {
    call.fields->hex(index(CipField::path), path.raw);
  }
  const Object* object =
      path.cls ? find_object(*path.cls, call.x.memory.vendor) : static_cast<const Object*>(nullptr);
  if (object != nullptr) {
    call.text(CipField::class_name, object->name);
  }
}

}  // namespace

void set_target(Message& message, const Path& path, ShortText<200>& text,
                std::uint16_t vendor) noexcept {
  Target& target = message.target;
  if (!path.symbol.empty()) {
    target.table = "tag";
    target.text = path.symbol.view();
    target.address = path.member.value_or(0);
    target.count = 1;
  } else if (path.cls) {
    describe(text, path, vendor);
    target.table = "class";
    target.text = text.view();
    target.address = path.instance.value_or(0);
    target.count = 1;
  }
}

void show_route(const Call& call, const Path& route) {
  call.fields->begin_list(index(CipField::route));
  for (const Hop& hop : route.route()) {
    ShortText<64> words;
    add_hop(words, hop);
    call.fields->item(words.view());
  }
  call.fields->end_list();
}

void show_call(const Call& call, const Way& way, const Meaning& meaning, std::size_t size) {
  if (call.fields == nullptr) {
    return;
  }
  call.number(CipField::enip_frame, static_cast<std::int64_t>(call.x.pdu.packet.frame));
  call.number(CipField::depth, call.depth);
  call.number(CipField::service, call.service);
  call.text(CipField::service_name, meaning.service);
  call.number(CipField::data_len, static_cast<std::int64_t>(size));
  if (call.path != nullptr) {
    show_path(call, *call.path);
  }
  if (way.route != nullptr) {
    show_route(call, *way.route);
  }
  show_optional(call, CipField::connection_id, call.x.connection_id);
  if (call.x.sequence) {
    call.number(CipField::seq, *call.x.sequence);
  }
  if (call.x.asked != nullptr) {
    const Timestamp asked = call.x.asked->packet.time;
    call.number(CipField::request_frame, static_cast<std::int64_t>(call.x.asked->packet.frame));
    if (call.x.pdu.packet.time >= asked) {
      call.number(CipField::latency_us, std::chrono::duration_cast<std::chrono::microseconds>(
                                            call.x.pdu.packet.time - asked)
                                            .count());
    }
  }
}

void show_status(const Call& call, const Reply& reply) {
  if (call.fields == nullptr) {
    return;
  }
  call.number(CipField::status, reply.status);
  call.text(CipField::status_name, general_status_name(reply.status));
  call.fields->begin_list(index(CipField::ext_status));
  Reader words{reply.extended};
  const std::uint16_t first = words.le16();
  if (words.ok()) {
    call.fields->item(std::int64_t{first});
  }
  while (words.remaining() >= 2) {
    call.fields->item(std::int64_t{words.le16()});
  }
  call.fields->end_list();
  if (reply.extended.size() >= 2) {
    call.text(CipField::ext_status_name, extended_status_name(reply.status, first));
  }
}

Request read_request(Bytes message) noexcept {
  Reader in{message};
  const std::uint8_t service = in.u8();
  const std::size_t path = std::size_t{2} * in.u8();
  const bool overrun = !in.ok() || path > in.remaining();
  const Bytes segments = in.take(std::min(path, in.remaining()));
  return {.service = service,
          .path = read_path(segments),  // in place: a path is large
          .data = in.rest(),
          .overrun = overrun};
}

Reply read_reply(Bytes message) noexcept {
  Reader in{message};
  Reply reply;
  reply.service = in.u8() & static_cast<std::uint8_t>(~kReplyBit);
  in.skip(1);
  reply.status = in.u8();
  const std::size_t extended = std::size_t{2} * in.u8();
  reply.cut = !in.ok() || extended > in.remaining();
  reply.extended = in.take(std::min(extended, in.remaining()));
  reply.data = in.rest();
  return reply;
}

void Call::number(CipField field, std::int64_t value) const {
  if (fields != nullptr) {
    fields->number(index(field), value);
  }
}

void Call::text(CipField field, std::string_view value) const {
  if (fields != nullptr && !value.empty()) {
    fields->text(index(field), value);
  }
}

void Call::written(double value) const noexcept {
  if (message.value_count < Message::kValues) {
    message.values[message.value_count++] = value;
  }
}

void Call::meaning(std::string_view name, Operation operation, Effect effect) const noexcept {
  message.name = name;
  message.operation = operation;
  message.effect = effect;
}

void Call::fact(Identity::Field field, std::string_view source, std::uint8_t confidence,
                std::string_view value) const {
  if (!value.empty()) {
    x.out.identity({.field = field,
                    .confidence = confidence,
                    .of_sender = true,
                    .unit = unit,
                    .source = source,
                    .value = value});
  }
}

void Call::show_data(Bytes data) const {
  if (message.effect == Effect::set_security || message.effect == Effect::set_safety) {
    return;  // may hold passwords and keys
  }
  if (fields != nullptr && !data.empty()) {
    fields->hex(index(CipField::data), data.first(std::min(data.size(), kMaxRaw)));
  }
}

}  // namespace prahari::enip
