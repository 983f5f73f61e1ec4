// EtherNet/IP: the encapsulation over TCP and UDP, CIP in it, and implicit I/O over UDP.
//
// CIP Networks Library volumes 1 (CIP) and 2 (EtherNet/IP adaptation).

#include "dissectors/protocols/enip/connections.hpp"
#include "dissectors/protocols/enip/encapsulation.hpp"
#include "dissectors/protocols/enip/fields.hpp"
#include "dissectors/protocols/enip/io.hpp"
#include "dissectors/protocols/enip/problems.hpp"
#include "dissectors/protocols/enip/session.hpp"

namespace prahari {
namespace enip {
namespace {

// What open() is told: the kind of conversation, and whether the port is bound.
enum class Talk : std::uint8_t { encapsulation, io };

Probe yes(Talk talk, bool bound, Direction direction) noexcept {
  const auto variant =
      static_cast<std::uint8_t>(static_cast<unsigned>(talk) << 1U | (bound ? 1U : 0U));
  return {Probe::Answer::yes, direction, variant};
}

// What nothing else begins with. A request to list is too plain to be known by on any port.
bool is_telling(const Header& header, Bytes body) noexcept {
  Reader in{body};
  in.skip(2);
  const bool identity = in.le16() == item::kIdentity && in.ok();
  return header.command == command::kRegisterSession || header.command == command::kSendRrData ||
         header.command == command::kSendUnitData ||
         (header.command == command::kListIdentity && identity);
}

Probe probe(const ProbeInput& input) noexcept {
  if (input.transport == Transport::udp && looks_like_io(input.head)) {
    return yes(Talk::io, input.bound, Direction::unknown);
  }
  Reader in{input.head};
  const Header header = read_header(in);
  if (!in.ok()) {
    const bool hopeful = input.transport == Transport::tcp && !input.head.empty() &&
                         find_command(Reader{input.head}.le16()) != nullptr;
    return hopeful || (input.head.size() == 1 && input.bound) ? Probe{Probe::Answer::need_more}
                                                              : Probe{};
  }
  const bool right = looks_right(input.head, 0);
  if (input.bound) {
    const bool framed = frame_message(input.head, true).verdict != Frame::Verdict::not_mine;
    return right || framed ? yes(Talk::encapsulation, true, Direction::unknown) : Probe{};
  }
  const bool whole =
      frame_message(input.head, true).verdict == Frame::Verdict::complete || header.length > 1000;
  return right && whole && is_telling(header, in.rest())
             ? yes(Talk::encapsulation, false, Direction::unknown)
             : Probe{};
}

constexpr std::array kBindings = {Binding{Binding::Layer::tcp_port, 44818},
                                  Binding{Binding::Layer::udp_port, 44818},
                                  Binding{Binding::Layer::udp_port, 2222}};

std::unique_ptr<Session> open(std::uint8_t variant) {
  if (static_cast<Talk>(variant >> 1U) == Talk::io) {
    return std::make_unique<IoSession>();
  }
  return std::make_unique<EnipSession>((variant & 1U) != 0);
}

}  // namespace
}  // namespace enip

extern constinit const Dissector enip_dissector;
constinit const Dissector enip_dissector{
    .protocol = Protocol::enip,
    .bindings = enip::kBindings,
    .fields = enip::kFieldNames,
    .problems = enip::kProblems,
    .foreign_problem = static_cast<std::uint8_t>(enip::Wrong::non_enip_on_port),
    .on_any_port = true,
    .probe = enip::probe,
    .open = enip::open,
    .share = []() -> std::unique_ptr<Shared> { return std::make_unique<enip::ConnectionTable>(); },
};

extern constinit const Dissector cip_dissector;
constinit const Dissector cip_dissector{
    .protocol = Protocol::cip,
    .bindings = {},
    .fields = enip::kCipFieldNames,
    .problems = enip::kCipProblems,
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

extern constinit const Dissector cipio_dissector;
constinit const Dissector cipio_dissector{
    .protocol = Protocol::cipio,
    .bindings = {},
    .fields = enip::kIoFieldNames,
    .problems = enip::kIoProblems,
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

}  // namespace prahari
