#include "inventory/row_reader.hpp"

#include <charconv>
#include <cstring>

#include <SQLiteCpp/Column.h>

#include "inventory/annotations.hpp"
#include "inventory/row_writer.hpp"

namespace prahari {
namespace {

// The value whose name this is; the first if there is none.
template <class Enum>
Enum named(std::string_view name, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    if (to_string(static_cast<Enum>(i)) == name) {
      return static_cast<Enum>(i);
    }
  }
  return static_cast<Enum>(0);
}

std::vector<std::string> split(const std::string& text, char by) {
  std::vector<std::string> out;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find(by, begin), text.size());
    out.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

VlanTags vlan_of(const std::string& text) {
  VlanTags out;
  for (const std::string& part : split(text, '.')) {
    std::uint16_t id = 0;
    std::from_chars(part.data(), part.data() + part.size(), id);
    out.push(id);
  }
  return out;
}

IpAddress ip_of(const std::string& text) {
  IpAddress ip;
  return parse(text, ip) ? ip : IpAddress{};
}

std::uint64_t number(const SQLite::Column& column) {
  return static_cast<std::uint64_t>(column.getInt64());
}

Timestamp time(const SQLite::Column& column) { return time_of(column.getInt64()); }

std::uint64_t protocols_of(const std::string& text) {
  std::uint64_t out = 0;
  constexpr auto kCount = static_cast<std::size_t>(Protocol::unknown);
  for (const std::string& name : split(text, ',')) {
    for (std::size_t i = 0; i < kCount; ++i) {
      if (to_string(static_cast<Protocol>(i)) == name) {
        out |= std::uint64_t{1} << i;
      }
    }
  }
  return out;
}

Protocol protocol_of(const std::string& text) {
  constexpr auto kCount = static_cast<std::size_t>(Protocol::unknown);
  for (std::size_t i = 0; i < kCount; ++i) {
    if (to_string(static_cast<Protocol>(i)) == text) {
      return static_cast<Protocol>(i);
    }
  }
  return Protocol::unknown;
}

PacketRef packet_of(SQLite::Statement& row, int first) {
  PacketRef packet;
  packet.file = static_cast<std::uint16_t>(row.getColumn(first).getInt());
  packet.frame = row.getColumn(first + 1).getUInt();
  packet.time = time(row.getColumn(first + 2));
  return packet;
}

// Runs a prepared statement for one asset.
template <class Row>
void each(SQLite::Statement& statement, const std::string& asset, Row&& row) {
  statement.bind(1, asset);
  while (statement.executeStep()) {
    row(statement);
  }
  statement.reset();
}

}  // namespace

RowReader::RowReader(SQLite::Database& handle)
    : addresses_(handle,
                 "SELECT ip, vlan, tunnel, confirmed, first_seen, last_seen FROM addresses "
                 "WHERE asset = ?"),
      units_(handle,
             "SELECT unit, requests, responses, exceptions, first_seen, last_seen FROM units "
             "WHERE asset = ? ORDER BY unit"),
      facts_(handle,
             "SELECT field, confidence, count, unit, value, source, first_seen, last_seen, "
             "input, frame, time FROM facts WHERE asset = ?"),
      roles_(handle, "SELECT role, reason, since FROM roles WHERE asset = ?"),
      postures_(handle,
                "SELECT aspect, protocol, as_client, port, flaws, count, what, text, thumbprint, "
                "first_seen, last_seen, input, frame, time FROM postures WHERE asset = ?"),
      io_(handle,
          "SELECT originator, target, originator_ip, target_ip, sides_known, opened, closed, use, "
          "class, serial, vendor, originator_serial, unit, first_seen, last_seen, input, frame, "
          "time FROM io_connections WHERE asset = ? ORDER BY number"),
      halves_(handle,
              "SELECT number, inputs, id, requested_us, agreed_us, size, data_size, multicast, "
              "run, group_ip, packets, lost, repeated, cycles, span, first_seen, last_seen "
              "FROM io_halves WHERE asset = ?"),
      annotations_(handle, "SELECT field, value FROM annotations WHERE asset = ?") {}

AssetRecord RowReader::asset(SQLite::Statement& row) {
  AssetRecord record;
  Asset& asset = record.asset;
  asset.id = row.getColumn(0).getString();
  asset.key = row.getColumn(1).getString();
  if (!parse(row.getColumn(2).getString(), asset.mac)) {
    asset.mac = MacAddress{};
  }
  asset.nic_vendor = row.getColumn(3).getString();
  asset.level = named<LevelBasis>(row.getColumn(4).getString(), kLevelBases);
  asset.protocols = protocols_of(row.getColumn(5).getString());
  asset.sent = row.getColumn(6).getInt() != 0;
  asset.first_seen = time(row.getColumn(7));
  asset.last_seen = time(row.getColumn(8));
  asset.first_packet = packet_of(row, 9);
  asset.packets_sent = number(row.getColumn(12));
  asset.packets_received = number(row.getColumn(13));
  record.site.name = row.getColumn(14).getString();
  record.site.zone = row.getColumn(15).getString();
  record.site.criticality = row.getColumn(16).getString();
  record.site.owner = row.getColumn(17).getString();
  record.site.location = row.getColumn(18).getString();
  record.site.tags = split(row.getColumn(19).getString(), ',');
  if (!row.getColumn(20).isNull()) {
    record.site.level = static_cast<float>(row.getColumn(20).getDouble());
  }
  read_addresses(asset);
  read_units(asset);
  read_facts(asset);
  read_roles(asset);
  read_postures(asset);
  read_io(asset.id, record.io);
  read_annotations(record);
  sort_for_export(asset);
  return record;
}

