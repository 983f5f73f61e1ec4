#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "alerts/incident.hpp"
#include "alerts/report_html.hpp"
#include "alerts/text.hpp"
#include "alerts/time_forms.hpp"
#include "tests/unit/alerts/fake_plant.hpp"

namespace prahari {
namespace {

namespace fs = std::filesystem;

// What no page of ours may contain, whatever came from the wire.
void expect_harmless(const std::string& page) {
  for (const char* needle : {"<script", "javascript:", "http://", "https://", "src=\"", "@import",
                             "url(", "\x1b", "\u202E", "onerror=\"", "<img"}) {
    EXPECT_EQ(page.find(needle), std::string::npos) << needle;
  }
}

// Into the folder that a person names to look at the pages.
void keep_sample(const char* name, const std::string& page) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): these tests have one thread
  if (const char* folder = std::getenv("PRAHARI_SAMPLE")) {
    std::ofstream(fs::path(folder) / name) << page;
  }
}

int run(const char* command) {
  return std::system(command);  // NOLINT(concurrency-mt-unsafe): these tests have one thread
}

void poison(test::FakePlant& plant) {
  const std::string evil =
      "<script>alert(1)</script>\"><img src=x onerror=\"a\"> \u202E\x1b[2J } * {} </style>";
  plant.network.site.name = evil;
  plant.network.site.organisation = evil;
  plant.network.site.reporter_address = evil;
  for (HostView& host : plant.network.hosts.made()) {
    host.name = evil;
    host.vendor = evil;
    host.product = evil;
    host.firmware = evil;
    host.location = evil;
    ServicePosture posture;
    posture.offered = {evil};
    posture.used = {evil};
    posture.certificates = {evil};
    host.postures = {posture};
  }
  for (Alert& alert : plant.alerts) {
    alert.finding.why = evil;
    alert.finding.target = evil;
    alert.finding.accept = evil;
    alert.finding.protocol = evil;
    alert.finding.source.zone = evil;
  }
  plant.summary.inputs[0].name = evil;
  plant.summary.silenced[0].reason = evil;
  plant.summary.not_understood[0].name = evil;
}

TEST(ReportHtml, ShowsThePostureOfServersWhereThereIsAny) {
  test::FakePlant plant = test::fake_plant();
  const AlertContext context = plant.context();
  EXPECT_EQ(report_html({plant.summary, plant.alerts, context}).find("id=\"posture\""),
            std::string::npos);
  ServicePosture posture;
  posture.protocol = Protocol::opcua;
  posture.port = 4840;
  posture.service = "opcua, port 4840";
  posture.offered = {"None", "Basic256Sha256, SignAndEncrypt"};
  posture.users_used = {"user name operator, 3 times"};
  posture.questions = {"Why is a channel offered that is neither signed nor encrypted?"};
  plant.network.hosts.made().front().postures = {posture};
  plant.network.with_posture = {0};
  const AlertContext with = plant.context();
  const std::string page = report_html({plant.summary, plant.alerts, with});
  for (const char* needle :
       {"href=\"#posture\"", "opcua, port 4840", "None<br>Basic256Sha256, SignAndEncrypt",
        "user name operator, 3 times", "neither signed nor encrypted?"}) {
    EXPECT_NE(page.find(needle), std::string::npos) << needle;
  }
}

TEST(ReportHtml, SaysWhatMattersAndIsRepeatable) {
  const test::FakePlant plant = test::fake_plant();
  const AlertContext context = plant.context();
  const ReportInput input{plant.summary, plant.alerts, context};
  const std::string page = report_html(input);
  EXPECT_EQ(page, report_html(input));
  for (const char* needle :
       {"Bottling line 2", "PLC-7 filler", "Conduit violation", "which no conduit allows",
        "alerts/cv-00112233445566aa.pcap", "T0886 Remote Services", "INC-CV-00112233445566AA.html",
        "approved scanner", "23 Nov 2026, 00:15:30 IST", "allow = [&quot;modbus:write&quot;]",
        "ethertype 0x88cc", "showed one direction only"}) {
    EXPECT_NE(page.find(needle), std::string::npos) << needle;
  }
  expect_harmless(page);
  keep_sample("report.html", page);
}

TEST(ReportHtml, WithoutASiteFileSaysHowToTurnRulesOn) {
  test::FakePlant plant = test::fake_plant();
  plant.network.has_zones = false;
  plant.network.zones = {{"level 1, proposed", 1.0, {}}};
  for (HostView& host : plant.network.hosts.made()) {
    host.zone.clear();
    host.level.reset();
    host.proposed_level = host.has_role("controller") ? std::optional(1.0) : std::nullopt;
  }
  fill_groups(plant.network);
  const AlertContext context = plant.context();
  const std::string page = report_html({plant.summary, plant.alerts, context});
  EXPECT_NE(page.find("Conduit rules are off"), std::string::npos);
  EXPECT_NE(page.find("--site"), std::string::npos);
  EXPECT_NE(page.find("10.10.1.0/24"), std::string::npos);
  keep_sample("report-nosite.html", page);
}

TEST(ReportHtml, EscapesEverythingAndStaysBounded) {
  test::FakePlant plant = test::fake_plant();
  poison(plant);
  for (int i = 0; i < 2000; ++i) {
    HostView host = plant.network.hosts[0];
    host.id = "ast-x" + std::to_string(i);
    plant.network.hosts.made().push_back(host);
    plant.alerts.push_back(test::alert_of(test::write_finding(), "cv-" + std::to_string(i)));
  }
  const AlertContext context = plant.context();
  const std::string page = report_html({plant.summary, plant.alerts, context});
  expect_harmless(page);
  EXPECT_NE(page.find("more in <code>assets.csv"), std::string::npos);
  EXPECT_NE(page.find("more in <code>alerts.jsonl"), std::string::npos);
  EXPECT_LT(page.size(), 1'500'000U);
}

