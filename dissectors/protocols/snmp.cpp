// SNMP: what an agent says about itself, and how it is protected.
//
// RFC 1157 (v1), RFC 3416 (v2c), RFC 3412 and 3414 (v3); RFC 3418 (system group), RFC 6933
// (ENTITY-MIB); identification.md section 4.

#include <algorithm>
#include <charconv>
#include <string>

#include "dissectors/address.hpp"
#include "dissectors/ber.hpp"
#include "dissectors/device_text.hpp"
#include "dissectors/plain_session.hpp"

namespace prahari {
namespace {

enum Field : std::size_t {
  kVersion,
  kPdu,
  kRequestId,
  kErrorStatus,
  kErrorIndex,
  kCommunity,
  kUser,
  kEngineId,
  kLevel,
  kEnterprise,
  kVariables
};
constexpr auto kFields = std::to_array<std::string_view>(
    {"version", "pdu", "request_id", "error_status", "error_index", "community", "user",
     "engine_id", "security_level", "enterprise", "variables"});

constexpr std::array kProblems = {
    Problem{"non_snmp_on_port", "bytes on the SNMP port are no SNMP message", false}};

namespace pdu_tag {
constexpr std::uint8_t kGet = 0xa0;
constexpr std::uint8_t kResponse = 0xa2;
constexpr std::uint8_t kSet = 0xa3;
constexpr std::uint8_t kTrap = 0xa4;
constexpr std::uint8_t kTrapV2 = 0xa7;
constexpr std::uint8_t kReport = 0xa8;
}  // namespace pdu_tag

constexpr std::array<std::string_view, 9> kPduNames = {
    "GetRequest",     "GetNextRequest", "Response",  "SetRequest", "Trap",
    "GetBulkRequest", "InformRequest",  "Trap (v2)", "Report"};

constexpr std::size_t kMostVariables = 128;
constexpr std::size_t kLongestCommunity = 255;
constexpr std::uint8_t kOfSystem = 90;
constexpr std::uint8_t kOfEntity = 95;
constexpr std::string_view kSystem = "1.3.6.1.2.1.1.";
constexpr std::string_view kEntity = "1.3.6.1.2.1.47.1.1.1.1.";
constexpr std::string_view kEnterprises = "1.3.6.1.4.1.";

struct Vendor {
  std::uint32_t enterprise;
  std::string_view name;
};
constexpr auto kVendors = std::to_array<Vendor>({{9, "Cisco"},
                                                 {95, "Rockwell Automation"},
                                                 {248, "Hirschmann"},
                                                 {3833, "Schneider Electric"},
                                                 {4196, "Siemens"},
                                                 {4329, "Siemens"},
                                                 {4346, "Phoenix Contact"},
                                                 {8691, "Moxa"},
                                                 {13576, "WAGO"},
                                                 {15004, "RuggedCom"},
                                                 {16177, "Westermo"}});

std::string_view vendor_of(std::uint32_t enterprise) noexcept {
  const auto* const found = std::ranges::find(kVendors, enterprise, &Vendor::enterprise);
  return found == kVendors.end() ? std::string_view{} : found->name;
}

std::uint32_t enterprise_of(std::string_view oid) noexcept {
  std::uint32_t number = 0;
  if (oid.starts_with(kEnterprises)) {
    oid.remove_prefix(kEnterprises.size());
    std::from_chars(oid.data(), oid.data() + oid.size(), number);
  }
  return number;
}

// RFC 3418: one bit for each layer that it serves. Hosts set the seventh.
std::string_view type_of(std::int64_t services) noexcept {
  constexpr std::int64_t kLink = 2;
  constexpr std::int64_t kInternet = 4;
  constexpr std::int64_t kApplications = 64;
  if (services <= 0 || services > 127 || (services & kApplications) != 0) {
    return {};
  }
  if ((services & kLink) != 0) {
    return "bridge";
  }
  return (services & kInternet) != 0 ? "router" : std::string_view{};
}

struct Opened {
  std::int64_t version = -1;
  Bytes community;  // v1, v2c
  Bytes global;     // v3: header data
  Bytes security;   // v3: USM
  ber::Item body;   // PDU; v3: ScopedPDU or what it is encrypted to
};

bool open_message(Bytes bytes, Opened& out) noexcept {
  constexpr std::int64_t kV3 = 3;
  Reader whole{bytes};
  Reader in{ber::read(whole, ber::tag::kSequence)};
  if (!whole.done()) {
    return false;
  }
  const Bytes version = ber::read(in, ber::tag::kInteger);
  out.version = ber::integer(version);
  if (!in.ok() || version.size() != 1) {
    return false;
  }
  if (out.version == kV3) {
    out.global = ber::read(in, ber::tag::kSequence);
    out.security = ber::read(in, ber::tag::kOctetString);
    out.body = ber::read(in);
    return in.ok() &&
           (out.body.tag == ber::tag::kSequence || out.body.tag == ber::tag::kOctetString);
  }
  if (out.version != 0 && out.version != 1) {
    return false;
  }
  out.community = ber::read(in, ber::tag::kOctetString);
  out.body = ber::read(in);
  return in.ok() && out.community.size() <= kLongestCommunity && out.body.tag >= pdu_tag::kGet &&
         out.body.tag <= pdu_tag::kReport;
}

Direction direction_of(std::uint8_t tag) noexcept {
  if (tag == pdu_tag::kResponse || tag == pdu_tag::kReport) {
    return Direction::to_client;
  }
  return Direction::to_server;  // also of traps: their receiver is the server
}

class SnmpSession final : public PlainSession {
 public:
  SnmpSession() noexcept : PlainSession(Protocol::snmp) {}

