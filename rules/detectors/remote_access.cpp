// Somebody works on a host in OT from afar (detections.md, 9): RDP, VNC, SSH, Telnet, WinRM,
// administrative shares of Windows, TeamViewer, AnyDesk. What the tool is, its dissector has said;
// a port alone tells nothing. Beginning and end of a session are both recorded.
//
// Expected, and only recorded, is a session from a host tagged jump-host or over a conduit that
// names the port, within the agreed hours of the site and not longer than agreed.

#include <algorithm>
#include <array>
#include <optional>

#include "capture/time_text.hpp"
#include "dissectors/lru_table.hpp"
#include "rules/describe.hpp"
#include "rules/ot_findings.hpp"
#include "rules/ot_place.hpp"
#include "rules/per_flow.hpp"
#include "rules/timezone.hpp"

namespace prahari {
namespace {

constexpr std::string_view kKind = "remote-access";
constexpr auto kAttack = std::to_array<std::string_view>({"T0886", "T0822"});
constexpr std::uint32_t kMostOpen = 1024;

enum Limit : std::size_t { kFromHour, kToHour, kHours };
constexpr auto kThresholds = std::to_array<Threshold>({
    {"from_hour", 0, 0, 24, "hour of the site's day from which sessions are agreed"},
    {"to_hour", 24, 0, 24, "hour of the site's day up to which they may begin"},
    {"hours", 12, 0.01, 8760, "hours that a session may last"},
});

enum class Tool : std::uint8_t { none, rdp, vnc, ssh, telnet, winrm, smb, teamviewer, anydesk };
constexpr auto kTools =
    std::to_array<std::string_view>({"", "RDP", "VNC", "SSH", "Telnet", "WinRM",
                                     "an administrative share", "TeamViewer", "AnyDesk"});

// Of those both ends meet at a relay: the host in OT is often the one that opens.
bool is_relayed(Tool tool) noexcept { return tool == Tool::teamviewer || tool == Tool::anydesk; }

Tool tool_of(const Event& event) noexcept {
  switch (event.protocol) {
    case Protocol::rdp:
      return Tool::rdp;
    case Protocol::vnc:
      return Tool::vnc;
    case Protocol::ssh:
      return Tool::ssh;
    case Protocol::telnet:
      return Tool::telnet;
    case Protocol::teamviewer:
      return Tool::teamviewer;
    case Protocol::anydesk:
      return Tool::anydesk;
    case Protocol::http:
      return event.message.name == "WinRM Request" ? Tool::winrm : Tool::none;
    case Protocol::smb:
      return event.message.name == "Connect Administrative Share" ? Tool::smb : Tool::none;
    default:
      return Tool::none;
  }
}

bool may_be(Protocol protocol) noexcept {
  constexpr auto kSome = std::to_array<Protocol>(
      {Protocol::rdp, Protocol::vnc, Protocol::ssh, Protocol::telnet, Protocol::teamviewer,
       Protocol::anydesk, Protocol::http, Protocol::smb});
  return std::ranges::find(kSome, protocol) != kSome.end();
}

struct FlowNote {
  Tool tool = Tool::none;
  bool established = false;
  bool asked = false;     // the client spoke the tool's protocol
  bool answered = false;  // the server did
  bool told = false;
  Timestamp since;
};

struct Open {
  Event event;  // that showed it
  KeptParty client;
  KeptParty server;
  Tool tool{};
  Timestamp since;
  Timestamp due;     // lasts too long from then on
  std::string flaw;  // why it is not expected; empty: it is
  bool long_told = false;
};

struct FlowHash {
  std::uint64_t seed = process_seed();
  std::uint64_t operator()(std::uint32_t flow) const noexcept {
    return Hasher{seed}.add(flow).value();
  }
};

// "2 h 5 min", "40 s".
std::string span_words(Timestamp::duration span) {
  const auto seconds =
      std::max<std::int64_t>(std::chrono::duration_cast<std::chrono::seconds>(span).count(), 0);
  if (seconds < 60) {
    return std::to_string(seconds) + " s";
  }
  const auto minutes = seconds / 60;
  return minutes < 60
             ? std::to_string(minutes) + " min"
             : std::to_string(minutes / 60) + " h " + std::to_string(minutes % 60) + " min";
}

void complete(Finding& finding, const RuleContext& context) {
  if (finding.severity == Severity::high &&
      at_field_level(host_key(finding.destination), finding.destination.asset, context)) {
    finding.severity = Severity::critical;
  }
}

class RemoteAccess final : public Detector {
 public:
  void expect(std::span<const FlowId> flows) const noexcept override { notes_.expect(flows); }

