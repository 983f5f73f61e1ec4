#include "dissectors/protocols/s7comm/s7comm.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "dissectors/device_text.hpp"
#include "dissectors/few_pending.hpp"
#include "dissectors/short_words.hpp"

namespace prahari {
namespace s7comm {

bool is_s7(Bytes payload) noexcept {
  Reader in{payload};
  const bool mark = in.u8() == 0x32;
  const std::uint8_t rosctr = in.u8();
  const std::uint16_t reserved = in.be16();
  in.skip(2);
  const std::size_t sizes = in.be16() + in.be16();
  const bool known = rosctr == 1 || rosctr == 2 || rosctr == 3 || rosctr == 7;
  const std::size_t header = rosctr == 2 || rosctr == 3 ? 12 : 10;
  return in.ok() && mark && known && reserved == 0 && header + sizes == payload.size();
}

Header read_header(Bytes payload) noexcept {
  Reader in{payload};
  Header header;
  in.skip(1);
  header.rosctr = static_cast<Rosctr>(in.u8());
  in.skip(2);
  header.reference = in.be16();
  const std::uint16_t parameter = in.be16();
  const std::uint16_t data = in.be16();
  if (header.rosctr == Rosctr::ack || header.rosctr == Rosctr::ack_data) {
    header.error = in.be16();
  }
  header.parameter = in.take(parameter);
  header.data = in.take(data);
  header.cut = !in.ok();
  return header;
}

namespace {

constexpr std::size_t kMostItems = 20;
constexpr std::size_t kMostSzl = 4096;
constexpr std::uint8_t kWrite = 0x05;
constexpr std::uint8_t kSetup = 0xf0;
constexpr std::uint8_t kReadSzl = 0x01;
constexpr std::uint8_t kCpu = 4;

struct Area {
  std::string_view table;
  std::string_view letter;
};

Area area_of(std::uint8_t code) noexcept {
  switch (code) {
    case 0x80:
      return {"peripheral", "P"};
    case 0x81:
      return {"input", "I"};
    case 0x82:
      return {"output", "Q"};
    case 0x83:
      return {"flag", "M"};
    case 0x84:
      return {"data block", "DB"};
    case 0x85:
      return {"instance block", "DI"};
    case 0x1c:
      return {"counter", "C"};
    case 0x1d:
      return {"timer", "T"};
    default:
      return {"variable", "?"};
  }
}

struct Item {
  Area area{"variable", "?"};
  std::uint8_t type = 0;
  std::uint16_t count = 0;
  std::uint16_t block = 0;
  std::uint32_t bit = 0;
  ShortWords words;
};

Item read_item(Reader& in) noexcept {
  Item item;
  in.skip(1);
  Reader spec = in.sub(in.u8());
  if (spec.u8() != 0x10) {  // another way to address: by name, by symbol
    item.words.add("symbolic");
    return item;
  }
  item.type = spec.u8();
  item.count = spec.be16();
  item.block = spec.be16();
  const std::uint8_t area = spec.u8();
  item.bit = spec.be24();
  if (!spec.ok()) {
    in.fail();
    return item;
  }
  item.area = area_of(area);
  item.words.add(item.area.letter);
  if (area == 0x84 || area == 0x85) {
    item.words.add(item.block).add(".");
  }
  const bool counted = area == 0x1c || area == 0x1d;
  item.words.add(counted ? item.bit : item.bit >> 3U);
  if (item.type == 1) {
    item.words.add(".").add(item.bit & 7U);
  }
  return item;
}

// The numbers behind an item that writes several, by the type that it names.
NumberList numbers_of(Bytes bytes, std::uint8_t type) noexcept {
  using Form = NumberList::Form;
  const bool real = type == 8;
  const bool signs = type == 5 || type == 7;
  const std::size_t width = type == 2 || type == 3 ? 1 : type == 4 || type == 5 ? 2 : 4;
  return type < 2 || type > 8 ? NumberList{}
                              : NumberList{bytes,
                                           real    ? Form::real
                                           : signs ? Form::with_sign
                                                   : Form::whole,
                                           width, NumberList::Order::big};
}

void read_values(Bytes bytes, const Item& item, Message& message) noexcept {
  message.written = numbers_of(bytes, item.type);
  for (std::size_t i = 0; i < std::min(message.written.size(), Message::kValues); ++i) {
    message.values[i] = message.written[i];
    ++message.value_count;
  }
}

// The value behind one item of a write.
void read_value(Reader& in, const Item& item, Message& message) noexcept {
  in.skip(1);
  const std::uint8_t transport = in.u8();
  const std::uint16_t length = in.be16();
  const bool in_bits = transport == 4 || transport == 5;
  const std::size_t size = in_bits ? (length + 7U) / 8U : length;
  Reader value = in.sub(size);
  if (size % 2 != 0 && in.remaining() > 0) {
    in.skip(1);
  }
  if (!value.ok()) {
    return;
  }
  if (item.count != 1) {
    return read_values(value.rest(), item, message);
  }
  message.value_count = 1;
  switch (size) {
    case 1:
      message.values[0] = value.u8();
      break;
    case 2: {
      const std::uint16_t raw = value.be16();
      message.values[0] = item.type == 5 ? static_cast<double>(std::bit_cast<std::int16_t>(raw))
                                         : static_cast<double>(raw);
      break;
    }
    case 4: {
      const std::uint32_t raw = value.be32();
      message.values[0] = item.type == 8   ? static_cast<double>(std::bit_cast<float>(raw))
                          : item.type == 7 ? static_cast<double>(std::bit_cast<std::int32_t>(raw))
                                           : static_cast<double>(raw);
      break;
    }
    default:
      message.value_count = 0;
  }
}

// "_0A00001P" is DB 1.
void add_block(std::string_view file, ShortWords& words) noexcept {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kTypes = {{{"08", "OB"},
                                                                                    {"0A", "DB"},
                                                                                    {"0B", "SDB"},
                                                                                    {"0C", "FC"},
                                                                                    {"0D", "SFC"},
                                                                                    {"0E", "FB"},
                                                                                    {"0F", "SFB"}}};
  if (file.size() >= 8 && file[0] == '_') {
    for (const auto& [code, name] : kTypes) {
      if (file.substr(1, 2) == code) {
        std::string_view number = file.substr(3, 5);
        number.remove_prefix(std::min(number.find_first_not_of('0'), number.size() - 1));
        words.add(name).add(number);
        return;
      }
    }
  }
  words.add(file);
}

struct Userdata {
  std::uint8_t type = 0;  // 0: told, 4: asked, 8: answered
  std::uint8_t group = 0;
  std::uint8_t function = 0;
  bool more = false;
  std::uint16_t error = 0;
};

Userdata read_userdata(Bytes parameter) noexcept {
  Reader in{parameter};
  in.skip(3);
  const std::uint8_t size = in.u8();
  in.skip(1);
  const std::uint8_t kind = in.u8();
  Userdata data;
  data.type = kind >> 4U;
  data.group = kind & 0x0fU;
  data.function = in.u8();
  in.skip(1);
  if (size >= 8) {
    in.skip(1);
    data.more = in.u8() != 0;
    data.error = in.be16();
  }
  return data;
}

class S7Session final : public cotp::CotpSession {
 public:
  S7Session() : CotpSession{Protocol::s7comm, is_s7} {}