  [[nodiscard]] Frame frame(Bytes head, Side /*side*/) const noexcept override {
    Opened opened;
    return !head.empty() && open_message(head, opened) ? Frame::complete(head.size())
                                                       : Frame::not_mine();
  }

  void on_pdu(const Pdu& given, Emitter& out) override {
    Opened opened;
    if (!open_message(given.bytes, opened)) {
      return;
    }
    Pdu pdu = given;
    Fields* fields = out.fields();
    if (opened.version == 3) {
      read_v3(opened, pdu, fields, out);
    } else {
      if (fields != nullptr) {
        fields->text(kVersion, opened.version == 0 ? "1" : "2c");
      }
      learn(pdu, direction_of(opened.body.tag), out);
      read_pdu(opened.body, pdu, fields, out);
      tell_community(opened, pdu, fields, out);
    }
    const std::uint8_t number = tag_ >= pdu_tag::kGet && tag_ <= pdu_tag::kReport
                                    ? static_cast<std::uint8_t>(tag_ - pdu_tag::kGet)
                                    : std::uint8_t{0xff};
    const std::string_view name =
        number < kPduNames.size() ? kPduNames[number] : std::string_view{"Encrypted PDU"};
    if (fields != nullptr) {
      fields->text(kPdu, name);
    }
    say(name, tag_, pdu, out,
        tag_ == pdu_tag::kResponse || tag_ == pdu_tag::kReport ? Kind::response : Kind::request);
  }

 private:
  void tell_community(const Opened& opened, const Pdu& pdu, Fields* fields, Emitter& out) {
    const std::string_view community = as_text(opened.community);
    const bool known = community == "public" || community == "private";
    if (fields != nullptr && known) {
      fields->text(kCommunity, community);
    }
    const Whose agent = is_by_agent() ? Whose::sender : Whose::receiver;
    const bool answered = tag_ == pdu_tag::kResponse;
    if (answered) {
      tell_posture(Posture::Aspect::channel_used, "SNMP", opened.version == 0 ? "v1" : "v2c",
                   Posture::bit(Posture::Flaw::no_security), pdu, out, agent);
    }
    // Only its use is told, of an answer to nothing but an agent: what it is stays here, unless
    // everybody knows it.
    if (answered) {
      tell_posture(Posture::Aspect::user_used,
                   wrote_ ? "SNMP community that may write" : "SNMP community",
                   known ? community : "not shown", Posture::bit(Posture::Flaw::cleartext_password),
                   pdu, out, agent);
    }
    wrote_ = tag_ == pdu_tag::kSet || (wrote_ && !answered);
    if (known && answered) {
      tell_posture(Posture::Aspect::setting, "SNMP community as delivered", community, 0, pdu, out,
                   agent);
    }
  }

  [[nodiscard]] bool is_by_agent() const noexcept {
    return tag_ == pdu_tag::kResponse || tag_ == pdu_tag::kReport || tag_ == pdu_tag::kTrap ||
           tag_ == pdu_tag::kTrapV2;
  }

