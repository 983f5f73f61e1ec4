// SMB 1 to 3: dialect, signing, and who logs in where, until it is encrypted.
//
// MS-SMB2 2.2.1, 2.2.4 (negotiate response); MS-CIFS 2.2.3.1, MS-SMB 2.2.4.6.2 (session setup);
// RFC 1002 section 4.3.1 (session header).

#include <algorithm>
#include <string>

#include "dissectors/ntlmssp.hpp"
#include "dissectors/plain_session.hpp"
#include "dissectors/printable.hpp"
#include "dissectors/smb_request.hpp"

namespace prahari {
namespace {

enum Field : std::size_t {
  kVersion,
  kCommand,
  kStatus,
  kDialect,
  kComputer,
  kDomain,
  kUser,
  kWorkstation,
  kOs
};
constexpr auto kFields = std::to_array<std::string_view>(
    {"version", "command", "status", "dialect", "computer", "domain", "user", "workstation", "os"});

constexpr std::array kProblems = {
    Problem{"non_smb_on_port", "bytes on the SMB port are no SMB", false}};

constexpr std::array<std::string_view, 19> kCommands = {
    "Negotiate",     "Session Setup", "Logoff",   "Tree Connect", "Tree Disconnect",
    "Create",        "Close",         "Flush",    "Read",         "Write",
    "Lock",          "Ioctl",         "Cancel",   "Echo",         "Query Directory",
    "Change Notify", "Query Info",    "Set Info", "Oplock Break"};

constexpr std::size_t kSession = 4;  // header of RFC 1002
constexpr std::size_t kSmb2Header = 64;
constexpr std::size_t kKept = 16384;     // a longer PDU is passed over
constexpr std::uint8_t kMessage = 0x00;  // types of RFC 1002
constexpr std::uint8_t kFirstControl = 0x81;
constexpr std::uint8_t kLastControl = 0x85;
constexpr std::uint32_t kSmb1 = 0xff534d42;
constexpr std::uint32_t kSmb2 = 0xfe534d42;
constexpr std::uint32_t kEncrypted = 0xfd534d42;
constexpr std::uint32_t kCompressed = 0xfc534d42;
constexpr std::uint8_t kOfNtlm = 80;

bool is_magic(std::uint32_t magic) noexcept {
  return magic == kSmb1 || magic == kSmb2 || magic == kEncrypted || magic == kCompressed;
}

// Whether the first bytes are a session header and, as far as they are there, SMB in it.
bool may_be(Bytes head) noexcept {
  Reader in{head};
  const std::uint8_t type = in.u8();
  if (type >= kFirstControl && type <= kLastControl) {
    const std::size_t length = in.be24();
    return !in.ok() || length <= 256;
  }
  const std::size_t length = in.be24();
  if (type != kMessage) {
    return false;
  }
  if (!in.ok() || length == 0) {
    return true;
  }
  const std::uint32_t magic = in.be32();
  return !in.ok() || (is_magic(magic) && length >= 32);
}

struct Command {
  std::string_view version;
  std::string_view name;
  std::uint16_t number = 0;
  std::uint32_t status = 0;
  bool response = false;
  bool setup = false;
  bool negotiate = false;
};

Command read_smb2(Reader& in) noexcept {
  Command out;
  out.version = "2";
  in.skip(2 + 2);  // size, credit charge
  out.status = in.le32();
  out.number = in.le16();
  in.skip(2);
  out.response = (in.le32() & 1U) != 0;
  out.name = out.number < kCommands.size() ? kCommands[out.number] : "Unknown Command";
  out.negotiate = out.number == 0;
  out.setup = out.number == 1;
  return out;
}

Command read_smb1(Reader& in) noexcept {
  constexpr std::uint8_t kNegotiate = 0x72;
  constexpr std::uint8_t kSetup = 0x73;
  constexpr std::uint8_t kReply = 0x80;
  Command out;
  out.version = "1";
  out.number = in.u8();
  out.status = in.le32();
  out.response = (in.u8() & kReply) != 0;
  out.negotiate = out.number == kNegotiate;
  out.setup = out.number == kSetup;
  out.name = out.negotiate ? "Negotiate" : out.setup ? "Session Setup" : "Command";
  return out;
}

std::string_view dialect_name(std::uint16_t dialect) noexcept {
  switch (dialect) {
    case 0x0202:
      return "SMB 2.0.2";
    case 0x0210:
      return "SMB 2.1";
    case 0x0300:
      return "SMB 3.0";
    case 0x0302:
      return "SMB 3.0.2";
    case 0x0311:
      return "SMB 3.1.1";
    default:
      return {};
  }
}

class SmbSession final : public PlainSession {
 public:
  SmbSession() noexcept : PlainSession(Protocol::smb) {}

