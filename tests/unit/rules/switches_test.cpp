// A kind that a zone switches off raises nothing at all, whatever kind it is.

#include <set>

#include <gtest/gtest.h>

#include "office.hpp"
#include "rules/gate.hpp"
#include "rules/kinds.hpp"

namespace prahari::test {
namespace {

constexpr std::string_view kZone =
    "[[zone]]\nname = \"cell\"\nlevel = 1\nmembers = [\"10.1.0.0/16\"]\n";

std::string with_off(std::string_view kind) {
  return std::string{kZone} + "off = [\"" + std::string{kind} + "\"]\n";
}

Finding finding_of(std::string_view kind, std::string_view from, std::string_view to,
                   const PacketRef& packet) {
  Finding finding;
  finding.kind = kind;
  finding.dedup_key = "key";
  finding.source.ip = ip(from);
  finding.destination.ip = ip(to);
  finding.evidence = {packet};
  return finding;
}

TEST(Switches, EveryKindThroughTheGate) {
  for (const AlertKind& kind : kAlertKinds) {
    const Policy policy{site_of(with_off(kind.id))};
    RecordingSink sink;
    Gate gate{policy, sink};
    Scene scene;
    for (const auto& [from, to] :
         {std::pair{"10.9.0.1", "10.1.0.7"}, {"10.1.0.7", "10.9.0.1"}, {"10.1.0.7", "10.1.0.8"}}) {
      const AlertHandle handle = gate.raise(finding_of(kind.id, from, to, scene.packet()));
      EXPECT_TRUE(gate.again(handle, scene.packet(), 3)) << kind.id;
      gate.refine(handle, Outcome::success, scene.packet());
    }
    EXPECT_TRUE(sink.alerts.empty()) << kind.id;
    EXPECT_EQ(gate.switched_off(), 3U * 4U);
    gate.raise(finding_of(kind.id, "10.9.0.1", "10.9.0.2", scene.packet()));
    EXPECT_EQ(sink.alerts.size(), 1U) << kind.id << ": elsewhere it is on";
  }
}

// One of every kind that needs no baseline, all in one cell.
void everything(Scene& scene) {
  const Talk talk = scene.talk("10.1.0.9", "10.1.0.7");
  scene.connect(talk);
  for (std::size_t i = 1; i < kEffects; ++i) {
    if (static_cast<Effect>(i) != Effect::disown) {
      scene.exchange(talk, {Operation::program, 75, "Do", 1, "", 0, 0, static_cast<Effect>(i)});
    }
  }
  scene.request(scene.talk("10.1.0.8", "10.1.0.7"),
                {Operation::write, 84, "Own", 1, "", 0, 0, Effect::own});
  for (const std::string_view value : {"one", "two"}) {
    scene.identity(talk, Identity::Field::serial, value);
  }
  for (int i = 0; i < 5; ++i) {
    scene.exchange(talk, kRead, 2);
  }
  for (int i = 0; i < 12; ++i) {
    scene.refuse(scene.talk("10.1.0.9", "10.1.0." + std::to_string(20 + i)));
  }
  Event broken = scene.message(talk, Kind::request, kRead);
  broken.message.problems = 1;
  scene.send(broken);
  scene.exchange(scene.talk("10.9.0.9", "10.1.0.7"), kWriteCoil);
  scene.connect(scene.talk("10.1.0.9", "203.0.113.9", 443));
  const Talk ssh = scene.talk("10.1.0.9", "10.1.0.7", 22);
  scene.connect(ssh);
  office(scene, ssh, Protocol::ssh, "Banner");
  claim(scene, "10.1.0.7", to_string(Scene::station("10.1.0.7")));
  claim(scene, "10.1.0.7", "00:0c:29:aa:bb:cc");
  office(scene, scene.talk("10.1.0.9", "10.1.0.7", 445), Protocol::smb, "Create Service");
  posture(scene, scene.talk("10.1.0.9", "10.1.0.7", 23), Protocol::telnet,
          Posture::Aspect::user_used, "Telnet login", "admin",
          Posture::bit(Posture::Flaw::cleartext_password));
  const Talk ua = scene.talk("10.1.0.9", "10.1.0.7", 4840);
  posture(scene, ua, Protocol::opcua, Posture::Aspect::channel_used, "None", "None",
          Posture::bit(Posture::Flaw::no_security));
  posture(scene, ua, Protocol::opcua, Posture::Aspect::certificate, "application", "CN=plc",
          Posture::bit(Posture::Flaw::expired));
  scene.engine.on_end();
}

TEST(Switches, EveryDetectorThatNeedsNoBaseline) {
  const std::set<std::string_view> need_baseline = {
      "new-asset",     "new-talker",    "new-operation", "write-outside-baseline",
      "device-silent", "timing-change", "second-master"};
  Scene on{kZone};
  everything(on);
  for (const DetectorInfo* info : all_detectors()) {
    if (!need_baseline.contains(info->kind)) {
      EXPECT_FALSE(on.of(info->kind).empty()) << info->kind << " is not tried here";
    }
    Scene off{with_off(info->kind)};
    everything(off);
    EXPECT_TRUE(off.of(info->kind).empty()) << info->kind;
    for (const AlertKind& other : kAlertKinds) {
      if (other.id != info->kind) {
        EXPECT_EQ(off.of(other.id).size(), on.of(other.id).size())
            << info->kind << " switches " << other.id << " off as well";
      }
    }
  }
}

}  // namespace
}  // namespace prahari::test
