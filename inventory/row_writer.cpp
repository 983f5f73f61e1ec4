#include "inventory/row_writer.hpp"

#include <SQLiteCpp/VariadicBind.h>

#include "dissectors/join.hpp"
#include "inventory/asset_key.hpp"
#include "inventory/posture_book.hpp"

namespace prahari {
namespace {

template <class... Values>
void put(SQLite::Statement& statement, const Values&... values) {
  SQLite::bind(statement, values...);
  statement.exec();
  statement.reset();
  statement.clearBindings();
}

std::string vlan_text(const VlanTags& vlan) {
  std::string out;
  append(out, vlan);
  return out;
}

std::string ip_text(const IpAddress& ip) { return ip.empty() ? std::string{} : to_string(ip); }

constexpr const char* kAlert = R"sql(
INSERT INTO alerts VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)
ON CONFLICT (id) DO UPDATE SET severity = excluded.severity,
  first_seen = min(first_seen, excluded.first_seen),
  last_seen = max(last_seen, excluded.last_seen), count = max(count, excluded.count),
  body = excluded.body, evidence = excluded.evidence)sql";

// Changes nothing where the asset is known.
constexpr const char* kNewAsset =
    "INSERT INTO assets VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING";

constexpr const char* kAsset = R"sql(
INSERT INTO assets VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)
ON CONFLICT (id) DO UPDATE SET nic_vendor = excluded.nic_vendor,
  level_basis = excluded.level_basis, protocols = excluded.protocols,
  heard = max(heard, excluded.heard),
  first_input = iif(excluded.first_seen < first_seen, excluded.first_input, first_input),
  first_frame = iif(excluded.first_seen < first_seen, excluded.first_frame, first_frame),
  first_time = iif(excluded.first_seen < first_seen, excluded.first_time, first_time),
  first_seen = min(first_seen, excluded.first_seen),
  last_seen = max(last_seen, excluded.last_seen),
  packets_sent = excluded.packets_sent, packets_received = excluded.packets_received,
  name = excluded.name, zone = excluded.zone, criticality = excluded.criticality,
  owner = excluded.owner, location = excluded.location, tags = excluded.tags,
  zone_level = excluded.zone_level)sql";

constexpr const char* kFlow =
    "INSERT OR REPLACE INTO conversations VALUES "
    "(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";

}  // namespace

RowWriter::RowWriter(SQLite::Database& handle, std::span<const std::uint16_t> inputs)
    : inputs_(inputs),
      alert_(handle, kAlert),
      new_asset_(handle, kNewAsset),
      asset_(handle, kAsset),
      forget_addresses_(handle, "DELETE FROM addresses WHERE asset = ?"),
      forget_units_(handle, "DELETE FROM units WHERE asset = ?"),
      forget_facts_(handle, "DELETE FROM facts WHERE asset = ?"),
      forget_roles_(handle, "DELETE FROM roles WHERE asset = ?"),
      forget_postures_(handle, "DELETE FROM postures WHERE asset = ?"),
      forget_halves_(handle, "DELETE FROM io_halves WHERE asset = ?"),
      forget_io_(handle, "DELETE FROM io_connections WHERE asset = ?"),
      address_(handle, "INSERT INTO addresses VALUES (?,?,?,?,?,?,?)"),
      unit_(handle, "INSERT INTO units VALUES (?,?,?,?,?,?,?)"),
      fact_(handle, "INSERT INTO facts VALUES (?,?,?,?,?,?,?,?,?,?,?,?)"),
      role_(handle, "INSERT INTO roles VALUES (?,?,?,?)"),
      posture_(handle, "INSERT INTO postures VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"),
      io_(handle, "INSERT INTO io_connections VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"),
      half_(handle, "INSERT INTO io_halves VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"),
      forget_merges_(handle, "DELETE FROM merges WHERE row = ?1 OR part = ?1"),
      forget_part_(handle, "DELETE FROM merges WHERE (row = ?1 OR part = ?1) AND apart = 0"),
      merge_(handle, "INSERT OR REPLACE INTO merges VALUES (?,?,?,?,?,?,?,?)"),
      flow_(handle, kFlow) {}