TEST(ReportHtml, AnEmptyRunIsAPageToo) {
  test::FakePlant plant;
  const AlertContext context = plant.context();
  const std::string page = report_html({plant.summary, plant.alerts, context});
  EXPECT_NE(page.find("No alert was raised"), std::string::npos);
  EXPECT_NE(page.find("holds no packets"), std::string::npos);
}

const Alert& critical_alert(const test::FakePlant& plant) {
  for (const Alert& alert : plant.alerts) {
    if (alert.finding.severity == Severity::critical) {
      return alert;
    }
  }
  return plant.alerts.front();
}

TEST(Incident, DraftKnowsWhatTheSiteFileAndTheTrafficSay) {
  const test::FakePlant plant = test::fake_plant();
  const AlertContext context = plant.context();
  const Incident draft = draft_incident(critical_alert(plant), context, *plant.summary.last_packet);
  EXPECT_EQ(draft.id, "INC-CMC-0011223344556677");
  EXPECT_LE(draft.id.size(), 41U);
  EXPECT_EQ(draft.types, (std::vector<std::string>{"ix", "ii"}));
  EXPECT_EQ(draft.critical, true);
  EXPECT_TRUE(draft.human_safety);
  EXPECT_FALSE(draft.overdue());
  const auto json = incident_json(draft, context);
  EXPECT_EQ(json["clock"][0]["due"]["form"], "23/11/2026 06:15");
  EXPECT_EQ(json["clock"][0]["remaining_s"], 21'600 - 24 * 60);
  EXPECT_EQ(json["reportability"]["faq_q30_criteria"][0], "q30_human_safety");
  EXPECT_EQ(json["detections"][0]["confidence"], 0.95);
  const auto missing = json["completeness"]["missing"].get<std::vector<std::string>>();
  EXPECT_NE(std::find(missing.begin(), missing.end(), "systems[0].last_patched"), missing.end());
  EXPECT_EQ(std::find(missing.begin(), missing.end(), "reporter.email"), missing.end());
}

TEST(Incident, BriefStaysWithinTheForm) {
  test::FakePlant plant = test::fake_plant();
  plant.alerts[0].finding.why = std::string(5000, 'x');
  const AlertContext context = plant.context();
  const Incident draft = draft_incident(plant.alerts[0], context, test::kNoticed);
  EXPECT_LE(draft.brief.size(), 1200U);
}

TEST(Incident, PageCarriesTheFormAndNothingElse) {
  test::FakePlant plant = test::fake_plant();
  const AlertContext context = plant.context();
  const std::string page = incident_html(
      draft_incident(critical_alert(plant), context, *plant.summary.last_packet), context);
  for (const char* needle :
       {"the effected entity", "Name &amp; Role/Title", "23/11/2026 00:15 IST",
        "DRAFT, NOT SUBMITTED", "TLP:AMBER", "Fake mobile Apps", "incident@cert-in.org.in",
        "Part H", "Annex 3", "T0858 Change Operating Mode"}) {
    EXPECT_NE(page.find(needle), std::string::npos) << needle;
  }
  expect_harmless(page);
  keep_sample("incident.html", page);
  poison(plant);
  const AlertContext poisoned = plant.context();
  const std::string evil =
      incident_html(draft_incident(critical_alert(plant), poisoned, test::kNoticed), poisoned);
  expect_harmless(evil);
  const std::string style = evil.substr(0, evil.find("</style>"));
  EXPECT_EQ(style.find("} * {"), std::string::npos);
}

// Against the schema itself, with the plant as it is, without a site, and with hostile names.
TEST(Incident, JsonFollowsTheSchema) {
  if (run("python3 -c 'import jsonschema' 2>/dev/null") != 0) {
    GTEST_SKIP() << "python3-jsonschema is not installed";
  }
  const fs::path folder = fs::path(::testing::TempDir()) / "prahari-incidents";
  fs::create_directories(folder);
  std::vector<test::FakePlant> plants(3, test::fake_plant());
  plants[1].network = NetworkView{};
  poison(plants[2]);
  std::string files;
  for (std::size_t i = 0; i < plants.size(); ++i) {
    const AlertContext context = plants[i].context();
    for (const Alert& alert : plants[i].alerts) {
      const Incident draft = draft_incident(alert, context, test::kNoticed + kCertInLimit * 3);
      const fs::path file = folder / (std::to_string(i) + draft.id + ".json");
      std::ofstream(file) << dump_json(incident_json(draft, context), 2);
      files += " " + file.string();
    }
  }
  const std::string command =
      "python3 -c 'import json,sys,jsonschema\n"
      "s=json.load(open(sys.argv[1]))\n"
      "v=jsonschema.Draft202012Validator(s)\n"
      "bad=[(f,e.json_path,e.message) for f in sys.argv[2:] "
      "for e in v.iter_errors(json.load(open(f)))]\n"
      "print(*bad,sep=chr(10))\n"
      "sys.exit(len(bad)!=0)' " PRAHARI_SOURCE_DIR "/alerts/data/certin_report.schema.json" +
      files;
  EXPECT_EQ(run(command.c_str()), 0);
  fs::remove_all(folder);
}

}  // namespace
}  // namespace prahari
