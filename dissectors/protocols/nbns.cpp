// NetBIOS over UDP: names, groups, the browser's announcements.
//
// RFC 1002 sections 4.2 (names, UDP 137) and 4.4 (datagrams, UDP 138); MS-BRWS 2.2.1.

#include <string>

#include "dissectors/device_text.hpp"
#include "dissectors/dns_message.hpp"
#include "dissectors/plain_session.hpp"

namespace prahari {
namespace {

using namespace std::string_view_literals;

enum Field : std::size_t { kOpcode, kResponse, kName, kSuffix, kScope, kNames, kComment };
constexpr auto kFields = std::to_array<std::string_view>(
    {"opcode", "response", "name", "suffix", "datagram", "names", "comment"});

constexpr std::array kProblems = {
    Problem{"non_nbns_on_port", "bytes on the NetBIOS port are no NetBIOS", false}};

constexpr std::uint8_t kDatagram = 1;  // variant
constexpr std::uint8_t kOfName = 70;
constexpr std::uint16_t kNb = 0x20;
constexpr std::uint16_t kNbStat = 0x21;
constexpr std::uint16_t kGroup = 0x8000;
constexpr std::size_t kEncoded = 32;
constexpr std::size_t kName15 = 15;
constexpr std::string_view kMailslot = "\\MAILSLOT\\BROWSE\0"sv;

namespace opcode {
constexpr std::uint8_t kQuery = 0;
constexpr std::uint8_t kRegistration = 5;
constexpr std::uint8_t kRefresh = 8;
}  // namespace opcode

struct NetbiosName {
  std::string text;
  std::uint8_t suffix = 0;
};

// RFC 1001 section 14.1: each half octet is a letter from 'A' on.
NetbiosName decode(std::string_view label) {
  NetbiosName out;
  label = label.substr(0, label.find('.'));
  if (label.size() != kEncoded) {
    return out;
  }
  for (std::size_t i = 0; i < kEncoded; i += 2) {
    const int high = label[i] - 'A';
    const int low = label[i + 1] - 'A';
    if (high < 0 || high > 15 || low < 0 || low > 15) {
      return {};
    }
    out.text += static_cast<char>(high * 16 + low);
  }
  out.suffix = static_cast<std::uint8_t>(out.text.back());
  out.text.pop_back();
  return out;
}

bool is_name_service(Bytes bytes) noexcept {
  constexpr std::uint8_t kLast = 9;
  constexpr std::uint8_t kMulti = 15;
  Reader in{bytes};
  const dns::Header header = dns::read_header(in);
  const std::size_t records = std::size_t{header.answers} + header.authorities + header.additionals;
  const std::uint8_t length = in.u8();
  const bool in_use = header.opcode() <= kLast || header.opcode() == kMulti;
  in.skip(length);
  return in.ok() && in_use && length == kEncoded && header.questions <= 1 &&
         header.questions + records >= 1 && records <= 4;
}

bool is_datagram(Bytes bytes) noexcept {
  constexpr std::uint8_t kFirst = 0x10;
  constexpr std::uint8_t kLast = 0x12;
  Reader in{bytes};
  const std::uint8_t type = in.u8();
  in.skip(1 + 2 + 4 + 2);  // flags, id, source address and port
  const std::size_t length = in.be16();
  const std::size_t offset = in.be16();
  const std::uint8_t label = in.u8();
  return in.ok() && type >= kFirst && type <= kLast && label == kEncoded &&
         length >= 2 * kEncoded && length <= bytes.size() && offset <= length;
}

class NbnsSession final : public PlainSession {
 public:
  explicit NbnsSession(std::uint8_t variant) noexcept
      : PlainSession(Protocol::nbns), datagram_(variant == kDatagram) {}

  void join(Shared* /*shared*/, const FlowEnds& ends) override { ends_ = ends; }

  [[nodiscard]] Frame frame(Bytes head, Side /*side*/) const noexcept override {
    return (datagram_ ? is_datagram(head) : is_name_service(head)) ? Frame::complete(head.size())
                                                                   : Frame::not_mine();
  }