  [[nodiscard]] Frame frame(Bytes head, Side /*side*/) const noexcept override {
    if (!head.empty() && !may_be(head)) {
      return Frame::not_mine();
    }
    Reader in{head};
    in.skip(1);
    const std::size_t whole = kSession + in.be24();
    if (!in.ok()) {
      return Frame::need_more();
    }
    if (head.size() >= whole) {
      return Frame::complete(whole);
    }
    return whole > kKept ? Frame::skip(whole) : Frame::need_more();
  }

  [[nodiscard]] bool starts_here(Bytes head, Side /*side*/,
                                 bool segment_start) const noexcept override {
    return segment_start && head.size() >= kSession + 4 && may_be(head);
  }

  void on_pdu(const Pdu& given, Emitter& out) override {
    Pdu pdu = given;
    Reader in{pdu.bytes};
    const std::uint8_t type = in.u8();
    in.skip(3);
    if (type != kMessage || in.remaining() == 0) {
      say(type == kFirstControl ? "NetBIOS Session Request" : "NetBIOS Session", type, pdu, out);
      return;
    }
    const std::uint32_t magic = in.be32();
    if (magic == kEncrypted || magic == kCompressed) {
      say(magic == kEncrypted ? "Encrypted" : "Compressed", 0, pdu, out);
      return;
    }
    const Bytes smb = pdu.bytes.subspan(kSession);
    const Command command = magic == kSmb2 ? read_smb2(in) : read_smb1(in);
    learn(pdu, command.response ? Direction::to_client : Direction::to_server, out);
    Fields* fields = out.fields();
    if (fields != nullptr) {
      fields->text(kVersion, command.version);
      fields->text(kCommand, command.name);
      fields->number(kStatus, command.status);
    }
    if (command.negotiate && command.response) {
      on_negotiate(smb, magic == kSmb2, command, pdu, fields, out);
    }
    if (command.setup || command.negotiate) {
      on_setup(smb, magic == kSmb1 && command.setup && command.response, pdu, fields, out);
    }
    if (command.response) {
      say(command.name, command.number, pdu, out, Kind::response);
      return;
    }
    const SmbRequest asked = requests_.read(smb, magic == kSmb2);
    const bool plain = asked.sort == SmbRequest::Sort::plain;
    say(plain ? command.name : sort_name(asked.sort), command.number, pdu, out, Kind::request,
        {.table = plain ? "" : "name", .text = asked.text});
  }

 private:
  static std::string_view sort_name(SmbRequest::Sort sort) noexcept {
    constexpr auto kNames = std::to_array<std::string_view>(
        {"Command", "Connect Administrative Share", "Create Program", "Open Remote Command Pipe",
         "Create Service"});
    return kNames[static_cast<std::size_t>(sort)];
  }

  void on_negotiate(Bytes smb, bool second, const Command& command, const Pdu& pdu, Fields* fields,
                    Emitter& out) {
    Reader in{smb};
    if (!second) {
      in.skip(32 + 1);
      const std::uint16_t chosen = in.le16();
      if (in.ok() && chosen != 0xffff && command.status == 0) {
        tell_posture(Posture::Aspect::channel_used, "SMB", "SMB 1",
                     Posture::bit(Posture::Flaw::deprecated), pdu, out);
      }
      return;
    }
    constexpr std::uint16_t kRequired = 0x0002;
    in.skip(kSmb2Header + 2);
    const std::uint16_t mode = in.le16();
    const std::string_view dialect = dialect_name(in.le16());
    if (!in.ok() || dialect.empty()) {
      return;
    }
    tell_posture(Posture::Aspect::channel_used, "SMB", dialect, 0, pdu, out);
    tell_posture(Posture::Aspect::setting, "SMB signing",
                 (mode & kRequired) != 0 ? "required" : "not required", 0, pdu, out);
    if (fields != nullptr) {
      fields->text(kDialect, dialect);
    }
  }

