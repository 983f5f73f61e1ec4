#include "alerts/alert_json.hpp"

#include <algorithm>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "alerts/summary_json.hpp"
#include "alerts/summary_text.hpp"
#include "alerts/text.hpp"
#include "rules/kinds.hpp"
#include "tests/unit/alerts/fake_plant.hpp"

namespace prahari {
namespace {

using Json = nlohmann::ordered_json;

std::vector<std::string> keys(const Json& json) {
  std::vector<std::string> out;
  for (const auto& [key, value] : json.items()) {
    out.push_back(key);
  }
  return out;
}

const Alert& of_kind(const test::FakePlant& plant, std::string_view kind) {
  for (const Alert& alert : plant.alerts) {
    if (alert.finding.kind == kind) {
      return alert;
    }
  }
  return plant.alerts.front();
}

TEST(AlertJson, HasEveryKeyOfTheContractInItsOrder) {
  const test::FakePlant plant = test::fake_plant();
  const std::vector<std::string> order = {
      "schema",      "id",       "kind",       "severity",  "confidence",     "title",
      "why",         "status",   "first_seen", "last_seen", "count",          "source",
      "destination", "protocol", "transport",  "outcome",   "site",           "operation",
      "policy",      "baseline", "accept",     "attack",    "attack_version", "certin",
      "evidence",    "state",    "sensor"};
  for (const Alert& alert : plant.alerts) {
    EXPECT_EQ(keys(alert_json(alert, plant.context())), order);
  }
  const Json json = alert_json(of_kind(plant, "scan"), plant.context());
  EXPECT_EQ(keys(json["destination"]),
            (std::vector<std::string>{"asset", "name", "ip", "mac", "vlan", "zone", "port"}));
  EXPECT_TRUE(json["destination"]["ip"].is_null());
  EXPECT_TRUE(json["operation"].is_null());
  EXPECT_TRUE(json["accept"].is_null());
}

TEST(AlertJson, SaysWhatTheAlertKnows) {
  const test::FakePlant plant = test::fake_plant();
  const Json json = alert_json(of_kind(plant, "conduit-violation"), plant.context());
  EXPECT_EQ(json["title"], "Conduit violation");
  EXPECT_EQ(json["severity"], "high");
  EXPECT_EQ(json["first_seen"], "2026-11-22T18:45:30.000000000Z");
  EXPECT_EQ(json["destination"]["name"], "PLC-7 filler");
  EXPECT_EQ(json["destination"]["vlan"], Json({110}));
  EXPECT_EQ(
      json["operation"].dump(),
      R"({"class":"write","name":"Write Single Coil","target":"unit 1 coil 4","values":[1]})");
  EXPECT_EQ(json["policy"]["line"], 41);
  EXPECT_EQ(
      json["attack"][0].dump(),
      R"({"id":"T0886","name":"Remote Services","tactic":"Initial Access, Lateral Movement"})");
  EXPECT_EQ(json["attack_version"], "18.1");
  EXPECT_EQ(json["certin"].dump(),
            R"({"class":"C","types":["ix","iii"],"noticed_at":"2026-11-22T18:45:30.000000000Z",)"
            R"("report_by":"2026-11-23T00:45:30.000000000Z"})");
  EXPECT_EQ(json["evidence"]["frames"], Json({4782, 4785}));
  EXPECT_EQ(json["evidence"]["pcap"], "alerts/cv-00112233445566aa.pcap");
  const Json scan = alert_json(of_kind(plant, "scan"), plant.context());
  EXPECT_EQ(scan["certin"]["class"], "P");
  EXPECT_TRUE(scan["certin"]["noticed_at"].is_null());
}

TEST(AlertJson, NamesTheCaptureOfAForeignPacket) {
  test::FakePlant plant = test::fake_plant();
  plant.summary.inputs.emplace_back().name = "second.pcap";
  Alert alert = of_kind(plant, "conduit-violation");
  alert.evidence = {test::packet(7), test::packet(2, {}, 1)};
  const Json json = alert_json(alert, plant.context());
  EXPECT_EQ(json["evidence"]["capture"], "line2-monday.pcapng");
  EXPECT_EQ(json["evidence"]["frames"].dump(), R"([7,{"capture":"second.pcap","frame":2}])");
}

TEST(AlertJson, OneSafeLineEachAndTheSameBytesTwice) {
  test::FakePlant plant = test::fake_plant();
  plant.alerts[0].finding.why = "tag \"<script>\x1b[2J\u202E\n\xff\" written";
  const std::string lines = alerts_jsonl(plant.alerts, plant.context());
  EXPECT_EQ(lines, alerts_jsonl(plant.alerts, plant.context()));
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 3);
  EXPECT_EQ(lines.find('\x1b'), std::string::npos);
  EXPECT_EQ(lines.find("\u202E"), std::string::npos);
}

TEST(CertInData, LabelsStandAsPrinted) {
  const Result<CertInData> data = CertInData::load(test::source_data());
  ASSERT_TRUE(data) << data.error().message;
  ASSERT_EQ(data->types.size(), 21U);
  EXPECT_EQ(data->types[8].id, "ix");
  EXPECT_EQ(data->types[8].label,
            "Attacks on Critical infrastructure, SCADA and operational technology systems and "
            "Wireless networks");
  EXPECT_EQ(data->form_label("viii"), "DoS/DDoS attacks");
  EXPECT_EQ(data->label("A21"), "Occurrence date & time (dd/mm/yyyy hh:mm)");
  EXPECT_EQ(data->form_choices.at("A1")[0], "the effected entity");
  EXPECT_EQ(data->to_v19.at("T0855"), "T1692.001");
  for (const AlertKind& kind : kAlertKinds) {
    EXPECT_TRUE(data->kinds.contains(kind.id)) << kind.id;
  }
  EXPECT_TRUE(data->types_of("sensor-blind", CertInClass::none).empty());
  EXPECT_TRUE(data->types_of("opcua-insecure-session", CertInClass::posture).empty());
}

TEST(CertInData, SaysWhichFileIsWrong) {
  const Result<CertInData> nowhere = CertInData::load(DataFiles({"/nonexistent"}));
  ASSERT_FALSE(nowhere);
  EXPECT_NE(nowhere.error().message.find("certin_annexure.json"), std::string::npos);
}

TEST(SummaryJson, IsWhatOtherProgramsRead) {
  const test::FakePlant plant = test::fake_plant();
  const std::string text = summary_json(plant.summary, plant.alerts, plant.network);
  EXPECT_EQ(text, summary_json(plant.summary, plant.alerts, plant.network));
  const Json json = Json::parse(text);
  EXPECT_EQ(json["schema"], "prahari.summary/1");
  EXPECT_EQ(json["inputs"][0]["sha256"], std::string(64, 'a'));
  EXPECT_EQ(json["alerts"]["by_severity"]["critical"], 1);
  EXPECT_EQ(json["alerts"]["by_kind"]["scan"], 1);
  EXPECT_EQ(json["messages"]["modbus"]["state"]["midstream"], 90);
  EXPECT_EQ(json["decode_errors"]["ipv4-cut"], 12);
}

TEST(SummaryText, FitsOneScreenAndIsSafe) {
  test::FakePlant plant = test::fake_plant();
  plant.summary.inputs[0].name = "\x1b[2Jevil\u202E.pcap";
  for (int i = 0; i < 50; ++i) {
    plant.alerts.push_back(test::alert_of(test::write_finding(), "cv-" + std::to_string(i)));
  }
  plant.alerts[0].finding.why = "\x1b]0;owned\x07";
  const std::string text =
      summary_text(plant.summary, plant.alerts, plant.context(), {false, "prahari-out"});
  EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 40);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find("\u202E"), std::string::npos);
  EXPECT_NE(text.find("both directions"), std::string::npos);  // 22 of 240 were one-way
  EXPECT_NE(text.find("prahari-out/report.html"), std::string::npos);
  EXPECT_NE(summary_text(plant.summary, plant.alerts, plant.context(), {true, ""}).find("\x1b[1m"),
            std::string::npos);
}

TEST(CaptureHealth, GivesAHintWhereTheMirrorIsWrong) {
  RunSummary empty;
  EXPECT_EQ(capture_health(empty).front().level, HealthNote::Level::bad);
  RunSummary good = test::fake_plant().summary;
  good.flows.tcp_one_way = 0;
  good.flows.with_gaps = 0;
  good.decode_errors.clear();
  for (const HealthNote& note : capture_health(good)) {
    EXPECT_EQ(note.level, HealthNote::Level::good) << note.what;
  }
  good.flows.duplicates = good.packets / 2;
  good.inputs[0].note = "cut short after packet 46";
  std::size_t bad = 0;
  for (const HealthNote& note : capture_health(good)) {
    bad += note.level == HealthNote::Level::bad ? 1U : 0U;
  }
  EXPECT_EQ(bad, 2U);
}

}  // namespace
}  // namespace prahari