 private:
  void on_connect(const cotp::Tpdu& tpdu, Emitter& out) override;
  void on_payload(Bytes payload, const Pdu& pdu, Emitter& out) override;
  void on_job(const Header& header, Message& message, Fields* fields, const Pdu& pdu, Emitter& out);
  void on_answer(const Header& header, Message& message, Fields* fields, const Pdu& pdu,
                 Emitter& out);
  void on_userdata(const Header& header, Message& message, Fields* fields, const Pdu& pdu,
                   Emitter& out);
  void match(Message& message, Fields* fields, std::uint32_t key, Side side, PendingRequest& asked);
  void keep_szl(const Userdata& userdata, Bytes data, Emitter& out);
  static void tell_items(const Header& header, Message& message, Fields* fields, Emitter& out);

  FewPending pending_;
  std::vector<std::byte> szl_;
  bool role_told_ = false;
};

void S7Session::on_connect(const cotp::Tpdu& tpdu, Emitter& out) {
  if (tpdu.type != cotp::Type::connect_request || tpdu.called.size() != 2 || role_told_) {
    return;
  }
  role_told_ = true;
  std::string_view role;
  switch (std::to_integer<unsigned>(tpdu.called[0])) {
    case 1:
      role = "S7 programming device (PG)";
      break;
    case 2:
      role = "S7 operator panel (OP)";
      break;
    default:
      return;
  }
  Identity identity;
  identity.field = Identity::Field::application;
  identity.confidence = 60;
  identity.unit = Identity::kNoUnit;
  identity.source = "S7 connection type";
  identity.value = role;
  out.identity(identity);
}

void S7Session::on_payload(Bytes payload, const Pdu& pdu, Emitter& out) {
  const Header header = read_header(payload);
  Message message;
  message.protocol = Protocol::s7comm;
  message.direction = pdu.direction;
  message.problems = header.cut ? 1U << cotp::kTruncated : 0U;
  Fields* fields = out.fields();
  if (fields != nullptr) {
    fields->number(kRosctr, static_cast<std::int64_t>(header.rosctr));
    fields->number(kReference, header.reference);
  }
  switch (header.rosctr) {
    case Rosctr::job:
      return on_job(header, message, fields, pdu, out);
    case Rosctr::userdata:
      return on_userdata(header, message, fields, pdu, out);
    default:
      return on_answer(header, message, fields, pdu, out);
  }
}

void S7Session::match(Message& message, Fields* fields, std::uint32_t key, Side side,
                      PendingRequest& asked) {
  if (!pending_.take(side, key, asked)) {
    return;
  }
  message.matched = true;
  message.request = asked.packet;
  if (fields != nullptr) {
    fields->number(kRequestFrame, static_cast<std::int64_t>(asked.packet.frame));
  }
}

void S7Session::on_job(const Header& header, Message& message, Fields* fields, const Pdu& pdu,
                       Emitter& out) {
  Reader in{header.parameter};
  const std::uint8_t function = in.u8();
  Meaning meaning = meaning_of_job(function);
  ShortWords block;
  if (function >= 0x1a && function <= 0x1d) {
    in.skip(7);
    add_block(in.text(in.u8()), block);
  } else if (function == 0x28) {
    in.skip(7);
    const std::string_view about = in.text(in.be16());
    const std::string_view service = in.text(in.u8());
    meaning = meaning_of_pi(service);
    block.add(service).add(about.empty() ? "" : " ").add(about);
  } else if (function == 0x29) {
    in.skip(5);
    block.add(in.text(in.u8()));
  }
  const bool asked_by_plc = function == 0x1b || function == 0x1c;
  if (pdu.direction == Direction::unknown) {
    const Side client = asked_by_plc ? other(pdu.side) : pdu.side;
    out.client_is(client);
    message.direction = client == pdu.side ? Direction::to_server : Direction::to_client;
  }
  message.kind = Kind::request;
  message.function = function;
  message.operation = meaning.operation;
  message.effect = meaning.effect;
  message.name = meaning.name;
  if (fields != nullptr) {
    fields->number(kFunction, function);
  }
  TextBuffer buffer;
  if (!block.view().empty() && in.ok()) {
    message.target.table = "block";
    message.target.text = clean_text(as_bytes(block.view()), buffer);
    if (fields != nullptr) {
      fields->text(kBlock, message.target.text);
    }
  }
  pending_.push({.packet = pdu.packet,
                 .key = header.reference,
                 .function = function,
                 .detail = static_cast<std::uint16_t>(meaning.operation),
                 .effect = meaning.effect,
                 .side = pdu.side});
  if (function == 0x04 || function == kWrite) {
    tell_items(header, message, fields, out);
  } else {
    out.message(message);
  }
}

void S7Session::tell_items(const Header& header, Message& message, Fields* fields, Emitter& out) {
  Reader in{header.parameter};
  in.skip(1);
  const std::size_t count = std::min<std::size_t>(in.u8(), kMostItems);
  Reader values{header.data};
  if (fields != nullptr) {
    Reader again = in;
    fields->begin_list(kItems);
    for (std::size_t i = 0; i < count && again.ok() && !again.done(); ++i) {
      fields->item(read_item(again).words.view());
    }
    fields->end_list();
  }
  bool told = false;
  for (std::size_t i = 0; i < count && in.ok() && !in.done(); ++i) {
    const Item item = read_item(in);
    message.value_count = 0;
    message.written = {};
    if (message.function == kWrite && !values.done()) {
      read_value(values, item, message);
    }
    message.target = {.table = item.area.table,
                      .text = item.words.view(),
                      .unit = 0,
                      .address = item.bit >> 3U,
                      .count = item.count};
    message.further = told;
    told = true;
    out.message(message);
  }
  if (!told) {
    message.problems |= 1U << cotp::kTruncated;
    out.message(message);
  }
}

void S7Session::on_answer(const Header& header, Message& message, Fields* fields, const Pdu& pdu,
                          Emitter& out) {
  PendingRequest asked;
  match(message, fields, header.reference, pdu.side, asked);
  const bool named = !header.parameter.empty();
  const std::uint8_t function =
      named ? Reader{header.parameter}.u8() : static_cast<std::uint8_t>(asked.function);
  const Meaning meaning = meaning_of_job(function);
  const bool known = message.matched && asked.function == function;
  message.function = function;
  message.name = named || known ? meaning.name : "Acknowledgement";
  message.operation = known ? static_cast<Operation>(asked.detail) : meaning.operation;
  message.effect = known ? asked.effect : meaning.effect;
  message.kind = header.error == 0 ? Kind::response : Kind::exception;
  message.outcome = header.error == 0 ? Outcome::success : Outcome::failure;
  message.status = header.error;
  if (pdu.direction == Direction::unknown && function == kSetup) {
    out.client_is(other(pdu.side));
    message.direction = Direction::to_client;
  }
  if (fields != nullptr) {
    fields->number(kFunction, function);
    fields->number(kError, header.error);
  }
  out.message(message);
}

void S7Session::on_userdata(const Header& header, Message& message, Fields* fields, const Pdu& pdu,
                            Emitter& out) {
  constexpr std::uint32_t kUserdataKey = 0x10000;
  const Userdata userdata = read_userdata(header.parameter);
  const Meaning meaning = meaning_of_userdata(userdata.group, userdata.function);
  message.function = static_cast<std::uint16_t>(0x0700U | userdata.group);
  message.sub_function = userdata.function;
  message.name = meaning.name;
  message.operation = meaning.operation;
  message.effect = meaning.effect;
  message.status = userdata.error;
  if (fields != nullptr) {
    fields->number(kGroup, userdata.group);
    fields->number(kFunction, userdata.function);
    fields->number(kError, userdata.error);
  }
  Reader in{header.data};
  in.skip(2);
  const Bytes data = in.take(in.be16());
  const bool szl = userdata.group == kCpu && userdata.function == kReadSzl && data.size() >= 4;
  const std::uint32_t key = kUserdataKey | header.reference;
  if (userdata.type == 4) {
    message.kind = Kind::request;
    if (pdu.direction == Direction::unknown) {
      out.client_is(pdu.side);
      message.direction = Direction::to_server;
    }
    pending_.push(
        {.packet = pdu.packet, .key = key, .function = message.function, .side = pdu.side});
  } else if (userdata.type == 8) {
    message.kind = userdata.error == 0 ? Kind::response : Kind::exception;
    message.outcome = userdata.error == 0 ? Outcome::success : Outcome::failure;
    PendingRequest asked;
    match(message, fields, key, pdu.side, asked);
  } else {
    message.kind = Kind::oneway;
    message.effect = Effect::none;
  }
  if (szl && szl_.empty() && fields != nullptr) {
    Reader head{data};
    fields->number(kSzl, head.be16());
    fields->number(kSzlIndex, head.be16());
  }
  out.message(message);
  if (szl && userdata.type == 8) {
    keep_szl(userdata, data, out);
  }
}

// A long list comes in several answers, of which the first alone has the head.
void S7Session::keep_szl(const Userdata& userdata, Bytes data, Emitter& out) {
  if (userdata.error != 0) {
    szl_ = {};
    return;
  }
  if (szl_.empty() && !userdata.more) {
    tell_szl(data, out);
    return;
  }
  if (szl_.size() + data.size() <= kMostSzl) {
    szl_.insert(szl_.end(), data.begin(), data.end());
  }
  if (!userdata.more) {
    tell_szl(szl_, out);
    szl_ = {};
  }
}

Probe probe(const ProbeInput& input) noexcept {
  return cotp::probe(input, Protocol::s7comm, is_s7);
}

}  // namespace
}  // namespace s7comm

extern constinit const Dissector s7comm_dissector;
constinit const Dissector s7comm_dissector{
    .protocol = Protocol::s7comm,
    .bindings = cotp::kBindings,
    .fields = s7comm::kFields,
    .problems = cotp::kProblems,
    .foreign_problem = cotp::kForeign,
    .on_any_port = true,
    .probe = s7comm::probe,
    .open = [](std::uint8_t /*variant*/) -> std::unique_ptr<Session> {
      return std::make_unique<s7comm::S7Session>();
    },
};

}  // namespace prahari
