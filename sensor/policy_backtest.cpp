#include "sensor/policy_backtest.hpp"

#include <algorithm>
#include <map>

#include "dissectors/registry.hpp"
#include "sensor/policy_source.hpp"
#include "sensor/state.hpp"
#include "sensor/terminal.hpp"

namespace prahari {
namespace {

// Judges one recorded conversation. What it was about is known by class only.
class ConversationJudge {
 public:
  ConversationJudge(Backtest& test, const FlowRecord& flow, const MacAddress& client,
                    const MacAddress& server)
      : test_(test),
        row_(flow.row),
        client_{row_.client_ip, client, row_.vlan},
        server_{row_.server_ip, server, row_.vlan},
        zones_{test.policy.zone_of(client_), test.policy.zone_of(server_)} {
    party_.ip = row_.client_ip;
    party_.vlan = row_.vlan;
    other_.ip = row_.server_ip;
    other_.vlan = row_.vlan;
    other_.port = row_.server_port;
  }

  void judge() {
    if (!row_.established || zones_.from == zones_.to || row_.server_ip.multicast() ||
        row_.server_ip.broadcast() || row_.client_ip.empty() || row_.server_ip.empty()) {
      return;
    }
    const bool decoded = row_.protocol != Protocol::unknown && !dissector(row_.protocol).opaque;
    if (!decoded || row_.operations == 0) {
      Request request;
      request.transport = row_.transport;
      judge(request);
      return;
    }
    for (std::size_t i = 0; i < kOperations; ++i) {
      if ((static_cast<unsigned>(row_.operations) >> i & 1U) != 0) {
        Request request;
        request.protocol = row_.protocol;
        request.transport = row_.transport;
        request.has_operation = true;
        request.operation = static_cast<Operation>(i);
        judge(request);
      }
    }
  }

 private:
  void judge(Request request) {
    request.server_port = row_.server_port;
    request.time = row_.last;
    const Verdict verdict = test_.policy.judge(zones_.from, zones_.to, request);
    if (verdict.allowed) {
      test_.use.add(*verdict.conduit, verdict.allow, count());
      return;
    }
    if (row_.client_known || !reversed_allows(request)) {
      refuse(request, verdict);
    }
  }

  [[nodiscard]] bool reversed_allows(const Request& request) const noexcept {
    return test_.policy.judge(zones_.to, zones_.from, request).allowed;
  }

  void refuse(const Request& request, const Verdict& verdict) {
    if (verdict.depends_on_target && !verdict.closed) {
      // Somebody used the entry, or something beside it: which one is not recorded.
      ++test_.undecided;
      for (const ConsideredEntry& entry : test_.policy.consider(zones_.from, zones_.to, request)) {
        if (entry.verdict == ConduitEntryVerdict::other_target) {
          test_.use.add(*entry.conduit, entry.allow, count());
        }
      }
      return;
    }
    const Policy::Excepted excepted = test_.policy.excepted(client_, server_, request);
    if (excepted.holds != nullptr) {
      const auto index =
          static_cast<std::size_t>(excepted.holds - test_.policy.site().exceptions.data());
      ExceptionUse& use = test_.exceptions[index];
      use.first = use.count == 0 ? row_.first : std::min(use.first, row_.first);
      use.last = std::max(use.last, row_.last);
      use.count += std::max<std::uint64_t>(row_.messages, 1);
      return;
    }
    const std::string wanted = wanted_by(request);
    test_.use.add_refused({row_.client_ip, row_.server_ip, wanted}, count());
    Finding finding = finding_of(request, verdict, wanted);
    if (test_.policy.ignored(finding, row_.last) != nullptr) {
      ++test_.silenced;
      return;
    }
    const Permit* permit =
        request.has_operation
            ? test_.policy.permitted(client_, server_, request.operation, row_.last)
            : nullptr;
    if (permit != nullptr) {
      finding.policy.rule = "permit " + permit->ticket;
      finding.dedup_key += "|permit " + permit->ticket;
      finding.severity = Severity::info;
    }
    test_.book.raise(std::move(finding));
  }

  [[nodiscard]] std::string wanted_by(const Request& request) const {
    return protocol_text(row_) +
           (request.has_operation ? ':' + std::string{to_string(request.operation)} : "");
  }