  void on_pdu(const Pdu& given, Emitter& out) override {
    Pdu pdu = given;
    if (datagram_) {
      on_datagram(pdu, out);
    } else {
      on_name_service(pdu, out);
    }
  }

 private:
  void on_name_service(Pdu& pdu, Emitter& out) {
    dns::Walker walker{pdu.bytes};
    const dns::Header& header = walker.header();
    Fields* fields = out.fields();
    dns::Question question;
    dns::Record record;
    const bool asked = walker.next(question);
    const bool answered = walker.next(record);
    const NetbiosName name = decode(asked ? question.name : record.name);
    if (fields != nullptr) {
      fields->number(kOpcode, header.opcode());
      fields->boolean(kResponse, header.response());
      fields->text(kName, trimmed(name.text));
      fields->number(kSuffix, name.suffix);
    }
    std::string_view given_away;
    if (answered && record.type == kNbStat && header.response()) {
      tell_status(record.data, pdu, fields, out);
    } else if (answered && record.type == kNb && says_owner(header)) {
      const bool owned = tell_owner(name, record.data, pdu, out);
      given_away = owned && header.response() ? trimmed(name.text) : std::string_view{};
    }
    say(words_of(header), header.opcode(), pdu, out,
        header.response() ? Kind::response : Kind::request,
        {.table = given_away.empty() ? "" : "name", .text = given_away});
  }

  static bool registers(const dns::Header& header) noexcept {
    return header.opcode() >= opcode::kRegistration && header.opcode() <= opcode::kRefresh + 1 &&
           header.opcode() != 6 && header.opcode() != 7;
  }
  // Whether its record gives a name away, or claims it.
  static bool says_owner(const dns::Header& header) noexcept {
    return header.response() ? header.opcode() == opcode::kQuery && header.status() == 0
                             : registers(header);
  }
  static std::string_view words_of(const dns::Header& header) noexcept {
    return header.response()                   ? "Name Response"
           : header.opcode() == opcode::kQuery ? "Name Query"
           : registers(header)                 ? "Name Registration"
                                               : "Name Release";
  }

  // Whether the record is whole. What a host says of itself is told.
  bool tell_owner(const NetbiosName& name, Bytes record, const Pdu& pdu, Emitter& out) {
    Reader data{record};
    const std::uint16_t flags = data.be16();
    const IpAddress owner = IpAddress::read_v4(data);
    if (data.ok() && owner == (pdu.side == Side::first ? ends_.first : ends_.second)) {
      tell_one(name, (flags & kGroup) != 0, "NetBIOS name service", pdu, out);
    }
    return data.ok();
  }

  void tell_one(const NetbiosName& name, bool group, std::string_view source, const Pdu& pdu,
                Emitter& out) {
    constexpr std::uint8_t kUser = 0x03;
    constexpr std::uint8_t kServer = 0x20;
    const std::string_view text = trimmed(name.text);
    if (text.starts_with('\x01')) {
      return;  // __MSBROWSE__
    }
    if (group) {
      if (name.suffix == 0) {
        tell({Identity::Field::domain, kOfName, source, text}, pdu, out);
      }
    } else if (name.suffix == 0 || name.suffix == kServer) {
      computer_ = text;
      tell({Identity::Field::name, kOfName, source, text}, pdu, out);
    } else if (name.suffix == kUser && !computer_.empty() && text != computer_) {
      tell({Identity::Field::user, kOfName, source, text}, pdu, out);
    }
  }

  // RFC 1002 section 4.2.18: node status response.
  void tell_status(Bytes data, const Pdu& pdu, Fields* fields, Emitter& out) {
    constexpr std::string_view kSource = "NetBIOS node status";
    Reader in{data};
    const std::uint8_t count = in.u8();
    if (fields != nullptr) {
      fields->begin_list(kNames);
    }
    for (std::uint8_t i = 0; i < count && in.remaining() >= kName15 + 3; ++i) {
      NetbiosName name;
      name.text = in.text(kName15);
      name.suffix = in.u8();
      const std::uint16_t flags = in.be16();
      tell_one(name, (flags & kGroup) != 0, kSource, pdu, out);
      if (fields != nullptr) {
        fields->item(trimmed(name.text));
      }
    }
    if (fields != nullptr) {
      fields->end_list();
    }
    const MacAddress mac = MacAddress::read(in);
    if (in.ok() && !mac.empty()) {
      tell({Identity::Field::mac, kOfName, kSource, to_string(mac)}, pdu, out);
    }
  }

