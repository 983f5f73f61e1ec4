#include "inventory/classifier.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "dissectors/unit.hpp"
#include "inventory/number_text.hpp"

namespace prahari {
namespace {

constexpr std::uint32_t kManyControllers = 5;
constexpr std::uint32_t kGatewayPathUnavailable = 0x0a;
constexpr std::uint32_t kGatewayTargetSilent = 0x0b;

Behaviour& behaviour_of(AssetEntry& entry) {
  if (!entry.behaviour) {
    entry.behaviour = std::make_unique<Behaviour>();
  }
  return *entry.behaviour;
}

void count(std::uint64_t& counter, Timestamp& first, Timestamp now,
           std::uint32_t times = 1) noexcept {
  if (counter == 0) {
    first = now;
  }
  counter += times;
}

bool engineers(const MessageFacts& message) noexcept {
  switch (message.effect) {
    case Effect::program_to:
    case Effect::program_from:
    case Effect::firmware:
    case Effect::reserve:
    case Effect::debug:
    case Effect::force:
      return true;
    default:
      return message.operation == Operation::program || message.operation == Operation::admin;
  }
}

std::string protocols_text(std::uint64_t protocols) {
  std::string out;
  for (std::size_t i = 0; i < static_cast<std::size_t>(Protocol::unknown); ++i) {
    if ((protocols >> i & 1U) != 0) {
      out += out.empty() ? "" : " and ";
      out += to_string(static_cast<Protocol>(i));
    }
  }
  return out;
}

void judge_controller(AssetEntry& entry) {
  const Behaviour& did = *entry.behaviour;
  if (did.answers == 0) {
    return;
  }
  std::string reason =
      "answered " + plural(did.answers, protocols_text(did.answered_in) + " request");
  reason += did.requests == 0 ? ", started none"
                              : "; also started " + with_commas(did.requests) + " of its own";
  hold(entry.asset, {Role::controller, std::move(reason), did.first_answer});
}

void judge_client(AssetEntry& entry, std::uint32_t asked) {
  const Behaviour& did = *entry.behaviour;
  if (did.requests == 0) {
    return;
  }
  std::string reason = "sent " + plural(did.requests, protocols_text(did.asked_in) + " request");
  if (asked > 0) {
    reason += " to " + plural(asked, "device");
  }
  hold(entry.asset, {Role::client, std::move(reason), did.first_request});
}

void judge_engineering(AssetEntry& entry) {
  const Behaviour& did = *entry.behaviour;
  if (did.engineering == 0) {
    return;
  }
  std::string reason = "sent " + plural(did.engineering, "programming or engineering request");
  reason += ", the first: ";
  reason += did.engineering_name;
  hold(entry.asset, {Role::engineering, std::move(reason), did.first_engineering});
}

void judge_gateway(AssetEntry& entry) {
  const Behaviour& did = *entry.behaviour;
  const auto fronted = [](const Unit& unit) {
    return unit.responses > 0 && unit.id != 0 && unit.id != 255 && !is_slot(unit.id);
  };
  const auto units = std::ranges::count_if(entry.asset.units, fronted);
  if (units >= 2) {
    // The second unit to answer made it one.
    Timestamp first = Timestamp::max();
    Timestamp second = Timestamp::max();
    for (const Unit& unit : entry.asset.units) {
      if (fronted(unit)) {
        second = std::min(second, std::max(first, unit.first));
        first = std::min(first, unit.first);
      }
    }
    hold(entry.asset,
         {Role::gateway, plural(static_cast<std::uint64_t>(units), "unit") + " answer behind it",
          second});
  } else if (did.gateway_exceptions > 0) {
    hold(entry.asset,
         {Role::gateway,
          "answered " + plural(did.gateway_exceptions, "request") + " with a gateway exception",
          did.first_gateway_exception});
  }
}

void judge_io_scanner(AssetEntry& entry) {
  const Behaviour& did = *entry.behaviour;
  if (did.io_as_scanner() == 0) {
    return;
  }
  std::string reason;
  if (did.io_owned + did.io_heard == 0) {
    reason = "sends outputs on an I/O connection whose opening was not seen";
  } else {
    reason = "opened " + plural(did.io_owned + did.io_heard, "I/O connection") + ", " +
             with_commas(did.io_owned) + " as exclusive owner";
  }
  hold(entry.asset, {Role::io_scanner, std::move(reason), did.first_io_as_scanner});
}

void judge_adapter(AssetEntry& entry) {
  const Behaviour& did = *entry.behaviour;
  if (did.io_as_adapter() == 0) {
    return;
  }
  std::string reason = did.io_served == 0
                           ? "produces inputs on an I/O connection whose opening was not seen"
                           : "accepted " + plural(did.io_served, "I/O connection");
  hold(entry.asset, {Role::adapter, std::move(reason), did.first_io_as_adapter});
}

// What the device says of itself.
void judge_device_type(AssetEntry& entry) {
  constexpr std::uint8_t kSaidByItself = 80;
  const Fact* type = entry.asset.best(Identity::Field::device_type);
  if (type == nullptr || type->confidence < kSaidByItself || type->unit != Identity::kNoUnit) {
    return;
  }
  if (type->value == "human-machine interface") {
    hold(entry.asset, {Role::hmi, "says that it is one", type->first});
  } else if (type->value == "programmable logic controller") {
    hold(entry.asset, {Role::controller, "says that it is a " + type->value, type->first});
  }
}

LevelBasis basis_of(const AssetEntry& entry, std::uint32_t asked, bool vpn) {
  const Asset& asset = entry.asset;
  if (asset.has_role(Role::controller) || asset.has_role(Role::gateway)) {
    return LevelBasis::controller;
  }
  if (asset.has_role(Role::adapter) || asset.has_role(Role::io_scanner)) {
    return LevelBasis::cyclic_io;
  }
  if (asset.has_role(Role::client) && asked >= kManyControllers &&
      !asset.has_role(Role::engineering) && !asset.has_role(Role::scanner)) {
    return LevelBasis::many_controllers;
  }
  if (asset.has_role(Role::engineering)) {
    return LevelBasis::engineering;
  }
  if (asset.has_role(Role::historian)) {
    return LevelBasis::historian;
  }
  if (asset.has_role(Role::client) || asset.has_role(Role::hmi)) {
    return LevelBasis::client;
  }
  if (asset.has_role(Role::field_device)) {
    return LevelBasis::field_device;
  }
  if (vpn) {
    return LevelBasis::remote_access;
  }
  if (asset.has_role(Role::printer) || asset.has_role(Role::telephone)) {
    return LevelBasis::office;
  }
  const bool is_public = std::ranges::any_of(
      asset.addresses, [](const AddressUse& use) { return !use.ip.is_private(); });
  return is_public && !entry.by_mac ? LevelBasis::public_address : LevelBasis::none;
}

}  // namespace

void hold(Asset& asset, RoleReason role) {
  const auto at = std::ranges::lower_bound(asset.roles, role.role, {}, &RoleReason::role);
  if (at == asset.roles.end() || at->role != role.role) {
    asset.roles.insert(at, std::move(role));
  }
}

void observe(AssetEntry* client, AssetEntry* server, const Event& event) {
  const MessageFacts& message = event.message;
  const Timestamp now = event.packet.time;
  const std::uint64_t protocol = std::uint64_t{1}
                                 << static_cast<unsigned>(carrier_of(event.protocol));
  if (message.direction == Direction::to_server && client != nullptr) {
    client->asset.sent = true;
    client->asset.protocols |= protocol;
    if (message.kind != Kind::request) {
      return;
    }
    Behaviour& did = behaviour_of(*client);
    count(did.requests, did.first_request, now, event.repeats + 1U);
    did.asked_in |= protocol;
    if (engineers(message)) {
      if (did.engineering == 0) {
        did.engineering_name = message.name;
      }
      count(did.engineering, did.first_engineering, now);
    }
  } else if (message.direction == Direction::to_client && server != nullptr) {
    server->asset.sent = true;
    server->asset.protocols |= protocol;
    if (message.kind != Kind::response && message.kind != Kind::exception) {
      return;
    }
    Behaviour& did = behaviour_of(*server);
    count(did.answers, did.first_answer, now, event.repeats + 1U);
    did.answered_in |= protocol;
    if (event.protocol == Protocol::modbus && message.kind == Kind::exception &&
        (message.status == kGatewayPathUnavailable || message.status == kGatewayTargetSilent)) {
      count(did.gateway_exceptions, did.first_gateway_exception, now);
    }
  }
}

void observe_connection(AssetEntry* originator, AssetEntry* target, const Event& event) {
  const Connection& said = event.connection.said;
  if (said.closed) {
    return;
  }
  if (originator != nullptr) {
    Behaviour& did = behaviour_of(*originator);
    did.first_io_as_scanner =
        did.io_as_scanner() == 0 ? event.packet.time : did.first_io_as_scanner;
    ++(said.use == Connection::Use::exclusive_owner ? did.io_owned : did.io_heard);
  }
  if (target != nullptr) {
    Behaviour& did = behaviour_of(*target);
    did.first_io_as_adapter =
        did.io_as_adapter() == 0 ? event.packet.time : did.first_io_as_adapter;
    ++did.io_served;
  }
}

void observe_production(AssetEntry& producer, const Event& event) {
  const Production& said = event.production.said;
  producer.asset.sent = true;
  producer.asset.protocols |= std::uint64_t{1} << static_cast<unsigned>(carrier_of(event.protocol));
  if (said.direction == Direction::unknown) {
    return;
  }
  Behaviour& did = behaviour_of(producer);
  if (said.direction == Direction::to_server) {
    did.first_io_as_scanner = did.io_as_scanner() == 0 ? said.first : did.first_io_as_scanner;
    did.io_outputs = true;
  } else {
    did.first_io_as_adapter = did.io_as_adapter() == 0 ? said.first : did.first_io_as_adapter;
    did.io_inputs = true;
  }
}

void classify(AssetEntry& entry, std::uint32_t asked) {
  Asset& asset = entry.asset;
  std::erase_if(asset.roles, [&entry](const RoleReason& held) {
    return held.role != Role::scanner && (held.role != Role::router || !entry.router);
  });
  if (entry.behaviour) {
    judge_controller(entry);
    judge_client(entry, asked);
    judge_engineering(entry);
    judge_gateway(entry);
    judge_io_scanner(entry);
    judge_adapter(entry);
  }
  judge_device_type(entry);
  const bool vpn = hold_told_roles(asset);
  asset.level = basis_of(entry, asked, vpn);
  if (entry.former) {
    for (const RoleReason& held : entry.former->roles) {
      hold(asset, held);
    }
    asset.level = asset.level == LevelBasis::none ? entry.former->level : asset.level;
  }
}

}  // namespace prahari
