#include <gtest/gtest.h>

#include "scene.hpp"

namespace prahari::test {
namespace {

constexpr std::string_view kKind = "cleartext-credentials";
using Flaw = Posture::Flaw;

void login(Scene& scene, const Talk& talk, std::string_view user, std::uint32_t flaws,
           Posture::Aspect aspect = Posture::Aspect::user_used) {
  Event made = scene.event(talk, EventKind::posture, Protocol::modbus);
  made.text = user;
  made.posture = {};
  made.posture.aspect = aspect;
  made.posture.of_client = true;
  made.posture.flaws = flaws;
  made.posture.secret_size = 8;
  made.posture.what = "user name";
  scene.send(made);
}

constexpr std::uint32_t kReadable = Posture::bit(Flaw::cleartext_password);

TEST(CleartextCredentials, APasswordThatAnybodyCanRead) {
  Scene scene;
  const Talk talk = scene.talk("10.0.0.1", "10.0.0.2", 4840);
  login(scene, talk, "operator", kReadable | Posture::bit(Flaw::no_security));
  login(scene, talk, "operator", kReadable);
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  const auto alert = scene.of(kKind)[0];
  EXPECT_EQ(alert.count, 2);
  EXPECT_EQ(alert.finding.severity, Severity::high);
  EXPECT_EQ(alert.finding.certin, CertInClass::posture);
  EXPECT_EQ(alert.finding.why,
            "10.0.0.1 sent the password of user \"operator\" to 10.0.0.2 by modbus so that whoever "
            "listens can read it (8 bytes, not kept here).");
  EXPECT_EQ(mistakes_in(alert.finding.accept), "");
}

TEST(CleartextCredentials, EachUserAndServiceIsItsOwn) {
  Scene scene;
  login(scene, scene.talk("10.0.0.1", "10.0.0.2", 4840), "a", kReadable);
  login(scene, scene.talk("10.0.0.1", "10.0.0.2", 4840), "b", kReadable);
  login(scene, scene.talk("10.0.0.1", "10.0.0.2", 4841), "a", kReadable);
  login(scene, scene.talk("10.0.0.3", "10.0.0.2", 4840), "a", kReadable);  // known
  EXPECT_EQ(scene.of(kKind).size(), 3U);
}

TEST(CleartextCredentials, WhatIsProtectedOrOnlyOfferedIsFine) {
  Scene scene;
  const Talk talk = scene.talk("10.0.0.1", "10.0.0.2", 4840);
  login(scene, talk, "a", 0);
  login(scene, talk, "", Posture::bit(Flaw::anonymous));
  login(scene, talk, "a", kReadable, Posture::Aspect::user_offered);
  EXPECT_TRUE(scene.of(kKind).empty());
}

TEST(CleartextCredentials, AUserNameCannotForgeTheAlert) {
  Scene scene;
  login(scene, scene.talk("10.0.0.1", "10.0.0.2", 4840), "a\n\"\x1b[31m", kReadable);
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  EXPECT_EQ(scene.of(kKind)[0].finding.target, "user \"a?\\\"?[31m\"");
}

TEST(CleartextCredentials, ManyUsersStayBounded) {
  Scene scene;
  const Talk talk = scene.talk("10.0.0.1", "10.0.0.2", 4840);
  for (int i = 0; i < 5000; ++i) {
    login(scene, talk, "user" + std::to_string(i), kReadable);
  }
  EXPECT_EQ(scene.of(kKind).size(), 5000U) << "the correlator bounds the alerts";
  login(scene, talk, "user4999", kReadable);
  EXPECT_EQ(scene.of(kKind)[4999].count, 2);
}

}  // namespace
}  // namespace prahari::test
