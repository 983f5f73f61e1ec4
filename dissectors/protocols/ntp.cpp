// NTP: who gives the time. RFC 5905 section 7.3; RFC 9327 (control messages).

#include <string>

#include "dissectors/plain_session.hpp"

namespace prahari {
namespace {

enum Field : std::size_t { kVersion, kMode, kStratum, kPoll, kReference, kTextSize };
constexpr auto kFields = std::to_array<std::string_view>(
    {"version", "mode", "stratum", "poll", "reference", "text_size"});

constexpr std::array kProblems = {
    Problem{"non_ntp_on_port", "bytes on the NTP port are no NTP", false}};

constexpr std::uint8_t kClient = 3;
constexpr std::uint8_t kServer = 4;
constexpr std::uint8_t kBroadcast = 5;
constexpr std::uint8_t kControl = 6;
constexpr std::size_t kHeader = 48;
constexpr std::size_t kControlHeader = 12;
constexpr std::uint8_t kOfPort = 40;
constexpr std::uint8_t kOfControl = 80;
constexpr std::array<std::string_view, 8> kNames = {
    "Reserved", "Symmetric Active", "Symmetric Passive", "Client",
    "Server",   "Broadcast",        "Control",           "Private"};

std::uint8_t mode_of(std::uint8_t first) noexcept { return first & 0x7U; }
std::uint8_t version_of(std::uint8_t first) noexcept { return first >> 3U & 0x7U; }

bool is_ntp(Bytes bytes) noexcept {
  constexpr std::size_t kLongest = 1024;
  constexpr std::uint8_t kWorstStratum = 16;
  Reader in{bytes};
  const std::uint8_t first = in.u8();
  const std::uint8_t stratum = in.u8();
  const std::uint8_t version = version_of(first);
  const std::uint8_t mode = mode_of(first);
  if (version == 0 || version > 4 || mode == 0 || bytes.size() > kLongest) {
    return false;
  }
  if (mode >= kControl) {
    return bytes.size() >= 8;
  }
  return bytes.size() >= kHeader && bytes.size() % 4 == 0 && stratum <= kWorstStratum;
}

Direction direction_of(Bytes bytes) noexcept {
  const std::uint8_t mode = mode_of(Reader{bytes}.u8());
  return mode == kClient                         ? Direction::to_server
         : mode == kServer || mode == kBroadcast ? Direction::to_client
                                                 : Direction::unknown;
}

// The value of `key="..."` in a list of variables.
std::string_view variable(std::string_view text, std::string_view key) noexcept {
  const std::size_t at = text.find(key);
  if (at == std::string_view::npos) {
    return {};
  }
  text.remove_prefix(at + key.size());
  return text.substr(0, text.find('"'));
}

class NtpSession final : public PlainSession {
 public:
  explicit NtpSession(std::uint8_t /*variant*/) noexcept : PlainSession(Protocol::ntp) {}

  [[nodiscard]] Frame frame(Bytes head, Side /*side*/) const noexcept override {
    return is_ntp(head) ? Frame::complete(head.size()) : Frame::not_mine();
  }

  void on_pdu(const Pdu& given, Emitter& out) override {
    Pdu pdu = given;
    Reader in{pdu.bytes};
    const std::uint8_t first = in.u8();
    const std::uint8_t mode = mode_of(first);
    learn(pdu, direction_of(pdu.bytes), out);
    Fields* fields = out.fields();
    if (fields != nullptr) {
      fields->number(kVersion, version_of(first));
      fields->number(kMode, mode);
    }
    if (mode < kControl) {
      read_time(in, mode, pdu, fields, out);
    } else if (mode == kControl) {
      read_control(pdu, fields, out);
    }
    say(kNames[mode], mode, pdu, out,
        mode == kClient   ? Kind::request
        : mode == kServer ? Kind::response
                          : Kind::oneway);
  }

 private:
  void read_time(Reader& in, std::uint8_t mode, const Pdu& pdu, Fields* fields, Emitter& out) {
    const std::uint8_t stratum = in.u8();
    const std::uint8_t poll = in.u8();
    in.skip(1 + 4 + 4);  // precision, root delay and dispersion
    const Bytes reference = in.take(4);
    const bool gives = (mode == kServer || mode == kBroadcast) && stratum > 0 && stratum < 16;
    if (gives) {
      tell({Identity::Field::service, kOfPort, "NTP answer",
            "ntp, stratum " + std::to_string(stratum)},
           pdu, out);
    }
    if (fields != nullptr) {
      fields->number(kStratum, stratum);
      fields->number(kPoll, poll);
      if (stratum <= 1) {
        fields->text(kReference, trimmed(as_text(reference)));
      } else {
        Reader ip{reference};
        fields->text(kReference, to_string(IpAddress::read_v4(ip)));
      }
    }
  }

  void read_control(const Pdu& pdu, Fields* fields, Emitter& out) {
    constexpr std::uint8_t kResponse = 0x80;
    Reader in{pdu.bytes};
    in.skip(1);
    const bool response = (in.u8() & kResponse) != 0;
    in.skip(kControlHeader - 2);
    const std::string_view text = as_text(in.rest());
    if (fields != nullptr) {
      fields->number(kTextSize, static_cast<std::int64_t>(text.size()));
    }
    if (response) {
      tell({Identity::Field::software, kOfControl, "NTP variables", variable(text, "version=\"")},
           pdu, out);
      tell({Identity::Field::os, kOfControl, "NTP variables", variable(text, "system=\"")}, pdu,
           out);
      tell({Identity::Field::hardware, kOfControl, "NTP variables", variable(text, "processor=\"")},
           pdu, out);
    }
  }
};

Probe probe(const ProbeInput& input) noexcept {
  const bool mine = input.bound && input.transport == Transport::udp && is_ntp(input.head);
  return {mine ? Probe::Answer::yes : Probe::Answer::no,
          mine ? direction_of(input.head) : Direction::unknown, 0};
}

constexpr std::array kBindings = {Binding{Binding::Layer::udp_port, 123}};

}  // namespace

extern constinit const Dissector ntp_dissector;
constinit const Dissector ntp_dissector{
    .protocol = Protocol::ntp,
    .bindings = kBindings,
    .fields = kFields,
    .problems = kProblems,
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = probe,
    .open = [](std::uint8_t variant) -> std::unique_ptr<Session> {
      return std::make_unique<NtpSession>(variant);
    },
    .opaque = true,
};

}  // namespace prahari