  void on_setup(Bytes smb, bool native, const Pdu& pdu, Fields* fields, Emitter& out) {
    const ntlm::Token token = ntlm::find(smb);
    if (token.kind == ntlm::Token::Kind::challenge) {
      tell_server(token.challenge, pdu, fields, out);
    } else if (token.kind == ntlm::Token::Kind::login) {
      tell_client(token.login, pdu, fields, out);
    }
    if (native) {
      tell_native(smb, pdu, fields, out);
    }
  }

  void tell_server(const ntlm::Challenge& said, const Pdu& pdu, Fields* fields, Emitter& out) {
    constexpr std::string_view kSource = "NTLM challenge";
    tell({Identity::Field::os, kOfNtlm, kSource, said.os}, pdu, out);
    tell({Identity::Field::name, kOfNtlm, kSource, said.computer}, pdu, out);
    if (!same_word(said.dns_computer, said.computer)) {
      tell({Identity::Field::name, kOfNtlm, kSource, said.dns_computer}, pdu, out);
    }
    if (!same_word(said.domain, said.computer)) {
      tell({Identity::Field::domain, kOfNtlm, kSource, said.domain}, pdu, out);
    }
    if (!same_word(said.dns_domain, said.dns_computer)) {
      tell({Identity::Field::domain, kOfNtlm, kSource, said.dns_domain}, pdu, out);
    }
    if (fields != nullptr) {
      fields->text(kComputer, said.computer);
      fields->text(kDomain, said.domain);
      fields->text(kOs, said.os);
    }
  }

  void tell_client(const ntlm::Login& said, const Pdu& pdu, Fields* fields, Emitter& out) {
    constexpr std::string_view kSource = "NTLM login";
    tell({Identity::Field::name, kOfNtlm, kSource, said.workstation}, pdu, out);
    tell({Identity::Field::user, kOfNtlm, kSource, said.user}, pdu, out);
    tell({Identity::Field::os, kOfNtlm, kSource, said.os}, pdu, out);
    if (fields != nullptr) {
      fields->text(kUser, said.user);
      fields->text(kDomain, said.domain);
      fields->text(kWorkstation, said.workstation);
      fields->text(kOs, said.os);
    }
  }

  // The texts at the end of an SMB 1 answer: operating system, LAN manager, domain.
  void tell_native(Bytes smb, const Pdu& pdu, Fields* fields, Emitter& out) {
    constexpr std::size_t kHeader1 = 32;
    constexpr std::uint16_t kUnicode = 0x8000;
    Reader flags_in{smb};
    flags_in.skip(10);
    const bool wide = (flags_in.le16() & kUnicode) != 0;
    Reader in{smb};
    in.skip(kHeader1);
    const std::uint8_t words = in.u8();
    if (words != 3 && words != 4) {
      return;
    }
    in.skip(6);  // next command, action
    const std::uint16_t blob = words == 4 ? in.le16() : std::uint16_t{0};
    in.skip(2);  // byte count
    in.skip(blob);
    if (wide && in.offset() % 2 != 0) {
      in.skip(1);
    }
    const std::string os = take_text(in, wide);
    tell({Identity::Field::os, kOfNtlm, "SMB native OS", os}, pdu, out);
    if (fields != nullptr && !os.empty()) {
      fields->text(kOs, os);
    }
  }

  static std::string take_text(Reader& in, bool wide) {
    const Bytes rest = in.rest();
    if (!wide) {
      const std::string_view text = as_text(rest);
      return printable_text(text.substr(0, text.find('\0')), 256);
    }
    std::size_t end = 0;
    while (end + 1 < rest.size() && Reader{rest.subspan(end)}.le16() != 0) {
      end += 2;
    }
    return from_utf16(rest.first(end));
  }

  SmbRequests requests_;
};

Probe probe(const ProbeInput& input) noexcept {
  if (!input.bound || input.transport != Transport::tcp || !may_be(input.head)) {
    return {};
  }
  return {input.head.size() < kSession ? Probe::Answer::need_more : Probe::Answer::yes};
}

constexpr std::array kBindings = {Binding{Binding::Layer::tcp_port, 445},
                                  Binding{Binding::Layer::tcp_port, 139}};

}  // namespace

extern constinit const Dissector smb_dissector;
constinit const Dissector smb_dissector{
    .protocol = Protocol::smb,
    .bindings = kBindings,
    .fields = kFields,
    .problems = kProblems,
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = probe,
    .open = [](std::uint8_t /*variant*/) -> std::unique_ptr<Session> {
      return std::make_unique<SmbSession>();
    },
    .opaque = true,
};

}  // namespace prahari
