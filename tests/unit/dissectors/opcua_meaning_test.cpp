// What OPC UA messages mean, and what they say about the two ends; and what is never said.

#include <gtest/gtest.h>

#include "tests/unit/dissectors/opcua_talk.hpp"

namespace prahari::test {
namespace {

using Lines = std::vector<std::string>;

TEST(OpcuaUsers, ASecretIsNeverWritten) {
  OpcuaTalk talk;
  talk.open();
  Ua token = Ua{}.text("policy").text("operator").text("hunter2").null();
  Ua activate = Ua{}.asks(467).null().null().u32(0).u32(0).node(324).u8(1);
  activate.u32(token.bytes.size()).add(token).null().null();
  talk.ask(activate, 3);
  EXPECT_EQ(talk.field("user"), "\"operator\"");
  EXPECT_EQ(talk.field("user_token"), "\"user name\"");
  EXPECT_EQ(talk.field("secret_size"), "7");
  EXPECT_EQ(talk.record().find("hunter2"), std::string::npos);
  ASSERT_EQ(talk.postures.size(), 2U);
  EXPECT_EQ(talk.postures.back().secret_size, 7U);
  EXPECT_NE(talk.postures.back().secret_hash, 0U);
  EXPECT_EQ(talk.lines.back(),
            R"(posture user-used "user name" "operator" of receiver cleartext-password)");
  talk.answer(Ua{}.answers(470).null().u32(0).u32(0), 3);
  EXPECT_EQ(talk.lines[2], "response read \"Activate Session\"");
  EXPECT_EQ(talk.lines[3], "identity user \"operator\" of receiver");
  EXPECT_EQ(talk.lines[4], R"(posture user-used "user name" "operator")");
}

TEST(OpcuaUsers, AnIssuedTokenThatCanBeReadIsToldByItsKind) {
  const struct {
    std::string token;
    std::string_view algorithm;
    std::string_view kind;  // empty: nobody can read it
  } rows[] = {
      {"eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJvcCJ9.c2ln", "", "JSON Web Token"},
      {"<saml:Assertion ID=\"a\">x</saml:Assertion>", "", "SAML assertion"},
      {"<wsse:BinarySecurityToken/>", "", "XML token"},
      {"\x6e\x82\x02 ticket", "", "Kerberos ticket"},
      {"opaque-4711", "", "unknown kind"},
      {"e", "", "unknown kind"},
      {"eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJvcCJ9.c2ln", "http://www.w3.org/2001/04/xmlenc#rsa-oaep",
       ""},
      {"", "", ""},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.token);
    OpcuaTalk talk;
    talk.open();
    const std::size_t before = talk.postures.size();
    const Ua token = Ua{}.text("issued").text(row.token).text(row.algorithm);
    Ua activate = Ua{}.asks(467).null().null().u32(0).u32(0).node(940).u8(1);
    activate.u32(token.bytes.size()).add(token).null().null();
    talk.ask(activate, 3);
    EXPECT_EQ(talk.field("user_token"), "\"issued token\"");
    ASSERT_EQ(talk.postures.size() - before, row.kind.empty() ? 0U : 1U);
    if (!row.kind.empty()) {
      EXPECT_EQ(talk.lines.back(), R"(posture user-used "issued token" ")" + std::string{row.kind} +
                                       "\" of receiver cleartext-password");
      EXPECT_EQ(talk.postures.back().secret_size, row.token.size());
      EXPECT_NE(talk.postures.back().secret_hash, 0U);
      EXPECT_TRUE(row.token.size() < 8 || talk.record().find(row.token) == std::string::npos);
    }
  }
}

TEST(OpcuaUsers, ArgumentsOfMethodsAboutUsersAreHidden) {
  OpcuaTalk talk;
  talk.open();
  Ua call = Ua{}.asks(712).u32(1).node(24290).node(24310).u32(2);
  call.raw("0C").text("hunter2").raw("0C").text("hunter3");
  talk.ask(call, 3);
  EXPECT_EQ(talk.lines.back(), "request admin/set-security \"Call ChangePassword\" node i=24290");
  EXPECT_EQ(talk.record().find("hunter"), std::string::npos);
  EXPECT_EQ(talk.field("methods"), R"(["i=24310"])");
}

TEST(OpcuaMeaning, MethodsAndServicesHaveTheirEffect) {
  const struct {
    Ua body;
    std::string_view line;
  } rows[] = {
      {Ua{}.asks(712).u32(1).node(2253).node(12886).u32(0),
       "request control/change-mode \"Call RequestServerStateChange\" node i=2253"},
      {Ua{}.asks(712).u32(1).node(2, "Alarm").node(9213).u32(0),
       "request control/suppress \"Call TimedShelve\" node ns=2;s=Alarm"},
      {Ua{}.asks(712).u32(1).node(2, "File").node(11588).u32(0),
       "request program/program-download \"Call Write (file)\" node ns=2;s=File"},
      {Ua{}.asks(712).u32(1).node(2, "Motor").node(2, "Motor.Go").u32(0),
       "request control \"Call\" node ns=2;s=Motor.Go"},
      {Ua{}.asks(781).u32(1).u32(1).u32(4), "request read/suppress \"Delete Monitored Items\""},
      {Ua{}.asks(847).u32(1).u32(4), "request read/suppress \"Delete Subscriptions\""},
      {Ua{}.asks(799).u8(0).u32(1).u32(4), "request read/suppress \"Set Publishing Mode\""},
      {Ua{}.asks(799).u8(1).u32(1).u32(4), "request read \"Set Publishing Mode\""},
      {Ua{}.asks(500).u32(1).node(2, "x").u8(1),
       "request write/erase \"Delete Nodes\" node ns=2;s=x"},
      {Ua{}.asks(700).u32(1).node(688).u8(1).u32(22).node(85).u8(0).u64(1).u64(2).raw("00"),
       "request write/erase \"Delete History\" node i=85"},
  };
  for (const auto& row : rows) {
    OpcuaTalk talk;
    talk.open();
    talk.ask(row.body, 3);
    EXPECT_EQ(talk.lines.front(), row.line);
  }
}

