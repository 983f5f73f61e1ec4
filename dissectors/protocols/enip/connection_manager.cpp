// Class 6: connections opened and closed. CIP Networks Library volume 1, chapter 3.

#include "dissectors/code_names.hpp"
#include "dissectors/protocols/enip/cip.hpp"
#include "dissectors/protocols/enip/connections.hpp"
#include "dissectors/protocols/enip/opening.hpp"
#include "dissectors/protocols/enip/status.hpp"

namespace prahari::enip {
namespace {

void show_triad(Fields& fields, const Triad& triad) {
  fields.member("serial", std::int64_t{triad.serial});
  fields.member("vendor", std::int64_t{triad.vendor});
  fields.member("originator_serial", std::int64_t{triad.originator});
}

void show_half(Fields& fields, bool to_target, const Half& half) {
  constexpr std::array<std::string_view, 4> kTypes = {"null", "multicast", "point-to-point",
                                                      "reserved"};
  fields.member(to_target ? "o_t_id" : "t_o_id", std::int64_t{half.id});
  fields.member(to_target ? "o_t_rpi_us" : "t_o_rpi_us", std::int64_t{half.interval_us});
  fields.member(to_target ? "o_t_size" : "t_o_size", std::int64_t{half.size});
  fields.member(to_target ? "o_t_type" : "t_o_type", kTypes[half.type & 3U]);
}

void show(const Call& call, const Opening& opening) {
  if (call.fields == nullptr) {
    return;
  }
  Fields& fields = *call.fields;
  fields.begin_object(static_cast<std::size_t>(CipField::connection));
  show_triad(fields, opening.triad);
  show_half(fields, true, opening.to_target);
  show_half(fields, false, opening.to_originator);
  fields.member("class", std::int64_t{opening.transport_class()});
  fields.member("timeout_multiplier", std::int64_t{4} << (opening.multiplier & 7U));
  ShortText<64> path;
  for (const Hop& hop : opening.path.route()) {
    path.add(path.empty() ? "" : ",");
    add_hop(path, hop);
  }
  fields.member("route", path.view());
  if (opening.path.key) {
    fields.member("key_vendor", std::int64_t{opening.path.key->vendor});
    fields.member("key_device_type", std::int64_t{opening.path.key->device_type});
    fields.member("key_product_code", std::int64_t{opening.path.key->product_code});
    fields.member("key_major", std::int64_t{opening.path.key->major});
    fields.member("key_minor", std::int64_t{opening.path.key->minor});
  }
  fields.end_object();
}

// Whose software or controller opens, and what it expects on the other side.
void tell_parties(const Call& call, const Opening& opening, std::uint32_t unit) {
  constexpr std::string_view kOriginator = "CIP Forward Open originator";
  constexpr std::string_view kKey = "CIP Forward Open key";
  constexpr std::uint8_t kOfOriginator = 60;
  constexpr std::uint8_t kOfKey = 70;
  const std::string_view vendor = code_name(CodeList::cip_vendors, opening.triad.vendor);
  if (!vendor.empty()) {
    call.x.out.identity({.field = Identity::Field::vendor,
                         .confidence = kOfOriginator,
                         .of_sender = true,
                         .unit = Identity::kNoUnit,
                         .source = kOriginator,
                         .value = vendor});
  }
  if (!opening.path.key || opening.path.key->vendor == 0) {
    return;
  }
  const Key& key = *opening.path.key;
  const auto tell = [&](Identity::Field field, std::string_view value) {
    if (!value.empty()) {
      call.x.out.identity({.field = field,
                           .confidence = kOfKey,
                           .of_sender = false,
                           .unit = unit,
                           .source = kKey,
                           .value = value});
    }
  };
  tell(Identity::Field::vendor, code_name(CodeList::cip_vendors, key.vendor));
  tell(Identity::Field::device_type, code_name(CodeList::cip_device_types, key.device_type));
}

// Which outputs are owned: the connection point that they go to.
void set_owned(const Call& call, const Path& path) noexcept {
  if (path.point_count > 0) {
    Target& target = call.message.target;
    target.table = "connection point";
    target.text = {};
    target.address = path.points[0];
    target.count = 1;
  }
}

// What the opening asks for, and of whom; the same for the request and for its answer.
std::uint32_t judge(const Call& call, const Opening& opening, bool large) noexcept {
  const std::uint32_t inner = unit_behind(opening.path);
  const std::uint32_t unit = inner == Identity::kNoUnit ? call.unit : inner;
  if (unit != Identity::kNoUnit) {
    call.message.target.unit = unit;
  }
  if (opening.null()) {
    call.message.name = large ? "Large Forward Open: Null" : "Forward Open: Null";
  } else if (owns_outputs(opening)) {
    call.meaning(large ? "Large Forward Open: Exclusive Owner" : "Forward Open: Exclusive Owner",
                 Operation::write, Effect::own);
    set_owned(call, opening.path);
  }
  return unit;
}

void decode_opening(Call& call, bool large) {
  const Opening opening = read_opening(call.in, large);
  if (!call.in.ok()) {
    return;
  }
  if (opening.path_cut) {
    call.problem(CipWrong::path_overrun);
  } else if (opening.path.bad) {
    call.problem(CipWrong::bad_path);
  }
  show(call, opening);
  tell_parties(call, opening, judge(call, opening, large));
}

// Data under an id that was used before belong to the former connection.
void begin(const Call& call, const StreamKey& key, const Stream& fresh) {
  Stream& stream = call.x.connections->of(key);
  tell_production(key, stream, call.x.ends, call.x.out);
  stream = fresh;
}

// The request of a successful answer becomes a connection.
void establish(Call& call, const Opening& opening, std::uint32_t unit, bool large) {
  const std::uint32_t to_target = call.in.le32();
  const std::uint32_t to_originator = call.in.le32();
  const Triad triad = read_triad(call.in);
  const std::uint32_t rate_out = call.in.le32();
  const std::uint32_t rate_in = call.in.le32();
  if (!call.in.ok()) {
    return;
  }
  if (call.fields != nullptr) {
    call.fields->begin_object(static_cast<std::size_t>(CipField::connection));
    call.fields->member("o_t_id", std::int64_t{to_target});
    call.fields->member("t_o_id", std::int64_t{to_originator});
    show_triad(*call.fields, triad);
    call.fields->member("o_t_api_us", std::int64_t{rate_out});
    call.fields->member("t_o_api_us", std::int64_t{rate_in});
    call.fields->end_object();
  }
  if (opening.null() || !call.message.matched) {
    return;
  }
  const Side target = call.x.pdu.side;
  if (!opening.carries_io()) {
    call.x.memory.add({.to_target = to_target,
                       .to_originator = to_originator,
                       .unit = unit,
                       .originator = other(target),
                       .opened = true});
    call.x.memory.large = call.x.memory.large || large;
    return;
  }
  if (call.x.connections == nullptr) {
    return;
  }
  Stream fresh;
  fresh.triad = triad;
  fresh.opened = true;
  fresh.transport_class = opening.transport_class();
  fresh.unit = unit;
  fresh.direction = Direction::to_server;
  fresh.header = owns_outputs(opening) ? Stream::Header::run_idle : Stream::Header::none;
  fresh.interval_us = rate_out;
  const IpAddress& host = call.x.target(true);
  const IpAddress& originator = call.x.target(false);
  const FlowEnds& ends = call.x.ends;
  begin(call, {to_target, originator, host, ends.vlan, ends.tunnel}, fresh);
  fresh.direction = Direction::to_client;
  fresh.header = Stream::Header::none;
  fresh.interval_us = rate_in;
  if (!opening.to_originator.multicast()) {
    begin(call, {to_originator, host, originator, ends.vlan, ends.tunnel}, fresh);
  }
  Connection opened = connection_of(opening, unit);
  opened.originator_side = other(target);
  opened.outputs.id = to_target;
  opened.outputs.agreed_us = rate_out;
  opened.inputs.id = to_originator;
  opened.inputs.agreed_us = rate_in;
  if (call.x.group.multicast()) {
    opened.group = call.x.group;
  }
  call.x.out.connection(opened);
}

void decode_opened(Call& call, bool large, bool good) {
  Reader asked{call.request_data};
  const Opening opening = read_opening(asked, large);
  const std::uint32_t unit = asked.ok() ? judge(call, opening, large) : call.unit;
  if (good) {
    establish(call, asked.ok() ? opening : Opening{}, unit, large);
  } else {
    call.show_data(call.in.rest());
  }
}

// Whoever closes a connection that carried outputs owns them no longer. Of an answer: what the
// request said.
void judge_close(const Call& call) noexcept {
  Reader asked{call.request_data};
  asked.skip(2);
  asked.skip(8);  // which connection
  const std::size_t words = asked.u8();
  asked.skip(1);
  const Path path = read_path(asked.take(std::min(2 * words, asked.remaining())));
  if (!asked.ok() || path.point_count == 0) {
    return;
  }
  const std::uint32_t unit = unit_behind(path);
  if (unit != Identity::kNoUnit) {
    call.message.target.unit = unit;
  }
  call.message.effect = Effect::disown;
  set_owned(call, path);
}

void decode_close(Call& call) {
  if (!call.response) {
    call.in.skip(2);
  }
  const Triad triad = read_triad(call.in);
  if (!call.in.ok()) {
    return;
  }
  if (call.fields != nullptr) {
    call.fields->begin_object(static_cast<std::size_t>(CipField::connection));
    show_triad(*call.fields, triad);
    call.fields->end_object();
  }
  if (call.response && call.status == general_status::kSuccess && call.x.connections != nullptr) {
    call.x.connections->close(triad, call.x.ends, [&](const StreamKey& key, Stream& stream) {
      tell_production(key, stream, call.x.ends, call.x.out);
    });
    Connection closed;
    closed.protocol = Protocol::cipio;
    closed.closed = true;
    closed.originator_side = other(call.x.pdu.side);
    set_triad(closed, triad);
    call.x.out.connection(closed);
  }
}

}  // namespace

bool decode_connection_manager(Call& call) {
  if (call.object() != cls::kConnectionManager) {
    return false;
  }
  const bool good = call.status == general_status::kSuccess;
  switch (call.service) {
    case svc::kForwardOpen:
    case svc::kLargeForwardOpen: {
      const bool large = call.service == svc::kLargeForwardOpen;
      if (!call.response) {
        decode_opening(call, large);
      } else {
        decode_opened(call, large, good);
      }
      return true;
    }
    case svc::kForwardClose:
      judge_close(call);
      if (good) {
        decode_close(call);
      }
      return true;
    default:
      return false;
  }
}

}  // namespace prahari::enip