void RowReader::read_addresses(Asset& asset) {
  each(addresses_, asset.id, [&asset](SQLite::Statement& row) {
    asset.addresses.push_back(AddressUse{.ip = ip_of(row.getColumn(0).getString()),
                                         .vlan = vlan_of(row.getColumn(1).getString()),
                                         .confirmed = row.getColumn(3).getInt() != 0,
                                         .tunnel = row.getColumn(2).getUInt(),
                                         .first = time(row.getColumn(4)),
                                         .last = time(row.getColumn(5))});
  });
}

void RowReader::read_units(Asset& asset) {
  each(units_, asset.id, [&asset](SQLite::Statement& row) {
    asset.units.push_back(Unit{.id = row.getColumn(0).getUInt(),
                               .requests = number(row.getColumn(1)),
                               .responses = number(row.getColumn(2)),
                               .exceptions = number(row.getColumn(3)),
                               .first = time(row.getColumn(4)),
                               .last = time(row.getColumn(5))});
  });
}

void RowReader::read_facts(Asset& asset) {
  each(facts_, asset.id, [&asset](SQLite::Statement& row) {
    asset.facts.push_back(
        Fact{.field = named<Identity::Field>(row.getColumn(0).getString(), kIdentityFields),
             .confidence = static_cast<std::uint8_t>(row.getColumn(1).getInt()),
             .count = row.getColumn(2).getUInt(),
             .unit = row.getColumn(3).getUInt(),
             .value = row.getColumn(4).getString(),
             .source = row.getColumn(5).getString(),
             .first = time(row.getColumn(6)),
             .last = time(row.getColumn(7)),
             .packet = packet_of(row, 8)});
  });
}

void RowReader::read_roles(Asset& asset) {
  each(roles_, asset.id, [&asset](SQLite::Statement& row) {
    asset.roles.push_back({named<Role>(row.getColumn(0).getString(), kRoles),
                           row.getColumn(1).getString(), time(row.getColumn(2))});
  });
}

void RowReader::read_postures(Asset& asset) {
  each(postures_, asset.id, [&asset](SQLite::Statement& row) {
    PostureFact fact{
        .aspect = named<Posture::Aspect>(row.getColumn(0).getString(), kPostureAspects),
        .protocol = protocol_of(row.getColumn(1).getString()),
        .as_client = row.getColumn(2).getInt() != 0,
        .port = static_cast<std::uint16_t>(row.getColumn(3).getInt()),
        .count = number(row.getColumn(5)),
        .what = row.getColumn(6).getString(),
        .text = row.getColumn(7).getString(),
        .thumbprint = row.getColumn(8).getString(),
        .first = time(row.getColumn(9)),
        .last = time(row.getColumn(10)),
        .packet = packet_of(row, 11)};
    for (const std::string& name : split(row.getColumn(4).getString(), ',')) {
      fact.flaws |= Posture::bit(named<Posture::Flaw>(name, kPostureFlaws));
    }
    asset.postures.push_back(std::move(fact));
  });
}

void RowReader::read_annotations(AssetRecord& record) {
  each(annotations_, record.asset.id, [&record](SQLite::Statement& row) {
    if (const auto field = annotated(row.getColumn(0).getString())) {
      annotate(record.site, *field, row.getColumn(1).getString());
    }
  });
}

