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
#include "tests/unit/alerts/hostile_names.hpp"

namespace prahari {
namespace {

namespace fs = std::filesystem;

using test::expect_harmless;
using test::poison;

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
  test::expect_balanced(page);
  keep_sample("report.html", page);
}

TEST(ReportHtml, WithoutASiteFileSaysHowToTurnRulesOn) {
  test::FakePlant plant = test::fake_plant();
  plant.network.has_zones = false;
  plant.network.zones.clear();
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
  test::expect_balanced(page);
  keep_sample("report-hostile.html", page);
  EXPECT_NE(page.find("more in <code>assets.csv"), std::string::npos);
  EXPECT_NE(page.find("more in <code>alerts.jsonl"), std::string::npos);
  EXPECT_LT(page.size(), 3'000'000U);
}

// First what matters: who is behind it, what he did, the controllers and their firmware.
TEST(ReportHtml, BeginsWithWhoDidWhat) {
  test::FakePlant plant = test::fake_plant();
  plant.network.hosts.made()[0].zone = "unassigned";
  fill_groups(plant.network);
  const AlertContext context = plant.context();
  const std::string page = report_html({plant.summary, plant.alerts, context});
  const std::string first = page.substr(0, page.find("<section id=\"zones\""));
  for (const char* needle :
       {"3 alerts, all by a device that the site file does not know, <b>10.10.5.77</b>",
        "unknown to the site file, in no zone", "→ PLC-7 filler", "V1.6.2.0",
        "The first six-hour clock of CERT-In ends 23 Nov 2026, 06:15:30 IST"}) {
    EXPECT_NE(first.find(needle), std::string::npos) << needle;
  }
}

// Who fell silent is nobody who did something.
TEST(ReportHtml, SaysOfASilentDeviceThatAlertsAreAboutIt) {
  test::FakePlant plant = test::fake_plant();
  for (Alert& alert : plant.alerts) {
    alert.finding.kind = "device-silent";
  }
  const std::string page = report_html({plant.summary, plant.alerts, plant.context()});
  EXPECT_NE(page.find("3 alerts, all about <b>10.10.5.77</b>"), std::string::npos);
  EXPECT_NE(page.find("<span class=\"times\">3 alerts about it</span>"), std::string::npos);
  EXPECT_EQ(page.find("behind 3 alerts"), std::string::npos);
}

TEST(ReportHtml, EverySectionIsInTheListAndOnThePage) {
  test::FakePlant plant = test::fake_plant();
  plant.network.io.push_back({4, 1, "", "", "class 1", "", ""});
  const AlertContext context = plant.context();
  const std::string page = report_html({plant.summary, plant.alerts, context});
  const std::size_t nav = page.find("<nav");
  const std::string list = page.substr(nav, page.find("</nav>") - nav);
  std::size_t count = 0;
  for (std::size_t at = list.find("href=\"#"); at != std::string::npos;
       at = list.find("href=\"#", at + 1), ++count) {
    const std::size_t begin = at + 7;
    const std::string id = list.substr(begin, list.find('"', begin) - begin);
    EXPECT_NE(page.find("<section id=\"" + id + "\">"), std::string::npos) << id;
  }
  EXPECT_EQ(count, 10U);
}

TEST(ReportHtml, CardsSayHowEachValueIsKnown) {
  test::FakePlant plant = test::fake_plant();
  plant.network.detail_of = [](std::size_t at) {
    HostDetail detail;
    if (at == 1) {
      detail.evidence = {
          {"firmware", "V1.6.2.0", "unit 1", "Modbus device identification", 95, 2, 0, 16'701},
          {"name", "old", "", "LLDP", 80, 1, 0, 0}};
    }
    return detail;
  };
  const AlertContext context = plant.context();
  const std::string page = report_html({plant.summary, plant.alerts, context});
  EXPECT_NE(page.find("<tr><td>firmware, unit 1</td><td>V1.6.2.0</td><td>Modbus device "
                      "identification, 2 times</td><td>95 %</td><td>16701</td></tr>"),
            std::string::npos);
  EXPECT_NE(page.find("<td>80 %</td><td>earlier run</td>"), std::string::npos);
}

TEST(ReportHtml, TheMatrixMarksWhatNoConduitAllows) {
  test::FakePlant plant = test::fake_plant();
  const AlertContext context = plant.context();
  const std::string page = report_html({plant.summary, plant.alerts, context});
  EXPECT_NE(page.find("<td class=\"heat h1 bad\" title=\"office to cell-1: modbus; write; 3 "
                      "messages, 6 packets, 420 B; some of it allowed by no conduit\"><b>✕ "
                      "w</b><span>3</span></td>"),
            std::string::npos)
      << page.substr(page.find("heat h1"), 300);
}

TEST(ReportHtml, ConduitsThatNobodyUsedAreNamed) {
  test::FakePlant plant = test::fake_plant();
  plant.network.conduits = {{"scada", "cell-1", {"modbus:read"}, 12},
                            {"cell-1", "office", {"udp/123"}, 20}};
  const AlertContext context = plant.context();
  const std::string page = report_html({plant.summary, plant.alerts, context});
  EXPECT_NE(page.find("<td data-label=\"Seen\">nothing: not used</td>"), std::string::npos);
  EXPECT_NE(page.find("<td data-label=\"Seen\">modbus</td>"), std::string::npos);
}

// A page for people, however large the site.
TEST(ReportHtml, StaysReadableFor20000Assets) {
  test::FakePlant plant = test::fake_plant();
  plant.network.has_zones = false;
  for (int i = 0; i < 20'000; ++i) {
    HostView host = plant.network.hosts[1];
    host.id = "ast-" + std::to_string(1'000'000 + i);
    host.name = "PLC number " + std::to_string(i);
    host.ips = {"10." + std::to_string(i / 8000) + "." + std::to_string(i / 100 % 256) + "." +
                std::to_string(i % 100 + 1)};
    host.proposed_level = i % 3;
    plant.network.hosts.made().push_back(host);
  }
  fill_groups(plant.network);
  const AlertContext context = plant.context();
  const std::string page = report_html({plant.summary, plant.alerts, context});
  EXPECT_LT(page.size(), 1'500'000U);
  EXPECT_NE(page.find("19,005 more in <code>assets.csv"), std::string::npos);
  test::expect_balanced(page);
  keep_sample("report-large.html", page);
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
