#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "office.hpp"
#include "rules/intel.hpp"

namespace prahari::test {
namespace {

constexpr std::string_view kKind = "it-attack-in-ot";
constexpr std::string_view kZones = R"(
[[zone]]
name = "supervision"
level = 2
members = ["10.2.0.0/16"]
[[zone]]
name = "office"
level = 4
members = ["10.4.0.0/16"]
)";

void old_smb(Scene& scene, std::string_view client, std::string_view server) {
  posture(scene, scene.talk(client, server, 445), Protocol::smb, Posture::Aspect::channel_used,
          "SMB", "SMB 1", Posture::bit(Posture::Flaw::deprecated));
}

TEST(ItAttackInOt, OldSmb) {
  Scene scene{kZones};
  old_smb(scene, "10.4.0.9", "10.2.0.7");
  old_smb(scene, "10.4.0.9", "10.2.0.7");
  old_smb(scene, "10.4.0.9", "10.4.0.7");  // in the office
  posture(scene, scene.talk("10.4.0.9", "10.2.0.8", 445), Protocol::smb,
          Posture::Aspect::channel_used, "SMB", "SMB 3.1.1", 0);
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  const auto alert = scene.of(kKind)[0];
  EXPECT_EQ(alert.count, 2);
  EXPECT_EQ(alert.finding.severity, Severity::high);
  EXPECT_EQ(alert.finding.certin, CertInClass::posture);
  EXPECT_EQ(alert.finding.why, "10.4.0.9 spoke SMB 1 with 10.2.0.7, by which worms spread.");
}

TEST(ItAttackInOt, AServiceMadeFromAfarAndWhatItRuns) {
  Scene scene{kZones};
  const Talk talk = scene.talk("10.4.0.9", "10.2.0.7", 445);
  office(scene, talk, Protocol::smb, "Create Program", "PSEXESVC.exe");
  office(scene, talk, Protocol::smb, "Create Service");
  office(scene, talk, Protocol::smb, "Open Remote Command Pipe", "PSEXESVC");
  office(scene, talk, Protocol::smb, "Create");
  ASSERT_EQ(scene.of(kKind).size(), 3U);
  EXPECT_EQ(scene.of(kKind)[0].finding.why,
            "10.4.0.9 sent a program to 10.2.0.7 (by SMB, as \"PSEXESVC.exe\").");
  EXPECT_EQ(scene.of(kKind)[0].finding.attack[0], "T0867");
  EXPECT_EQ(scene.of(kKind)[1].finding.why,
            "10.4.0.9 asked 10.2.0.7 to make and run a service, as PsExec does.");
  EXPECT_EQ(scene.of(kKind)[2].finding.certin, CertInClass::incident);
  for (const auto& alert : scene.of(kKind)) {
    EXPECT_EQ(mistakes_in(std::string{kZones} + alert.finding.accept), "");
  }
}

TEST(ItAttackInOt, AServerOfTheOfficeIsNobodysBusinessHere) {
  Scene scene{kZones};
  const Talk talk = scene.talk("10.2.0.7", "10.4.0.9", 445);
  office(scene, talk, Protocol::smb, "Create Program", "tool.exe");
  office(scene, talk, Protocol::smb, "Create Service");
  EXPECT_TRUE(scene.of(kKind).empty());
}

TEST(ItAttackInOt, APermitCoversMaintenance) {
  Scene scene{std::string{kZones} + R"(
[[permit]]
from = "10.4.0.9"
to = "supervision"
allow = ["program"]
valid = ["2023-11-14T22:00Z", "2023-11-15T02:00Z"]
ticket = "CHG-8"
)"};
  office(scene, scene.talk("10.4.0.9", "10.2.0.7", 445), Protocol::smb, "Create Service");
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  EXPECT_EQ(scene.of(kKind)[0].finding.severity, Severity::info);
}

TEST(ItAttackInOt, AProgramByHttpGoesToWhoAsked) {
  Scene scene{kZones};
  const Talk talk = scene.talk("10.2.0.7", "10.4.0.9", 80);
  scene.send(envelope(scene, talk, Protocol::http, Kind::response, "Program", "/update.exe"));
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  EXPECT_EQ(scene.of(kKind)[0].finding.why,
            "10.4.0.9 sent a program to 10.2.0.7 (by HTTP, from the path \"/update.exe\").");
}

void name_answer(Scene& scene, std::string_view asker, std::string_view answerer,
                 std::string_view name, Protocol protocol = Protocol::llmnr) {
  const Talk talk = scene.talk(asker, answerer, 5355, Transport::udp);
  scene.send(envelope(scene, talk, protocol, Kind::response, "Response", name));
}

TEST(ItAttackInOt, WhoAnswersForManyNames) {
  Scene scene{kZones};
  name_answer(scene, "10.2.0.7", "10.2.0.66", "FILESRV");
  name_answer(scene, "10.2.0.7", "10.2.0.66", "filesrv.plant.local");
  name_answer(scene, "10.2.0.7", "10.2.0.66", "PRINTER");
  EXPECT_TRUE(scene.of(kKind).empty());
  name_answer(scene, "10.2.0.7", "10.2.0.66", "HISTORIAN");
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  EXPECT_EQ(scene.of(kKind)[0].finding.why,
            "10.2.0.66 answered 10.2.0.7 for a name that is not its own (the name is "
            "\"HISTORIAN\", of 3 that it answered for).");
}

TEST(ItAttackInOt, WhoAnswersForWpad) {
  Scene scene{kZones};
  name_answer(scene, "10.2.0.7", "10.2.0.66", "WPAD", Protocol::nbns);
  EXPECT_EQ(scene.of(kKind).size(), 1U);
}

TEST(ItAttackInOt, AHostThatAnswersForItselfAndANameServerAreNone) {
  Scene scene{kZones};
  for (int i = 0; i < 10; ++i) {
    name_answer(scene, "10.2.0." + std::to_string(10 + i), "10.2.0.66", "HMI-3");
    const Talk wins = scene.talk("10.2.0.7", "10.2.0.2", 137, Transport::udp);
    scene.send(envelope(scene, wins, Protocol::nbns, Kind::request, "Name Query"));
    scene.send(envelope(scene, wins, Protocol::nbns, Kind::response, "Name Response",
                        "HOST" + std::to_string(i)));
  }
  EXPECT_TRUE(scene.of(kKind).empty());
}

// A question by NetBIOS is easily forged, and says nothing of LLMNR, which asks nobody directly.
TEST(ItAttackInOt, AQuestionByNetBiosExcusesNoAnswersByLlmnr) {
  Scene scene{kZones};
  const Talk asked = scene.talk("10.2.0.7", "10.2.0.66", 137, Transport::udp);
  scene.send(envelope(scene, asked, Protocol::nbns, Kind::request, "Name Query"));
  for (const std::string_view name : {"FILESRV", "PRINTER", "HISTORIAN"}) {
    name_answer(scene, "10.2.0.7", "10.2.0.66", name);
  }
  EXPECT_EQ(scene.of(kKind).size(), 1U);
}

Site site_with(std::vector<Indicator> intel) {
  Site site = site_of(kZones);
  site.intel = std::move(intel);
  return site;
}

TEST(ItAttackInOt, WhatIsKnownToBeBad) {
  const Policy policy{
      site_with({{Indicator::Sort::address, "203.0.113.66", "Bad Bear", "f"},
                 {Indicator::Sort::domain, "bad.example", "Bad Bear", "f"},
                 {Indicator::Sort::ja4, "t13d1516h2_8daaf6152771_b186095e22b6", "Bad Bear", "f"}})};
  Scene scene{kZones};
  Engine engine{scene.inventory, policy, scene.sink};
  const auto send = [&](const Event& event) {
    engine.on_event(event, scene.inventory.on_event(event));
  };
  const Talk dns = scene.talk("10.2.0.7", "10.4.0.53", 53, Transport::udp);
  send(envelope(scene, dns, Protocol::dns, Kind::request, "Query", "WWW.Bad.Example"));
  send(envelope(scene, dns, Protocol::dns, Kind::request, "Query", "notbad.example"));
  const Talk web = scene.talk("10.2.0.7", "203.0.113.66", 443);
  Event opened = scene.event(web, EventKind::flow, Protocol::unknown);
  opened.flow_facts = {};
  opened.flow_facts.stage = FlowStage::opened;
  send(opened);
  Event hello = scene.event(web, EventKind::identity, Protocol::tls);
  hello.text = "t13d1516h2_8daaf6152771_b186095e22b6";
  hello.identity = {Identity::Field::fingerprint, 60, true, Identity::kNoUnit,
                    "TLS client hello (JA4)"};
  send(hello);
  const auto alerts = scene.of(kKind);
  ASSERT_EQ(alerts.size(), 3U);
  EXPECT_EQ(alerts[0].finding.why,
            "10.2.0.7 is in touch with 10.4.0.53: it asked for \"WWW.Bad.Example\", which is known "
            "to be bad: Bad Bear.");
  EXPECT_EQ(alerts[1].finding.why,
            "10.2.0.7 is in touch with 203.0.113.66: the address is 203.0.113.66, which is known "
            "to be bad: Bad Bear.");
}

TEST(ItAttackInOt, WithoutZonesTheOrderDoesNotMatter) {
  for (const bool first : {true, false}) {
    Scene scene;
    if (first) {
      poll(scene, "192.168.0.7", "192.168.0.2");
    }
    old_smb(scene, "192.168.0.9", "192.168.0.7");
    old_smb(scene, "192.168.0.9", "192.168.0.50");
    if (!first) {
      poll(scene, "192.168.0.7", "192.168.0.2");
    }
    scene.engine.on_end();
    EXPECT_EQ(scene.of(kKind).size(), 1U) << first;
  }
}

class IntelFile : public ::testing::Test {
 protected:
  std::string mistake(const std::string& text) {
    std::ofstream{file_} << text;
    const auto read = load_indicators(file_);
    return read ? "" : read.error().message;
  }
  void TearDown() override { std::filesystem::remove(file_); }
  std::filesystem::path file_ =
      std::filesystem::temp_directory_path() / ("intel-" + std::to_string(::getpid()) + ".csv");
};

TEST_F(IntelFile, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(mistake("# list\nip,203.0.113.7,Bear\ndomain,bad.example,Bear\n"), "");
  EXPECT_TRUE(mistake("ip,203.0.113.7,Bear\nip,203.0.113.7/8,Bear\n")
                  .ends_with(":2: expected one address, found \"203.0.113.7/8\""));
  EXPECT_TRUE(mistake("host,x.y,Bear\n")
                  .ends_with(":1: expected a type of ip, domain or ja4, found \"host\""));
  EXPECT_TRUE(mistake("domain,com,Bear\n")
                  .ends_with(":1: expected a name such as bad.example, found \"com\""));
  EXPECT_TRUE(mistake("ja4,short,Bear\n").find("36 characters") != std::string::npos);
  EXPECT_TRUE(mistake("ip,203.0.113.7\n").ends_with(":1: expected type,value,what"));
}

TEST_F(IntelFile, TheShippedListIsGood) {
  const auto read = load_indicators(std::filesystem::path{PRAHARI_SOURCE_DIR} / "rules" / "data" /
                                    "known_bad.csv");
  ASSERT_TRUE(read) << read.error().message;
  const Intel intel{*read};
  EXPECT_NE(intel.domain("www.mypremierfutbol.com"), nullptr);
  EXPECT_EQ(intel.domain("premierfutbol.com"), nullptr);
}

TEST_F(IntelFile, TheSiteFileNamesIt) {
  std::ofstream{file_} << "domain,bad.example,Bear\n";
  const std::filesystem::path site = file_.string() + ".toml";
  std::ofstream{site} << "[intel]\nfile = \"" << file_.filename().string() << "\"\n";
  const auto good = load_site(site);
  ASSERT_TRUE(good);
  ASSERT_TRUE(std::holds_alternative<Site>(*good));
  EXPECT_EQ(std::get<Site>(*good).intel.size(), 1U);
  std::ofstream{site} << "\n[intel]\nfile = \"no-such.csv\"\n";
  const auto bad = load_site(site);
  ASSERT_TRUE(bad);
  ASSERT_TRUE(std::holds_alternative<std::vector<Mistake>>(*bad));
  const std::string said = to_string(std::get<std::vector<Mistake>>(*bad)[0]);
  EXPECT_NE(said.find(":2:1: intel.file: "), std::string::npos) << said;
  std::filesystem::remove(site);
}

}  // namespace
}  // namespace prahari::test
