// The protocols of ordinary computers: what is concluded from hand-made bytes, and that no cut of
// them is more than that.

#include <sstream>

#include <gtest/gtest.h>

#include "dissectors/dns_message.hpp"
#include "tests/unit/dissectors/talk.hpp"

namespace prahari::test {
namespace {

// Text as it is, with \r\n and \xNN as C++ has them; what begins with "hex:" as hex.
std::vector<std::byte> bytes_of(std::string_view text) {
  if (text.starts_with("hex:")) {
    return hex(text.substr(4));
  }
  const Bytes raw = as_bytes(text);
  return {raw.begin(), raw.end()};
}

class OfficeTalk final : public BasicTalk {
 public:
  OfficeTalk(const Dissector& dissector, std::uint8_t variant)
      : BasicTalk(dissector.open(variant)) {
    FlowEnds ends;
    const auto both = hex("0a0000010a000002");
    Reader in{both};
    ends.first = IpAddress::read_v4(in);
    ends.second = IpAddress::read_v4(in);
    session->join(nullptr, ends);
  }

  // As the framer does: PDU after PDU.
  void feed(Bytes bytes, Side side) {
    step();
    while (!bytes.empty()) {
      const Frame frame = session->frame(bytes, side);
      if (frame.verdict != Frame::Verdict::complete || frame.size == 0 ||
          frame.size > bytes.size()) {
        return;
      }
      deliver(bytes.first(frame.size), side);
      bytes = bytes.subspan(frame.size);
    }
  }

  void message(const Message& message) override {
    EXPECT_TRUE(message.envelope);
    ++count;
    if (!message.target.text.empty()) {
      named.push_back(std::string{message.name} + ": " + std::string{message.target.text});
    }
  }
  void identity(const Identity& identity) override {
    lines.push_back(std::string{identity.of_sender ? "" : "receiver "} +
                    std::string{to_string(identity.field)} + " " + std::string{identity.value});
  }
  void posture(const Posture& posture) override {
    std::ostringstream line;
    line << to_string(posture.aspect) << ' ' << posture.what << ": " << posture.text;
    for (std::size_t i = 0; i < kPostureFlaws; ++i) {
      if (posture.has(static_cast<Posture::Flaw>(i))) {
        line << " !" << to_string(static_cast<Posture::Flaw>(i));
      }
    }
    if (posture.secret_size > 0) {
      line << " secret " << posture.secret_size;
    }
    lines.push_back(line.str());
  }
  void anomaly(const Anomaly& /*anomaly*/) override { ADD_FAILURE() << "anomaly"; }