  void on_event(const Event& event, const RuleContext& context, FindingSink& out) override {
    const Timestamp now = event.packet.time;
    findings_.on_time(now, context, out);
    if (open_.size() > 0 && now >= next_due_) {
      look_for_long(now, context, out);
    }
    if (event.kind == EventKind::flow && event.flow.valid()) {
      on_flow(event, context, out);
    }
  }

  void on_envelope(const Event& event, const RuleContext& context, FindingSink& out) override {
    if (!may_be(event.protocol) || !event.flow.valid()) {
      return;
    }
    FlowNote& note = note_of(event);
    const Tool tool = tool_of(event);
    note.tool = tool == Tool::none ? note.tool : tool;
    (event.from_client ? note.asked : note.answered) = true;
    begin(note, event, context, out);
  }

  void on_end(const RuleContext& context, FindingSink& out) override {
    findings_.on_end(context, out);
  }

 private:
  FlowNote& note_of(const Event& event) {
    const auto [note, fresh] = notes_.at(event.flow);
    if (fresh) {
      note.since = event.packet.time;
      if (const std::uint32_t slot = open_.peek(event.flow.index()); slot != open_.kNone) {
        open_.erase(slot);  // of a flow whose end was never told
      }
    }
    return note;
  }

  void on_flow(const Event& event, const RuleContext& context, FindingSink& out) {
    switch (event.flow_facts.stage) {
      case FlowStage::opened:
        note_of(event).since = event.flow_facts.first;
        break;
      case FlowStage::established: {
        FlowNote& note = note_of(event);
        note.established = true;
        begin(note, event, context, out);
        break;
      }
      case FlowStage::closed:
        end(event, context, out);
        break;
      default:
        break;
    }
  }

  void begin(FlowNote& note, const Event& event, const RuleContext& context, FindingSink& out) {
    const bool both = (note.asked && note.answered) || event.state == Completeness::one_way ||
                      (is_relayed(note.tool) && (note.asked || note.answered));
    if (note.told || note.tool == Tool::none || !note.established || !both) {
      return;
    }
    note.told = true;
    Open session;
    session.event = event;
    session.event.text = {};
    session.client = keep(client_party(event, context), context.inventory);
    session.server = keep(server_party(event, context), context.inventory);
    session.tool = note.tool;
    session.since = note.since;
    const ZoneIndex zone = context.policy.zone_of(host_key(event.server, event.vlan));
    const auto limit = [&](Limit which) {
      return context.policy.threshold(kKind, kThresholds[which], zone);
    };
    session.due = note.since +
                  std::chrono::nanoseconds{static_cast<std::int64_t>(limit(kHours) * 3600.0 * 1e9)};
    session.flaw = flaw_of(session, limit(kFromHour), limit(kToHour), context.policy);
    raise(session, event, 1, "", context, out);
    next_due_ = open_.size() == 0 ? session.due : std::min(next_due_, session.due);
    open_[open_.insert(event.flow.index())] = std::move(session);
  }

  // Why a session is not one that was agreed, or nothing.
  std::string flaw_of(const Open& session, double from, double to, const Policy& policy) {
    const Event& event = session.event;
    if (!policy.has_tag(host_key(event.client, event.vlan), "jump-host") &&
        !is_named(event, policy)) {
      return "the source is not tagged jump-host";
    }
    const double hour = hour_of_day(session.since, policy);
    const bool agreed = from <= to ? hour >= from && hour < to : hour >= from || hour < to;
    return agreed ? "" : "it began outside the agreed hours";
  }

  // Whether a conduit names the port: "tcp/22".
  static bool is_named(const Event& event, const Policy& policy) {
    if (!policy.has_zones()) {
      return false;
    }
    const ZoneIndex from = policy.zone_of(host_key(event.client, event.vlan));
    const ZoneIndex to = policy.zone_of(host_key(event.server, event.vlan));
    const Verdict verdict = policy.judge(from, to,
                                         {.protocol = Protocol::unknown,
                                          .transport = event.transport,
                                          .server_port = event.server.port,
                                          .has_operation = false,
                                          .operation = {},
                                          .name = {},
                                          .target = {},
                                          .time = event.packet.time});
    const std::string name =
        std::string{to_string(event.transport)} + '/' + std::to_string(event.server.port);
    return from != to && verdict.allowed && verdict.conduit != nullptr &&
           std::ranges::any_of(verdict.conduit->allow,
                               [&](const Allow& allow) { return allow.protocol == name; });
  }