  void read_v3(const Opened& opened, Pdu& pdu, Fields* fields, Emitter& out) {
    constexpr std::uint8_t kAuth = 1;
    constexpr std::uint8_t kPrivate = 2;
    Reader global{opened.global};
    static_cast<void>(ber::read(global));  // message id
    static_cast<void>(ber::read(global));  // greatest size
    const std::int64_t flags = ber::integer(ber::read(global, ber::tag::kOctetString));
    Reader usm_in{opened.security};
    Reader usm{ber::read(usm_in, ber::tag::kSequence)};
    const Bytes engine = ber::read(usm, ber::tag::kOctetString);
    static_cast<void>(ber::read(usm));  // boots
    static_cast<void>(ber::read(usm));  // time
    const Bytes user = ber::read(usm, ber::tag::kOctetString);
    const bool auth = (flags & kAuth) != 0;
    const bool hidden = (flags & kPrivate) != 0;
    const std::string_view level = hidden ? "authPriv" : auth ? "authNoPriv" : "noAuthNoPriv";
    if (fields != nullptr) {
      fields->text(kVersion, "3");
      fields->text(kLevel, level);
      fields->text(kUser, as_text(user.first(std::min<std::size_t>(user.size(), 32))));
      fields->hex(kEngineId, engine.first(std::min<std::size_t>(engine.size(), 32)));
    }
    tag_ = 0;
    if (!hidden && opened.body.tag == ber::tag::kSequence) {
      Reader scoped{opened.body.body};
      static_cast<void>(ber::read(scoped));  // context engine
      static_cast<void>(ber::read(scoped));  // context name
      const ber::Item inner = ber::read(scoped);
      if (scoped.ok()) {
        learn(pdu, direction_of(inner.tag), out);
        read_pdu(inner, pdu, fields, out);
      }
    }
    const bool by_agent = tag_ == 0 ? pdu.direction == Direction::to_client : is_by_agent();
    if (!by_agent) {
      return;
    }
    if (!user.empty() && tag_ != pdu_tag::kReport) {
      const std::uint32_t flaws = hidden ? 0U
                                  : auth ? Posture::bit(Posture::Flaw::not_encrypted)
                                         : Posture::bit(Posture::Flaw::no_security);
      tell_posture(Posture::Aspect::channel_used, "SNMP", hidden ? "v3, encrypted" : level, flaws,
                   pdu, out);
      tell_posture(Posture::Aspect::user_used, "SNMP user", as_text(user), 0, pdu, out);
    }
    tell_engine(engine, pdu, out);
  }

  // RFC 3411, 5: SnmpEngineID.
  void tell_engine(Bytes engine, const Pdu& pdu, Emitter& out) {
    constexpr std::uint32_t kNew = 0x80000000;
    constexpr std::uint8_t kMac = 3;
    constexpr std::string_view kSource = "SNMPv3 engine id";
    Reader in{engine};
    const std::uint32_t enterprise = in.be32();
    const std::uint8_t format = in.u8();
    if (!in.ok() || (enterprise & kNew) == 0) {
      return;
    }
    tell({Identity::Field::vendor, kOfSystem, kSource, vendor_of(enterprise & ~kNew)}, pdu, out);
    if (format == kMac && in.remaining() == 6) {
      tell({Identity::Field::mac, kOfSystem, kSource, to_string(MacAddress::read(in))}, pdu, out);
    }
  }

  void read_pdu(const ber::Item& item, const Pdu& pdu, Fields* fields, Emitter& out) {
    tag_ = item.tag;
    Reader in{item.body};
    if (tag_ == pdu_tag::kTrap) {
      const std::string enterprise = ber::object_id(ber::read(in, ber::tag::kObjectId));
      if (fields != nullptr) {
        fields->text(kEnterprise, enterprise);
      }
      tell({Identity::Field::vendor, kOfSystem, "SNMP trap", vendor_of(enterprise_of(enterprise))},
           pdu, out);
      static_cast<void>(ber::read(in));  // address
      static_cast<void>(ber::read(in));  // generic trap
      static_cast<void>(ber::read(in));  // specific trap
      static_cast<void>(ber::read(in));  // time
    } else {
      const std::int64_t id = ber::integer(ber::read(in, ber::tag::kInteger));
      const std::int64_t status = ber::integer(ber::read(in, ber::tag::kInteger));
      const std::int64_t index = ber::integer(ber::read(in, ber::tag::kInteger));
      if (fields != nullptr) {
        fields->number(kRequestId, id);
        fields->number(kErrorStatus, status);
        fields->number(kErrorIndex, index);
      }
    }
    read_variables(ber::read(in, ber::tag::kSequence), pdu, fields, out);
  }

