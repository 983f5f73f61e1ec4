// The two detectors about OPC UA posture: when they fire, how loud, and when they must not.

#include <gtest/gtest.h>

#include "scene.hpp"

namespace prahari::test {
namespace {

using Aspect = Posture::Aspect;
using Flaw = Posture::Flaw;

constexpr std::string_view kSession = "opcua-insecure-session";
constexpr std::string_view kCertificate = "opcua-certificate";

struct Said {
  Aspect aspect{};
  std::uint32_t flaws = 0;
  std::string_view what;
  std::string_view text;
  bool of_client = false;
  std::uint8_t thumbprint = 0;
  std::uint64_t key = 0;
};

constexpr Said kNoneUsed{Aspect::channel_used, Posture::bit(Flaw::no_security), "None", "None"};
constexpr Said kSecureUsed{Aspect::channel_used, 0, "SignAndEncrypt", "Basic256Sha256"};

class UaScene : public Scene {
 public:
  using Scene::Scene;

  void say(const Talk& talk, const Said& said) {
    Event made = event(talk, EventKind::posture, Protocol::opcua);
    made.text = said.text;
    made.posture = {};
    made.posture.aspect = said.aspect;
    made.posture.of_client = said.of_client;
    made.posture.flaws = said.flaws;
    made.posture.what = said.what;
    made.posture.thumbprint.fill(said.thumbprint);
    made.posture.key = said.key;
    send(made);
  }
  void write(const Talk& talk) {
    Event made = message(talk, Kind::request, {Operation::write, 673, "Write", 0, "node", 0, 1});
    made.protocol = Protocol::opcua;
    made.text = "ns=2;s=Line1.Speed";
    send(made);
  }
  Talk opcua(std::string_view client, std::string_view server) {
    return talk(client, server, 4840);
  }
};

TEST(OpcuaInsecureSession, OneFindingForEachServerAndObjection) {
  UaScene scene;
  const Talk first = scene.opcua("10.0.0.1", "10.0.0.9");
  scene.say(first, kNoneUsed);
  scene.say(first, kNoneUsed);
  scene.say(scene.opcua("10.0.0.2", "10.0.0.9"), kNoneUsed);
  ASSERT_EQ(scene.of(kSession).size(), 1U);
  const Finding finding = scene.of(kSession)[0].finding;
  EXPECT_EQ(scene.of(kSession)[0].count, 3);
  EXPECT_EQ(finding.severity, Severity::medium);
  EXPECT_EQ(finding.certin, CertInClass::posture);
  EXPECT_EQ(finding.quiet, std::chrono::days{7});
  EXPECT_EQ(finding.why,
            "10.0.0.9, port 4840, spoke OPC UA neither signed nor encrypted (policy None) with "
            "10.0.0.1.");
  scene.say(first, {Aspect::channel_offered, Posture::bit(Flaw::no_security), "None", "None"});
  scene.say(first, {Aspect::user_used, Posture::bit(Flaw::anonymous), "anonymous", ""});
  EXPECT_EQ(scene.of(kSession).size(), 3U);
}

TEST(OpcuaInsecureSession, AReadablePasswordIsCriticalAndNamesTheUser) {
  UaScene scene;
  scene.say(scene.opcua("10.0.0.1", "10.0.0.9"),
            {Aspect::user_used, Posture::bit(Flaw::cleartext_password), "user name", "operator"});
  ASSERT_EQ(scene.of(kSession).size(), 1U);
  EXPECT_EQ(scene.of(kSession)[0].finding.severity, Severity::critical);
  EXPECT_NE(scene.of(kSession)[0].finding.why.find("by 10.0.0.1, user \"operator\"."),
            std::string::npos);
}

TEST(OpcuaInsecureSession, TheFirstChangeOverIt) {
  UaScene scene;
  const Talk talk = scene.opcua("10.0.0.1", "10.0.0.9");
  scene.say(talk, kNoneUsed);
  scene.write(talk);
  scene.write(talk);
  ASSERT_EQ(scene.of(kSession).size(), 2U);
  EXPECT_EQ(scene.of(kSession)[1].finding.severity, Severity::high);
  EXPECT_EQ(scene.of(kSession)[1].count, 2);
  EXPECT_EQ(scene.of(kSession)[1].finding.target, "node ns=2;s=Line1.Speed");
  EXPECT_NE(scene.of(kSession)[1].finding.why.find("Write (node ns=2;s=Line1.Speed) to 10.0.0.9"),
            std::string::npos);
}

TEST(OpcuaInsecureSession, SaysNothingWhereThereIsNothingToSay) {
  UaScene scene;
  const Talk talk = scene.opcua("10.0.0.1", "10.0.0.9");
  scene.say(talk, kSecureUsed);
  scene.write(talk);
  scene.say(talk,
            {Aspect::channel_used, Posture::bit(Flaw::not_encrypted), "Sign", "Basic256Sha256"});
  scene.write(talk);
  scene.say(talk, {Aspect::user_offered, Posture::bit(Flaw::anonymous), "anonymous", ""});
  scene.say(talk, {Aspect::user_used, 0, "user name", "operator"});
  EXPECT_TRUE(scene.of(kSession).empty());
  // A write over another connection than the insecure one.
  scene.say(scene.opcua("10.0.0.1", "10.0.0.9"), kNoneUsed);
  scene.write(talk);
  EXPECT_EQ(scene.of(kSession).size(), 1U);
}

TEST(OpcuaInsecureSession, AnIgnoreSilencesIt) {
  UaScene scene{
      "[[zone]]\nname = \"a\"\nmembers = [\"10.0.0.0/24\"]\n"
      "[[ignore]]\nkind = \"opcua-insecure-session\"\nto = \"10.0.0.9\"\n"
      "until = 2099-01-01\nreason = \"replaced soon\"\n"};
  scene.say(scene.opcua("10.0.0.1", "10.0.0.9"), kNoneUsed);
  scene.say(scene.opcua("10.0.0.1", "10.0.0.8"), kNoneUsed);
  ASSERT_EQ(scene.of(kSession).size(), 1U);
  EXPECT_EQ(to_string(scene.of(kSession)[0].finding.destination.ip), "10.0.0.8");
}

Said certificate(std::uint8_t thumbprint, std::uint64_t key, std::uint32_t flaws = 0,
                 bool of_client = false) {
  return {Aspect::certificate,
          flaws,
          of_client ? "client application" : "server application",
          "CN=Mixer; RSA 2048, RSA-SHA256; 2024-01-01 to 2030-01-01; self-signed",
          of_client,
          thumbprint,
          key};
}

TEST(OpcuaCertificate, FlawsAreToldOnceForEachHostAndCertificate) {
  UaScene scene;
  const Talk talk = scene.opcua("10.0.0.1", "10.0.0.9");
  scene.say(talk, certificate(7, 70, Posture::bit(Flaw::expired) | Posture::bit(Flaw::weak_key)));
  scene.say(talk, certificate(7, 70, Posture::bit(Flaw::expired) | Posture::bit(Flaw::weak_key)));
  ASSERT_EQ(scene.of(kCertificate).size(), 1U);
  EXPECT_EQ(scene.of(kCertificate)[0].count, 2);
  EXPECT_EQ(scene.of(kCertificate)[0].finding.severity, Severity::medium);
  EXPECT_NE(scene.of(kCertificate)[0].finding.why.find("expired; key too short"),
            std::string::npos);
}

TEST(OpcuaCertificate, GoodAndSelfSignedOnesAreNoFinding) {
  UaScene scene;
  const Talk talk = scene.opcua("10.0.0.1", "10.0.0.9");
  scene.say(talk, certificate(7, 70, Posture::bit(Flaw::self_signed)));
  scene.say(talk, certificate(7, 70));
  scene.say(talk, certificate(8, 80, 0, true));
  EXPECT_TRUE(scene.of(kCertificate).empty());
}

TEST(OpcuaCertificate, AServerWithAnotherKeyIsHigh) {
  UaScene scene;
  const Talk talk = scene.opcua("10.0.0.1", "10.0.0.9");
  scene.say(talk, certificate(7, 70));
  scene.say(talk, certificate(8, 70));
  ASSERT_EQ(scene.of(kCertificate).size(), 1U);
  EXPECT_EQ(scene.of(kCertificate)[0].finding.severity, Severity::medium) << "renewed";
  scene.say(talk, certificate(9, 90));
  ASSERT_EQ(scene.of(kCertificate).size(), 2U);
  EXPECT_EQ(scene.of(kCertificate)[1].finding.severity, Severity::high);
  EXPECT_EQ(scene.of(kCertificate)[1].finding.evidence.size(), 2U);
}

TEST(OpcuaCertificate, AClientMayChangeItsCertificate) {
  UaScene scene;
  const Talk talk = scene.opcua("10.0.0.1", "10.0.0.9");
  scene.say(talk, certificate(7, 70, 0, true));
  scene.say(talk, certificate(8, 80, 0, true));
  EXPECT_TRUE(scene.of(kCertificate).empty());
}

TEST(OpcuaCertificate, OneKeyOnTwoHosts) {
  UaScene scene;
  scene.say(scene.opcua("10.0.0.1", "10.0.0.9"), certificate(7, 70));
  scene.say(scene.opcua("10.0.0.2", "10.0.0.9"), certificate(7, 70));
  EXPECT_TRUE(scene.of(kCertificate).empty()) << "the same host to another client";
  scene.say(scene.opcua("10.0.0.1", "10.0.0.8"), certificate(7, 70));
  ASSERT_EQ(scene.of(kCertificate).size(), 1U);
  EXPECT_NE(scene.of(kCertificate)[0].finding.why.find("10.0.0.8 has the same private key as "
                                                       "10.0.0.9"),
            std::string::npos);
}

TEST(OpcuaCertificate, ManyHostsStayBounded) {
  UaScene scene;
  for (unsigned i = 0; i < 20'000; ++i) {
    const std::string server = "10." + std::to_string(i >> 16) + "." +
                               std::to_string(i >> 8 & 255) + "." + std::to_string(i & 255);
    scene.say(scene.opcua("10.99.0.1", server), certificate(1, i + 1));
  }
  EXPECT_TRUE(scene.of(kCertificate).empty());
}

}  // namespace
}  // namespace prahari::test
