#include "dissectors/protocols/enip/multicast_names.hpp"

#include "dissectors/hash.hpp"
#include "dissectors/protocols/enip/io.hpp"

namespace prahari::enip {

std::size_t MulticastNames::KeyHash::operator()(const Key& key) const noexcept {
  return Hasher{seed}
      .add(key.producer)
      .add(key.id)
      .add(std::uint64_t{key.tunnel} << 32U | key.vlan.ids[0])
      .value();
}

MulticastNames::MulticastNames() : names_(kMost, KeyHash{process_seed()}) {}

bool MulticastNames::concerns(const Event& message) noexcept {
  return message.protocol == Protocol::cipio &&
         (message.server.ip.multicast() || message.client.ip.multicast());
}

void MulticastNames::learn(const Event& event) {
  if (event.kind != EventKind::connection) {
    return;
  }
  const Connection& said = event.connection.said;
  const bool by_client = event.connection.by_client;
  const IpAddress& originator = by_client ? event.client.ip : event.server.ip;
  const IpAddress& target = by_client ? event.server.ip : event.client.ip;
  const Triad triad{said.serial, said.vendor, said.originator};
  if (said.closed) {
    // What is still on its way keeps its name until another connection takes the id.
    names_.for_each([&](auto slot) {
      Named& named = names_[slot];
      const Key& key = names_.key(slot);
      if (named.triad == triad && key.producer == target && key.vlan == event.vlan &&
          key.tunnel == event.tunnel && named.originator == originator) {
        named.closed = true;
      }
    });
    return;
  }
  if (!said.inputs.multicast) {
    return;
  }
  const Key key{said.inputs.id, target, event.vlan, event.tunnel};
  const bool owner = said.use == Connection::Use::exclusive_owner;
  auto slot = names_.find(key);
  if (slot == names_.kNone) {
    slot = names_.insert(key);
    names_[slot].closed = true;
  }
  Named& named = names_[slot];
  if (named.closed || (owner && !named.owner)) {
    named = {triad, originator, owner, false};
  }
}

void MulticastNames::complete(const Event& message, Fields& fields) const {
  const bool to_server = message.server.ip.multicast();
  const IpAddress& producer = to_server ? message.client.ip : message.server.ip;
  const auto slot = names_.peek({message.message.address, producer, message.vlan, message.tunnel});
  if (slot != names_.kNone) {
    show_connection(fields, &names_[slot].triad, names_[slot].originator, producer);
  }
}

}  // namespace prahari::enip
