// OPC UA conversations: roles, chunks, channels, pairing.

#include <gtest/gtest.h>

#include "tests/unit/dissectors/opcua_talk.hpp"

namespace prahari::test {
namespace {

using Lines = std::vector<std::string>;

Ua read_request(std::initializer_list<std::string_view> names) {
  Ua body = Ua{}.asks(631).real(0).u32(2).u32(names.size());
  for (const std::string_view name : names) {
    body.node(2, name).u32(13).null().u16(0).null();
  }
  return body;
}

TEST(OpcuaConnection, HelloAcknowledgeErrorAndReverseHello) {
  OpcuaTalk talk;
  // opcua.md section 9, rows 1 and 2.
  talk.client(
      hex("48454c46 4a000000 00000000 00000100 00000100 00000000 00000000 2a000000"
          "6f70632e7463703a2f2f6c6f63616c686f73743a343834302f667265656f706375612f7365727665"
          "722f"));
  EXPECT_EQ(talk.field("endpoint_url"), "\"opc.tcp://localhost:4840/freeopcua/server/\"");
  EXPECT_EQ(talk.field("limits"),
            R"({"version":0,"receive_buffer":65536,"send_buffer":65536,"max_message":0,)"
            R"("max_chunks":0})");
  talk.server(hex("41434b46 1c000000 00000000 00000100 00000100 00000000 00000000"));
  talk.server(chunk("ERRF", Ua{}.u32(0x80800000).text("too large")));
  EXPECT_EQ(talk.field("result"), "\"BadTcpMessageTooLarge\"");
  EXPECT_EQ(talk.lines,
            (Lines{"request read \"Hello\"",
                   "identity url \"opc.tcp://localhost:4840/freeopcua/server/\" of receiver",
                   "response read \"Acknowledge\"", "exception read \"Error\" status 80800000"}));
}

TEST(OpcuaConnection, AServerThatConnectsIsTheServer) {
  OpcuaTalk talk;
  talk.client(chunk("RHEF", Ua{}.text("urn:server").text("opc.tcp://server:4840")));
  EXPECT_EQ(talk.client_side, Side::second);
  EXPECT_EQ(talk.overruled, 1);
  EXPECT_EQ(talk.lines,
            (Lines{"oneway read \"Reverse Hello\"", "identity url \"opc.tcp://server:4840\""}));
  talk.server(chunk("HELF", Ua{}.u32(0).u32(65536).u32(65536).u32(0).u32(0).text("opc.tcp://s")));
  EXPECT_EQ(talk.messages.back().direction, Direction::to_server);
}

TEST(OpcuaConnection, LimitsBelowTheSpecificationAreNoted) {
  OpcuaTalk talk;
  talk.client(chunk("HELF", Ua{}.u32(0).u32(100).u32(65536).u32(0).u32(0).text("opc.tcp://s")));
  EXPECT_EQ(talk.lines.front(), "request read \"Hello\" !opcua_bad_limits");
}

TEST(OpcuaChannel, OpeningAndRenewalWithoutSecurity) {
  OpcuaTalk talk;
  // opcua.md section 9, row 3.
  talk.client(
      hex("4f504e46 84000000 00000000 2f000000"
          "687474703a2f2f6f7063666f756e646174696f6e2e6f72672f55412f5365637572697479506f6c69637923"
          "4e6f6e65 ffffffff ffffffff 01000000 01000000 0100be01 0000 8e673187e39bd501 01000000"
          "00000000 ffffffff e8030000 000000 00000000 00000000 01000000 00000000 80ee3600"));
  EXPECT_EQ(talk.field("type_id"), "446");
  EXPECT_EQ(talk.field("mode"), "\"None\"");
  EXPECT_EQ(talk.field("lifetime"), "3600000");
  EXPECT_EQ(talk.field("renew"), "false");
  EXPECT_EQ(talk.field("encrypted"), "false");
  EXPECT_EQ(talk.field("channel"), "0");
  EXPECT_EQ(talk.lines, (Lines{"request read \"Open Secure Channel\""}));
  talk.lines.clear();
  const Ua security = Ua{}.text(kNonePolicy).null().null();
  talk.server(chunk("OPNF", Ua{}.u32(5).add(security).u32(1).u32(1).add(
                                Ua{}.answers(449).u32(0).u32(5).u32(1).u64(0).u32(60000).null())));
  EXPECT_EQ(talk.field("request_frame"), "1");
  EXPECT_EQ(talk.lines, (Lines{"response read \"Open Secure Channel\"",
                               R"(posture channel-used "None" "None" no-security)"}));
}

TEST(OpcuaChannel, EncryptedMessagesSayOnlyWhatCanBeSeen) {
  OpcuaTalk talk;
  Ua security = Ua{}.text(kSha256Policy).text("no certificate").text("12345678901234567890");
  talk.client(chunk("OPNF", Ua{}.u32(0).add(security).raw(std::string(64, 'a'))));
  EXPECT_EQ(talk.field("encrypted"), "true");
  EXPECT_EQ(talk.field("policy"), "\"Basic256Sha256\"");
  EXPECT_EQ(talk.field("mode"), "null");
  EXPECT_EQ(talk.field("type_id"), "null");
  EXPECT_EQ(talk.field("seq"), "null");
  talk.server(chunk("OPNF", Ua{}.u32(9).add(security).raw(std::string(64, 'b'))));
  talk.client(chunk("MSGF", Ua{}.u32(9).u32(1).raw(std::string(128, 'c'))));
  EXPECT_EQ(talk.field("mode"), "\"SignAndEncrypt\"");
  EXPECT_EQ(talk.field("service"), "null");
  EXPECT_EQ(talk.field("token"), "1");
  talk.server(chunk("MSGC", Ua{}.u32(9).u32(1).raw(std::string(128, 'd'))));
  talk.server(chunk("MSGF", Ua{}.u32(9).u32(1).raw(std::string(64, 'e'))));
  EXPECT_EQ(talk.field("chunks"), "2");
  EXPECT_EQ(talk.field("size"), "128");
  talk.client(chunk("CLOF", Ua{}.u32(9).u32(1).raw(std::string(64, 'f'))));
  const Posture& certificate = talk.postures.front();
  EXPECT_TRUE(certificate.has(Posture::Flaw::unreadable));
  ASSERT_EQ(talk.lines.size(), 8U);
  EXPECT_EQ(talk.lines[0], "request read \"Open Secure Channel\"");
  EXPECT_EQ(talk.lines[4], "request control \"Encrypted Message\"");
  EXPECT_EQ(talk.lines[5], R"(posture channel-used "SignAndEncrypt" "Basic256Sha256" of receiver)");
  EXPECT_EQ(talk.lines[6], "response control \"Encrypted Message\"");
  EXPECT_EQ(talk.lines[7], "request read \"Close Secure Channel\"");
}

// One forged chunk must not hide what follows.
TEST(OpcuaChannel, AnUnreadableAbortBlindsNoSignedChannel) {
  OpcuaTalk talk;
  Ua security = Ua{}.text(kSha256Policy).null().null();
  talk.client(chunk("OPNF", Ua{}.u32(0).add(security).raw(std::string(64, 'a'))));
  talk.server(chunk("OPNF", Ua{}.u32(5).add(security).raw(std::string(64, 'b'))));
  talk.ask(Ua{}.u32(0).text("x").raw(std::string(64, '9')), 2, "MSGA");
  talk.ask(read_request({"a"}).raw(std::string(64, '9')), 3);
  EXPECT_EQ(talk.lines.back(), "request read \"Read\" node ns=2;s=a");
  EXPECT_EQ(talk.field("mode"), "\"Sign\"");
}

TEST(OpcuaChannel, SignedMessagesAreReadToTheirSignature) {
  OpcuaTalk talk;
  Ua security = Ua{}.text(kSha256Policy).null().null();
  talk.client(chunk("OPNF", Ua{}.u32(0).add(security).raw(std::string(64, 'a'))));
  talk.server(chunk("OPNF", Ua{}.u32(5).add(security).raw(std::string(64, 'b'))));
  talk.lines.clear();
  talk.ask(read_request({"a"}).raw(std::string(64, '9')), 3);
  EXPECT_EQ(talk.lines, (Lines{"request read \"Read\" node ns=2;s=a"}));
  EXPECT_EQ(talk.field("mode"), "\"Sign\"");
  EXPECT_EQ(talk.field("encrypted"), "false");
}

// Without the opening the signature is what is left behind the message.
TEST(OpcuaChannel, MidstreamTellsTheModeByWhatIsLeft) {
  for (const auto& [left, mode] :
       {std::pair{0U, "\"None\""}, std::pair{20U, "\"Sign\""}, std::pair{32U, "\"Sign\""}}) {
    const std::string signature(std::size_t{2} * left, '7');
    OpcuaTalk talk;
    talk.state = Completeness::midstream;
    talk.directed = false;
    talk.answer(Ua{}.answers(634).u32(0).u32(0).raw(signature), 12);
    talk.answer(Ua{}.answers(634).u32(0).u32(0).raw(signature), 13);
    EXPECT_EQ(talk.field("mode"), mode) << left;
    EXPECT_EQ(talk.client_side, Side::first);
    EXPECT_EQ(talk.lines.front(), "response read \"Read\"") << left;
  }
}

TEST(OpcuaChannel, SequenceNumbersAndTokensAreFollowed) {
  OpcuaTalk talk;
  talk.open();
  talk.ask(read_request({"a"}), 3);
  talk.sequence[0] += 5;
  talk.ask(read_request({"a"}), 4);
  EXPECT_EQ(talk.lines.back(), "request read \"Read\" node ns=2;s=a !opcua_seq_anomaly");
  talk.client(
      chunk("MSGF", Ua{}.u32(5).u32(77).u32(++talk.sequence[0]).u32(5).add(read_request({"a"}))));
  EXPECT_EQ(talk.lines.back(), "request read \"Read\" node ns=2;s=a !opcua_token_unknown");
  talk.session->on_gap(Side::first);
  talk.sequence[0] += 9;
  talk.ask(read_request({"a"}), 6);
  EXPECT_EQ(talk.lines.back(), "request read \"Read\" node ns=2;s=a") << "no complaint after a gap";
}

TEST(OpcuaChunks, AreOneMessageWithItsTypeInTheFirst) {
  OpcuaTalk talk;
  talk.open();
  const std::vector<std::byte> body = read_request({"first", "second", "third"}).bytes;
  const auto part = [&](std::size_t begin, std::size_t end) {
    Ua out;
    out.bytes.assign(body.begin() + static_cast<std::ptrdiff_t>(begin),
                     body.begin() + static_cast<std::ptrdiff_t>(end));
    return out;
  };
  talk.ask(part(0, 30), 3, "MSGC");
  talk.ask(Ua{}.asks(473).u8(1), 4);  // another message in between
  talk.ask(part(30, 70), 3, "MSGC");
  talk.ask(part(70, body.size()), 3, "MSGF");
  EXPECT_EQ(talk.lines,
            (Lines{"request read \"Close Session\"", "request read \"Read\" node ns=2;s=first"}));
  EXPECT_EQ(talk.field("chunks"), "3");
  EXPECT_EQ(talk.field("nodes"), R"(["ns=2;s=first","ns=2;s=second","ns=2;s=third"])");
}

TEST(OpcuaChunks, AnAbortEndsTheMessage) {
  OpcuaTalk talk;
  talk.open();
  talk.answer(Ua{}.answers(634).u32(0), 3, "MSGC");
  talk.answer(Ua{}.u32(0x80B90000).text("too long"), 3, "MSGA");
  EXPECT_EQ(talk.lines, (Lines{"exception read \"Abort\" status 80b90000"}));
  EXPECT_EQ(talk.field("chunk"), "\"A\"");
  EXPECT_EQ(talk.field("chunks"), "2");
  EXPECT_EQ(talk.field("reason"), "\"too long\"");
}

TEST(OpcuaChunks, ThatNeverEndAreTold) {
  OpcuaTalk talk;
  talk.open();
  talk.ask(read_request({"a", "b"}), 3, "MSGC");
  const std::uint32_t frame = talk.packet.frame;
  talk.wait(std::chrono::seconds{40});
  EXPECT_EQ(talk.lines, (Lines{"request read \"Read\" !opcua_chunks_unfinished"}));
  EXPECT_EQ(talk.field("chunk"), "\"C\"");
  EXPECT_EQ(frame, talk.packet.frame);
  talk.ask(read_request({"a", "b"}), 4, "MSGC");
  talk.session->on_end(talk);
  EXPECT_EQ(talk.lines.size(), 2U);
}

// A flood of beginnings: sixteen stay, each other is given up and told.
TEST(OpcuaChunks, AFloodOfBeginningsIsBounded) {
  OpcuaTalk talk;
  talk.open();
  talk.wants_fields = false;
  for (unsigned i = 0; i < 1000; ++i) {
    talk.ask(read_request({"a"}), 100 + i, "MSGC");
  }
  EXPECT_GE(talk.lines.size(), 900U);
  EXPECT_LE(talk.lines.size(), 1000U - 16U);
}

TEST(OpcuaChunks, AMessageOfManyMegabytesIsCountedAndNotKept) {
  OpcuaTalk talk;
  talk.open();
  talk.wants_fields = false;
  Ua filler;
  filler.bytes.resize(60'000);
  talk.ask(Ua{}.asks(673).u32(1).node(2, "x").u32(13).null().raw("010F").u32(9'000'000), 3, "MSGC");
  for (int i = 0; i < 150; ++i) {
    talk.ask(filler, 3, "MSGC");
  }
  talk.wants_fields = true;
  talk.ask(filler, 3, "MSGF");
  EXPECT_EQ(talk.field("chunks"), "152");
  EXPECT_EQ(talk.lines.back(),
            "request write \"Write\" node ns=2;s=x !truncated_decode !opcua_message_over_limit");
}

TEST(OpcuaPairing, AReadMeetsItsValues) {
  OpcuaTalk talk;
  talk.open();
  talk.ask(read_request({"Line1.Speed", "Line1.Name"}), 3);
  EXPECT_EQ(talk.field("handle"), "7");
  EXPECT_EQ(talk.field("nodes"), R"(["ns=2;s=Line1.Speed","ns=2;s=Line1.Name"])");
  // A Double with both times, a String, both good.
  talk.answer(
      Ua{}.answers(634).u32(2).raw("0D0B").real(12.5).u64(0).u64(0).raw("010C").text("Fill").u32(0),
      3);
  EXPECT_EQ(talk.field("values"), R"([12.5,"Fill"])");
  EXPECT_EQ(talk.field("results"), R"({"Good":2})");
  EXPECT_EQ(talk.field("request_frame"), "5");
  EXPECT_EQ(talk.field("latency_us"), "1000");
  EXPECT_EQ(talk.lines, (Lines{"request read \"Read\" node ns=2;s=Line1.Speed",
                               "response read \"Read\" node ns=2;s=Line1.Speed"}));
}

TEST(OpcuaPairing, EachTargetOfAWriteIsOneEventWithItsStatus) {
  OpcuaTalk talk;
  talk.open();
  Ua write = Ua{}.asks(673).u32(3);
  write.node(2, "a").u32(13).null().raw("010B").real(1.25);
  write.node(2, "b").u32(13).null().raw("0186").u32(2).u32(7).u32(9);
  write.node(2, "c").u32(17).null().raw("0103").u8(3);
  talk.ask(write, 3);
  talk.answer(Ua{}.answers(676).u32(3).u32(0).u32(0x80340000).u32(0x801F0000).u32(0), 3);
  EXPECT_EQ(talk.lines,
            (Lines{"request write \"Write\" node ns=2;s=a = 1.25",
                   "also request write \"Write\" node ns=2;s=b = 7, 9",
                   "also request admin/set-security \"Write Access Rights\" node ns=2;s=c = 3",
                   "response write \"Write\" node ns=2;s=a",
                   "also response write \"Write\" node ns=2;s=b status 80340000",
                   ("also response admin/set-security \"Write Access Rights\" node ns=2;s=c"
                    " status 801f0000")}));
  EXPECT_EQ(talk.field("results"), R"({"Good":1,"BadNodeIdUnknown":1,"BadUserAccessDenied":1})");
}

// Nobody hides a write behind many others, nor a value behind many others of an array.
TEST(OpcuaPairing, EveryTargetAndEveryValueOfAWriteIsTold) {
  OpcuaTalk talk;
  talk.open();
  Ua write = Ua{}.asks(673).u32(200);
  for (int i = 0; i < 199; ++i) {
    write.node(2, "n" + std::to_string(i)).u32(13).null().raw("010B").real(1);
  }
  write.node(2, "last").u32(13).null().raw("018B").u32(6);
  for (const double value : {1, 2, 3, 4, 5, 600}) {
    write.real(value);
  }
  talk.ask(write, 3);
  ASSERT_EQ(talk.lines.size(), 200U);
  EXPECT_EQ(talk.lines.back(), "also request write \"Write\" node ns=2;s=last = 1, 2, 3, 4");
  EXPECT_EQ(talk.messages.back().written.size(), 6U);
  EXPECT_EQ(talk.messages.front().written.size(), 0U);
}

TEST(OpcuaPairing, AFaultIsTheAnswerOfItsRequest) {
  OpcuaTalk talk;
  talk.open();
  talk.ask(read_request({"a"}), 3);
  talk.answer(Ua{}.answers(397, 0x80260000), 3);
  EXPECT_EQ(talk.lines.back(), "exception read \"Read\" node ns=2;s=a status 80260000");
  EXPECT_EQ(talk.field("service"), "\"ServiceFault\"");
  EXPECT_EQ(talk.field("type_id"), "397");
  EXPECT_EQ(talk.field("result"), "\"BadSessionClosed\"");
  EXPECT_TRUE(talk.messages.back().matched);
}

TEST(OpcuaPairing, AMissingAnswerIsNotedUnlessItIsAPublish) {
  OpcuaTalk talk;
  talk.open();
  talk.ask(read_request({"a"}), 3);
  const std::string asked = std::to_string(talk.packet.frame);
  talk.ask(Ua{}.asks(826).u32(0), 4);
  talk.wait(std::chrono::seconds{4});
  EXPECT_EQ(talk.lines.size(), 2U);
  talk.wait(std::chrono::minutes{10});
  EXPECT_EQ(talk.lines.back(), "anomaly request_timeout request=" + asked);
  EXPECT_EQ(talk.lines.size(), 3U);
  talk.answer(Ua{}.answers(634).u32(0).u32(0), 99);
  EXPECT_EQ(talk.lines.back(), "anomaly unmatched_response");
}

TEST(OpcuaPairing, WaitingRequestsAreBounded) {
  OpcuaTalk talk;
  talk.open();
  talk.wants_fields = false;
  for (unsigned i = 0; i < 5000; ++i) {
    talk.ask(read_request({"a"}), 10 + i);
  }
  EXPECT_EQ(std::ranges::count(talk.lines, "anomaly pending_overflow"), 1);
  talk.answer(Ua{}.answers(634).u32(0).u32(0), 5009);
  EXPECT_TRUE(talk.messages.back().matched);
  talk.answer(Ua{}.answers(634).u32(0).u32(0), 10);
  EXPECT_FALSE(talk.messages.back().matched);
}

}  // namespace
}  // namespace prahari::test