std::int64_t RowWriter::input_of(const PacketRef& packet) const noexcept {
  return packet.file < inputs_.size() ? inputs_[packet.file] : packet.file;
}

void RowWriter::write(const AlertRow& alert) {
  alert_.bind(1, alert.id);
  alert_.bind(2, alert.kind);
  alert_.bind(3, alert.severity);
  alert_.bind(4, alert.status);
  alert_.bind(5, to_column(alert.first_seen));
  alert_.bind(6, to_column(alert.last_seen));
  alert_.bind(7, to_column(alert.count));
  alert_.bind(8, alert.source_asset);
  alert_.bind(9, alert.source_ip);
  alert_.bind(10, alert.destination_asset);
  alert_.bind(11, alert.destination_ip);
  alert_.bind(12, alert.body);
  // An empty span has no address, which SQLite would take for NULL.
  static constexpr std::byte kNothing{};
  alert_.bind(13, alert.evidence.empty() ? &kNothing : alert.evidence.data(),
              static_cast<int>(alert.evidence.size()));
  alert_.exec();
  alert_.reset();
}

void RowWriter::write(const AssetRecord& record) {
  bind(new_asset_, record);
  const bool fresh = new_asset_.exec() > 0;
  new_asset_.reset();
  if (!fresh) {
    bind(asset_, record);
    asset_.exec();
    asset_.reset();
    forget_parts(record.asset);
  }
  write_parts(record.asset);
  write_io(record.asset.id, record.io);
  write_merges(record);
}

// Of the row all parts, of a part that it is one. A part belongs to one row only.
void RowWriter::write_merges(const AssetRecord& record) {
  put(forget_merges_, record.asset.id);
  for (const MergeNote& note : record.merged) {
    if (!note.apart) {
      put(forget_part_, note.part);
    }
    put(merge_, note.row, note.part, note.apart ? 1 : 0, note.reason, to_column(note.time),
        input_of(note.packet), note.packet.frame, to_column(note.packet.time));
  }
}

void RowWriter::bind(SQLite::Statement& statement, const AssetRecord& record) const {
  const Asset& asset = record.asset;
  const AssetDecoration& site = record.site;
  statement.bind(1, asset.id);
  statement.bind(2, asset.key);
  statement.bind(3, asset.mac.empty() ? std::string{} : to_string(asset.mac));
  statement.bind(4, asset.nic_vendor);
  statement.bind(5, std::string{to_string(asset.level)});
  statement.bind(6, joined(protocol_names(asset.protocols), ","));
  statement.bind(7, asset.sent ? 1 : 0);
  statement.bind(8, to_column(asset.first_seen));
  statement.bind(9, to_column(asset.last_seen));
  statement.bind(10, input_of(asset.first_packet));
  statement.bind(11, asset.first_packet.frame);
  statement.bind(12, to_column(asset.first_packet.time));
  statement.bind(13, to_column(asset.packets_sent));
  statement.bind(14, to_column(asset.packets_received));
  statement.bind(15, site.name);
  statement.bind(16, site.zone);
  statement.bind(17, site.criticality);
  statement.bind(18, site.owner);
  statement.bind(19, site.location);
  statement.bind(20, joined(site.tags, ","));
  if (site.level) {
    statement.bind(21, static_cast<double>(*site.level));
  } else {
    statement.bind(21);
  }
}

void RowWriter::forget_parts(const Asset& asset) {
  put(forget_addresses_, asset.id);
  put(forget_units_, asset.id);
  put(forget_facts_, asset.id);
  put(forget_roles_, asset.id);
  put(forget_postures_, asset.id);
  put(forget_halves_, asset.id);
  put(forget_io_, asset.id);
}

