#include "inventory/export_json.hpp"

#include <nlohmann/json.hpp>

#include "capture/time_text.hpp"
#include "dissectors/unit.hpp"
#include "inventory/posture_book.hpp"

namespace prahari {
namespace {

using Json = nlohmann::ordered_json;

Json vlan_json(const VlanTags& vlan) {
  Json out = Json::array();
  for (std::size_t i = 0; i < vlan.count; ++i) {
    out.push_back(vlan.ids[i]);
  }
  return out;
}

Json evidence_json(const PacketRef& packet, const ExportContext& context) {
  return {{"capture", capture_name(packet, context)},
          {"frame", packet.frame},
          {"time", format_time(packet.time)}};
}

// A Modbus unit by its number, a slot of a chassis by its own.
void set_unit(Json& out, std::uint32_t unit) {
  if (is_slot(unit)) {
    out["slot"] = unit - kSlotUnits;
  } else if (is_route(unit)) {
    out["module"] = unit_words(unit);
  } else {
    out["unit"] = unit;
  }
}

void add_origin(Json& out, const Fact& fact, const ExportContext& context) {
  out["source"] = fact.source;
  out["confidence"] = fact.confidence;
  out["first_seen"] = format_time(fact.first);
  out["last_seen"] = format_time(fact.last);
  out["count"] = fact.count;
  out["evidence"] = evidence_json(fact.packet, context);
}

Json values_json(const Asset& asset, std::uint32_t unit, const ExportContext& context) {
  Json out = Json::object();
  for (std::size_t i = 0; i < kIdentityFields; ++i) {
    const auto field = static_cast<Identity::Field>(i);
    const Chosen chosen = choose(asset, field, context.aliases, unit);
    if (chosen.fact == nullptr) {
      continue;
    }
    Json value = {{"value", chosen.value}};
    if (chosen.value != chosen.fact->value) {
      value["as_told"] = chosen.fact->value;
    }
    if (unit == Identity::kNoUnit && chosen.fact->unit != Identity::kNoUnit) {
      set_unit(value, chosen.fact->unit);
    }
    add_origin(value, *chosen.fact, context);
    out[std::string{to_string(field)}] = std::move(value);
  }
  return out;
}

Json facts_json(const Asset& asset, const ExportContext& context) {
  Json out = Json::array();
  if (!asset.nic_vendor.empty()) {
    Fact oui;
    oui.confidence = 50;  // identification.md section 2
    oui.count = 1;
    oui.source = "OUI";
    oui.first = asset.first_seen;
    oui.last = asset.last_seen;
    oui.packet = asset.first_packet;
    Json fact = {{"field", "nic_vendor"}, {"value", asset.nic_vendor}};
    add_origin(fact, oui, context);
    out.push_back(std::move(fact));
  }
  for (const Fact& known : asset.facts) {
    Json fact = {{"field", to_string(known.field)}, {"value", known.value}};
    if (known.unit != Identity::kNoUnit) {
      set_unit(fact, known.unit);
    }
    add_origin(fact, known, context);
    out.push_back(std::move(fact));
  }
  return out;
}

Json addresses_json(const Asset& asset) {
  Json out = Json::array();
  for (const AddressUse& use : asset.addresses) {
    Json address = {{"ip", to_string(use.ip)},
                    {"vlan", vlan_json(use.vlan)},
                    {"confirmed", use.confirmed},
                    {"first_seen", format_time(use.first)},
                    {"last_seen", format_time(use.last)}};
    if (use.tunnel != 0) {
      address["tunnel"] = use.tunnel;
    }
    out.push_back(std::move(address));
  }
  return out;
}

Json units_json(const Asset& asset, const ExportContext& context) {
  Json out = Json::array();
  for (const Unit& unit : asset.units) {
    Json& row = out.emplace_back(Json::object());
    set_unit(row, unit.id);
    row["requests"] = unit.requests;
    row["responses"] = unit.responses;
    row["exceptions"] = unit.exceptions;
    row["first_seen"] = format_time(unit.first);
    row["last_seen"] = format_time(unit.last);
    row["values"] = values_json(asset, unit.id, context);
  }
  return out;
}

Json roles_json(const Asset& asset) {
  Json out = Json::array();
  for (const RoleReason& held : asset.roles) {
    out.push_back({{"role", to_string(held.role)},
                   {"reason", held.reason},
                   {"since", format_time(held.since)}});
  }
  return out;
}

Json postures_json(const Asset& asset, const ExportContext& context) {
  Json out = Json::array();
  for (const PostureFact& fact : asset.postures) {
    Json row = {{"as", fact.as_client ? "client" : "server"},
                {"protocol", to_string(fact.protocol)},
                {"port", fact.port},
                {"aspect", to_string(fact.aspect)},
                {"what", fact.what},
                {"text", fact.text},
                {"flaws", flaw_names(fact.flaws)}};
    if (!fact.thumbprint.empty()) {
      row["sha1"] = fact.thumbprint;
    }
    row["count"] = fact.count;
    row["first_seen"] = format_time(fact.first);
    row["last_seen"] = format_time(fact.last);
    row["evidence"] = evidence_json(fact.packet, context);
    out.push_back(std::move(row));
  }
  return out;
}

Json level_json(std::optional<float> level) {
  if (!level) {
    return nullptr;
  }
  const auto whole = static_cast<float>(static_cast<int>(*level));
  return whole == *level ? Json(static_cast<int>(*level)) : Json(*level);
}

}  // namespace

std::string asset_json(const AssetRecord& record, const ExportContext& context) {
  const Asset& asset = record.asset;
  const AssetDecoration& site = record.site;
  const Json out = {
      {"id", asset.id},
      {"key", asset.key},
      {"name", shown_name(record)},
      {"mac", asset.mac.empty() ? std::string{} : to_string(asset.mac)},
      {"nic_vendor", asset.nic_vendor},
      {"zone", site.zone},
      {"criticality", site.criticality},
      {"owner", site.owner},
      {"location", site.location},
      {"tags", site.tags},
      {"level", level_json(shown_level(record))},
      {"level_reason", shown_level_reason(record)},
      {"roles", roles_json(asset)},
      {"values", values_json(asset, Identity::kNoUnit, context)},
      {"addresses", addresses_json(asset)},
      {"units", units_json(asset, context)},
      {"protocols", protocol_names(asset.protocols)},
      {"first_seen", format_time(asset.first_seen)},
      {"last_seen", format_time(asset.last_seen)},
      {"first_packet", evidence_json(asset.first_packet, context)},
      {"packets_sent", asset.packets_sent},
      {"packets_received", asset.packets_received},
      {"heard", asset.sent},
      {"posture", postures_json(asset, context)},
      {"facts", facts_json(asset, context)},
  };
  // Text from the wire need not be UTF-8.
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

AssetJson::AssetJson(std::ostream& out, const ExportContext& context)
    : out_(out), context_(context) {
  out_ << R"({"schema":"prahari.assets/1","assets":[)";
}

void AssetJson::write(const AssetRecord& record) {
  out_ << (first_ ? "\n" : ",\n") << asset_json(record, context_);
  first_ = false;
}

void AssetJson::finish() { out_ << "\n]}\n"; }

}  // namespace prahari