  std::size_t count = 0;
  std::vector<std::string> named;  // messages that are about something with a name
};

struct Row {
  Protocol protocol;
  Transport transport;
  std::vector<std::string> said;  // "<" in front: by the server
  std::vector<std::string> expected;
  bool probed_second = false;  // the first bytes are the server's
};
// How a test is called in the list, instead of by its bytes.
void PrintTo(const Row& row, std::ostream* out) { *out << to_string(row.protocol); }

const std::string kNtlmChallenge =
    "4e544c4d53535000 02000000 0400 0400 38000000 01000002 1122334455667788 0000000000000000"
    "1c00 1c00 3c000000 0a00 6345 0000000f 48004d00"
    "0100 0600 480041004d00 0200 0600 570047005200 0000 0000 00000000";

const std::vector<Row>& rows() {
  static const std::vector<Row> kRows = {
      {Protocol::snmp,
       Transport::udp,
       {"hex:3026 020101 0406 7075626c6963 a019 020101 020100 020100 300e 300c 0608"
        "2b06010201010100 0500",
        "<hex:3044 020101 0406 7075626c6963 a237 020101 020100 020100 302c"
        "3010 0608 2b06010201010500 0404 73772d31"
        "3018 0608 2b06010201010200 060c 2b06010401c373010203 0405"},
       {"name sw-1", "vendor Moxa", "channel-used SNMP: v2c !no-security",
        "user-used SNMP community: public !cleartext-password",
        "setting SNMP community as delivered: public"}},
      {Protocol::http,
       Transport::tcp,
       {"GET /a?key=1 HTTP/1.1\r\nHost: plc\r\nUser-Agent: curl/8\r\n"
        "Authorization: Basic YWRtaW46c2VjcmV0\r\n\r\n",
        "<HTTP/1.1 401 Unauthorized\r\nServer: A-B WWW/0.1\r\nContent-Type: text/html\r\n"
        "WWW-Authenticate: Basic realm=\"1766-L32\"\r\nContent-Length: 24\r\n\r\n"
        "<TITLE>MicroLogix</TITLE>"},
       {"software curl/8", "user-used HTTP Basic: admin !cleartext-password secret 6",
        "software A-B WWW/0.1", "description 1766-L32", "service http",
        "user-offered HTTP Basic: 1766-L32 !cleartext-password", "description MicroLogix"}},
      {Protocol::ssh,
       Transport::tcp,
       {"<SSH-2.0-dropbear_2019.78\r\n", "SSH-2.0-PuTTY_Release_0.78\r\n"},
       {"software dropbear_2019.78", "software PuTTY_Release_0.78"}},
      {Protocol::dns,
       Transport::udp,
       {"hex:1234 0100 0001 0000 0000 0000 0161 00 0001 0001",
        "<hex:1234 8180 0001 0001 0000 0000 0161 00 0001 0001 c00c 0001 0001 00000001 0004"
        "0a000009"},
       {"service dns"}},
      {Protocol::llmnr,
       Transport::udp,
       {"hex:1234 0000 0001 0000 0000 0000 0368 6d69 00 0001 0001",
        "<hex:1234 8000 0001 0001 0000 0000 0368 6d69 00 0001 0001 c00c 0001 0001 0000001e 0004"
        "0a000002"},
       {"name hmi"}},
      {Protocol::mdns,
       Transport::udp,
       {"hex:0000 8400 0000 0003 0000 0000 03686d69 056c6f63616c 00 0001 8001 00000078 0004 "
        "0a000001"
        "c00c 000d 8001 00000078 000c 0341524d 074c696e75782035"
        "0178 055f68747470 045f746370 c010 0021 8001 00000078 0008 0000 0000 0050 c00c"},
       {"name hmi", "hardware ARM", "os Linux 5", "service _http._tcp"}},
      {Protocol::nbns,
       Transport::udp,
       {"hex:0001 2910 0001 0000 0000 0001 20"
        "4549454e454a434143414341434143414341434143414341434143414341414100 0020 0001 c00c 0020 "
        "0001"
        "00000000 0006 0000 0a000001"},
       {"name HMI"}},
      {Protocol::smb,
       Transport::tcp,
       {"<hex:000000a0 fe534d42 4000 0000 160000c0 0100 0000 01000000 00000000" +
        std::string(80, '0') + "0900 0000 4800 5800" + kNtlmChallenge},
       {"os Windows 10.0 build 17763", "name HAM", "domain WGR"},
       true},
      {Protocol::ssdp,
       Transport::udp,
       {"NOTIFY * HTTP/1.1\r\nSERVER: Linux/3 UPnP/1.0 cam/2\r\nLOCATION: http://a/b\r\n\r\n"},
       {"software Linux/3 UPnP/1.0 cam/2", "url http://a/b"}},
      {Protocol::wsd,
       Transport::udp,
       {"<?xml?><s:Envelope xmlns:d=\"http://schemas.xmlsoap.org/ws/2005/04/discovery\">"
        "<a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches</a:Action>"
        "<d:Types>dn:NetworkVideoTransmitter</d:Types>"
        "<d:Scopes>onvif://www.onvif.org/hardware/M3045 "
        "onvif://www.onvif.org/name/AXIS</d:Scopes>"},
       {"service dn:NetworkVideoTransmitter", "model M3045", "name AXIS"}},
      {Protocol::ntp,
       Transport::udp,
       {"hex:23" + std::string(94, '0'), "<hex:2403" + std::string(92, '0')},
       {"service ntp, stratum 3"}},
      {Protocol::ftp,
       Transport::tcp,
       {"<220 VxWorks FTP server ready\r\n", "USER plc\r\nPASS abcd\r\n"},
       {"software VxWorks FTP server ready",
        "user-used FTP login: plc !cleartext-password secret 4"},
       true},
      {Protocol::telnet,
       Transport::tcp,
       {"<hex:fffd18", "<VxWorks login: ", "r", "oot\r\n", "<Password: ", "abc\r\n"},
       {"description VxWorks login:", "user-used Telnet login: root !cleartext-password secret 3"},
       true},
      {Protocol::rdp,
       Transport::tcp,
       {"hex:0300 0029 24 e0 0000 0000 00 436f6f6b69653a206d737473686173683d626f620d0a"
        "0100080003000000",
        "<hex:0300 0013 0e d0 0000 1234 00 0200080002000000"},
       {"user bob", "service rdp", "channel-used RDP: CredSSP"}},
      {Protocol::vnc,
       Transport::tcp,
       {"<RFB 003.008\n", "RFB 003.008\n", "<hex:0201 02", "hex:01"},
       {"service vnc", "user-offered VNC: nobody has to log in !anonymous",
        "user-offered VNC: password", "user-used VNC: nobody had to log in !anonymous"},
       true},
      {Protocol::teamviewer, Transport::tcp, {"hex:1724 0a 00 00"}, {"software TeamViewer"}},
      {Protocol::anydesk,
       Transport::tcp,
       {"\x16\x03\x01....relay-1.net.anydesk.com"},
       {"software AnyDesk"}},
      {Protocol::openvpn,
       Transport::udp,
       {"hex:38 0102030405060708 00 00000000"},
       {"software OpenVPN"}},
      {Protocol::wireguard,
       Transport::udp,
       {"hex:01000000" + std::string(288, '1')},
       {"software WireGuard"}},
      {Protocol::ipsec,
       Transport::udp,
       {"hex:0102030405060708 0000000000000000 2b 20 22 08 00000000 00000030"
        "00000014 882fe56d6fd20dbc2251613b2ebe5beb"},
       {"software strongSwan"}},
  };
  return kRows;
}

class Office : public testing::TestWithParam<Row> {};

TEST_P(Office, TellsWhatItSaw) {
  const Row& row = GetParam();
  const Dissector& own = dissector(row.protocol);
  EXPECT_TRUE(own.opaque);
  std::unique_ptr<OfficeTalk> talk;
  for (std::string_view text : row.said) {
    const Side side = text.starts_with('<') && !text.starts_with("<?") ? Side::second : Side::first;
    text.remove_prefix(side == Side::second ? 1 : 0);
    const auto bytes = bytes_of(text);
    if (!talk) {
      const Direction way = side == Side::first ? Direction::to_server : Direction::to_client;
      const Probe answer = own.probe({bytes, row.transport, way, true});
      ASSERT_EQ(answer.answer, Probe::Answer::yes);
      talk = std::make_unique<OfficeTalk>(own, answer.variant);
    }
    talk->feed(bytes, side);
  }
  EXPECT_EQ(talk->lines, row.expected);
  EXPECT_GT(talk->count, 0U);
}

// Every cut, and every octet made the greatest there is: nothing is read that is not there (the
// sanitizer build looks), and no protocol takes the bytes for a breach.
TEST_P(Office, HoldsAgainstCutsAndLies) {
  const Row& row = GetParam();
  const Dissector& own = dissector(row.protocol);
  for (const std::string& text : row.said) {
    const bool server = text.starts_with('<') && !text.starts_with("<?");
    const auto whole = bytes_of(std::string_view{text}.substr(server ? 1 : 0));
    const Side side = server ? Side::second : Side::first;
    for (std::size_t i = 0; i < whole.size(); ++i) {
      const std::vector<std::byte> cut(whole.begin(), whole.begin() + static_cast<long>(i));
      auto lie = whole;
      lie[i] = std::byte{0xff};
      for (const auto& bytes : {cut, lie}) {
        const Probe answer = own.probe({bytes, row.transport, Direction::unknown, true});
        OfficeTalk talk{own, answer.variant};
        talk.feed(bytes, side);
        talk.feed(whole, side);
      }
    }
  }
}

TEST_P(Office, TakesNoModbus) {
  const Row& row = GetParam();
  const auto modbus = hex("0001 0000 0006 01 03 0000 0001");
  EXPECT_NE(dissector(row.protocol).probe({modbus, row.transport, Direction::unknown, true}).answer,
            Probe::Answer::yes);
}

INSTANTIATE_TEST_SUITE_P(All, Office, testing::ValuesIn(rows()), [](const auto& row) {
  return std::string{to_string(row.param.protocol)};
});

// What these protocols say of names: for rules that look for them.
std::vector<std::string> named_in(Protocol protocol, Transport transport,
                                  const std::vector<std::string>& said) {
  const Dissector& own = dissector(protocol);
  std::unique_ptr<OfficeTalk> talk;
  for (std::string_view text : said) {
    const Side side = text.starts_with('<') ? Side::second : Side::first;
    text.remove_prefix(side == Side::second ? 1 : 0);
    const auto bytes = bytes_of(text);
    if (!talk) {
      talk = std::make_unique<OfficeTalk>(
          own, own.probe({bytes, transport, Direction::to_server, true}).variant);
    }
    talk->feed(bytes, side);
  }
  return talk->named;
}

TEST(OfficeNames, AProgramInABodyOfHttp) {
  const std::string program =
      "MZ" + std::string(70, '.') + "This program cannot be run in DOS mode";
  const std::string head = "<HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(program.size());
  using Names = std::vector<std::string>;
  EXPECT_EQ(
      named_in(Protocol::http, Transport::tcp,
               {"GET /tool.exe?key=1 HTTP/1.1\r\nHost: a\r\n\r\n", head + "\r\n\r\n" + program}),
      Names{"Program: /tool.exe"});
  EXPECT_EQ(named_in(Protocol::http, Transport::tcp,
                     {"GET /t HTTP/1.1\r\nHost: a\r\n\r\n",
                      "<HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1f4\r\n" + program}),
            Names{"Program: /t"});
  EXPECT_EQ(named_in(Protocol::http, Transport::tcp,
                     {"GET /t HTTP/1.1\r\nHost: a\r\n\r\n",
                      "<HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\nMZ" + std::string(38, 'x')}),
            Names{})
      << "two letters are no program";
}

TEST(OfficeNames, QuestionsOfDns) {
  EXPECT_EQ(named_in(Protocol::dns, Transport::udp,
                     {"hex:1234 0100 0001 0000 0000 0000 03626164 076578616d706c65 00 0001 0001"}),
            std::vector<std::string>{"Query: bad.example"});
}

TEST(DnsMessage, PointersLeadBackOnly) {
  const auto loop = hex("0000 0000 0001 0000 0000 0000 c00e c00c 0001 0001");
  Reader in{Bytes{loop}.subspan(12)};
  EXPECT_EQ(dns::read_name(loop, in), "");
  EXPECT_FALSE(in.ok());
  const auto self = hex("0000 0000 0001 0000 0000 0000 0161 c00c 0001 0001");
  Reader own{Bytes{self}.subspan(12)};
  EXPECT_EQ(dns::read_name(self, own), "");
}

}  // namespace
}  // namespace prahari::test
