// The baseline as a file and as the detectors ask it.

#include "rules/baseline.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "capture/time_text.hpp"
#include "rules/baseline_json.hpp"
#include "rules/week_hours.hpp"

namespace prahari {
namespace {

HostPlace place(std::string_view text) {
  HostPlace out;
  EXPECT_TRUE(parse(text, out)) << text;
  return out;
}

MacAddress mac(std::string_view text) {
  MacAddress out;
  EXPECT_TRUE(parse(text, out)) << text;
  return out;
}

HostKey key(std::string_view text, std::string_view mac_text = {}) {
  const HostPlace at = place(text);
  return {at.ip, mac_text.empty() ? at.mac : mac(mac_text), at.vlan};
}

BaselineLink modbus_link(std::string_view client, std::string_view server) {
  return {place(client), place(server), {.protocol = Protocol::modbus, .transport = {}, .port = 0}};
}

BaselineTarget coils(const BaselineLink& link, std::uint32_t first, std::uint32_t last) {
  BaselineTarget out;
  out.link = link;
  out.unit = 1;
  out.table = "coil";
  out.first = first;
  out.last = last;
  out.times = 3;
  out.values = {{0, 1}};
  return out;
}

// An HMI with two addresses that writes coils of one of two controllers.
BaselineData sample() {
  BaselineData data;
  data.site = "Bottling \"line\" 2";
  data.to = Timestamp{std::chrono::hours{30}};
  BaselineZone zone;
  zone.name = "cell-1";
  zone.state = BaselineZone::State::locked;
  zone.progress = {.from = {},
                   .to = data.to,
                   .last_new = Timestamp{std::chrono::hours{27}},
                   .entries = 12,
                   .new_of_late = 0,
                   .not_kept = 0};
  zone.hours.set(0).set(1).set(167);
  zone.hosts = {{place("10.0.0.9 vlan 110"), mac("00:1d:9c:00:00:09"), "HMI", "client"},
                {place("10.0.1.9 vlan 110"), mac("00:1d:9c:00:00:09"), "HMI", "client"},
                {place("10.0.0.1 vlan 110"), {}, "PLC-1", "controller"},
                {place("10.0.0.2 vlan 110"), {}, "PLC-2", "controller"},
                {place("mac 00:0e:cf:00:00:01"), mac("00:0e:cf:00:00:01"), "", ""}};
  zone.facts = {{place("10.0.0.1 vlan 110"), 1, Identity::Field::firmware, "Modbus", "2.7"}};
  zone.certificates = {{place("10.0.0.1 vlan 110"), Protocol::opcua, "application", "00ff"}};
  const BaselineLink one = modbus_link("10.0.0.9 vlan 110", "10.0.0.1 vlan 110");
  const BaselineLink two = modbus_link("10.0.0.9 vlan 110", "10.0.0.2 vlan 110");
  zone.talkers = {{one, true, RobustRange{60, 1}, RobustRange{2, 0}, 4096.5},
                  {two, true, std::nullopt, std::nullopt, std::nullopt}};
  zone.operations = {{one, Operation::write, 5, 0, "", "Write Single Coil"},
                     {one, Operation::read, 1, 0, "", "Read Coils"},
                     {two, Operation::read, 1, 0, "", "Read Coils"}};
  zone.writes = {coils(one, 0, 3), coils(one, 4, 4)};
  zone.reads = {coils(one, 0, 15), coils(two, 0, 15)};
  zone.polls = {{one, 1, 1, 0, 0, true, "", "Read Coils", {1.0, 0.02}, 900}};
  data.zones = {zone};
  return data;
}

BaselineLinkIndex link(const Baseline& baseline, std::string_view client, std::string_view server) {
  return baseline.link(baseline.host(key(client)), baseline.host(key(server)),
                       {.protocol = Protocol::modbus, .transport = {}, .port = 0});
}

TargetQuery coil(std::uint32_t first, std::uint32_t count = 1) {
  return {.unit = 1, .table = "coil", .first = first, .count = count, .text = {}};
}

TEST(BaselineJson, ReadsBackWhatItWroteToTheByte) {
  const std::string text = baseline_json(sample());
  const Result<BaselineData> read = parse_baseline(text, "b.json");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(baseline_json(*read), text);
  EXPECT_NE(text.find(R"("interval":{"median":1.0,"mad":0.02})"), std::string::npos) << text;
  EXPECT_NE(text.find(R"(["Mon 00-02","Sun 23-24"])"), std::string::npos) << text;
}

TEST(BaselineJson, OrderOfTheEntriesDoesNotMatter) {
  BaselineData turned = sample();
  std::swap(turned.zones[0].hosts[0], turned.zones[0].hosts[3]);
  std::swap(turned.zones[0].operations[0], turned.zones[0].operations[2]);
  EXPECT_EQ(baseline_json(turned), baseline_json(sample()));
}

TEST(BaselineJson, SaysWhereAMistakeIs) {
  const std::string good = baseline_json(sample());
  const auto error_of = [&](std::string_view from, std::string_view to) {
    std::string text = good;
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
    const auto read = parse_baseline(text, "b.json");
    return read ? std::string("accepted") : read.error().message;
  };
  EXPECT_TRUE(error_of(R"("host":"10.0.0.2 vlan 110")", R"("host":"10.0.0")")
                  .starts_with("b.json:/zones/0/hosts/2/host: expected an address"));
  EXPECT_TRUE(error_of(R"("state": "locked")", R"("state": "open")")
                  .starts_with("b.json:/zones/0/state: expected \"locked\" or \"learning\", found "
                               "\"open\""));
  EXPECT_TRUE(error_of("\"times\":900", "\"times\":-1")
                  .starts_with("b.json:/zones/0/polls/0/times: expected a number from 0"));
  EXPECT_TRUE(error_of("\"mad\":0.02", R"("mad":"x")")
                  .starts_with("b.json:/zones/0/polls/0/interval/mad: expected a number"));
  EXPECT_TRUE(error_of("Mon 00-02", "Mon 02-00").starts_with("b.json:/zones/0/hours/0: expected"));
  EXPECT_TRUE(error_of("baseline/1", "baseline/2").starts_with("b.json:/schema: expected"));
  EXPECT_TRUE(error_of("\"zones\"", "zones").starts_with("b.json: expected JSON"));
  // Inside an entry, too, and where the file has it.
  const std::string broken = error_of("\"times\":900", "\"times\":9x0");
  const auto line = 1 + std::ranges::count(good.substr(0, good.find("\"times\":900")), '\n');
  EXPECT_NE(broken.find("at line " + std::to_string(line) + ", column"), std::string::npos)
      << broken;
}

// The reader puts numbers where entries were; one that the file itself has stands for none.
TEST(BaselineJson, ANumberIsNoEntry) {
  const std::string good = baseline_json(sample());
  const auto with = [&](std::string_view first) {
    std::string text = good;
    const std::string_view list = "\"hosts\": [";
    text.insert(text.find(list) + list.size(), first);
    const auto read = parse_baseline(text, "b.json");
    return read ? std::string("accepted") : read.error().message;
  };
  EXPECT_TRUE(with("0,").starts_with("b.json:/zones/0/hosts/1: expected an object")) << with("0,");
  EXPECT_TRUE(with("9999999,").starts_with("b.json:/zones/0/hosts/0: expected an object"));
  EXPECT_TRUE(with("-1,").starts_with("b.json:/zones/0/hosts/0: expected an object"));
  EXPECT_TRUE(with("{},").starts_with("b.json:/zones/0/hosts/0/host: expected"));
  EXPECT_TRUE(with("{]},").starts_with("b.json: expected JSON"));
}

TEST(BaselineJson, BoundsWhatAnEnemyWrites) {
  const std::string deep = std::string(100'000, '[');
  EXPECT_FALSE(parse_baseline(deep, "b.json"));
  EXPECT_FALSE(parse_baseline(baseline_json(sample()), "b.json", {.entries = 5}));
  EXPECT_FALSE(parse_baseline(baseline_json(sample()), "b.json", {.bytes = 100}));
  EXPECT_FALSE(parse_baseline(baseline_json(sample()), "b.json", {.text = 8}));
  EXPECT_FALSE(load_baseline("/nonexistent/b.json"));
}

TEST(Baseline, KnowsADeviceByMacThenByAddress) {
  const Baseline baseline{sample()};
  // Both addresses of the HMI are one host, and a third one of the same device is too.
  const BaselineHostIndex hmi = baseline.host(key("10.0.0.9 vlan 110"));
  EXPECT_EQ(baseline.host(key("10.0.1.9 vlan 110")), hmi);
  EXPECT_EQ(baseline.host(key("10.0.7.7 vlan 110", "00:1d:9c:00:00:09")), hmi);
  EXPECT_EQ(baseline.host(key("10.0.0.9")), kNone) << "another VLAN is another host";
  EXPECT_TRUE(baseline.knows_device(key("10.0.7.7", "00:1d:9c:00:00:09")));
  // Another device at a known address is found, and is new.
  EXPECT_EQ(baseline.host(key("10.0.0.9 vlan 110", "00:1d:9c:00:00:66")), hmi);
  EXPECT_FALSE(baseline.knows_device(key("10.0.0.9 vlan 110", "00:1d:9c:00:00:66")));
  // Where no MAC address was learned, the address decides.
  EXPECT_TRUE(baseline.knows_device(key("10.0.0.1 vlan 110", "00:1d:9c:00:00:66")));
}

TEST(Baseline, LocksByZoneAndForTheWholeSite) {
  BaselineData data = sample();
  EXPECT_TRUE(Baseline{data}.locked("cell-1"));
  EXPECT_FALSE(Baseline{data}.locked("cell-2"));
  data.zones[0].name = kWholeSite;
  EXPECT_TRUE(Baseline{data}.locked("cell-2"));
  EXPECT_TRUE(Baseline{data}.locked(""));
}

TEST(Baseline, AnswersAboutOperationsAndTargets) {
  const Baseline baseline{sample()};
  const BaselineLinkIndex one = link(baseline, "10.0.0.9 vlan 110", "10.0.0.1 vlan 110");
  ASSERT_NE(one, kNone);
  EXPECT_EQ(link(baseline, "10.0.0.1 vlan 110", "10.0.0.9 vlan 110"), kNone);
  EXPECT_TRUE(baseline.allows(one, Operation::write, 5, 0, ""));
  EXPECT_FALSE(baseline.allows(one, Operation::write, 15, 0, ""));
  EXPECT_TRUE(baseline.writes(one, coil(0, 5))) << "two entries that touch";
  EXPECT_FALSE(baseline.writes(one, coil(0, 6)));
  EXPECT_FALSE(baseline.writes(one, coil(0xffffffff, 2)));
  EXPECT_TRUE(baseline.reads(one, coil(15)));
  ASSERT_NE(baseline.write_entry(one, coil(0, 4)), nullptr);
  EXPECT_EQ(baseline.write_entry(one, coil(0, 3)), nullptr);
  EXPECT_EQ(baseline.writes_text(one), "unit 1 coil 0-4");
  EXPECT_EQ(baseline.only_writer(baseline.host(key("10.0.0.1 vlan 110"))),
            baseline.host(key("10.0.0.9 vlan 110")));
  EXPECT_EQ(baseline.only_writer(baseline.host(key("10.0.0.2 vlan 110"))), kNone);
  EXPECT_TRUE(baseline.linked(baseline.host(key("10.0.1.9 vlan 110")),
                              baseline.host(key("10.0.0.2 vlan 110"))));
}

TEST(Baseline, AlikeCountsAsKnownOnlyInsideWhatIsRead) {
  const Baseline baseline{sample()};
  const BaselineLinkIndex one = link(baseline, "10.0.0.9 vlan 110", "10.0.0.1 vlan 110");
  const BaselineLinkIndex two = link(baseline, "10.0.0.9 vlan 110", "10.0.0.2 vlan 110");
  EXPECT_TRUE(baseline.alike(one, coil(9)));
  EXPECT_TRUE(baseline.alike(two, coil(9))) << "another server of the same role";
  EXPECT_FALSE(baseline.alike(one, coil(16)));
  EXPECT_FALSE(baseline.alike(one, {1, "holding", 3, 1, {}}));
}

TEST(Baseline, FindsFactsPollsAndCertificates) {
  const Baseline baseline{sample()};
  const BaselineHostIndex plc = baseline.host(key("10.0.0.1 vlan 110"));
  ASSERT_NE(baseline.fact(plc, 1, Identity::Field::firmware, "Modbus"), nullptr);
  EXPECT_EQ(baseline.fact(plc, 2, Identity::Field::firmware, "Modbus"), nullptr);
  EXPECT_EQ(baseline.certificates(plc, Protocol::opcua, "application").size(), 1U);
  const BaselineLinkIndex one = link(baseline, "10.0.0.9 vlan 110", "10.0.0.1 vlan 110");
  PollQuery coils;
  coils.unit = 1;
  coils.function = 1;
  const BaselinePollIndex poll = baseline.find_poll(one, coils);
  ASSERT_NE(poll, kNone);
  EXPECT_EQ(baseline.poll(poll).name, "Read Coils");
  EXPECT_EQ(baseline.link_of(poll), one);
  EXPECT_EQ(baseline.zone_of(poll).name, "cell-1");
  PollQuery elsewhere = coils;
  elsewhere.address = 7;
  EXPECT_EQ(baseline.find_poll(one, elsewhere), kNone);
  EXPECT_EQ(baseline.find_poll(one, elsewhere, poll), kNone);
  PollQuery named = coils;
  named.text = "Speed";
  EXPECT_EQ(baseline.find_poll(one, named), kNone);
}

TEST(Baseline, FindsEachPollWhereverItLooksFirst) {
  BaselineData data = sample();
  std::vector<BaselinePoll>& polls = data.zones[0].polls;
  const BaselinePoll first = polls[0];
  for (std::uint32_t address = 1; address < 5; ++address) {
    BaselinePoll another = first;
    another.address = address;
    polls.push_back(another);
  }
  polls.push_back(first);  // twice in the file
  polls.push_back(first);
  polls.back().link = modbus_link("10.0.0.9 vlan 110", "10.0.0.77 vlan 110");  // no talkers
  const Baseline baseline{std::move(data)};
  ASSERT_EQ(baseline.poll_count(), 5U);
  const BaselineLinkIndex one = link(baseline, "10.0.0.9 vlan 110", "10.0.0.1 vlan 110");
  const BaselineLinkIndex two = link(baseline, "10.0.0.9 vlan 110", "10.0.0.2 vlan 110");
  for (std::uint32_t address = 0; address < 5; ++address) {
    PollQuery wanted{.unit = 1, .function = 1, .address = address, .text = {}};
    for (const BaselinePollIndex likely : {0U, 1U, 4U, 5U, kNone}) {
      const BaselinePollIndex found = baseline.find_poll(one, wanted, likely);
      ASSERT_NE(found, kNone);
      EXPECT_EQ(baseline.poll(found).address, address);
      EXPECT_EQ(baseline.find_poll(two, wanted, likely), kNone);
    }
  }
}

TEST(Baseline, KnowsTheOnlyWriterOfAServer) {
  BaselineData data = sample();
  const BaselineLink other = modbus_link("10.0.0.8 vlan 110", "10.0.0.1 vlan 110");
  data.zones[0].talkers.push_back({other, true, std::nullopt, std::nullopt, std::nullopt});
  data.zones[0].operations.push_back({other, Operation::write, 5, 0, "", "Write Single Coil"});
  const Baseline baseline{std::move(data)};
  EXPECT_EQ(baseline.only_writer(baseline.host(key("10.0.0.1 vlan 110"))), kNone) << "two write";
  EXPECT_EQ(baseline.only_writer(kNone), kNone);
}

TEST(LearningProgress, IsDoneWhenNothingWasNewForAFifth) {
  LearningProgress progress;
  EXPECT_EQ(progress.percent(), 0);
  progress.to = Timestamp{std::chrono::hours{100}};
  progress.last_new = Timestamp{std::chrono::hours{90}};
  EXPECT_DOUBLE_EQ(progress.percent(), 50);
  progress.last_new = Timestamp{std::chrono::hours{10}};
  EXPECT_DOUBLE_EQ(progress.percent(), 100);
}

TEST(WeekHours, GoByTheClockOfTheSite) {
  const auto kolkata = Timezone::load("Asia/Kolkata");
  ASSERT_TRUE(kolkata);
  Timestamp monday{};
  ASSERT_TRUE(parse_time("2026-11-22T18:30:00Z", monday));
  EXPECT_EQ(hour_of_week(monday, *kolkata), 0U);
  EXPECT_EQ(hour_of_week(monday - std::chrono::seconds{1}, *kolkata), 167U);
}

// Each MAC address but the last is put before those that are there: nothing is sorted in anew.
TEST(Baseline, ManyHostsInAnyOrderAreIndexedAtOnce) {
  BaselineData data;
  BaselineZone zone;
  zone.name = std::string{kWholeSite};
  constexpr unsigned kHosts = 200'000;
  for (unsigned i = 0; i < kHosts; ++i) {
    BaselineHost host;
    host.place.ip.family = IpAddress::Family::v4;
    for (unsigned octet = 0; octet < 4; ++octet) {
      const auto low = static_cast<std::uint8_t>(i >> 8 * octet);
      const auto high = static_cast<std::uint8_t>((kHosts - i) >> 8 * octet);
      host.place.ip.octets[3 - octet] = low;
      host.mac.octets[5 - octet] = high;
    }
    host.mac.octets[0] = 2;
    zone.hosts.push_back(host);
    zone.facts.push_back({host.place, Identity::kNoUnit, Identity::Field::serial, "CIP identity",
                          std::to_string(i)});
  }
  data.zones = {std::move(zone)};
  const Baseline baseline{std::move(data)};
  HostKey key;
  key.ip.family = IpAddress::Family::v4;
  key.ip.octets[2] = 1;
  const BaselineHostIndex host = baseline.host(key);
  ASSERT_NE(host, kNone);
  const BaselineFact* fact =
      baseline.fact(host, Identity::kNoUnit, Identity::Field::serial, "CIP identity");
  ASSERT_NE(fact, nullptr);
  EXPECT_EQ(fact->value, "256");
  EXPECT_EQ(baseline.fact(host, 1, Identity::Field::serial, "CIP identity"), nullptr);
}

}  // namespace
}  // namespace prahari