  void on_datagram(const Pdu& pdu, Emitter& out) {
    constexpr std::size_t kHeader = 14;
    Reader in{pdu.bytes};
    in.skip(4);
    const IpAddress source = IpAddress::read_v4(in);
    const bool own = source == (pdu.side == Side::first ? ends_.first : ends_.second);
    in.skip(kHeader - 8);
    const NetbiosName name = decode(dns::read_name(pdu.bytes, in));
    Fields* fields = out.fields();
    if (fields != nullptr) {
      fields->text(kName, trimmed(name.text));
      fields->number(kSuffix, name.suffix);
      fields->boolean(kScope, true);
    }
    if (own) {
      tell_one(name, false, "NetBIOS datagram", pdu, out);
    }
    const std::size_t at = as_text(in.rest()).find(kMailslot);
    if (at != std::string_view::npos) {
      in.skip(at + kMailslot.size());
      tell_announcement(in, own, pdu, fields, out);
    }
    say(at == std::string_view::npos ? "Datagram" : "Browser", 0, pdu, out);
  }

  void tell_announcement(Reader& in, bool own, const Pdu& pdu, Fields* fields, Emitter& out) {
    constexpr std::string_view kSource = "NetBIOS browser announcement";
    constexpr std::uint8_t kHost = 0x01;
    constexpr std::uint8_t kLocalMaster = 0x0f;
    const std::uint8_t command = in.u8();
    in.skip(1 + 4);  // update count, period
    TextBuffer buffer;
    const std::string_view raw = in.text(16);
    const std::string_view name = raw.substr(0, raw.find('\0'));
    const std::uint8_t major = in.u8();
    const std::uint8_t minor = in.u8();
    in.skip(4 + 2 + 2);  // type, browser version, signature
    if (!in.ok() || !own || (command != kHost && command != kLocalMaster)) {
      return;
    }
    const std::string_view rest = as_text(in.rest());
    const std::string_view comment = clean_text(as_bytes(rest.substr(0, rest.find('\0'))), buffer);
    tell({Identity::Field::name, kOfName, kSource, name}, pdu, out);
    tell({Identity::Field::description, kOfName, kSource, comment}, pdu, out);
    if (major >= 4 && major <= 10) {
      tell({Identity::Field::os, kOfName, kSource,
            "Windows " + std::to_string(major) + '.' + std::to_string(minor)},
           pdu, out);
    }
    if (fields != nullptr) {
      fields->text(kComment, comment);
    }
  }

  FlowEnds ends_;
  std::string computer_;
  bool datagram_;
};

Probe probe(const ProbeInput& input) noexcept {
  if (!input.bound || input.transport != Transport::udp) {
    return {};
  }
  if (is_name_service(input.head)) {
    return {Probe::Answer::yes, Direction::unknown, 0};
  }
  return {is_datagram(input.head) ? Probe::Answer::yes : Probe::Answer::no, Direction::unknown,
          kDatagram};
}

constexpr std::array kBindings = {Binding{Binding::Layer::udp_port, 137},
                                  Binding{Binding::Layer::udp_port, 138}};

}  // namespace

extern constinit const Dissector nbns_dissector;
constinit const Dissector nbns_dissector{
    .protocol = Protocol::nbns,
    .bindings = kBindings,
    .fields = kFields,
    .problems = kProblems,
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = probe,
    .open = [](std::uint8_t variant) -> std::unique_ptr<Session> {
      return std::make_unique<NbnsSession>(variant);
    },
    .opaque = true,
};

}  // namespace prahari
