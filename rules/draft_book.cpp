#include "rules/draft_book.hpp"

#include <algorithm>

#include "dissectors/registry.hpp"
#include "rules/describe.hpp"

namespace prahari {
namespace {

constexpr std::size_t kMostLines = 16'384;
constexpr std::size_t kMostHosts = 256;  // named in the evidence of one line

bool readable(Protocol protocol) noexcept {
  return protocol != Protocol::unknown && !dissector(protocol).opaque;
}

std::string port_words(Transport transport, std::uint16_t port) {
  std::string words{to_string(transport)};
  if (transport == Transport::tcp || transport == Transport::udp) {
    words += '/' + std::to_string(port);
  }
  return words;
}

void name(std::set<IpAddress>& hosts, const IpAddress& ip) {
  if (hosts.size() < kMostHosts) {
    hosts.insert(ip);
  }
}

DraftKey key_of(const ZonePair& zones, const IpAddress& client, const IpAddress& server) {
  DraftKey key{.from = zones.from, .to = zones.to, .stranger = {}, .protocol = {}};
  if (zones.from == 0 || zones.to == 0) {
    key.stranger = zones.from == 0 ? client : server;
  }
  return key;
}

}  // namespace

DraftLine* DraftBook::line(const DraftKey& key) {
  const auto found = lines_.find(key);
  if (found != lines_.end()) {
    return &found->second;
  }
  if (lines_.size() >= kMostLines) {
    ++left_out_;
    return nullptr;
  }
  return &lines_[key];
}

void DraftBook::allowed(const ZonePair& /*zones*/, const Event& /*event*/,
                        const Verdict& /*verdict*/, std::uint32_t /*times*/) {}

void DraftBook::refused(const ZonePair& zones, const Event& event, const Request& request,
                        std::uint32_t times) {
  DraftKey key = key_of(zones, event.client.ip, event.server.ip);
  const bool spoken = request.has_operation && readable(request.protocol);
  const bool silent = !request.has_operation && request.protocol != Protocol::unknown;
  if (spoken || silent) {
    key.protocol = to_string(request.protocol);
    key.operation = static_cast<int>(silent ? Operation::read : request.operation);
  } else {
    key.protocol = port_words(event.transport, event.server.port);
  }
  DraftLine* made = line(key);
  if (made == nullptr) {
    return;
  }
  DraftEvidence& seen = made->seen;
  const bool fresh = seen.messages + seen.flows == 0;
  name(seen.clients, event.client.ip);
  name(seen.servers, event.server.ip);
  if (fresh) {
    seen.first = event.packet;
    seen.first_time = event.packet.time;
    made->silent = silent;
  }
  made->silent = made->silent && silent;
  seen.last = event.packet;
  seen.last_time = std::max(seen.last_time, event.packet.time);
  (request.has_operation ? seen.messages : seen.flows) += times;
  if (spoken) {
    made->targets.add(request.target, request.protocol == Protocol::modbus);
  }
}

void DraftBook::add(const ZonePair& zones, const Conversation& row) {
  const auto add_as = [&](std::string protocol, int operation) {
    DraftKey key = key_of(zones, row.client_ip, row.server_ip);
    key.protocol = std::move(protocol);
    key.operation = operation;
    DraftLine* made = line(key);
    if (made == nullptr) {
      return;
    }
    DraftEvidence& seen = made->seen;
    const bool fresh = seen.messages + seen.flows == 0;
    name(seen.clients, row.client_ip);
    name(seen.servers, row.server_ip);
    seen.first_time = fresh ? row.first : std::min(seen.first_time, row.first);
    seen.last_time = std::max(seen.last_time, row.last);
    seen.messages += row.messages;
    seen.flows += row.flows;
    made->targets.add_unknown();
  };
  if (!readable(row.protocol) || row.operations == 0) {
    add_as(port_words(row.transport, row.server_port), -1);
    return;
  }
  for (std::size_t i = 0; i < kOperations; ++i) {
    if ((static_cast<unsigned>(row.operations) >> i & 1U) != 0) {
      add_as(std::string{to_string(carrier_of(row.protocol))}, static_cast<int>(i));
    }
  }
}

}  // namespace prahari
