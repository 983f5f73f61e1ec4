// TeamViewer: that it is there. Its protocol is not published; the first bytes are known.

#include "dissectors/plain_session.hpp"

namespace prahari {
namespace {

enum Field : std::size_t { kCommand, kSize };
constexpr auto kFields = std::to_array<std::string_view>({"command", "size"});

constexpr std::array kProblems = {
    Problem{"non_teamviewer_on_port", "bytes on the TeamViewer port are no TeamViewer", false}};

constexpr std::uint16_t kOld = 0x1724;
constexpr std::uint16_t kNew = 0x1130;
constexpr std::size_t kInDatagram = 11;
constexpr std::uint8_t kOfPort = 40;

bool is_teamviewer(Bytes bytes, bool datagram) noexcept {
  Reader in{bytes};
  if (datagram) {
    const std::uint8_t first = in.u8();
    in.skip(kInDatagram - 1);
    return first == 0 && in.be16() == kOld && in.ok();
  }
  const std::uint16_t magic = in.be16();
  return in.ok() && (magic == kOld || magic == kNew);
}

class TeamviewerSession final : public PlainSession {
 public:
  explicit TeamviewerSession(std::uint8_t variant) noexcept
      : PlainSession(Protocol::teamviewer), datagram_(variant != 0) {}

  void on_pdu(const Pdu& pdu, Emitter& out) override {
    if (!is_teamviewer(pdu.bytes, datagram_)) {
      return;
    }
    Reader in{pdu.bytes};
    in.skip(datagram_ ? kInDatagram + 2 : 2);
    const std::uint8_t command = in.u8();
    if (pdu.direction == Direction::to_server) {
      tell({Identity::Field::software, kOfPort, "TeamViewer traffic", "TeamViewer"}, pdu, out);
    }
    if (Fields* fields = out.fields()) {
      fields->number(kCommand, command);
      fields->number(kSize, static_cast<std::int64_t>(pdu.bytes.size()));
    }
    say("Message", command, pdu, out);
  }

 private:
  bool datagram_;
};

Probe probe(const ProbeInput& input) noexcept {
  const bool datagram = input.transport == Transport::udp;
  const bool mine = input.bound && is_teamviewer(input.head, datagram);
  return {mine ? Probe::Answer::yes : Probe::Answer::no, Direction::unknown,
          datagram ? std::uint8_t{1} : std::uint8_t{0}};
}

constexpr std::array kBindings = {Binding{Binding::Layer::tcp_port, 5938},
                                  Binding{Binding::Layer::udp_port, 5938}};

}  // namespace

extern constinit const Dissector teamviewer_dissector;
constinit const Dissector teamviewer_dissector{
    .protocol = Protocol::teamviewer,
    .bindings = kBindings,
    .fields = kFields,
    .problems = kProblems,
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = probe,
    .open = [](std::uint8_t variant) -> std::unique_ptr<Session> {
      return std::make_unique<TeamviewerSession>(variant);
    },
    .opaque = true,
};

}  // namespace prahari
