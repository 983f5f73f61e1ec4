// Modbus over TCP and UDP: MBAP, RTU and ASCII frames, UMAS inside function 90.
//
// MODBUS Messaging on TCP/IP Implementation Guide V1.0b; MODBUS Application Protocol Specification
// V1.1b3; MODBUS over Serial Line V1.02.

#include "dissectors/protocols/modbus/framing.hpp"
#include "dissectors/protocols/modbus/problems.hpp"
#include "dissectors/protocols/modbus/session.hpp"

namespace prahari {
namespace modbus {
namespace {

constexpr Probe kNo{};
constexpr std::size_t kLeast = 8;  // an MBAP header and a function code
constexpr std::uint8_t kMaxUnit = 247;

Probe yes(Carrier carrier, bool bound, Direction direction) noexcept {
  return {Probe::Answer::yes, direction, variant(carrier, bound)};
}

// Whether the segment is nothing but whole ADUs, each by its function's rules where it has some.
// `strict`: each has to have some.
bool whole_mbap(Bytes head, Direction direction, bool strict, Direction& told) noexcept {
  while (!head.empty()) {
    const Frame frame = frame_mbap(head);
    if (frame.verdict != Frame::Verdict::complete) {
      return false;
    }
    const Adu adu = read_mbap(head.first(frame.size));
    if (strict && (adu.length > kMaxLength || !well_formed(adu, direction))) {
      return false;
    }
    told = told == Direction::unknown ? direction_of(adu) : told;
    head = head.subspan(frame.size);
  }
  return true;
}

// On a port of Modbus any code passes in a whole ADU, so that a scan of codes is seen; a first
// part of an ADU has to carry a known one.
Probe probe_bound(const ProbeInput& input) noexcept {
  Direction told = Direction::unknown;
  if (input.head.size() >= kLeast && whole_mbap(input.head, input.direction, false, told)) {
    return yes(Carrier::mbap, true, told);
  }
  const Frame frame = frame_mbap(input.head);
  if (frame.verdict == Frame::Verdict::not_mine) {
    return kNo;
  }
  if (input.head.size() < kLeast) {
    return {Probe::Answer::need_more};
  }
  const std::uint8_t code = read_mbap(input.head).code;
  const bool known = code != 0 && find_function(code) != nullptr &&
                     ((code & kExceptionBit) == 0 || input.direction != Direction::to_server);
  return known ? yes(Carrier::mbap, true, Direction::unknown) : kNo;
}

Probe probe_serial(const ProbeInput& input) noexcept {
  const Frame rtu = frame_rtu(input.head, input.direction);
  if (rtu.verdict == Frame::Verdict::complete && rtu.size == input.head.size()) {
    const Adu adu = read_rtu(input.head);
    if (adu.unit <= kMaxUnit && well_formed(adu, input.direction)) {
      return yes(Carrier::rtu, input.bound, direction_of(adu));
    }
  }
  const Frame ascii = frame_ascii(input.head);
  AsciiBuffer buffer;
  Adu adu;
  if (ascii.verdict == Frame::Verdict::complete && read_ascii(input.head, buffer, adu) &&
      ascii.size == input.head.size() && well_formed(adu, input.direction)) {
    return yes(Carrier::ascii, input.bound, direction_of(adu));
  }
  return kNo;
}

Probe probe(const ProbeInput& input) noexcept {
  if (input.head.empty()) {
    return {Probe::Answer::need_more};
  }
  Direction told = Direction::unknown;
  if (input.head.size() >= kLeast && whole_mbap(input.head, input.direction, true, told)) {
    return yes(Carrier::mbap, input.bound, told);
  }
  const Probe serial = probe_serial(input);
  if (serial.answer == Probe::Answer::yes) {
    return serial;
  }
  if (input.bound) {
    return probe_bound(input);
  }
  // Some clients send the header by itself.
  const bool header =
      input.head.size() == kMbapSize && frame_mbap(input.head).verdict == Frame::Verdict::need_more;
  return header ? Probe{Probe::Answer::need_more} : kNo;
}

// Port 802 (Modbus/TCP Security) is not among them: what is seen there is TLS.
constexpr std::array kBindings = {Binding{Binding::Layer::tcp_port, 502},
                                  Binding{Binding::Layer::udp_port, 502}};

}  // namespace
}  // namespace modbus

extern constinit const Dissector modbus_dissector;
constinit const Dissector modbus_dissector{
    .protocol = Protocol::modbus,
    .bindings = modbus::kBindings,
    .fields = modbus::kFieldNames,
    .problems = modbus::kProblems,
    .foreign_problem = static_cast<std::uint8_t>(modbus::Wrong::non_modbus_on_port),
    .on_any_port = true,
    .probe = modbus::probe,
    .open = [](std::uint8_t variant) -> std::unique_ptr<Session> {
      return std::make_unique<modbus::ModbusSession>(variant);
    },
};

}  // namespace prahari