void RowWriter::write_parts(const Asset& asset) {
  for (const AddressUse& use : asset.addresses) {
    put(address_, asset.id, to_string(use.ip), vlan_text(use.vlan), use.tunnel,
        use.confirmed ? 1 : 0, to_column(use.first), to_column(use.last));
  }
  for (const Unit& unit : asset.units) {
    put(unit_, asset.id, unit.id, to_column(unit.requests), to_column(unit.responses),
        to_column(unit.exceptions), to_column(unit.first), to_column(unit.last));
  }
  for (const Fact& fact : asset.facts) {
    put(fact_, asset.id, std::string{to_string(fact.field)}, fact.unit, fact.value, fact.source,
        int{fact.confidence}, fact.count, to_column(fact.first), to_column(fact.last),
        input_of(fact.packet), fact.packet.frame, to_column(fact.packet.time));
  }
  for (const RoleReason& held : asset.roles) {
    put(role_, asset.id, std::string{to_string(held.role)}, held.reason, to_column(held.since));
  }
  for (const PostureFact& fact : asset.postures) {
    put(posture_, asset.id, std::string{to_string(fact.aspect)},
        std::string{to_string(fact.protocol)}, fact.as_client ? 1 : 0, int{fact.port},
        joined(flaw_names(fact.flaws), ","), to_column(fact.count), fact.what, fact.text,
        fact.thumbprint, to_column(fact.first), to_column(fact.last), input_of(fact.packet),
        fact.packet.frame, to_column(fact.packet.time));
  }
}

void RowWriter::write_io(const std::string& asset, const std::vector<IoConnection>& connections) {
  int number = 0;
  for (const IoConnection& io : connections) {
    put(io_, asset, number, io.originator, io.target, ip_text(io.originator_ip),
        ip_text(io.target_ip), io.sides_known ? 1 : 0, io.opened ? 1 : 0, io.closed ? 1 : 0,
        std::string{to_string(io.use)}, int{io.transport_class}, int{io.serial}, int{io.vendor},
        io.originator_serial, io.unit, to_column(io.first), to_column(io.last), input_of(io.packet),
        io.packet.frame, to_column(io.packet.time));
    write_half(asset, number, false, io.outputs);
    write_half(asset, number, true, io.inputs);
    ++number;
  }
}

void RowWriter::write_half(const std::string& asset, int number, bool inputs, const IoHalf& half) {
  if (half.known()) {
    put(half_, asset, number, inputs ? 1 : 0, half.id, half.requested_us, half.agreed_us,
        int{half.size}, int{half.data_size}, half.multicast ? 1 : 0,
        std::string{to_string(half.run)}, ip_text(half.group), to_column(half.packets),
        to_column(half.lost), to_column(half.repeated), to_column(half.cycles), half.span_ns,
        to_column(half.first), to_column(half.last));
  }
}

void RowWriter::write(const FlowRecord& record) {
  const Conversation& row = record.row;
  const auto state = [&row](Completeness of) {
    return std::int64_t{row.by_state[static_cast<std::size_t>(of)]};
  };
  put(flow_, to_string(row.client_ip), to_string(row.server_ip), int{row.server_port},
      std::string{to_string(row.transport)}, std::string{to_string(row.protocol)},
      vlan_text(row.vlan), row.tunnel, record.client_asset, record.server_asset, record.client_zone,
      record.server_zone, row.established ? 1 : 0, row.client_known ? 1 : 0,
      joined(operation_names(row.operations), ","), row.flows, row.one_way_flows, row.gap_flows,
      row.midstream_flows, state(Completeness::complete), state(Completeness::midstream),
      state(Completeness::gap), state(Completeness::one_way), to_column(row.packets[0]),
      to_column(row.packets[1]), to_column(row.bytes[0]), to_column(row.bytes[1]),
      to_column(row.messages), to_column(row.exceptions), to_column(row.first),
      to_column(row.last));
}

}  // namespace prahari