  void read_variables(Bytes list, const Pdu& pdu, Fields* fields, Emitter& out) {
    if (fields != nullptr) {
      fields->begin_list(kVariables);
    }
    Reader in{list};
    for (std::size_t i = 0; i < kMostVariables && in.remaining() > 0; ++i) {
      Reader pair{ber::read(in, ber::tag::kSequence)};
      const std::string oid = ber::object_id(ber::read(pair, ber::tag::kObjectId));
      const ber::Item value = ber::read(pair);
      if (!pair.ok()) {
        break;
      }
      if (fields != nullptr) {
        fields->item(oid);
      }
      if (tag_ == pdu_tag::kResponse) {
        tell_variable(oid, value, pdu, out);
      }
    }
    if (fields != nullptr) {
      fields->end_list();
    }
  }

  void tell_variable(std::string_view oid, const ber::Item& value, const Pdu& pdu, Emitter& out) {
    using Kept = Identity::Field;
    if (oid == "1.3.6.1.2.1.1.2.0" && value.tag == ber::tag::kObjectId) {
      const std::string object = ber::object_id(value.body);
      tell({Kept::vendor, kOfSystem, "SNMP sysObjectID", vendor_of(enterprise_of(object))}, pdu,
           out);
      return;
    }
    if (oid == "1.3.6.1.2.1.1.7.0" && value.tag == ber::tag::kInteger) {
      tell({Kept::device_type, kOfSystem, "SNMP sysServices", type_of(ber::integer(value.body))},
           pdu, out);
      return;
    }
    if (value.tag != ber::tag::kOctetString) {
      return;
    }
    TextBuffer buffer;
    const std::string_view text = clean_text(value.body, buffer);
    if (oid.starts_with(kSystem)) {
      struct Row {
        std::string_view oid;
        Kept field;
        std::string_view source;
      };
      constexpr auto kRows = std::to_array<Row>({{"1.0", Kept::description, "SNMP sysDescr"},
                                                 {"4.0", Kept::contact, "SNMP sysContact"},
                                                 {"5.0", Kept::name, "SNMP sysName"},
                                                 {"6.0", Kept::location, "SNMP sysLocation"}});
      const auto* const row = std::ranges::find(kRows, oid.substr(kSystem.size()), &Row::oid);
      if (row != kRows.end()) {
        tell({row->field, kOfSystem, row->source, text}, pdu, out);
      }
      return;
    }
    tell_entity(oid, text, pdu, out);
  }

  // Of the first entity that has one: the chassis comes before what is in it.
  void tell_entity(std::string_view oid, std::string_view text, const Pdu& pdu, Emitter& out) {
    using Kept = Identity::Field;
    struct Row {
      std::uint32_t column;
      Kept field;
    };
    constexpr auto kRows = std::to_array<Row>({{8, Kept::hardware},
                                               {9, Kept::firmware},
                                               {10, Kept::software},
                                               {11, Kept::serial},
                                               {12, Kept::vendor},
                                               {13, Kept::model}});
    if (!oid.starts_with(kEntity) || trimmed(text).empty()) {
      return;
    }
    oid.remove_prefix(kEntity.size());
    std::uint32_t column = 0;
    std::from_chars(oid.data(), oid.data() + oid.size(), column);
    const auto* const row = std::ranges::find(kRows, column, &Row::column);
    if (row == kRows.end() || (entity_ & 1U << column) != 0) {
      return;
    }
    entity_ |= 1U << column;
    tell({row->field, kOfEntity, "SNMP ENTITY-MIB", text}, pdu, out);
  }

  std::uint8_t tag_ = 0;      // of the PDU at hand; 0: hidden
  bool wrote_ = false;        // the request before was one to set
  std::uint32_t entity_ = 0;  // bit i: column i was told
};

Probe probe(const ProbeInput& input) noexcept {
  Opened opened;
  if (input.transport != Transport::udp || !input.bound || !open_message(input.head, opened)) {
    return {};
  }
  const bool hidden = opened.version == 3;
  return {Probe::Answer::yes, hidden ? Direction::unknown : direction_of(opened.body.tag), 0};
}

constexpr std::array kBindings = {Binding{Binding::Layer::udp_port, 161},
                                  Binding{Binding::Layer::udp_port, 162}};

}  // namespace

extern constinit const Dissector snmp_dissector;
constinit const Dissector snmp_dissector{
    .protocol = Protocol::snmp,
    .bindings = kBindings,
    .fields = kFields,
    .problems = kProblems,
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = probe,
    .open = [](std::uint8_t /*variant*/) -> std::unique_ptr<Session> {
      return std::make_unique<SnmpSession>();
    },
    .opaque = true,
};

}  // namespace prahari