  double hour_of_day(Timestamp when, const Policy& policy) {
    if (!timezone_) {
      auto loaded = Timezone::load(policy.site().info.timezone);
      timezone_ = loaded ? *loaded : Timezone{};
    }
    const Timestamp local = when + timezone_->offset_at(when);
    const auto of_day = local - std::chrono::floor<std::chrono::days>(local);
    return std::chrono::duration<double, std::ratio<3600>>(of_day).count();
  }

  void raise(const Open& session, const Event& at, std::uint32_t times, const std::string& more,
             const RuleContext& context, FindingSink& out) {
    Finding finding;
    finding.kind = kKind;
    finding.confidence = 95;
    finding.source = recall(session.client, context.inventory);
    finding.destination = recall(session.server, context.inventory);
    finding.protocol = protocol_words(session.event);
    finding.transport = to_string(session.event.transport);
    finding.outcome = Outcome::success;
    finding.has_operation = true;
    finding.operation = Operation::admin;
    const std::string tool{kTools[static_cast<std::size_t>(session.tool)]};
    finding.operation_name = "Remote access by " + tool;
    finding.dedup_key = party_id(finding.source, context.inventory) + '|' +
                        party_id(finding.destination, context.inventory) + '|' + tool;
    const bool expected = session.flaw.empty() && !session.long_told;
    finding.severity = expected ? Severity::info : Severity::high;
    finding.certin = expected ? CertInClass::none : CertInClass::incident;
    finding.why = host_words(host_key(finding.source), context.policy) + " opened a session to " +
                  host_words(host_key(finding.destination), context.policy) + " by " + tool +
                  " at " + format_time(session.since).substr(0, 19) + 'Z' +
                  (session.flaw.empty() ? "" : "; " + session.flaw) + '.' + more;
    finding.accept = permit_entry(finding, context.policy, session.since);
    finding.attack = {kAttack[0]};
    if (on_internet(finding.source.ip, finding.source.vlan, context.policy) ||
        on_internet(finding.destination.ip, finding.destination.vlan, context.policy)) {
      finding.attack[1] = kAttack[1];
    }
    if (times > 0) {
      finding.evidence.push_back(session.event.packet);
    } else {
      finding.evidence.push_back(at.packet);
    }
    finding.times = times;
    finding.state = session.event.state;
    findings_.raise(is_relayed(session.tool) ? OtEnd::either : OtEnd::destination,
                    std::move(finding), context, out);
  }

  void end(const Event& event, const RuleContext& context, FindingSink& out) {
    if (open_.size() == 0) {
      return;
    }
    const std::uint32_t slot = open_.find(event.flow.index());
    if (slot == open_.kNone) {
      return;
    }
    Open session = std::move(open_[slot]);
    open_.erase(slot);
    const Timestamp now = event.packet.time;
    session.long_told = session.long_told || now >= session.due;
    raise(session, event, 0,
          " It was seen until " + format_time(now).substr(0, 19) + "Z, for " +
              span_words(now - session.since) + (session.long_told ? ", longer than agreed." : "."),
          context, out);
  }

  void look_for_long(Timestamp now, const RuleContext& context, FindingSink& out) {
    next_due_ = Timestamp::max();
    open_.for_each([&](std::uint32_t slot) {
      Open& session = open_[slot];
      if (session.long_told) {
        return;
      }
      if (session.due > now) {
        next_due_ = std::min(next_due_, session.due);
        return;
      }
      session.long_told = true;
      raise(session, session.event, 0,
            " It lasts longer than agreed: " + span_words(now - session.since) + " so far.",
            context, out);
    });
  }

  PerFlow<FlowNote> notes_;
  LruTable<std::uint32_t, Open, FlowHash> open_{kMostOpen};
  Timestamp next_due_ = Timestamp::max();
  OtFindings findings_{complete};
  std::optional<Timezone> timezone_;  // of the site, once it was needed
};

}  // namespace

extern const DetectorInfo remote_access_detector;
constinit const DetectorInfo remote_access_detector = {
    .kind = kKind,
    .title = "Remote access into OT",
    .make = []() -> std::unique_ptr<Detector> { return std::make_unique<RemoteAccess>(); },
    .attack = kAttack,
    .thresholds = kThresholds,
    .envelopes = true,
};

}  // namespace prahari
