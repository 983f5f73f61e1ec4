#include "dissectors/protocols/enip/encapsulation.hpp"

#include <algorithm>

namespace prahari::enip {
namespace {

// Session set-up and what only carries other messages count as reading (attack-ics.md, 1).
constexpr auto kCommands = std::to_array<Command>({
    {0x0000, "NOP", Operation::read, false},
    {0x0001, "Reserved Command 0x0001", Operation::read, true},
    {0x0002, "Reserved Command 0x0002", Operation::read, true},
    {0x0003, "Reserved Command 0x0003", Operation::read, true},
    {0x0004, "List Services", Operation::discover, true},
    {0x0005, "Reserved Command 0x0005", Operation::read, true},
    {0x0063, "List Identity", Operation::discover, true},
    {0x0064, "List Interfaces", Operation::discover, true},
    {0x0065, "Register Session", Operation::read, true},
    {0x0066, "Unregister Session", Operation::read, false},
    {0x006F, "Send RR Data", Operation::read, true},
    {0x0070, "Send Unit Data", Operation::read, false},
    {0x0071, "Reserved Command 0x0071", Operation::read, true},
    {0x0072, "Indicate Status", Operation::read, true},
    {0x0073, "Cancel", Operation::read, true},
    {0x00C8, "Start DTLS", Operation::read, true},
});

constexpr std::uint16_t kLongestOfUnknown = 600;

struct Named {
  std::uint32_t code;
  std::string_view name;
};
constexpr auto kStatus = std::to_array<Named>({
    {0x00, "Success"},
    {0x01, "Invalid or unsupported command"},
    {0x02, "Out of memory"},
    {0x03, "Incorrect data"},
    {0x64, "Invalid session handle"},
    {0x65, "Invalid length"},
    {0x69, "Unsupported protocol revision"},
    {0x6A, "CIP service not allowed on this port"},
});

// The body of SendRRData and SendUnitData, as far as it is there.
bool carries_items(Bytes body, std::uint16_t length) noexcept {
  Reader in{body};
  const std::uint32_t interface = in.le32();
  in.skip(2);
  const std::uint16_t items = in.le16();
  const std::uint16_t first = in.le16();
  const bool known = first == item::kNullAddress || first == item::kConnectedAddress;
  return length >= 16 && (!in.ok() || (interface == 0 && items >= 1 && items <= 6 && known));
}

bool body_fits(const Header& header, Bytes body) noexcept {
  if (header.status != 0 && header.length == 0) {
    return true;  // an error needs no body
  }
  switch (header.command) {
    case command::kRegisterSession: {
      Reader in{body};
      const std::uint16_t version = in.le16();
      return header.length == 4 && (!in.ok() || version == 1);
    }
    case command::kUnregisterSession:
      return header.length == 0;
    case command::kListServices:
    case command::kListIdentity:
    case command::kListInterfaces: {
      Reader in{body};
      const std::uint16_t items = in.le16();
      return header.length == 0 || (header.length >= 2 && (!in.ok() || items <= Items::kMost));
    }
    case command::kSendRrData:
    case command::kSendUnitData:
      return carries_items(body, header.length);
    default:
      return true;
  }
}

}  // namespace

const Command* find_command(std::uint16_t code) noexcept {
  const auto* const found = std::ranges::find(kCommands, code, &Command::code);
  return found == kCommands.end() ? nullptr : found;
}

std::string_view status_name(std::uint32_t status) noexcept {
  const auto* const found = std::ranges::find(kStatus, status, &Named::code);
  return found == kStatus.end() ? std::string_view{} : found->name;
}

Header read_header(Reader& in) noexcept {
  Header header;
  header.command = in.le16();
  header.length = in.le16();
  header.session = in.le32();
  header.status = in.le32();
  header.context = in.take(8);
  header.options = in.le32();
  return header;
}

Frame frame_message(Bytes head, bool large) noexcept {
  Reader in{head};
  const Header header = read_header(in);
  if (!in.ok()) {
    return Frame::need_more();
  }
  const bool known = find_command(header.command) != nullptr;
  const bool plain = header.options == 0 && header.length <= kLongestOfUnknown &&
                     !status_name(header.status).empty();
  if ((!known && !plain) || header.length > (large ? kMaxLength : kUsualLength)) {
    return Frame::not_mine();
  }
  const std::size_t size = kHeaderSize + header.length;
  return head.size() < size ? Frame::need_more() : Frame::complete(size);
}

bool looks_right(Bytes head, std::uint32_t session) noexcept {
  Reader in{head};
  const Header header = read_header(in);
  if (!in.ok() || find_command(header.command) == nullptr || header.options != 0 ||
      header.length > kMaxLength || status_name(header.status).empty()) {
    return false;
  }
  const bool sessionless = header.command < command::kRegisterSession && header.session == 0;
  if (session != 0 && header.session != session && !sessionless) {
    return false;
  }
  return body_fits(header, in.rest());
}

bool is_evidence(std::uint16_t command) noexcept {
  return command == command::kListServices ||
         (command >= command::kListIdentity && command <= command::kUnregisterSession) ||
         command == command::kSendRrData || command == command::kSendUnitData;
}

const Item* Items::find(std::uint16_t type) const noexcept {
  const auto items = list();
  const auto found = std::ranges::find(items, type, &Item::type);
  return found == items.end() ? nullptr : &*found;
}

Items read_items(Reader& in) noexcept {
  Items items;
  const std::size_t claimed = in.le16();
  items.too_many = claimed > Items::kMost;
  const std::size_t wanted = std::min(claimed, Items::kMost);
  while (in.ok() && items.count < wanted) {
    const std::uint16_t type = in.le16();
    const std::uint16_t length = in.le16();
    if (!in.ok()) {
      break;
    }
    items.overrun = length > in.remaining();
    items.all[items.count++] = {type, in.take(std::min<std::size_t>(length, in.remaining()))};
  }
  items.rest = in.rest();
  return items;
}

IpAddress socket_address(const Item& socket) noexcept {
  constexpr std::uint16_t kInternet = 2;
  Reader in{socket.data};
  const std::uint16_t family = in.be16();
  in.skip(2);  // port
  const IpAddress ip = IpAddress::read_v4(in);
  return in.ok() && family == kInternet ? ip : IpAddress{};
}

}  // namespace prahari::enip
