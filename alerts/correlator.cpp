#include "alerts/correlator.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "capture/sha256.hpp"

namespace prahari {
namespace {

constexpr std::string_view kKeySeparator{"\0", 1};

bool same_packet(const PacketRef& a, const PacketRef& b) noexcept {
  return a.file == b.file && a.frame == b.frame && a.time == b.time;
}

bool earlier(const PacketRef& a, const PacketRef& b) noexcept {
  return std::tie(a.time, a.file, a.frame) < std::tie(b.time, b.file, b.frame);
}

int weight(CertInClass value) noexcept {
  switch (value) {
    case CertInClass::incident:
      return 2;
    case CertInClass::posture:
      return 1;
    case CertInClass::none:
      break;
  }
  return 0;
}

void hash(Sha256& sum, std::string_view text) {
  sum.update(std::as_bytes(std::span(text)));
  sum.update(std::as_bytes(std::span(kKeySeparator)));
}

void hash(Sha256& sum, const PacketRef& packet) {
  hash(sum, std::to_string(packet.time.time_since_epoch().count()));
  hash(sum, std::to_string(packet.frame));
}

// A later finding of the same cause: the worse one is told, the outcome only becomes clearer.
void take_over(Finding& known, Finding& finding) {
  const Outcome outcome = finding.outcome == Outcome::success || known.outcome == Outcome::unknown
                              ? finding.outcome
                              : known.outcome;
  const CertInClass certin =
      weight(finding.certin) > weight(known.certin) ? finding.certin : known.certin;
  if (finding.severity > known.severity) {
    std::swap(known, finding);
  } else if (finding.severity == known.severity && !finding.why.empty() &&
             finding.destination.ip == known.destination.ip && finding.target == known.target) {
    known.why = std::move(finding.why);  // says more of the same; else it would contradict the rest
  }
  known.outcome = outcome;
  known.certin = certin;
}

}  // namespace

std::string alert_id(std::string_view kind, std::string_view dedup_key, const PacketRef& first,
                     const PacketRef& decisive) {
  std::string id;
  bool initial = true;
  for (const char c : kind) {
    if (initial && ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))) {
      id += c;
    }
    initial = c == '-';
  }
  id.resize(std::min<std::size_t>(id.size(), 8));
  Sha256 sum;
  hash(sum, kind);
  hash(sum, dedup_key);
  hash(sum, first);
  hash(sum, decisive);
  return id + "-" + sum.finish().substr(0, 16);
}

Correlator::Correlator(AlertSink& out, AssetId asset_id, CorrelatorLimits limits)
    : out_(out), asset_id_(std::move(asset_id)), limits_(limits) {
  slots_.reserve(limits.keys);  // they keep their address; memory is touched as they are used
}

AlertHandle Correlator::raise(Finding finding) {
  stats_.findings += finding.times;
  const std::uint32_t unlisted = std::max(finding.times, 1U) - 1;  // nobody kept where they lie
  const std::vector<PacketRef> packets = std::exchange(finding.evidence, {});
  const PacketRef decisive = packets.empty() ? PacketRef{} : packets.back();
  std::string key = std::string(finding.kind) + std::string(kKeySeparator) + finding.dedup_key;

  std::uint32_t index = kNone;
  if (const auto found = by_key_.find(key); found != by_key_.end()) {
    Slot& slot = slots_[found->second];
    const bool over =
        decisive.time - slot.began >= slot.alert.finding.quiet && !same_packet(decisive, slot.last);
    if (over) {
      close_slot(found->second);
    } else {
      index = found->second;
    }
  }
  if (index != kNone) {
    touch(index);
    merge(slots_[index], finding, decisive);
  } else {
    index = open_slot(std::move(key));
    Slot& slot = slots_[index];
    const PacketRef first = packets.empty() ? PacketRef{} : packets.front();
    slot.began = decisive.time;
    slot.last = decisive;
    slot.alert.id = alert_id(finding.kind, finding.dedup_key, first, decisive);
    slot.alert.first_seen = std::min(first.time, decisive.time);
    slot.alert.last_seen = decisive.time;
    slot.alert.noticed = decisive.time;
    slot.alert.source_asset = asset_id_(finding.source.asset);
    slot.alert.destination_asset = asset_id_(finding.destination.asset);
    slot.alert.count = std::max(finding.times, 1U);
    slot.alert.finding = std::move(finding);
    ++stats_.raised;
  }
  Slot& slot = slots_[index];
  slot.alert.evidence_left_out += unlisted;
  stats_.evidence_left_out += unlisted;
  for (const PacketRef& packet : packets) {
    add_evidence(slot, packet);
  }
  return {index, slot.generation};
}

bool Correlator::again(AlertHandle handle, const PacketRef& packet, std::uint32_t times) {
  if (handle.slot >= slots_.size()) {
    return false;
  }
  Slot& slot = slots_[handle.slot];
  const bool alive = slot.used && slot.generation == handle.generation;
  if (!alive || packet.time - slot.began >= slot.alert.finding.quiet) {
    return false;
  }
  stats_.findings += times;
  slot.alert.count += times;
  slot.alert.evidence_left_out += times - 1;  // nobody kept where the others lie
  stats_.evidence_left_out += times - 1;
  slot.alert.last_seen = std::max(slot.alert.last_seen, packet.time);
  if (newest_ != handle.slot) {
    touch(handle.slot);
  }
  if (!same_packet(slot.last, packet)) {
    add_evidence(slot, packet);
  }
  return true;
}

