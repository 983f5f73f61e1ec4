#include "rules/silent_units.hpp"

#include <algorithm>

#include "dissectors/routine.hpp"
#include "inventory/number_text.hpp"
#include "rules/describe.hpp"
#include "rules/number_words.hpp"

namespace prahari {
namespace {

// For so long the requests of clients that had to go count.
constexpr std::chrono::minutes kCrowdFor{2};

}  // namespace

SilentUnits::Key SilentUnits::key_of(const Event& event, std::uint32_t unit) noexcept {
  return {.server = host_place(event.server, event.vlan),
          .unit = silent_unit(event.protocol, unit),
          .protocol = carrier_of(event.protocol)};
}

// --- what the mirror shows ---

void SilentUnits::note_answer(const Event& event) {
  const HostPlace server = host_place(event.server, event.vlan);
  if (answered_ == Timestamp{}) {
    first_server_ = server;
  }
  several_ = several_ || !(server == first_server_);
  if (many_wait_ && event.packet.time - answered_ > kBlindAfter) {
    blind_until_ = event.packet.time;
  }
  if (event.packet.time > answered_) {
    waits_ = false;
    many_wait_ = false;
  }
  answered_ = std::max(answered_, event.packet.time);
}

// Several servers that answer nothing, and nobody who does: the mirror shows one direction.
void SilentUnits::note_waiting(const HostPlace& server, Timestamp request) {
  if (request <= answered_) {
    return;
  }
  many_wait_ = many_wait_ || (waits_ && !(server == waiting_));
  waiting_ = server;
  waits_ = true;
}

// Where no server's answer was seen since then, it is the mirror that shows one direction.
bool SilentUnits::somebody_answers(Timestamp since) const noexcept {
  return !several_ || answered_ > since;
}

bool SilentUnits::tells_of(const HostPlace& server) const {
  bool told = false;
  for (std::uint32_t slot = rows_.oldest(); slot != rows_.kNone; slot = rows_.newer(slot)) {
    told = told || (rows_[slot].told && rows_.key(slot).server == server);
  }
  return told;
}

// --- rows ---

// A unit that never answered is not silent, it is not there.
bool SilentUnits::answered_before(const Event& event, const RuleContext& context) {
  if (context.parties.server == kNone) {
    return false;
  }
  const Asset& server = context.inventory.asset(context.parties.server);
  if (event.protocol != Protocol::modbus) {
    return (server.protocols >> static_cast<unsigned>(carrier_of(event.protocol)) & 1U) != 0;
  }
  const auto at = std::ranges::lower_bound(server.units, event.anomaly.unit, {}, &Unit::id);
  return at != server.units.end() && at->id == event.anomaly.unit &&
         at->responses + at->exceptions > 0;
}

SilentUnits::Waiting& SilentUnits::waiting_of(Row& row, const HostPlace& client, Timestamp now) {
  const auto end = row.clients.begin() + static_cast<std::ptrdiff_t>(row.used);
  const auto known = std::find_if(row.clients.begin(), end,
                                  [&](const Waiting& one) { return one.client == client; });
  if (known != end) {
    return *known;
  }
  if (row.used < kMostClients) {
    Waiting& fresh = row.clients[row.used++];
    fresh = {};
    fresh.client = client;
    return fresh;
  }
  const auto least = std::ranges::min_element(row.clients, [](const auto& a, const auto& b) {
    return a.count != b.count ? a.count < b.count : a.last < b.last;
  });
  if (now - row.crowd_since.time > kCrowdFor) {
    row.crowd = 0;
  }
  if (now - least->last <= kCrowdFor) {
    row.crowd_since = row.crowd == 0 ? least->first : row.crowd_since;
    row.crowd += least->count;
  }
  *least = {};
  least->client = client;
  return *least;
}

bool SilentUnits::count(Waiting& waiting, const Event& event) const {
  const Timestamp asked = event.anomaly.request.time;
  if (waiting.count > 0 && waiting.first.time <= blind_until_) {
    waiting.count = 0;
  }
  if (asked <= blind_until_) {
    return false;
  }
  if (waiting.count == 0) {
    waiting.first = event.anomaly.request;
  }
  ++waiting.count;
  waiting.flow = event.flow;
  waiting.last = asked;
  return true;
}

void SilentUnits::on_unanswered(const Event& event, const RuleContext& context, FindingSink& out) {
  const Key key = key_of(event, event.anomaly.unit);
  std::uint32_t slot = rows_.find(key);
  if (slot == rows_.kNone) {
    if (!answered_before(event, context)) {
      return;
    }
    slot = rows_.insert(key);
  }
  Row& row = rows_[slot];
  if (!row.told) {
    note_waiting(key.server, event.anomaly.request.time);
  }
  Waiting& waiting =
      waiting_of(row, host_place(event.client, event.vlan), event.anomaly.request.time);
  if (!count(waiting, event)) {
    return;
  }
  if (row.told) {
    static_cast<void>(out.again(row.alert, event.anomaly.request));
    return;
  }
  row.most =
      context.policy.threshold(kDeviceSilent, kSilenceThresholds[silence_threshold::kUnanswered],
                               context.policy.zone_of(host_key(event.server, event.vlan)));
  const PacketRef* since = over_since(row);
  // Until kTogether is over an answer in between may not have been told.
  if (since != nullptr && event.packet.time - since->time > Routine::kTogether && !many_wait_ &&
      somebody_answers(since->time)) {
    row.told = true;
    row.alert = out.raise(finding_of(row, *since, event, context));
  }
}

const PacketRef* SilentUnits::over_since(const Row& row) noexcept {
  const PacketRef* since = row.crowd >= row.most ? &row.crowd_since : nullptr;
  for (std::size_t i = 0; i < row.used; ++i) {
    const Waiting& waiting = row.clients[i];
    if (waiting.count >= row.most && (since == nullptr || waiting.first.time < since->time)) {
      since = &waiting.first;
    }
  }
  return since;
}

void SilentUnits::on_answer(const Event& event, FindingSink& out) {
  note_answer(event);
  if (rows_.size() == 0) {
    return;
  }
  const std::uint32_t slot = rows_.find(key_of(event, event.message.unit));
  if (slot == rows_.kNone) {
    return;
  }
  Row& row = rows_[slot];
  const HostPlace client = host_place(event.client, event.vlan);
  for (std::size_t i = 0; i < row.used; ++i) {
    const Waiting& waiting = row.clients[i];
    const bool answers = event.message.matched || event.flow == waiting.flow;
    if (waiting.client == client && answers && event.packet.time > waiting.first.time) {
      row.clients[i] = row.clients[--row.used];
      break;
    }
  }
  if (row.told && (row.used == 0 || over_since(row) == nullptr)) {
    out.refine(row.alert, Outcome::success, event.packet);
    row.told = false;
    row.crowd = 0;
  }
  if (row.used == 0 && row.crowd == 0) {
    rows_.erase(slot);
  }
}

Finding SilentUnits::finding_of(const Row& row, const PacketRef& since, const Event& event,
                                const RuleContext& context) {
  std::uint32_t left = row.crowd;
  for (std::size_t i = 0; i < row.used; ++i) {
    left += row.clients[i].count;
  }
  Finding finding;
  finding.source = server_party(event, context);
  finding.destination = client_party(event, context);
  finding.protocol = to_string(carrier_of(event.protocol));
  finding.transport = to_string(event.transport);
  finding.times = left;
  finding.evidence = {since, event.anomaly.request};
  finding.state = event.state;
  const std::string unit = of_unit_words(silent_unit(event.protocol, event.anomaly.unit));
  const double span = std::chrono::duration<double>(event.packet.time - since.time).count();
  finding.why = host_words(host_key(finding.source), context.policy) + unit +
                " answered before and has now left " + with_commas(left) + ' ' + finding.protocol +
                " requests in a row without an answer, for " + seconds_words(span);
  if (row.crowd > 0) {
    finding.why += ", of more clients than are told apart";
  } else if (row.used > 1) {
    finding.why += ", of " + std::to_string(row.used) + " clients";
  }
  finding.why += '.';
  complete_silence(finding, unit + ' ' + finding.protocol, context);
  finding.accept = ignore_entry(finding, context.policy, event.packet.time);
  return finding;
}

}  // namespace prahari
