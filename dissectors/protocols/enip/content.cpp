#include "dissectors/protocols/enip/content.hpp"

#include "dissectors/protocols/enip/cip.hpp"

namespace prahari::enip {
namespace {

bool lists(std::uint16_t command) noexcept {
  return command == command::kListServices || command == command::kListIdentity ||
         command == command::kListInterfaces;
}

}  // namespace

bool carries_cip(std::uint16_t command) noexcept {
  return command == command::kSendRrData || command == command::kSendUnitData;
}

Content::Content(Bytes bytes) noexcept {
  Reader in{bytes};
  header = read_header(in);
  command = find_command(header.command);
  if (carries_cip(header.command)) {
    read_carried(in);
  } else if (lists(header.command) && header.length > 0) {
    read_list(in);
  } else if (header.command == command::kRegisterSession && header.length > 0) {
    in.skip(4);
  } else {
    in.skip(command != nullptr && header.length > 0 ? in.remaining() : 0);
  }
  truncated = !in.ok();
  rest = has_items ? items.rest : in.rest();
}

void Content::read_list(Reader& in) noexcept {
  items = read_items(in);
  has_items = true;
}

void Content::read_carried(Reader& in) noexcept {
  if (header.length == 0 && header.status != 0) {
    return;  // refused
  }
  in.skip(4);
  timeout = in.le16();
  read_list(in);
  if (const Item* address = items.find(item::kConnectedAddress)) {
    connection = Reader{address->data}.le32();
  }
  if (const Item* data = items.find(item::kUnconnectedData)) {
    cip = data->data;
  } else if (const Item* sequenced = items.find(item::kConnectedData)) {
    Reader data_in{sequenced->data};
    sequence = data_in.le16();
    cip = data_in.rest();
    connected = true;
  }
}

Direction Content::direction() const noexcept {
  if (!cip.empty()) {
    return (service() & kReplyBit) != 0 ? Direction::to_client : Direction::to_server;
  }
  if (header.status != 0) {
    return Direction::to_client;
  }
  if (lists(header.command)) {
    return header.length == 0 ? Direction::to_server : Direction::to_client;
  }
  if (header.command == command::kRegisterSession) {
    return header.session == 0 ? Direction::to_server : Direction::to_client;
  }
  return header.command == command::kUnregisterSession ? Direction::to_server : Direction::unknown;
}

}  // namespace prahari::enip
