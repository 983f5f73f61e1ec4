// TLS and DTLS as two real stacks speak it, whole, cut at every place, and from the middle.

#include <gtest/gtest.h>

#include "tests/unit/dissectors/tls_talk.hpp"

namespace prahari::test {
namespace {

constexpr std::uint8_t kDatagram = 1;
constexpr std::uint8_t kMidstream = 2;

struct Case {
  std::string_view talk;
  std::uint8_t variant;
  std::vector<std::string_view> wanted;
};

const std::vector<Case> kCases = {
    {"tls12",
     0,
     {"Client Hello content=\"handshake\"", "server_name=\"plc-7.example\"",
      R"(alpn=["h2","http/1.1"])", "fact fingerprint t13d3111h2_",
      "fact name plc-7.example 20 sender", "Server Hello content",
      "fact application plc-7.example 70 sender",
      "fact application_uri urn:plc-7:acme:server 85 sender",
      "posture certificate | server | CN=plc-7.example, O=Acme Controls; EC prime256v1",
      "Server Hello Done", "Client Key Exchange", "Encrypted Handshake Message",
      "posture channel-used | encrypted | TLS 1.2, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
      "posture setting | client certificate | not asked for", "Application Data"}},
    {"tls12_other_name", 0, {"self-signed !self-signed !name-mismatch"}},
    {"tls12_mutual",
     0,
     {"Certificate Request", "certificate_types=[", "Certificate Verify",
      "posture certificate | client | CN=scada-1, O=Acme Controls",
      "posture user-used | client certificate with the role | operator",
      "posture setting | client certificate | asked for and shown"}},
    {"tls12_no_client_certificate", 0, {"client certificate | asked for, none shown"}},
    {"tls12_certificate_required",
     0,
     {R"(alert_level="fatal" alert="handshake failure")",
      "posture setting | handshake refused by the server | handshake failure"}},
    {"tls12_null",
     0,
     {"posture channel-used | integrity only | TLS 1.2, TLS_ECDHE_ECDSA_WITH_NULL_SHA "
      "!not-encrypted"}},
    {"tls12_anonymous", 0, {"TLS_ECDH_anon_WITH_AES_128_CBC_SHA !anonymous"}},
    {"tls12_shared_key", 0, {"client certificate | none needed: both ends share a key"}},
    {"tls10",
     0,
     {"channel-used | encrypted | TLS 1.0, TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA !depr"}},
    {"refused_version", 0, {"handshake refused by the server | protocol version"}},
    {"tls13",
     0,
     {R"(versions=["TLS 1.3","TLS 1.2")",
      "channel-used | encrypted | TLS 1.3, TLS_AES_256_GCM_SHA384",
      "server certificate | unknown: this version encrypts it",
      "client certificate | unknown: this version encrypts it", "fact fingerprint t13d"}},
    {"tls13_retry", 0, {"Hello Retry Request", "channel-used | encrypted | TLS 1.3"}},
    {"small_records", 0, {"posture certificate | server | CN=plc-7.example", "channel-used"}},
    {"dtls12_mutual",
     kDatagram,
     {"Hello Verify Request", "channel-used | encrypted | DTLS 1.2", "fact fingerprint dd2i",
      "asked for and shown", "posture certificate | client | CN=scada-1"}},
    {"dtls12_fragments", kDatagram, {"posture certificate | server | CN=plc-7.example"}},
    {"dtls10", kDatagram, {"channel-used | encrypted | DTLS 1.0", "!deprecated"}},
};

TEST(TlsSession, ReadsRecordedHandshakes) {
  for (const Case& one : kCases) {
    SCOPED_TRACE(one.talk);
    TlsTalk talk{one.variant};
    const auto said = handshake_of(one.talk);
    ASSERT_FALSE(said.empty());
    talk.play(said);
    for (const std::string_view line : one.wanted) {
      EXPECT_TRUE(talk.says(line)) << line << "\n" << ::testing::PrintToString(talk.lines);
    }
    EXPECT_EQ(talk.count("problems="), 0U);
    EXPECT_EQ(talk.count("anomaly"), 0U);
    EXPECT_EQ(talk.count("foreign"), 0U);
    EXPECT_EQ(talk.client, Side::first);
  }
}

TEST(TlsSession, SaysTheSameHoweverTheStreamIsCut) {
  for (const std::string_view name : {"tls12_mutual", "tls13_retry", "small_records"}) {
    const auto said = handshake_of(name);
    TlsTalk whole;
    whole.play(said);
    for (const std::size_t step : {1U, 2U, 3U, 5U, 7U, 64U}) {
      SCOPED_TRACE(std::string{name} + " by " + std::to_string(step));
      TlsTalk cut;
      for (const Said& one : said) {
        for (std::size_t at = 0; at < one.bytes.size(); at += step) {
          cut.send(one.side, Bytes{one.bytes}.subspan(at, std::min(step, one.bytes.size() - at)));
        }
      }
      cut.play({});
      EXPECT_EQ(cut.lines, whole.lines);
    }
  }
}

TEST(TlsSession, EveryPrefixIsSafe) {
  for (const Case& one : kCases) {
    for (const Said& said : handshake_of(one.talk)) {
      for (std::size_t size = 0; size < said.bytes.size(); ++size) {
        TlsTalk talk{one.variant};
        const std::vector<std::byte> prefix{said.bytes.begin(),
                                            said.bytes.begin() + static_cast<std::ptrdiff_t>(size)};
        talk.send(said.side, prefix);
      }
    }
  }
}

// A message of 64 KiB and a bit is announced and passed over; what follows is read.
TEST(TlsSession, PassesOverWhatIsTooLong) {
  TlsTalk talk;
  auto said = handshake_of("tls12");
  talk.send(Side::first, said[0].bytes);
  std::vector<std::byte> record = hex("16 0303 4000 04 010100");  // 65,792 bytes of a ticket
  record.resize(5 + 0x4000);
  const std::vector<std::byte> more = [] {
    auto out = hex("16 0303 4000");
    out.resize(5 + 0x4000);
    return out;
  }();
  talk.send(Side::second, record);
  for (int i = 0; i < 3; ++i) {
    talk.send(Side::second, more);
  }
  std::vector<std::byte> last = hex("16 0303 0104");  // 4 + 65,792 = 4 * 16,384 + 260
  last.resize(5 + 260);
  talk.send(Side::second, last);
  talk.send(Side::second, said[1].bytes);
  EXPECT_EQ(talk.count("New Session Ticket problems=8"), 1U);
  EXPECT_TRUE(talk.says("Server Hello content"));
  EXPECT_EQ(talk.count("anomaly"), 0U);
}

TEST(TlsSession, PickedUpInTheMiddle) {
  TlsTalk talk{kMidstream};
  talk.send(Side::first, hex("17 0303 0005 0102030405"));
  talk.send(Side::second, hex("17 0303 0005 0102030405 16 0303 0008 ff01020304050607"));
  talk.play({});
  EXPECT_EQ(talk.count("channel-used | handshake not seen | version and cipher unknown"), 1U);
  EXPECT_TRUE(talk.says("Encrypted Handshake Message"));
  EXPECT_TRUE(talk.says("Application Data"));
  EXPECT_TRUE(talk.says("records=[1,1] bytes=[5,5]"));
}

TEST(TlsSession, GoesOnBehindAGap) {
  const auto said = handshake_of("tls12_mutual");
  TlsTalk talk;
  talk.send(Side::first, said[0].bytes);
  talk.lose(Side::second);
  talk.send(Side::first, said[2].bytes);
  talk.send(Side::second, said[3].bytes);
  talk.send(Side::first, said[4].bytes);
  EXPECT_TRUE(talk.says("posture certificate | client"));
  EXPECT_FALSE(talk.says("client certificate | asked"));
}

// The same ports again, with message numbers that begin anew.
TEST(TlsSession, ReadsASecondHandshakeInDatagrams) {
  TlsTalk talk{kDatagram};
  for (const Said& one : handshake_of("dtls12_mutual")) {
    talk.send(one.side, one.bytes);
  }
  talk.play(handshake_of("dtls10"));
  EXPECT_EQ(talk.count("posture channel-used"), 2U);
  EXPECT_TRUE(talk.says("channel-used | encrypted | DTLS 1.0"));
}

// One end alone can pretend to speak TLS: what follows belongs to others.
TEST(TlsSession, IsRefutedByWhatIsNoTls) {
  TlsTalk talk;
  talk.send(Side::first, handshake_of("tls12")[0].bytes);
  EXPECT_TRUE(talk.session().plausible());
  talk.send(Side::first, hex("0001 0000 0006 11 03 006B 0003"));
  EXPECT_FALSE(talk.session().plausible());
}

struct ProbeCase {
  std::string_view name;
  std::vector<std::byte> bytes;
  Transport transport;
  Probe::Answer bound;
  Probe::Answer anywhere;
};

TEST(TlsProbe, Answers) {
  using enum Probe::Answer;
  const auto first = [](std::string_view talk) { return handshake_of(talk)[0].bytes; };
  const auto second = [](std::string_view talk) { return handshake_of(talk)[1].bytes; };
  const std::vector<ProbeCase> cases = {
      {"client hello", first("tls12"), Transport::tcp, yes, yes},
      {"server hello", second("tls12"), Transport::tcp, yes, yes},
      {"client hello in a datagram", first("dtls12_mutual"), Transport::udp, yes, yes},
      {"a stream's hello in a datagram", first("tls12"), Transport::udp, no, no},
      {"a datagram's hello in a stream", first("dtls12_mutual"), Transport::tcp, no, no},
      {"application data", hex("17 0303 0003 010203"), Transport::tcp, yes, no},
      {"half a header", hex("17 03"), Transport::tcp, need_more, no},
      {"a record that does not chain", hex("17 0303 0003 010203 99 99 99 99 99"), Transport::tcp,
       no, no},
      {"Modbus", hex("0001 0000 0006 11 03 006B 0003"), Transport::tcp, no, no},
      {"Modbus that looks a bit like it", hex("1603 0000 0006 11 03 006B 0003"), Transport::tcp, no,
       no},
      {"HTTP", hex("474554202f20485454502f312e310d0a"), Transport::tcp, no, no},
      {"nothing", {}, Transport::tcp, need_more, no},
  };
  for (const ProbeCase& one : cases) {
    SCOPED_TRACE(one.name);
    for (const bool bound : {true, false}) {
      const Probe probe =
          tls_protocol().probe({.head = one.bytes, .transport = one.transport, .bound = bound});
      EXPECT_EQ(probe.answer, bound ? one.bound : one.anywhere) << (bound ? "bound" : "anywhere");
    }
  }
}

}  // namespace
}  // namespace prahari::test
