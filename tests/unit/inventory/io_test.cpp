// I/O connections in the inventory: openings and data put together, roles, bounds, and the way into
// the database and back.

#include <filesystem>

#include <gtest/gtest.h>
#include <unistd.h>

#include "inventory/export_json.hpp"
#include "inventory/io_view.hpp"
#include "inventory/store_reader.hpp"
#include "tests/unit/inventory/plant.hpp"

namespace prahari {
namespace {

constexpr auto kPlc = "10.0.0.1";
constexpr auto kAdapter = "10.0.0.2";

class Io : public testing::Test {
 protected:
  [[nodiscard]] Event about(EventKind kind, const std::string& client, const std::string& server,
                            std::int64_t second) const {
    Event event;
    if (vlan_ != 0) {
      event.vlan.push(vlan_);
    }
    event.kind = kind;
    event.protocol = Protocol::cipio;
    event.transport = Transport::udp;
    event.client = {test::ip(client), {}, 2222};
    event.server = {test::ip(server), {}, 2222};
    event.packet.time = test::at(second);
    event.packet.frame = static_cast<std::uint32_t>(second);
    return event;
  }

  void open(std::uint16_t serial, Connection::Use use, bool multicast = false,
            const std::string& originator = kPlc) {
    Event event = about(EventKind::connection, originator, kAdapter, ++now_);
    Connection said;
    said.protocol = Protocol::cipio;
    said.use = use;
    said.transport_class = 1;
    said.serial = serial;
    said.vendor = 1;
    said.originator = 77;
    said.outputs = {.id = 10, .requested_us = 10'000, .agreed_us = 10'000, .size = 10};
    said.inputs = {
        .id = 20, .requested_us = 10'000, .agreed_us = 20'000, .size = 6, .multicast = multicast};
    said.group = multicast ? test::ip("239.192.1.1") : IpAddress{};
    event.connection = {said, true};
    inventory_.on_event(event);
  }
  void close(std::uint16_t serial) {
    Event event = about(EventKind::connection, kPlc, kAdapter, ++now_);
    Connection said;
    said.closed = true;
    said.serial = serial;
    said.vendor = 1;
    said.originator = 77;
    event.connection = {said, true};
    inventory_.on_event(event);
  }
  void produce(const std::string& from, const std::string& to, std::uint32_t id,
               Direction direction, std::uint32_t packets = 100) {
    Event event = about(EventKind::production, from, to, ++now_);
    Production said;
    said.direction = direction;
    said.id = id;
    said.packets = packets;
    said.lost = 3;
    said.cycles = packets;
    said.span_ns = std::int64_t{packets} * 9'998'000;
    said.size = 8;
    said.run = direction == Direction::to_server ? Production::Run::run : Production::Run::unknown;
    said.first = test::at(now_ - 1);
    said.last = test::at(now_);
    event.production = {said, true};
    inventory_.on_event(event);
  }
  std::span<const IoConnection> rows() {
    inventory_.settle();
    return inventory_.io_connections();
  }
  const Asset& asset(const std::string& ip) {
    return inventory_.asset(inventory_.find(test::ip(ip), {}));
  }

