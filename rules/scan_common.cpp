#include "rules/scan_common.hpp"

#include <algorithm>

#include "rules/describe.hpp"

namespace prahari {

ScanLimits::ScanLimits() noexcept {
  std::ranges::transform(kScanThresholds, values_.begin(),
                         [](const Threshold& one) { return static_cast<std::uint8_t>(one.value); });
}

ScanLimits::ScanLimits(const Party& scanner, const Policy& policy) {
  const ZoneIndex zone = policy.zone_of(host_key(scanner));
  std::ranges::transform(kScanThresholds, values_.begin(), [&](const Threshold& one) {
    return static_cast<std::uint8_t>(policy.threshold(kScanKind, one, zone));
  });
}

Finding scan_finding(const KeptParty& scanner, std::vector<PacketRef> packets,
                     const RuleContext& context) {
  std::ranges::sort(packets, [](const PacketRef& a, const PacketRef& b) {
    return std::tie(a.time, a.file, a.frame) < std::tie(b.time, b.file, b.frame);
  });
  packets.erase(std::unique(packets.begin(), packets.end()), packets.end());
  Finding finding;
  finding.kind = kScanKind;
  finding.severity = Severity::high;
  finding.confidence = 80;
  finding.certin = CertInClass::incident;
  finding.source = recall(scanner, context.inventory);
  finding.source.port = 0;
  finding.dedup_key =
      finding.source.ip.empty() ? to_string(finding.source.mac) : to_string(finding.source.ip);
  finding.attack = {kScanAttack[0], kScanAttack[1]};
  finding.evidence = std::move(packets);
  finding.accept = ignore_entry(finding, context.policy, finding.evidence.back().time);
  return finding;
}

AlertHandle ScanBook::raise(ScanSort sort, const std::string& clause, Finding finding,
                            const RuleContext& context, FindingSink& out) {
  // The address tells the scanner; its MAC only where there is none.
  const ScannerKey key{finding.source.ip,
                       finding.source.ip.empty() ? finding.source.mac : MacAddress{}};
  std::uint32_t slot = scanners_.find(key);
  if (slot == scanners_.kNone) {
    slot = scanners_.insert(key);
  }
  scanners_[slot][static_cast<std::size_t>(sort)] = clause;
  finding.why = host_words(host_key(finding.source), context.policy);
  std::string_view link = " ";
  for (const std::string& one : scanners_[slot]) {
    if (!one.empty()) {
      finding.why += link;
      finding.why += one;
      link = "; it also ";
    }
  }
  finding.why += '.';
  return out.raise(std::move(finding));
}

std::string first_ten(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 10;
  std::string words;
  for (std::size_t i = 0; i < names.size() && i < kShown; ++i) {
    words += (i > 0 ? ", " : "") + names[i];
  }
  return names.size() <= kShown ? words
                                : words + " and " + std::to_string(names.size() - kShown) + " more";
}

std::string seconds_words(Timestamp first, Timestamp last) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(last - first).count();
  return std::to_string(std::max<std::int64_t>(seconds, 1)) + " s";
}

}  // namespace prahari
