// A small plant made by hand: hosts, conversations, alerts and counters for the writers' tests.

#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "alerts/alert_json.hpp"
#include "alerts/collector.hpp"
#include "alerts/incident.hpp"
#include "alerts/report_html.hpp"
#include "alerts/summary.hpp"

namespace prahari::test {

// 2026-11-22T18:45:30Z, the first vector of the CERT-In clock.
inline constexpr Timestamp kNoticed{std::chrono::seconds{1'795'373'130}};

inline DataFiles source_data() { return DataFiles::standard({}, PRAHARI_SOURCE_DIR); }

inline IpAddress ip(const char* text) {
  IpAddress out;
  parse(text, out);
  return out;
}

inline MacAddress mac(const char* text) {
  MacAddress out;
  parse(text, out);
  return out;
}

inline PacketRef packet(std::uint32_t frame, std::chrono::nanoseconds after = {},
                        std::uint16_t file = 0) {
  PacketRef out;
  out.time = kNoticed + after;
  out.frame = frame;
  out.offset = frame * 100ULL;
  out.captured = 60;
  out.wire_length = 60;
  out.file = file;
  return out;
}

inline Finding write_finding(Severity severity = Severity::high) {
  Finding out;
  out.certin = CertInClass::incident;
  out.kind = "conduit-violation";
  out.severity = severity;
  out.confidence = 95;
  out.dedup_key = "office cell-1 modbus write";
  out.why =
      "10.10.5.77 in zone office wrote to PLC-7 filler in zone cell-1, which no conduit "
      "allows.";
  out.accept = "[[conduit]]\nfrom = \"office\"\nto = \"cell-1\"\nallow = [\"modbus:write\"]";
  out.source = {0, ip("10.10.5.77"), mac("00:50:56:aa:bb:cc"), {}, 49811, "office"};
  out.destination = {1, ip("10.10.1.20"), mac("00:1d:9c:00:00:11"), {}, 502, "cell-1"};
  out.destination.vlan.push(110);
  out.protocol = "modbus";
  out.transport = "tcp";
  out.outcome = Outcome::success;
  out.has_operation = true;
  out.operation = Operation::write;
  out.operation_name = "Write Single Coil";
  out.target = "unit 1 coil 4";
  out.values = {1};
  out.policy = {"no conduit office -> cell-1 allows modbus:write", "site.toml", 41};
  out.attack = {"T0886", "T0869", ""};
  out.evidence = {packet(4782), packet(4785)};
  return out;
}

inline Alert alert_of(Finding finding, const std::string& id) {
  Alert out;
  out.id = id;
  out.evidence = finding.evidence;
  out.first_seen = out.evidence.front().time;
  out.last_seen = out.evidence.back().time;
  out.noticed = out.last_seen;
  out.source_asset = "ast-000000000001";
  out.destination_asset = "ast-000000000002";
  finding.evidence.clear();
  out.finding = std::move(finding);
  return out;
}

struct FakePlant {
  NetworkView network;
  RunSummary summary;
  AttackTable attack;
  CertInData certin;
  std::vector<Alert> alerts;

  [[nodiscard]] AlertContext context() const {
    return {network, summary.inputs, attack, certin, "analyze", "0.1.0"};
  }
};

inline HostView host(const char* id, const char* name, const char* address, const char* zone,
                     double level, std::vector<std::string> roles) {
  HostView out;
  out.id = id;
  out.name = name;
  out.ips = {address};
  out.zone = zone;
  out.level = level;
  out.roles = std::move(roles);
  out.packets_sent = 1200;
  out.packets_received = 1180;
  out.first_seen = kNoticed - std::chrono::hours{1};
  out.last_seen = kNoticed;
  return out;
}

inline void add_network(NetworkView& network) {
  network.site.name = "Bottling line 2";
  network.site.organisation = "Example Forgings Ltd";
  network.site.location = "Pune, Maharashtra, India";
  network.site.network_isp = "isolated OT network; site uplink ISP: example";
  network.site.sector = "Manufacturing";
  network.site.reporter_name_role = "A. Example, CISO";
  network.site.reporter_contact = "+91 90000 00000";
  network.site.reporter_email = "ciso@example.in";
  network.site.reporter_address = "Plot 1, MIDC, Pune 411001";
  network.site_file = "site.toml";
  network.has_zones = true;
  network.zones = {{"office", {}, 4, {}}, {"scada", {}, 2, {}}, {"cell-1", {}, 1, {}}};
  network.hosts = {
      host("ast-000000000001", "", "10.10.5.77", "office", 4, {"client"}),
      host("ast-000000000002", "PLC-7 filler", "10.10.1.20", "cell-1", 1, {"controller"}),
      host("ast-000000000003", "HMI-1", "10.10.2.10", "scada", 2, {"client"}),
      host("ast-000000000004", "EWS-1", "10.10.2.20", "scada", 2, {"client", "engineering"}),
      host("ast-000000000005", "", "10.10.1.21", "cell-1", 1, {"controller", "gateway"})};
  HostView& plc = network.hosts.made()[1];
  plc.mac = "00:1d:9c:00:00:11";
  plc.nic_vendor = "Rockwell";
  plc.vendor = "Schneider Electric";
  plc.product = "Modicon M221";
  plc.model = "TM221CE16T";
  plc.firmware = "V1.6.2.0";
  plc.serial = "SN-0042";
  plc.identity_confidence = 90;
  plc.criticality = "high";
  plc.location = "Filler hall";
  plc.tags = {"safety"};
  plc.from_site_file = true;
  network.hosts.made()[0].mac = "00:50:56:aa:bb:cc";
  network.hosts.made()[0].nic_vendor = "VMware";
  network.hosts.made()[4].units = 6;
  const auto talk = [](std::size_t client, std::size_t server, const char* service,
                       std::uint8_t operations, std::uint64_t messages) {
    TalkView out;
    out.client = client;
    out.server = server;
    out.service = service;
    out.operations = operations;
    out.established = true;
    out.messages = messages;
    out.packets = messages * 2;
    out.bytes = messages * 140;
    return out;
  };
  network.talks = {talk(0, 1, "modbus", 0b100, 3), talk(2, 1, "modbus", 0b110, 12'040),
                   talk(2, 4, "modbus", 0b010, 8'010), talk(3, 1, "modbus", 0b010001, 44),
                   talk(0, 2, "tcp/3389", 0, 0)};
  fill_groups(network);
}

inline void add_summary(RunSummary& summary) {
  summary.version = "0.1.0";
  summary.inputs.resize(1);
  summary.inputs[0].name = "line2-monday.pcapng";
  summary.inputs[0].format = "pcapng";
  summary.inputs[0].sha256 = std::string(64, 'a');
  summary.inputs[0].size = 48'000'000;
  summary.inputs[0].packets = 391'224;
  summary.first_packet = kNoticed - std::chrono::hours{2};
  summary.last_packet = kNoticed + std::chrono::minutes{24};
  summary.packets = 391'224;
  summary.bytes = 41'000'000;
  summary.flows = {.total = 312,
                   .tcp = 240,
                   .tcp_one_way = 22,
                   .established = 201,
                   .refused = 9,
                   .with_gaps = 2,
                   .gaps = 3,
                   .retransmissions = 40,
                   .duplicates = 0};
  summary.vlans = {{{110}, 300'000}, {{}, 91'224}};
  summary.protocols = {{"modbus", 20'097, {20'000, 90, 7, 0}, 4, 2}};
  summary.not_understood = {{"tcp/3389", 880}, {"ethertype 0x88cc", 120}};
  summary.decode_errors = {{"ipv4-cut", 12}};
  summary.tables = {{"flows", 65'536, 0}};
  summary.silenced = {{"scan", "10.10.5.9", "", "approved scanner", "2027-03-31", 88, 14}};
  summary.assets = 5;
  summary.conversations = 5;
  summary.seconds = 1.25;
  summary.hashing_seconds = 0.04;
  summary.peak_memory = 80'000'000;
}

inline FakePlant fake_plant() {
  FakePlant out;
  add_network(out.network);
  add_summary(out.summary);
  if (auto loaded = CertInData::load(source_data())) {
    out.certin = std::move(*loaded);
  }
  if (auto path = source_data().find("rules", "attack_ics_v18.csv")) {
    if (auto loaded = AttackTable::load(*path)) {
      out.attack = std::move(*loaded);
    }
  }
  Alert violation = alert_of(write_finding(), "cv-00112233445566aa");
  violation.count = 3;
  violation.file = {"alerts/cv-00112233445566aa.pcap", std::string(64, 'b'), 812, 2, ""};
  Finding stop = write_finding(Severity::critical);
  stop.kind = "controller-mode-change";
  stop.operation = Operation::control;
  stop.operation_name = "Stop PLC";
  stop.target = "unit 0";
  stop.values.clear();
  stop.why = "10.10.5.77 stopped PLC-7 filler, a controller tagged safety.";
  stop.attack = {"T0858", "T0816", ""};
  Alert stopped = alert_of(stop, "cmc-0011223344556677");
  stopped.file.missing = "the packets were not kept";
  Finding scan = write_finding(Severity::medium);
  scan.kind = "scan";
  scan.certin = CertInClass::posture;
  scan.destination = {};
  scan.has_operation = false;
  scan.why = "10.10.5.77 tried 31 hosts within a minute.";
  scan.accept.clear();
  Alert scanned = alert_of(scan, "s-8899aabbccddeeff");
  scanned.destination_asset.clear();
  out.alerts = {violation, stopped, scanned};
  sort_alerts(out.alerts);
  return out;
}

}  // namespace prahari::test