  OuiTable oui_;
  Inventory inventory_{oui_, {.io_connections = 8}};
  std::int64_t now_ = 0;
  std::uint16_t vlan_ = 0;
};

TEST_F(Io, OpeningAndDataBecomeOneRow) {
  open(1, Connection::Use::exclusive_owner);
  produce(kPlc, kAdapter, 10, Direction::to_server);
  produce(kPlc, kAdapter, 10, Direction::to_server);
  produce(kAdapter, kPlc, 20, Direction::to_client);
  ASSERT_EQ(rows().size(), 1U);
  const IoConnection& io = rows()[0];
  EXPECT_EQ(io.originator, asset(kPlc).id);
  EXPECT_EQ(io.target, asset(kAdapter).id);
  EXPECT_TRUE(io.opened);
  EXPECT_FALSE(io.closed);
  EXPECT_EQ(io_kind_text(io), "exclusive owner, class 1, serial 0x0001");
  EXPECT_EQ(io_half_text(io.outputs),
            "id 0x0000000A, 10 ms asked, 10 ms granted, 9.998 ms measured, 8 bytes, 200 packets, "
            "6 lost, run");
  EXPECT_EQ(io_half_text(io.inputs),
            "id 0x00000014, 10 ms asked, 20 ms granted, 9.998 ms measured, 8 bytes, 100 packets, "
            "3 lost");
  EXPECT_EQ(asset(kPlc).role_reason(Role::io_scanner)->reason,
            "opened 1 I/O connection, 1 as exclusive owner");
  EXPECT_EQ(asset(kAdapter).role_reason(Role::adapter)->reason, "accepted 1 I/O connection");
  EXPECT_EQ(asset(kAdapter).level, LevelBasis::cyclic_io);
  close(1);
  EXPECT_EQ(io_kind_text(rows()[0]), "exclusive owner, class 1, serial 0x0001, closed");
  open(1, Connection::Use::exclusive_owner);
  EXPECT_FALSE(rows()[0].closed);
}

TEST_F(Io, CellsOfOnePlanInTwoVlansStayApart) {
  for (const std::uint16_t vlan : std::initializer_list<std::uint16_t>{130, 131}) {
    vlan_ = vlan;
    open(1, Connection::Use::exclusive_owner);
    produce(kPlc, kAdapter, 10, Direction::to_server);
    produce(kPlc, kAdapter, 99, Direction::to_server);  // not opened
    produce(kAdapter, kPlc, 98, Direction::unknown);
  }
  ASSERT_EQ(rows().size(), 4U);
  int opened = 0;
  for (const IoConnection& io : rows()) {
    opened += io.opened ? 1 : 0;
    EXPECT_EQ(io.outputs.packets, 100U);
  }
  EXPECT_EQ(opened, 2);
}

TEST_F(Io, OneMulticastFeedsEveryConnectionOnIt) {
  open(1, Connection::Use::exclusive_owner, true);
  open(2, Connection::Use::listen_only, true, "10.0.0.3");
  produce(kAdapter, "239.192.1.1", 20, Direction::to_client);
  ASSERT_EQ(rows().size(), 2U);
  for (const IoConnection& io : rows()) {
    EXPECT_EQ(io.inputs.packets, 100U);
    EXPECT_EQ(io.inputs.group, test::ip("239.192.1.1"));
  }
  EXPECT_EQ(rows()[1].use, Connection::Use::listen_only);
}

TEST_F(Io, WithoutAnOpeningHalvesFindEachOther) {
  produce(kPlc, kAdapter, 10, Direction::to_server);
  produce(kAdapter, kPlc, 20, Direction::unknown);
  ASSERT_EQ(rows().size(), 1U);
  EXPECT_FALSE(rows()[0].opened);
  EXPECT_TRUE(rows()[0].sides_known);
  EXPECT_EQ(rows()[0].originator_ip, test::ip(kPlc));
  EXPECT_EQ(rows()[0].inputs.id, 20U);
  EXPECT_EQ(asset(kPlc).role_reason(Role::io_scanner)->reason,
            "sends outputs on an I/O connection whose opening was not seen");
  // With a third one nobody can tell which belong together.
  produce(kAdapter, kPlc, 30, Direction::unknown);
  EXPECT_EQ(rows().size(), 3U);
}

TEST_F(Io, MulticastWithoutAnOpeningHasOnlyATarget) {
  produce(kAdapter, "239.192.1.1", 20, Direction::to_client);
  ASSERT_EQ(rows().size(), 1U);
  EXPECT_TRUE(rows()[0].originator_ip.empty());
  EXPECT_EQ(rows()[0].target, asset(kAdapter).id);
  EXPECT_TRUE(asset(kAdapter).has_role(Role::adapter));
}

TEST_F(Io, IsBoundedAndCounts) {
  for (std::uint16_t i = 0; i < 20; ++i) {
    open(i, Connection::Use::input_only);
  }
  for (std::uint32_t i = 0; i < 40; ++i) {
    produce(kPlc, kAdapter, 1000 + i, Direction::to_server);
  }
  EXPECT_EQ(rows().size(), 8U + 16U);
  EXPECT_EQ(inventory_.stats().io_evicted, 12U + 24U);
}

TEST_F(Io, SurvivesTheDatabase) {
  open(1, Connection::Use::exclusive_owner, true);
  produce(kPlc, kAdapter, 10, Direction::to_server);
  produce(kAdapter, "239.192.1.1", 20, Direction::to_client);
  produce(kPlc, kAdapter, 99, Direction::unknown);
  inventory_.settle();
  const auto folder =
      std::filesystem::temp_directory_path() / ("prahari_io_" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  const std::vector<std::string> captures = {"a.pcap"};
  const VendorAliases aliases;
  const ExportContext context{captures, aliases};
  const Decorate plain = [](const Asset&) { return AssetDecoration{}; };
  std::string live;
  for_each_asset(inventory_, plain,
                 [&](const AssetRecord& record) { live += asset_json(record, context); });
  EXPECT_NE(live.find(R"("io_connections":[{"as":)"), std::string::npos);
  EXPECT_NE(live.find(R"("measured_us":9998)"), std::string::npos);
  EXPECT_NE(live.find(R"("as":null)"), std::string::npos) << "sides are not known";
  {
    auto store = Store::open(folder / "prahari.db");
    ASSERT_TRUE(store) << store.error().message;
    ASSERT_TRUE(store->save(inventory_, plain, {}));
    ASSERT_TRUE(store->save(inventory_, plain, {})) << "and again";
  }
  auto reader = StoreReader::open(folder / "prahari.db");
  ASSERT_TRUE(reader) << reader.error().message;
  std::string stored;
  ASSERT_TRUE(reader->for_each_asset(
      [&](const AssetRecord& record) { stored += asset_json(record, context); }));
  EXPECT_EQ(stored, live);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace prahari