void Correlator::refine(AlertHandle handle, Outcome outcome, const PacketRef& packet) {
  if (handle.slot >= slots_.size()) {
    return;
  }
  Slot& slot = slots_[handle.slot];
  if (!slot.used || slot.generation != handle.generation) {
    return;
  }
  if (outcome != Outcome::unknown) {
    slot.alert.finding.outcome = outcome;
  }
  slot.alert.last_seen = std::max(slot.alert.last_seen, packet.time);
  add_evidence(slot, packet);
}

void Correlator::finish() {
  std::vector<std::uint32_t> open;
  for (std::uint32_t i = 0; i < slots_.size(); ++i) {
    if (slots_[i].used) {
      open.push_back(i);
    }
  }
  std::sort(open.begin(), open.end(), [this](std::uint32_t a, std::uint32_t b) {
    const Alert& left = slots_[a].alert;
    const Alert& right = slots_[b].alert;
    return std::tie(left.first_seen, left.id) < std::tie(right.first_seen, right.id);
  });
  for (const std::uint32_t index : open) {
    close_slot(index);
  }
}

void Correlator::release_evidence(std::uint64_t refs) noexcept {
  stats_.evidence_refs -= std::min(refs, stats_.evidence_refs);
}

std::uint32_t Correlator::open_slot(std::string key) {
  if (free_.empty() && slots_.size() < limits_.keys) {
    free_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  if (free_.empty()) {
    ++stats_.keys_evicted;
    close_slot(oldest_);
  }
  const std::uint32_t index = free_.back();
  free_.pop_back();
  Slot& slot = slots_[index];
  slot.used = true;
  slot.ring = 0;
  slot.alert = Alert{};
  slot.key = std::move(key);
  by_key_.emplace(slot.key, index);
  link_newest(index);
  return index;
}

void Correlator::note_other(Slot& slot, const IpAddress& ip) {
  if (ip.empty() || ip == slot.alert.finding.destination.ip ||
      std::ranges::find(slot.others, ip) != slot.others.end()) {
    return;
  }
  if (slot.others.size() < kOthersNamed) {
    slot.others.push_back(ip);
  } else {
    slot.more_others = true;
  }
}

void Correlator::close_slot(std::uint32_t index) {
  Slot& slot = slots_[index];
  if (!slot.others.empty()) {
    std::string& why = slot.alert.finding.why;
    why += " The same was done to ";
    for (std::size_t i = 0; i < slot.others.size(); ++i) {
      why += i > 0 ? ", " : "";
      append(why, slot.others[i]);
    }
    why += slot.more_others ? " and others." : ".";
    slot.others.clear();
    slot.more_others = false;
  }
  unlink(index);
  by_key_.erase(slot.key);
  slot.used = false;
  ++slot.generation;
  free_.push_back(index);
  std::vector<PacketRef>& packets = slot.alert.evidence;
  std::sort(packets.begin(), packets.end(), earlier);
  const std::size_t listed = packets.size();
  packets.erase(std::unique(packets.begin(), packets.end(), same_packet), packets.end());
  stats_.evidence_refs -= listed - packets.size();
  out_.alert(std::move(slot.alert));
  slot.alert = Alert{};
}

void Correlator::merge(Slot& slot, Finding& finding, const PacketRef& decisive) {
  Alert& alert = slot.alert;
  alert.count += finding.times;
  const bool was_incident = alert.incident();
  if (finding.severity > alert.finding.severity) {
    alert.source_asset = asset_id_(finding.source.asset);
    alert.destination_asset = asset_id_(finding.destination.asset);
  }
  note_other(slot, finding.destination.ip);
  take_over(alert.finding, finding);
  if (!was_incident && alert.incident()) {
    alert.noticed = decisive.time;
  }
  alert.first_seen = std::min(alert.first_seen, decisive.time);
  alert.last_seen = std::max(alert.last_seen, decisive.time);
}

// The first half stays; the latest half is a ring; once the budget of all alerts is spent, only
// the first and the latest are kept up to date.
void Correlator::add_evidence(Slot& slot, const PacketRef& packet) {
  std::vector<PacketRef>& packets = slot.alert.evidence;
  slot.last = packet;
  if (packets.size() < 2 || (packets.size() < limits_.evidence_per_alert &&
                             stats_.evidence_refs < limits_.evidence_total)) {
    packets.push_back(packet);
    ++stats_.evidence_refs;
    return;
  }
  ++slot.alert.evidence_left_out;
  ++stats_.evidence_left_out;
  if (packets.size() < limits_.evidence_per_alert) {
    packets.back() = packet;
    return;
  }
  const std::uint32_t half = limits_.evidence_per_alert / 2;
  packets[half + slot.ring] = packet;
  slot.ring = (slot.ring + 1) % (limits_.evidence_per_alert - half);
}

void Correlator::touch(std::uint32_t index) noexcept {
  unlink(index);
  link_newest(index);
}

void Correlator::unlink(std::uint32_t index) noexcept {
  Slot& slot = slots_[index];
  (slot.newer == kNone ? newest_ : slots_[slot.newer].older) = slot.older;
  (slot.older == kNone ? oldest_ : slots_[slot.older].newer) = slot.newer;
  slot.newer = kNone;
  slot.older = kNone;
}

void Correlator::link_newest(std::uint32_t index) noexcept {
  Slot& slot = slots_[index];
  slot.older = newest_;
  if (newest_ != kNone) {
    slots_[newest_].newer = index;
  }
  newest_ = index;
  if (oldest_ == kNone) {
    oldest_ = index;
  }
}

}  // namespace prahari