void RowReader::read_io(const std::string& asset, std::vector<IoConnection>& connections) {
  each(io_, asset, [&connections](SQLite::Statement& row) {
    IoConnection& io = connections.emplace_back();
    io.originator = row.getColumn(0).getString();
    io.target = row.getColumn(1).getString();
    io.originator_ip = ip_of(row.getColumn(2).getString());
    io.target_ip = ip_of(row.getColumn(3).getString());
    io.sides_known = row.getColumn(4).getInt() != 0;
    io.opened = row.getColumn(5).getInt() != 0;
    io.closed = row.getColumn(6).getInt() != 0;
    io.use = named<Connection::Use>(row.getColumn(7).getString(), kConnectionUses);
    io.transport_class = static_cast<std::uint8_t>(row.getColumn(8).getInt());
    io.serial = static_cast<std::uint16_t>(row.getColumn(9).getInt());
    io.vendor = static_cast<std::uint16_t>(row.getColumn(10).getInt());
    io.originator_serial = row.getColumn(11).getUInt();
    io.unit = row.getColumn(12).getUInt();
    io.first = time(row.getColumn(13));
    io.last = time(row.getColumn(14));
    io.packet = packet_of(row, 15);
  });
  each(halves_, asset, [&connections](SQLite::Statement& row) {
    const auto number_of = static_cast<std::size_t>(row.getColumn(0).getUInt());
    if (number_of >= connections.size()) {
      return;
    }
    IoConnection& io = connections[number_of];
    IoHalf& half = row.getColumn(1).getInt() != 0 ? io.inputs : io.outputs;
    half.id = row.getColumn(2).getUInt();
    half.requested_us = row.getColumn(3).getUInt();
    half.agreed_us = row.getColumn(4).getUInt();
    half.size = static_cast<std::uint16_t>(row.getColumn(5).getInt());
    half.data_size = static_cast<std::uint16_t>(row.getColumn(6).getInt());
    half.multicast = row.getColumn(7).getInt() != 0;
    half.run = named<Production::Run>(row.getColumn(8).getString(), kProductionRuns);
    half.group = ip_of(row.getColumn(9).getString());
    half.packets = number(row.getColumn(10));
    half.lost = number(row.getColumn(11));
    half.repeated = number(row.getColumn(12));
    half.cycles = number(row.getColumn(13));
    half.span_ns = row.getColumn(14).getInt64();
    half.first = time(row.getColumn(15));
    half.last = time(row.getColumn(16));
  });
}

MergeNote read_merge(SQLite::Statement& row) {
  MergeNote note{.row = row.getColumn(0).getString(),
                 .part = row.getColumn(1).getString(),
                 .apart = row.getColumn(2).getInt() != 0,
                 .reason = row.getColumn(3).getString(),
                 .who = {},
                 .time = time(row.getColumn(4)),
                 .packet = packet_of(row, 5),
                 .key = row.getColumn(8).getString(),
                 .mac = {},
                 .nic_vendor = row.getColumn(10).getString()};
  if (!parse(row.getColumn(9).getString(), note.mac)) {
    note.mac = MacAddress{};
  }
  return note;
}

FlowRecord read_flow(SQLite::Statement& row) {
  FlowRecord record;
  Conversation& flow = record.row;
  flow.client_ip = ip_of(row.getColumn(0).getString());
  flow.server_ip = ip_of(row.getColumn(1).getString());
  flow.server_port = static_cast<std::uint16_t>(row.getColumn(2).getInt());
  flow.transport = named<Transport>(row.getColumn(3).getString(), 5);
  flow.protocol = protocol_of(row.getColumn(4).getString());
  flow.vlan = vlan_of(row.getColumn(5).getString());
  flow.tunnel = row.getColumn(6).getUInt();
  record.client_asset = row.getColumn(7).getString();
  record.server_asset = row.getColumn(8).getString();
  record.client_zone = row.getColumn(9).getString();
  record.server_zone = row.getColumn(10).getString();
  flow.established = row.getColumn(11).getInt() != 0;
  flow.client_known = row.getColumn(12).getInt() != 0;
  for (const std::string& name : split(row.getColumn(13).getString(), ',')) {
    const auto bit = static_cast<unsigned>(named<Operation>(name, kOperations));
    flow.operations |= static_cast<std::uint8_t>(1U << bit);
  }
  flow.flows = row.getColumn(14).getUInt();
  flow.one_way_flows = row.getColumn(15).getUInt();
  flow.gap_flows = row.getColumn(16).getUInt();
  flow.midstream_flows = row.getColumn(17).getUInt();
  for (int i = 0; i < 4; ++i) {
    flow.by_state[static_cast<std::size_t>(i)] = row.getColumn(18 + i).getUInt();
  }
  flow.packets = {number(row.getColumn(22)), number(row.getColumn(23))};
  flow.bytes = {number(row.getColumn(24)), number(row.getColumn(25))};
  flow.messages = number(row.getColumn(26));
  flow.exceptions = number(row.getColumn(27));
  flow.first = time(row.getColumn(28));
  flow.last = time(row.getColumn(29));
  return record;
}

AlertRow read_alert(SQLite::Statement& row) {
  AlertRow alert{.id = row.getColumn(0).getString(),
                 .kind = row.getColumn(1).getString(),
                 .severity = row.getColumn(2).getString(),
                 .status = row.getColumn(3).getString(),
                 .first_seen = time(row.getColumn(4)),
                 .last_seen = time(row.getColumn(5)),
                 .count = number(row.getColumn(6)),
                 .source_asset = row.getColumn(7).getString(),
                 .source_ip = row.getColumn(8).getString(),
                 .destination_asset = row.getColumn(9).getString(),
                 .destination_ip = row.getColumn(10).getString(),
                 .body = row.getColumn(11).getString(),
                 .evidence = {}};
  const SQLite::Column evidence = row.getColumn(12);
  alert.evidence.resize(static_cast<std::size_t>(evidence.getBytes()));
  if (!alert.evidence.empty()) {
    std::memcpy(alert.evidence.data(), evidence.getBlob(), alert.evidence.size());
  }
  return alert;
}

}  // namespace prahari
