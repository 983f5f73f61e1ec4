// FTP control connection: banner, and the login in the clear. RFC 959.

#include <algorithm>
#include <charconv>
#include <string>

#include "dissectors/plain_session.hpp"

namespace prahari {
namespace {

enum Field : std::size_t { kCommand, kCode, kUser, kBanner };
constexpr auto kFields = std::to_array<std::string_view>({"command", "code", "user", "banner"});

constexpr std::array kProblems = {
    Problem{"non_ftp_on_port", "bytes on the FTP port are no FTP", false}};

constexpr std::uint8_t kOfBanner = 80;
constexpr std::size_t kLongestLine = 1024;
constexpr auto kCommands = std::to_array<std::string_view>(
    {"USER", "PASS", "AUTH", "FEAT", "SYST", "QUIT", "PWD",  "CWD",  "TYPE", "PORT",
     "PASV", "EPSV", "EPRT", "LIST", "NLST", "RETR", "STOR", "APPE", "DELE", "RNFR",
     "RNTO", "MKD",  "RMD",  "SIZE", "MDTM", "OPTS", "NOOP", "HELP", "SITE", "REST",
     "ABOR", "CDUP", "STAT", "XPWD", "ACCT", "PBSZ", "PROT"});

// The literal for the command at the head of a line.
std::string_view command_of(std::string_view line) noexcept {
  const std::string_view word = line.substr(0, line.find_first_of(" \r\n"));
  const auto* const found = std::ranges::find_if(
      kCommands, [word](std::string_view one) { return same_word(one, word); });
  return found == kCommands.end() ? std::string_view{} : *found;
}

std::uint16_t code_of(std::string_view line) noexcept {
  std::uint16_t code = 0;
  if (line.size() < 4 || (line[3] != ' ' && line[3] != '-')) {
    return 0;
  }
  const auto [end, error] = std::from_chars(line.data(), line.data() + 3, code);
  return error == std::errc{} && end == line.data() + 3 && code >= 100 && code < 600
             ? code
             : std::uint16_t{0};
}

class FtpSession final : public PlainSession {
 public:
  explicit FtpSession(std::uint8_t /*variant*/) noexcept : PlainSession(Protocol::ftp) {}

  [[nodiscard]] Frame frame(Bytes head, Side /*side*/) const noexcept override {
    if (head.empty()) {
      return Frame::need_more();
    }
    if (hidden_) {
      return Frame::complete(head.size());
    }
    const std::size_t end = as_text(head).substr(0, kLongestLine).find('\n');
    if (end != std::string_view::npos) {
      return Frame::complete(end + 1);
    }
    return head.size() < kLongestLine ? Frame::need_more() : Frame::complete(head.size());
  }

  void on_pdu(const Pdu& given, Emitter& out) override {
    if (hidden_) {
      return;
    }
    Pdu pdu = given;
    std::string_view text = as_text(pdu.bytes);
    const std::string_view line = take_line(text);
    if (const std::string_view command = command_of(line); !command.empty()) {
      learn(pdu, Direction::to_server, out);
      on_command(command, trimmed(line.substr(command.size())), pdu, out);
    } else if (const std::uint16_t code = code_of(line); code != 0) {
      learn(pdu, Direction::to_client, out);
      on_reply(code, trimmed(line.substr(4)), pdu, out);
    }
  }

 private:
  void on_command(std::string_view command, std::string_view argument, const Pdu& pdu,
                  Emitter& out) {
    if (command == "USER") {
      user_ = argument.substr(0, 128);
    } else if (command == "PASS") {
      if (!same_word(user_, "anonymous") && !same_word(user_, "ftp")) {
        tell_login("FTP login", user_, argument, pdu, out);
      } else {
        tell_posture(Posture::Aspect::user_used, "FTP login", user_,
                     Posture::bit(Posture::Flaw::anonymous), pdu, out, Whose::receiver);
      }
    }
    if (Fields* fields = out.fields()) {
      fields->text(kCommand, command);
      if (command == "USER") {
        fields->text(kUser, user_);
      }
    }
    say(command, 0, pdu, out, Kind::request);
  }

  void on_reply(std::uint16_t code, std::string_view text, const Pdu& pdu, Emitter& out) {
    constexpr std::uint16_t kReady = 220;
    constexpr std::uint16_t kSystem = 215;
    constexpr std::uint16_t kSecured = 234;
    if (code == kReady) {
      tell({Identity::Field::software, kOfBanner, "FTP banner", text}, pdu, out);
    } else if (code == kSystem) {
      tell({Identity::Field::os, kOfBanner, "FTP SYST", text}, pdu, out);
    }
    if (Fields* fields = out.fields()) {
      fields->number(kCode, code);
      if (code == kReady) {
        fields->text(kBanner, text.substr(0, 256));
      }
    }
    say("Reply", code, pdu, out, Kind::response);
    hidden_ = code == kSecured;  // TLS from here on (RFC 4217)
  }

  std::string user_;
  bool hidden_ = false;
};

Probe probe(const ProbeInput& input) noexcept {
  const std::string_view text = as_text(input.head);
  if (!input.bound || input.transport != Transport::tcp) {
    return {};
  }
  if (text.size() < 4) {
    return {Probe::Answer::need_more};
  }
  if (code_of(text) != 0) {
    return {Probe::Answer::yes, Direction::to_client, 0};
  }
  if (!command_of(text).empty()) {
    return {Probe::Answer::yes, Direction::to_server, 0};
  }
  return {};
}

constexpr std::array kBindings = {Binding{Binding::Layer::tcp_port, 21}};

}  // namespace

extern constinit const Dissector ftp_dissector;
constinit const Dissector ftp_dissector{
    .protocol = Protocol::ftp,
    .bindings = kBindings,
    .fields = kFields,
    .problems = kProblems,
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = probe,
    .open = [](std::uint8_t variant) -> std::unique_ptr<Session> {
      return std::make_unique<FtpSession>(variant);
    },
    .opaque = true,
};

}  // namespace prahari
