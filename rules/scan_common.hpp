// What the parts of the scan detector share (detections.md, 13).

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "dissectors/hash.hpp"
#include "dissectors/lru_table.hpp"
#include "rules/describe.hpp"
#include "rules/detector.hpp"

namespace prahari {

inline constexpr std::string_view kScanKind = "scan";
inline constexpr std::array<std::string_view, 2> kScanAttack = {"T0846", "T0888"};

struct AddressHash {
  std::uint64_t seed = process_seed();
  std::uint64_t operator()(const IpAddress& ip) const noexcept {
    return Hasher{seed}.add(ip).value();
  }
  std::uint64_t operator()(const MacAddress& mac) const noexcept {
    return Hasher{seed}.add(mac).value();
  }
};

struct HostPair {
  IpAddress client;
  IpAddress server;

  friend bool operator==(const HostPair&, const HostPair&) = default;
};
struct HostPairHash {
  std::uint64_t seed = process_seed();
  std::uint64_t operator()(const HostPair& pair) const noexcept {
    return Hasher{seed}.add(pair.client).add(pair.server).value();
  }
};

// How somebody scans; each has one clause in the sentence of the alert.
enum class ScanSort : std::uint8_t {
  arp,
  hosts,
  ports,
  controllers,
  units,
  nameplates,
  everybody,
  devices,
  slots
};
inline constexpr std::size_t kScanSorts = 9;

// What the site file may set otherwise, in this order.
enum class ScanLimit : std::uint8_t {
  hosts,
  hosts_slowly,
  ports,
  ports_failed,
  controllers,
  arp_targets,
  units,
  devices,
  slots
};
inline constexpr auto kScanThresholds = std::to_array<Threshold>({
    {"hosts", 10, 2, 100, "distinct hosts that did not answer within a minute"},
    {"hosts_slowly", 20, 2, 100, "distinct hosts that did not answer within a day"},
    {"ports", 15, 2, 100, "ports of one host tried within a minute"},
    {"ports_failed", 8, 1, 100, "of those, ports that did not answer"},
    {"controllers", 3, 1, 100, "controllers tried within a minute without their protocol"},
    {"arp_targets", 30, 2, 120, "addresses asked for by ARP within a minute that nobody has"},
    {"units", 5, 2, 200, "units behind one address that did not answer within a minute"},
    {"devices", 3, 2, 60, "devices asked within a minute who they are, and nothing else"},
    {"slots", 5, 3, 60, "slots or units of one device asked within a minute who they are"},
});
class ScanLimits {
 public:
  ScanLimits() noexcept;
  // Those of the zone that the scanner is in.
  ScanLimits(const Party& scanner, const Policy& policy);

  [[nodiscard]] std::size_t operator[](ScanLimit limit) const noexcept {
    return values_[static_cast<std::size_t>(limit)];
  }

 private:
  std::array<std::uint8_t, kScanThresholds.size()> values_{};
};

// The finding without its sentence. `packets` in any order.
[[nodiscard]] Finding scan_finding(const KeptParty& scanner, std::vector<PacketRef> packets,
                                   const RuleContext& context);

// One scanner is one alert, however it scans: keeps what each sort said last. 1,024 scanners, the
// least recently active go.
class ScanBook {
 public:
  // `clause` goes on after the scanner's name: "asked by ARP for 30 addresses ...".
  AlertHandle raise(ScanSort sort, const std::string& clause, Finding finding,
                    const RuleContext& context, FindingSink& out);

 private:
  struct ScannerKey {
    IpAddress ip;
    MacAddress mac;

    friend bool operator==(const ScannerKey&, const ScannerKey&) = default;
  };
  struct ScannerHash {
    std::uint64_t seed = process_seed();
    std::uint64_t operator()(const ScannerKey& key) const noexcept {
      return Hasher{seed}.add(key.ip).add(key.mac).value();
    }
  };
  using Clauses = std::array<std::string, kScanSorts>;

  LruTable<ScannerKey, Clauses, ScannerHash> scanners_{1024};
};

// "a, b, c and 4 more": the first ten.
[[nodiscard]] std::string first_ten(const std::vector<std::string>& names);

// "2 s", at least one.
[[nodiscard]] std::string seconds_words(Timestamp first, Timestamp last);

// Ticks once a second of packet time, whether the clock runs forwards or jumps back.
class Ticker {
 public:
  [[nodiscard]] bool due(Timestamp now) noexcept {
    if (now < next_ && next_ - now <= kPeriod) {
      return false;
    }
    next_ = now + kPeriod;
    return true;
  }

 private:
  static constexpr std::chrono::seconds kPeriod{1};
  Timestamp next_{};
};

}  // namespace prahari
