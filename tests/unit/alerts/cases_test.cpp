// Which alerts are joined, in which order, and who must never be glued to whom.

#include "alerts/cases.hpp"

#include <algorithm>
#include <ctime>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "alerts/case_json.hpp"
#include "alerts/case_words.hpp"
#include "rules/kinds.hpp"
#include "tests/unit/alerts/fake_plant.hpp"

namespace prahari {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

struct Deed {
  std::string_view kind;
  Severity severity = Severity::high;
  std::size_t from = 0;  // of the plant's hosts
  std::size_t to = 1;
  std::chrono::seconds after{0};
  std::string_view technique = "T0855";
  int operation = -1;
};

class Cases : public testing::Test {
 protected:
  void SetUp() override {
    test::add_network(plant_.network);
    auto attack =
        AttackTable::load(std::string{PRAHARI_SOURCE_DIR} + "/rules/data/attack_ics_v18.csv");
    ASSERT_TRUE(attack);
    plant_.attack = std::move(*attack);
  }

  Alert& add(const Deed& deed) {
    const auto& hosts = plant_.network.hosts;
    Finding finding = test::write_finding(deed.severity);
    finding.kind = deed.kind;
    finding.attack = {deed.technique, "", ""};
    finding.has_operation = deed.operation >= 0;
    finding.operation = static_cast<Operation>(std::max(deed.operation, 0));
    finding.outcome = Outcome::success;
    finding.certin = CertInClass::incident;
    finding.source.ip = test::ip(hosts[deed.from].ips.front().c_str());
    finding.source.mac = {};
    finding.source.zone = hosts[deed.from].zone;
    finding.destination.ip = test::ip(hosts[deed.to].ips.front().c_str());
    finding.evidence = {test::packet(static_cast<std::uint32_t>(alerts_.size() + 1), deed.after)};
    alerts_.push_back(test::alert_of(std::move(finding), "al-" + std::to_string(alerts_.size())));
    alerts_.back().source_asset = hosts[deed.from].id;
    alerts_.back().destination_asset = hosts[deed.to].id;
    return alerts_.back();
  }

  CaseBook join() { return build_cases(std::span<const Alert>{alerts_}, plant_.context()); }

  // What is in the case of each: "al-0 al-2|al-1 al-3".
  std::string joined() {
    std::map<std::string, std::string> by_case;
    const CaseBook book = join();
    for (const auto& [alert, id] : book.of_alert) {
      by_case[id] += (by_case[id].empty() ? "" : " ") + alert;
    }
    std::vector<std::string> parts;
    for (const auto& [id, members] : by_case) {
      parts.push_back(members);
    }
    std::sort(parts.begin(), parts.end());
    std::string out;
    for (const std::string& part : parts) {
      out += (out.empty() ? "" : "|") + part;
    }
    return out;
  }

