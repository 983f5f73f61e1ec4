// EtherCAT: a master and the modules on its wire, by what it asks them and what their memory says.
//
// IEC 61158-4-12 (datagrams), ETG.1000.6 and ETG.2010 (slave information interface).

#include <string>

#include "dissectors/frame_facts.hpp"
#include "dissectors/hash.hpp"

namespace prahari {
namespace {

using Of = Identity::Field;

enum Field : std::size_t { kDatagrams, kStations, kReturned };
constexpr std::array<std::string_view, kReturned + 1> kFields = {"datagrams", "stations",
                                                                 "returned"};

enum ProblemIndex : std::uint8_t { kTruncated };
constexpr std::array kProblems = {Problem{
    "ethercat_truncated", "a datagram of the EtherCAT frame ends before its length does", false}};

constexpr std::uint8_t kConfidence = 90;
constexpr std::size_t kMostDatagrams = 128;
constexpr std::uint16_t kControl = 0x0120;  // the state a module shall go to
constexpr std::uint16_t kSii = 0x0502;      // its memory: control, address, data

constexpr std::array<std::string_view, 15> kCommands = {"NOP",  "APRD", "APWR", "APRW", "FPRD",
                                                        "FPWR", "FPRW", "BRD",  "BWR",  "BRW",
                                                        "LRD",  "LWR",  "LRW",  "ARMW", "FRMW"};
enum Command : std::uint8_t { kFprd = 4, kApwr = 2, kFpwr = 5, kBwr = 8, kFirstLogical = 10 };

struct Datagram {
  std::uint8_t command = 0;
  std::uint16_t station = 0;
  std::uint16_t offset = 0;
  Bytes data;
  std::uint16_t counter = 0;  // how many modules worked on it
};

// Calls visit(datagram) for each; false when one is cut off.
template <class Visit>
bool each_datagram(Bytes payload, const Visit& visit) {
  constexpr unsigned kTypeShift = 12;
  constexpr std::uint16_t kLength = 0x07ff;
  constexpr std::uint16_t kMore = 0x8000;
  Reader in{payload};
  const std::uint16_t head = in.le16();
  if (!in.ok() || head >> kTypeShift != 1) {
    return in.ok();  // network variables, mailbox
  }
  bool more = true;
  for (std::size_t i = 0; i < kMostDatagrams && more; ++i) {
    Datagram datagram;
    datagram.command = in.u8();
    in.skip(1);
    datagram.station = in.le16();
    datagram.offset = in.le16();
    const std::uint16_t size = in.le16();
    in.skip(2);
    datagram.data = in.take(size & kLength);
    datagram.counter = in.le16();
    if (!in.ok()) {
      return false;
    }
    more = (size & kMore) != 0;
    visit(datagram);
  }
  return true;
}

bool sets_state(const Datagram& one) noexcept {
  return one.offset == kControl &&
         (one.command == kApwr || one.command == kFpwr || one.command == kBwr);
}

std::string_view vendor_name(std::uint32_t id) noexcept {
  constexpr std::uint32_t kBeckhoff = 0x00000002;
  return id == kBeckhoff ? "Beckhoff" : std::string_view{};
}

// An answer of a module's memory: what stands at the word that was asked for.
void tell_sii(const Datagram& one, const Identity::Host& master, Emitter& out) {
  constexpr std::uint16_t kBusyOrError = 0xe000;
  constexpr std::uint16_t kEightBytes = 0x0040;
  Reader in{one.data};
  const std::uint16_t status = in.le16();
  const std::uint32_t address = in.le32();
  const std::size_t words = (status & kEightBytes) != 0 ? 4 : 2;
  const Facts facts{out, "EtherCAT module memory", kConfidence, &master};
  for (std::size_t i = 0; i < words && in.remaining() >= 4; i += 2) {
    const std::uint32_t value = in.le32();
    if ((status & kBusyOrError) != 0 || value == 0) {
      continue;
    }
    switch (address + i) {
      case 0x08:
        facts.value(Of::vendor, vendor_name(value), one.station);
        break;
      case 0x0a:
        facts.value(Of::product, std::to_string(value), one.station);
        break;
      case 0x0c:
        facts.value(Of::hardware, std::to_string(value), one.station);
        break;
      case 0x0e:
        facts.value(Of::serial, std::to_string(value), one.station);
        break;
      default:
        break;
    }
  }
}

void show(Bytes payload, bool returned, std::size_t stations, Fields& fields) {
  fields.begin_list(kDatagrams);
  (void)each_datagram(payload, [&](const Datagram& one) {
    fields.item(one.command < kCommands.size() ? kCommands[one.command] : "unknown");
  });
  fields.end_list();
  fields.number(kStations, static_cast<std::int64_t>(stations));
  fields.boolean(kReturned, returned);
}

void on_frame(const Layers& layers, Emitter& out) {
  constexpr std::uint8_t kLocal = 0x02;  // the first module sets it in what comes back
  Identity::Host master{layers.src_mac, {}};
  std::uint16_t worked = 0;
  std::size_t stations = 0;
  bool control = false;
  const bool whole = each_datagram(layers.payload, [&](const Datagram& one) {
    worked = static_cast<std::uint16_t>(worked | one.counter);
    control = control || sets_state(one);
    stations += one.command == kFprd || one.command == kFpwr ? 1U : 0U;
  });
  const bool returned = worked != 0 && layers.src_mac.locally_administered();
  if (returned) {
    master.mac.octets[0] = static_cast<std::uint8_t>(master.mac.octets[0] & ~unsigned{kLocal});
    (void)each_datagram(layers.payload, [&](const Datagram& one) {
      if (one.command == kFprd && one.offset == kSii && one.counter != 0) {
        tell_sii(one, master, out);
      }
    });
  }
  Message message;
  message.protocol = Protocol::ethercat;
  message.kind = returned ? Kind::response : Kind::request;
  message.direction = returned ? Direction::to_client : Direction::to_server;
  message.operation = control ? Operation::control : Operation::read;
  message.envelope = returned;  // the same frame on its way back
  message.cyclic = !control;
  message.name = control ? "EtherCAT State Request" : "EtherCAT Process Data";
  message.problems = !whole && layers.payload_missing == 0 ? 1U << kTruncated : 0U;
  if (Fields* fields = out.fields()) {
    show(layers.payload, returned, stations, *fields);
  }
  out.message(message);
}

// By what is asked; what changes a state or reads a memory also by its data.
std::uint64_t alike(const Layers& layers) noexcept {
  Hasher hash{0};
  bool whole = each_datagram(layers.payload, [&](const Datagram& one) {
    if (sets_state(one) || one.offset == kSii) {
      hash.add(std::uint64_t{one.command} << 32U | std::uint64_t{one.station} << 16U | one.offset);
      hash.add(as_text(one.data));
    }
  });
  return hash.add(std::uint64_t{whole ? 1U : 0U}).value();
}

constexpr std::array kBindings = {Binding{Binding::Layer::ethertype, 0x88a4}};

}  // namespace

extern constinit const Dissector ethercat_dissector;
constinit const Dissector ethercat_dissector{
    .protocol = Protocol::ethercat,
    .bindings = kBindings,
    .fields = kFields,
    .problems = kProblems,
    .foreign_problem = kTruncated,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
    .on_frame = on_frame,
    .alike = alike,
};

}  // namespace prahari