  [[nodiscard]] Finding finding_of(const Request& request, const Verdict& verdict,
                                   const std::string& wanted) const {
    const Policy& policy = test_.policy;
    const std::string from{policy.zone_name(zones_.from)};
    const std::string to{policy.zone_name(zones_.to)};
    Finding finding;
    finding.kind = kConduitKind;
    finding.severity = Severity::high;
    finding.protocol = protocol_text(row_);
    finding.has_operation = request.has_operation;
    finding.operation = request.operation;
    finding.source = party_;
    finding.source.zone = from;
    finding.destination = other_;
    finding.destination.zone = to;
    finding.dedup_key = from + '|' + to + '|' + wanted;
    finding.policy.rule = verdict.closed ? "the conduit " + from + " -> " + to + " allows " +
                                               wanted + " only " + verdict.conduit->schedule.words()
                                         : "no conduit " + from + " -> " + to + " allows " + wanted;
    finding.why = to_string(row_.client_ip) + " in zone " + from + " used " + wanted + " with " +
                  to_string(row_.server_ip) + " in zone " + to + ", but " + finding.policy.rule +
                  '.';
    finding.times = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(
        request.has_operation ? row_.messages : row_.flows, 1, 0xffffffff));
    PacketRef packet;
    packet.time = row_.first;
    finding.evidence = {packet};
    packet.time = row_.last;
    finding.evidence.push_back(packet);
    return finding;
  }

  [[nodiscard]] UseCount count() const {
    UseCount one;
    one.messages = row_.messages;
    one.flows = std::max<std::uint32_t>(row_.flows, 1);
    one.first = row_.first;
    one.last = row_.last;
    return one;
  }

  Backtest& test_;
  const Conversation& row_;
  HostKey client_;
  HostKey server_;
  ZonePair zones_;
  Party party_;
  Party other_;
};

}  // namespace

Backtests::Backtests(const OuiTable& oui, std::vector<Site> sites) : inventory_(oui) {
  for (Site& site : sites) {
    Backtest& test = tests_.emplace_back(inventory_, std::move(site));
    test.exceptions.resize(test.policy.site().exceptions.size());
  }
}

void Backtests::event(const Event& event) {
  const Parties parties = inventory_.on_event(event);
  for (Backtest& test : tests_) {
    test.engine.on_event(event, parties);
  }
}

void Backtests::expect(std::span<const FlowId> flows) {
  inventory_.expect(flows);
  for (const Backtest& test : tests_) {
    test.engine.expect(flows);
  }
}

Status Backtests::run_captures(const std::vector<std::string>& captures) {
  const auto read = read_captures(captures, *this);
  if (!read) {
    return read.error();
  }
  inventory_.settle();
  for (Backtest& test : tests_) {
    test.engine.on_end();
    for (const SilencedCount& silenced : test.engine.silenced()) {
      test.silenced += silenced.count;
    }
    const std::vector<ExceptionCount> uses = test.engine.exceptions();
    std::ranges::transform(uses, test.exceptions.begin(), &ExceptionCount::use);
  }
  for (const std::string& name : read->names) {
    source_ += (source_.empty() ? "" : ", ") + name;
  }
  first_ = read->first;
  last_ = read->last;
  return ok_status();
}

Status Backtests::run_state(const Arguments& arguments) {
  from_state_ = true;
  std::chrono::seconds age{};
  if (arguments.has("since")) {
    const auto parsed = parse_age(arguments.value("since"), "--since");
    if (!parsed) {
      return parsed.error();
    }
    age = *parsed;
  }
  auto state = open_state(arguments);
  if (!state) {
    return state.error();
  }
  source_ = "the state in " + state->folder.string();
  std::map<std::string, MacAddress> macs;
  Status read = state->reader.for_each_asset([&](const AssetRecord& record) {
    if (!record.asset.has_role(Role::router)) {
      macs[record.asset.id] = record.asset.mac;
    }
    last_ = std::max(last_, record.asset.last_seen);
  });
  if (!read) {
    return read;
  }
  const Timestamp from = age.count() == 0 ? Timestamp::min() : last_ - age;
  first_ = last_;
  return state->reader.for_each_flow([&](const FlowRecord& flow) {
    if (flow.row.last < from) {
      return;
    }
    first_ = std::min(first_, flow.row.first);
    for (Backtest& test : tests_) {
      ConversationJudge{test, flow, macs[flow.client_asset], macs[flow.server_asset]}.judge();
    }
  });
}

}  // namespace prahari