  test::FakePlant plant_;
  std::vector<Alert> alerts_;
};

constexpr std::size_t kLaptop = 0;
constexpr std::size_t kPlc = 1;
constexpr std::size_t kHmi = 2;
constexpr std::size_t kEws = 3;
constexpr std::size_t kGateway = 4;

TEST_F(Cases, AScanThenReadsThenAWriteAreOneCaseInTheOrderOfAttack) {
  add({"conduit-violation", Severity::high, kLaptop, kPlc, seconds{300}, "T0886", 2});
  add({"scan", Severity::high, kLaptop, kGateway, seconds{10}, "T0846"});
  add({"conduit-violation", Severity::high, kLaptop, kPlc, seconds{60}, "T0886", 0});
  add({"controller-mode-change", Severity::high, kLaptop, kPlc, seconds{320}, "T0816", 3});
  const CaseBook book = join();
  ASSERT_EQ(book.cases.size(), 1U);
  const Case& made = book.cases.front();
  std::string order;
  for (const CaseStep& step : made.steps) {
    order += std::string{step.tactic} + ":" + step.alert->id + " ";
  }
  EXPECT_EQ(order,
            "Discovery:al-1 Discovery:al-2 Inhibit Response Function:al-3 "
            "Impair Process Control:al-0 ");
  EXPECT_EQ(made.title,
            "10.10.5.77 scanned 10.10.1.21, read the identification of PLC-7 filler, wrote to "
            "PLC-7 filler and restarted PLC-7 filler.");
  EXPECT_EQ(made.severity, Severity::critical);
  EXPECT_TRUE(made.raised);
  EXPECT_EQ(made.first->id, "al-1");
}

TEST_F(Cases, AStrangerIsCalledOne) {
  add({"new-asset", Severity::high, kLaptop, kPlc, seconds{0}, "T0864"});
  add({"scan", Severity::high, kLaptop, kGateway, seconds{10}, "T0846"});
  EXPECT_EQ(join().cases.front().title,
            "An unknown host, 10.10.5.77, joined the network and scanned 10.10.1.21.");
}

TEST_F(Cases, LookingAloneRaisesNothing) {
  add({"scan", Severity::high, kLaptop, kGateway, seconds{0}, "T0846"});
  add({"probing", Severity::medium, kLaptop, kPlc, seconds{10}, "T0888"});
  EXPECT_EQ(join().cases.front().severity, Severity::high);
  EXPECT_FALSE(join().cases.front().raised);
}

TEST_F(Cases, ARefusedWriteIsNoEffect) {
  add({"scan", Severity::high, kLaptop, kGateway, seconds{0}, "T0846"});
  add({"conduit-violation", Severity::high, kLaptop, kPlc, seconds{9}, "T0886", 2})
      .finding.outcome = Outcome::failure;
  EXPECT_FALSE(join().cases.front().raised);
}

TEST_F(Cases, OneAlertOrInfoOnlyIsNoCase) {
  add({"scan", Severity::high, kLaptop, kGateway, seconds{0}, "T0846"});
  add({"program-download", Severity::info, kLaptop, kPlc, seconds{5}, "T0843", 4});
  EXPECT_EQ(joined(), "");
}

TEST_F(Cases, ASharedTargetGluesNobody) {
  add({"scan", Severity::high, kLaptop, kPlc, seconds{0}, "T0846"});
  add({"write-outside-baseline", Severity::high, kLaptop, kPlc, seconds{10}, "T0836", 2});
  add({"new-operation", Severity::high, kHmi, kPlc, seconds{20}, "T0855", 2});
  add({"write-outside-baseline", Severity::high, kHmi, kPlc, seconds{30}, "T0836", 2});
  EXPECT_EQ(joined(), "al-0 al-1|al-2 al-3");
}

TEST_F(Cases, AGroupAddressGluesNobody) {
  for (const std::size_t from : {kLaptop, kHmi}) {
    for (int i = 0; i < 2; ++i) {
      Alert& alert = add({"scan", Severity::high, from, kPlc, seconds{10 * i}, "T0846"});
      alert.finding.destination.ip = test::ip("239.192.1.3");
      alert.destination_asset = "ast-group";
    }
  }
  EXPECT_EQ(joined(), "al-0 al-1|al-2 al-3");
}

TEST_F(Cases, ASourceThatIsAGroupOrNothingActsNot) {
  for (const char* address : {"239.0.0.1", "255.255.255.255", "0.0.0.0"}) {
    Alert& alert = add({"scan", Severity::high, kLaptop, kPlc, seconds{1}, "T0846"});
    alert.finding.source.ip = test::ip(address);
  }
  EXPECT_EQ(joined(), "");
}

TEST_F(Cases, SomebodyElsesMacIsSomebodyElse) {
  plant_.network.hosts.made()[kHmi].mac = "00:0b:ab:00:00:10";
  add({"new-operation", Severity::high, kHmi, kPlc, seconds{0}, "T0855", 2}).finding.source.mac =
      test::mac("00:0b:ab:00:00:10");
  add({"write-outside-baseline", Severity::high, kHmi, kPlc, seconds{5}, "T0836", 2})
      .finding.source.mac = test::mac("00:0b:ab:00:00:10");
  for (int i = 0; i < 2; ++i) {
    add({"scan", Severity::high, kHmi, kPlc, seconds{10 + i}, "T0846"}).finding.source.mac =
        test::mac("00:e0:4c:66:66:66");
  }
  EXPECT_EQ(joined(), "al-0 al-1|al-2 al-3");
}

TEST_F(Cases, ARoutersMacIsAnybodys) {
  plant_.network.hosts.made()[kHmi].mac = "00:0b:ab:00:00:10";
  plant_.network.hosts.made()[kGateway].mac = "00:1b:54:00:00:01";
  plant_.network.hosts.made()[kGateway].roles = {"router"};
  add({"new-operation", Severity::high, kHmi, kPlc, seconds{0}, "T0855", 2}).finding.source.mac =
      test::mac("00:0b:ab:00:00:10");
  add({"scan", Severity::high, kHmi, kPlc, seconds{5}, "T0846"}).finding.source.mac =
      test::mac("00:1b:54:00:00:01");
  EXPECT_EQ(joined(), "al-0 al-1");
}

TEST_F(Cases, ASteppingStoneJoinsBothEnds) {
  add({"remote-access", Severity::high, kLaptop, kEws, seconds{0}, "T0886"});
  add({"program-download", Severity::critical, kEws, kPlc, minutes{20}, "T0843", 4});
  EXPECT_EQ(joined(), "al-0 al-1");
  EXPECT_EQ(
      join().cases.front().title,
      "10.10.5.77 opened a remote session on EWS-1 and from EWS-1 loaded a program into PLC-7 "
      "filler.");
}

TEST_F(Cases, WhatTheStoneDidBeforeIsItsOwn) {
  add({"scan", Severity::high, kEws, kPlc, seconds{0}, "T0846"});
  add({"new-operation", Severity::medium, kEws, kPlc, seconds{60}, "T0855", 1});
  add({"remote-access", Severity::high, kLaptop, kEws, minutes{5}, "T0886"});
  add({"program-download", Severity::critical, kEws, kPlc, minutes{20}, "T0843", 4});
  EXPECT_EQ(joined(), "al-0 al-1|al-2 al-3");
}

TEST_F(Cases, AStoneHasOneWayInTheLatest) {
  add({"remote-access", Severity::high, kHmi, kEws, seconds{0}, "T0886"});
  add({"scan", Severity::high, kHmi, kPlc, seconds{1}, "T0846"});
  add({"remote-access", Severity::high, kLaptop, kEws, minutes{5}, "T0886"});
  add({"program-download", Severity::critical, kEws, kPlc, minutes{20}, "T0843", 4});
  EXPECT_EQ(joined(), "al-0 al-1|al-2 al-3");
}

TEST_F(Cases, NoStone) {
  const auto with = [&](auto&& change, std::size_t through = kEws,
                        std::chrono::seconds later = minutes{20}) {
    alerts_.clear();
    change(add({"remote-access", Severity::high, kLaptop, through, seconds{0}, "T0886"}));
    add({"program-download", Severity::critical, through, kPlc, later, "T0843", 4});
    return joined();
  };
  EXPECT_EQ(with([](Alert&) {}), "al-0 al-1") << "the control";
  EXPECT_EQ(with([](Alert& a) { a.finding.transport = "udp"; }), "") << "can be forged";
  EXPECT_EQ(with([](Alert& a) { a.finding.state = Completeness::one_way; }), "")
      << "no answer seen";
  EXPECT_EQ(with([](Alert& a) { a.finding.outcome = Outcome::failure; }), "") << "refused";
  EXPECT_EQ(with([](Alert& a) { a.finding.kind = "conduit-violation"; }), "") << "no way onto it";
  EXPECT_EQ(with([](Alert&) {}, kGateway), "") << "a gateway forwards for everybody";
  EXPECT_EQ(with([](Alert&) {}, kEws, hours{5}), "") << "too long ago";
}

TEST_F(Cases, TwoHostsThatEnterEachOtherMakeNoCircle) {
  add({"remote-access", Severity::high, kHmi, kEws, seconds{0}, "T0886"});
  add({"remote-access", Severity::high, kEws, kHmi, seconds{0}, "T0886"});
  add({"scan", Severity::high, kEws, kPlc, seconds{10}, "T0846"});
  add({"scan", Severity::high, kHmi, kPlc, seconds{10}, "T0846"});
  EXPECT_NE(joined(), "");
}

TEST_F(Cases, ALongPauseEndsACase) {
  add({"scan", Severity::high, kLaptop, kPlc, seconds{0}, "T0846"});
  add({"probing", Severity::medium, kLaptop, kPlc, minutes{5}, "T0888"});
  add({"scan", Severity::high, kLaptop, kPlc, hours{5}, "T0846"});
  add({"probing", Severity::medium, kLaptop, kPlc, hours{6}, "T0888"});
  EXPECT_EQ(joined(), "al-0 al-1|al-2 al-3");
}

TEST_F(Cases, ASilentDeviceFollowsWhoChangedItLast) {
  add({"scan", Severity::high, kLaptop, kPlc, seconds{0}, "T0846"});
  add({"write-outside-baseline", Severity::high, kLaptop, kPlc, seconds{10}, "T0836", 2});
  add({"scan", Severity::high, kHmi, kPlc, seconds{0}, "T0846"});
  add({"new-operation", Severity::high, kHmi, kPlc, seconds{20}, "T0855", 1});
  add({"device-silent", Severity::medium, kEws, kPlc, minutes{2}, "T0814"});
  add({"device-silent", Severity::medium, kEws, kGateway, minutes{2}, "T0814"});
  EXPECT_EQ(joined(), "al-0 al-1 al-4|al-2 al-3") << "reading silences nothing";
  const CaseBook book = join();
  EXPECT_TRUE(std::ranges::any_of(book.cases.front().steps, &CaseStep::consequence) ||
              std::ranges::any_of(book.cases.back().steps, &CaseStep::consequence));
}

TEST_F(Cases, PostureAndTheSensorBelongToNone) {
  for (const std::string_view kind : {"opcua-insecure-session", "opcua-certificate"}) {
    add({kind, Severity::medium, kLaptop, kPlc, seconds{1}, "T0859"}).finding.certin =
        CertInClass::posture;
  }
  add({"sensor-blind", Severity::critical, kLaptop, kPlc, seconds{2}, ""});
  add({"sensor-blind", Severity::critical, kLaptop, kPlc, seconds{3}, ""});
  EXPECT_EQ(joined(), "");
}

TEST_F(Cases, TheOrderOfTheAlertsDoesNotMatter) {
  for (int i = 0; i < 40; ++i) {
    add({i % 3 == 0 ? "scan" : "new-operation", Severity::high, i % 2 == 0 ? kLaptop : kHmi, kPlc,
         seconds{i / 4}, "T0846", i % 3 == 0 ? -1 : 2});
  }
  const AlertContext context = plant_.context();
  const std::string one = cases_json(join().cases, context);
  std::vector<const Alert*> turned;
  for (const Alert& alert : alerts_) {
    turned.push_back(&alert);
  }
  std::ranges::reverse(turned);
  const CaseBook other = build_cases(turned, context);
  EXPECT_EQ(cases_json(other.cases, context), one);
}

TEST_F(Cases, TooManyStepsKeepTheWorstAndSaySo) {
  for (int i = 0; i < 500; ++i) {
    add({"new-operation", i == 77 ? Severity::critical : Severity::medium, kLaptop, kPlc,
         seconds{i}, "T0855", 1});
  }
  const CaseBook book = join();
  ASSERT_EQ(book.cases.size(), 1U);
  const Case& made = book.cases.front();
  EXPECT_EQ(made.alerts, 500U);
  EXPECT_EQ(made.steps.size(), Case::kMaxSteps);
  EXPECT_EQ(book.of_alert.size(), 500U);
  EXPECT_TRUE(std::ranges::any_of(made.steps,
                                  [](const CaseStep& step) { return step.alert->id == "al-77"; }));
  const auto json = case_json(made, plant_.context());
  EXPECT_EQ(json["left_out"], 500 - Case::kMaxSteps);
}

TEST_F(Cases, SixteenThousandAlertsOfOneHostTakeNoTime) {
  for (int i = 0; i < 16'384; ++i) {
    Alert& alert = add({i % 2 == 0 ? "remote-access" : "new-operation", Severity::medium,
                        i % 2 == 0 ? kHmi : kEws, i % 2 == 0 ? kEws : kPlc, seconds{i}, "T0855",
                        i % 2 == 0 ? -1 : 2});
    alert.finding.destination.ip.octets[2] = static_cast<std::uint8_t>(i / 256);
    alert.finding.destination.ip.octets[3] = static_cast<std::uint8_t>(i);
    alert.source_asset += i % 2 == 0 ? std::to_string(i / 64) : "";
  }
  const std::clock_t began = std::clock();  // of the processor: the machine may be busy
  const CaseBook book = join();
  EXPECT_GT(book.of_alert.size(), 8000U);
  EXPECT_LT(static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC, 10);
}

TEST_F(Cases, EveryTacticIsOneOfItsTechniques) {
  for (const AlertKind& kind : kAlertKinds) {
    Alert& alert = add({kind.id, Severity::high, kLaptop, kPlc, seconds{1}, "T0886"});
    const std::string_view tactic = tactic_of(alert, plant_.attack);
    EXPECT_LT(tactic_rank(tactic), 12U) << kind.id;
    for (int operation = 0; operation < static_cast<int>(kOperations); ++operation) {
      alert.finding.has_operation = true;
      alert.finding.operation = static_cast<Operation>(operation);
      const std::string_view by_class = tactic_of(alert, plant_.attack);
      const std::string_view technique = technique_of(alert, by_class, plant_.attack);
      const Technique* named = plant_.attack.find(technique);
      ASSERT_NE(named, nullptr);
      EXPECT_NE(std::ranges::find(named->tactics, by_class), named->tactics.end())
          << kind.id << ' ' << technique << ' ' << by_class;
    }
    alert.finding.has_operation = false;
    EXPECT_FALSE(verb_of(alert).empty());
  }
}

TEST_F(Cases, AlertsSayTheirCase) {
  add({"scan", Severity::high, kLaptop, kPlc, seconds{0}, "T0846"});
  add({"probing", Severity::medium, kLaptop, kPlc, minutes{5}, "T0888"});
  add({"scan", Severity::high, kHmi, kPlc, hours{5}, "T0846"});
  AlertContext context = plant_.context();
  EXPECT_FALSE(alert_json(alerts_[0], context).contains("case")) << "nobody asked";
  const CaseBook book = join();
  context.cases = &book.of_alert;
  EXPECT_EQ(alert_json(alerts_[0], context)["case"], book.cases.front().id);
  EXPECT_TRUE(alert_json(alerts_[2], context)["case"].is_null());
}

}  // namespace
}  // namespace prahari