// What a browse calls a node says what its value is.
TEST(OpcuaFacts, NameplatesAndBuildInfoComeFromReads) {
  OpcuaTalk talk;
  talk.open();
  talk.ask(Ua{}.asks(527)
               .raw("0000")
               .u64(0)
               .u32(0)
               .u32(0)
               .u32(1)
               .node(2, "Device")
               .u32(0)
               .raw("0000")
               .u8(0)
               .u32(0)
               .u32(63),
           3);
  Ua browsed = Ua{}.answers(530).u32(1).u32(0).null().u32(1);
  browsed.raw("0023").u8(1).node(2, "Device.Serial").u16(1).text("SerialNumber");
  browsed.raw("02").text("Serial number").u32(2).raw("0044").u32(0);
  talk.answer(browsed, 3);
  talk.ask(Ua{}.asks(631)
               .real(0)
               .u32(2)
               .u32(3)
               .node(2, "Device.Serial")
               .u32(13)
               .null()
               .u16(0)
               .null()
               .node(2264)
               .u32(13)
               .null()
               .u16(0)
               .null()
               .node(2255)
               .u32(13)
               .null()
               .u16(0)
               .null(),
           4);
  talk.lines.clear();
  talk.answer(Ua{}.answers(634)
                  .u32(3)
                  .raw("010C")
                  .text("SN-77")
                  .raw("010C")
                  .text("1.4.2")
                  .raw("018C")
                  .u32(2)
                  .text("http://opcfoundation.org/UA/")
                  .text("urn:plc")
                  .u32(0),
              4);
  EXPECT_EQ(talk.lines, (Lines{"response read \"Read\" node ns=2;s=Device.Serial",
                               "identity serial \"SN-77\"", "identity firmware \"1.4.2\"",
                               "identity namespace \"0 http://opcfoundation.org/UA/\"",
                               "identity namespace \"1 urn:plc\""}));
}

// Asking only who the device is is discovery; a process value among it makes it reading.
TEST(OpcuaMeaning, ANameplateIsDiscoveredAValueIsRead) {
  OpcuaTalk talk;
  talk.open();
  const auto one = [](Ua& body, unsigned number) {
    body.node(number).u32(13).null().u16(0).null();
  };
  Ua plate = Ua{}.asks(631).real(0).u32(2).u32(2);
  one(plate, 2261);
  one(plate, 2264);
  talk.ask(plate, 3);
  EXPECT_EQ(talk.lines.back(), "request discover \"Read Nameplate\" node i=2261");
  Ua mixed = Ua{}.asks(631).real(0).u32(2).u32(2);
  one(mixed, 2261);
  one(mixed, 2258);
  talk.ask(mixed, 4);
  EXPECT_EQ(talk.lines.back(), "request read \"Read\" node i=2261");
}

TEST(OpcuaFacts, EndpointsAreOfferedWithTheirFlaws) {
  OpcuaTalk talk;
  talk.open();
  talk.ask(Ua{}.asks(428).text("opc.tcp://s:4840").u32(0).u32(0), 3);
  const auto endpoint = [](std::string_view policy, unsigned mode, std::string_view token_policy) {
    Ua out = Ua{}.text("opc.tcp://s:4840").text("urn:host:open62541:app").text("http://open62541");
    out.raw("02").text("Mixer").u32(0).null().null().u32(1).text("opc.tcp://s:4840").null();
    out.u32(mode).text(policy).u32(2);
    out.text("anon").u32(0).null().null().null();
    out.text("user").u32(1).null().null().text(token_policy);
    return out.null().u8(1);
  };
  talk.lines.clear();
  talk.answer(Ua{}.answers(431)
                  .u32(2)
                  .add(endpoint(kNonePolicy, 1, kNonePolicy))
                  .add(endpoint(kSha256Policy, 3, "")),
              3);
  EXPECT_EQ(talk.field("endpoints"),
            R"([{"url":"opc.tcp://s:4840","policy":"None","mode":"None",)"
            R"("tokens":"anonymous, user name","level":1},)"
            R"({"url":"opc.tcp://s:4840","policy":"Basic256Sha256","mode":"SignAndEncrypt",)"
            R"("tokens":"anonymous, user name","level":1}])");
  EXPECT_EQ(talk.field("application_uri"), "\"urn:host:open62541:app\"");
  EXPECT_EQ(talk.lines,
            (Lines{"response discover \"Get Endpoints\"", "identity application \"Mixer\"",
                   "identity application_uri \"urn:host:open62541:app\"",
                   "identity product_uri \"http://open62541\"", "identity url \"opc.tcp://s:4840\"",
                   "identity vendor \"open62541\"", "identity product \"open62541\"",
                   "identity url \"opc.tcp://s:4840\"",
                   R"(posture channel-offered "None" "None" no-security)",
                   R"(posture user-offered "anonymous" "" anonymous)",
                   R"(posture user-offered "user name" "None" cleartext-password)",
                   R"(posture channel-offered "SignAndEncrypt" "Basic256Sha256")",
                   R"(posture user-offered "anonymous" "" anonymous)",
                   R"(posture user-offered "user name" "Basic256Sha256")"}));
}

}  // namespace
}  // namespace prahari::test
