#include <gtest/gtest.h>

#include "office.hpp"

namespace prahari::test {
namespace {

constexpr std::string_view kKind = "remote-access";
constexpr std::string_view kZones = R"(
[site]
timezone = "Asia/Kolkata"
[[zone]]
name = "supervision"
level = 2
members = ["10.2.0.0/16"]
[[zone]]
name = "cell"
level = 1
members = ["10.1.0.0/16"]
[[zone]]
name = "office"
level = 4
members = ["10.4.0.0/16"]
[[asset]]
match = "10.4.0.5"
name = "jump-1"
tags = ["jump-host"]
)";

std::string with(std::string_view more) { return std::string{kZones} + std::string{more}; }

Talk session(Scene& scene, std::string_view from, std::string_view to,
             Protocol protocol = Protocol::ssh, std::uint16_t port = 22,
             std::string_view name = "Banner") {
  const Talk talk = scene.talk(from, to, port);
  scene.connect(talk);
  office(scene, talk, protocol, name);
  return talk;
}

TEST(RemoteAccess, EachToolOnceItsDissectorKnowsIt) {
  struct Row {
    Protocol protocol;
    std::string_view name;
    std::string_view words;
  };
  for (const Row& row : {Row{Protocol::ssh, "Banner", "SSH"},
                         {Protocol::rdp, "Connection Request", "RDP"},
                         {Protocol::vnc, "Protocol Version", "VNC"},
                         {Protocol::telnet, "Data", "Telnet"},
                         {Protocol::http, "WinRM Request", "WinRM"},
                         {Protocol::smb, "Connect Administrative Share", "an administrative share"},
                         {Protocol::teamviewer, "Message", "TeamViewer"},
                         {Protocol::anydesk, "Hello", "AnyDesk"}}) {
    Scene scene{kZones};
    session(scene, "10.4.0.9", "10.2.0.7", row.protocol, 7000, row.name);
    ASSERT_EQ(scene.of(kKind).size(), 1U) << row.words;
    const Finding finding = scene.of(kKind)[0].finding;
    EXPECT_EQ(finding.severity, Severity::high);
    EXPECT_EQ(finding.why, "10.4.0.9 opened a session to 10.2.0.7 by " + std::string{row.words} +
                               " at 2023-11-14T22:13:20Z; the source is not tagged jump-host.");
    EXPECT_EQ(mistakes_in(with(finding.accept)), "");
  }
}

TEST(RemoteAccess, APortAloneTellsNothing) {
  Scene scene{kZones};
  const Talk talk = scene.talk("10.4.0.9", "10.2.0.7", 3389);
  scene.connect(talk);
  close(scene, talk);
  const Talk web = scene.talk("10.4.0.9", "10.2.0.7", 80);
  scene.connect(web);
  office(scene, web, Protocol::http, "Request");
  const Talk share = scene.talk("10.4.0.9", "10.2.0.7", 445);
  scene.connect(share);
  office(scene, share, Protocol::smb, "Tree Connect");
  EXPECT_TRUE(scene.of(kKind).empty());
}

TEST(RemoteAccess, AGreetingThatNobodyAnsweredIsNoSession) {
  Scene scene{kZones};
  const Talk talk = scene.talk("10.4.0.9", "10.2.0.7", 22);
  scene.connect(talk);
  scene.send(envelope(scene, talk, Protocol::ssh, Kind::response, "Banner"));
  EXPECT_TRUE(scene.of(kKind).empty());
}

TEST(RemoteAccess, ToAControllerItIsCritical) {
  Scene scene{kZones};
  session(scene, "10.4.0.9", "10.1.0.7");
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  EXPECT_EQ(scene.of(kKind)[0].finding.severity, Severity::critical);
}

TEST(RemoteAccess, BeginningAndEndAreBothRecorded) {
  Scene scene{kZones};
  const Talk talk = session(scene, "10.4.0.9", "10.2.0.7");
  after(scene, 3 * 3600 + 120);
  close(scene, talk);
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  EXPECT_EQ(scene.of(kKind)[0].count, 1) << "the end is no further session";
  Scene again{kZones};
  const Talk first = session(again, "10.4.0.9", "10.2.0.7");
  const Talk second = session(again, "10.4.0.9", "10.2.0.7");
  close(again, first);
  close(again, second);
  EXPECT_EQ(again.of(kKind)[0].count, 2);
}

TEST(RemoteAccess, AJumpHostIsOnlyRecorded) {
  Scene scene{kZones};
  session(scene, "10.4.0.5", "10.2.0.7");
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  EXPECT_EQ(scene.of(kKind)[0].finding.severity, Severity::info);
  EXPECT_EQ(scene.of(kKind)[0].finding.certin, CertInClass::none);
}

TEST(RemoteAccess, AConduitThatNamesThePortIsAnAgreementToo) {
  Scene scene{with("[[conduit]]\nfrom = \"office\"\nto = \"supervision\"\nallow = [\"tcp/22\"]\n")};
  session(scene, "10.4.0.9", "10.2.0.7");
  EXPECT_EQ(scene.of(kKind)[0].finding.severity, Severity::info);
  Scene any{with("[[conduit]]\nfrom = \"office\"\nto = \"supervision\"\nallow = [\"any:*\"]\n")};
  session(any, "10.4.0.9", "10.2.0.7");
  EXPECT_EQ(any.of(kKind)[0].finding.severity, Severity::high) << "any names nothing";
}

// Wednesday, 03:43 in Kolkata.
TEST(RemoteAccess, AConduitIsNoAgreementWhileItIsClosed) {
  const std::string conduit =
      "[[conduit]]\nfrom = \"office\"\nto = \"supervision\"\nallow = [\"tcp/22\"]\nschedule = ";
  Scene open{with(conduit + "[\"wed\"]\n")};
  session(open, "10.4.0.9", "10.2.0.7");
  EXPECT_EQ(open.of(kKind)[0].finding.severity, Severity::info);
  Scene closed{with(conduit + "[\"thu\"]\n")};
  session(closed, "10.4.0.9", "10.2.0.7");
  EXPECT_EQ(closed.of(kKind)[0].finding.severity, Severity::high);
}

// 22:13 UTC is 03:43 in Kolkata.
TEST(RemoteAccess, HoursAreThoseOfTheSite) {
  Scene day{with("[thresholds.remote-access]\nfrom_hour = 8\nto_hour = 18\n")};
  session(day, "10.4.0.5", "10.2.0.7");
  EXPECT_EQ(day.of(kKind)[0].finding.severity, Severity::high);
  EXPECT_TRUE(day.of(kKind)[0].finding.why.ends_with("; it began outside the agreed hours."));
  Scene night{with("[thresholds.remote-access]\nfrom_hour = 22\nto_hour = 6\n")};
  session(night, "10.4.0.5", "10.2.0.7");
  EXPECT_EQ(night.of(kKind)[0].finding.severity, Severity::info);
}

TEST(RemoteAccess, ASessionThatLastsTooLongIsToldWhileItLasts) {
  Scene scene{with("[thresholds.remote-access]\nhours = 2\n")};
  session(scene, "10.4.0.5", "10.2.0.7");
  after(scene, 7190);
  poll(scene, "10.1.0.9", "10.1.0.2");
  EXPECT_EQ(scene.of(kKind)[0].finding.severity, Severity::info);
  after(scene, 20);
  poll(scene, "10.1.0.9", "10.1.0.2");
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  EXPECT_EQ(scene.of(kKind)[0].finding.severity, Severity::high);
}

TEST(RemoteAccess, APermitCoversIt) {
  Scene scene{with(R"(
[[permit]]
from = "10.4.0.9"
to = "supervision"
allow = ["admin"]
valid = ["2023-11-14T22:00Z", "2023-11-15T02:00Z"]
ticket = "CHG-7"
)")};
  session(scene, "10.4.0.9", "10.2.0.7");
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  EXPECT_EQ(scene.of(kKind)[0].finding.severity, Severity::info);
  EXPECT_FALSE(scene.of(kKind)[0].finding.evidence.empty());
  EXPECT_EQ(scene.engine.permitted()[0].count, 1U);
}

TEST(RemoteAccess, OnlyIntoOt) {
  Scene scene{kZones};
  session(scene, "10.2.0.7", "10.4.0.9");
  EXPECT_TRUE(scene.of(kKind).empty());
  session(scene, "10.2.0.7", "203.0.113.9", Protocol::teamviewer, 5938, "Message");
  ASSERT_EQ(scene.of(kKind).size(), 1U) << "but a relay leads back in";
  EXPECT_EQ(scene.of(kKind)[0].finding.attack[1], "T0822");
}

TEST(RemoteAccess, WithoutZonesTheOrderDoesNotMatter) {
  for (const bool first : {true, false}) {
    Scene scene;
    if (first) {
      poll(scene, "192.168.0.7", "192.168.0.2");
    }
    session(scene, "192.168.0.9", "192.168.0.7");
    session(scene, "192.168.0.9", "192.168.0.50");
    if (!first) {
      poll(scene, "192.168.0.7", "192.168.0.2");
    }
    scene.engine.on_end();
    ASSERT_EQ(scene.of(kKind).size(), 1U) << first;
    EXPECT_EQ(scene.of(kKind)[0].finding.severity, Severity::critical) << first;
  }
}

TEST(RemoteAccess, TenThousandSessionsAreOneAlert) {
  Scene scene{kZones};
  for (int i = 0; i < 10'000; ++i) {
    const Talk talk = session(scene, "10.4.0.9", "10.2.0.7");
    close(scene, talk);
  }
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  EXPECT_EQ(scene.of(kKind)[0].count, 10'000);
}

}  // namespace
}  // namespace prahari::test
