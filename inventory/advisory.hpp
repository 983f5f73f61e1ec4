// What a vendor or an authority published about weaknesses of products (CSAF 2.0), and which
// weaknesses are known to be exploited (KEV). Given as files by the user; nothing is fetched.

#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace prahari {

// Of one product as the advisory names it. Texts are those of the file, controls made blanks.
struct AdvisoryProduct {
  std::string id;  // of the file: "CSAFPID-0001"
  std::string name;
  std::string vendor;
  std::string family;
  std::string product;
  std::string version;    // a range, or one version; empty: none is named
  std::string component;  // whose version that is, unless it is the device's own: "OpenSSL"
  std::vector<std::string> models;  // may hold wildcards
  std::vector<std::string> serials;
  std::vector<std::string> skus;
  std::string cpe;
};

struct AdvisoryScore {
  std::string vector;
  std::string version;  // of CVSS: "3.1"
  double score = 0;
  std::vector<std::uint32_t> products;  // sorted; empty: all
};

struct AdvisoryRemedy {
  std::string category;  // "vendor_fix"
  std::string details;
  std::string url;
  std::vector<std::uint32_t> products;  // sorted; empty: all
};

enum class ProductStatus : std::uint8_t {
  known_affected,
  first_affected,
  last_affected,
  fixed,
  first_fixed,
  known_not_affected,
  under_investigation,
  recommended
};
inline constexpr std::size_t kProductStatuses = 8;

[[nodiscard]] constexpr std::string_view to_string(ProductStatus status) noexcept {
  constexpr std::array<std::string_view, kProductStatuses> kNames = {
      "known_affected", "first_affected",     "last_affected",       "fixed",
      "first_fixed",    "known_not_affected", "under_investigation", "recommended"};
  return kNames[static_cast<std::size_t>(status)];
}

// One weakness of an advisory.
struct AdvisoryWeakness {
  std::string cve;    // else the first of its other ids; may be empty
  std::string title;  // may be empty
  std::string cwe;    // "CWE-787"; may be empty
  std::string description;
  std::array<std::vector<std::uint32_t>, kProductStatuses> products;  // sorted, by status
  std::vector<AdvisoryScore> scores;
  std::vector<AdvisoryRemedy> remedies;
};

struct Advisory {
  std::string id;  // tracking id: "ICSA-26-001-01"
  std::string publisher;
  std::string publisher_category;
  std::string name_space;  // of the publisher; the id is unique within it
  std::string version;
  std::string status;     // "final"
  std::string published;  // as the file writes it
  std::string updated;
  std::string title;
  std::string severity;  // what the publisher says of the whole
  std::string url;
  std::string file;  // where it was read from
  std::string sha256;
  std::vector<AdvisoryProduct> products;
  std::vector<AdvisoryWeakness> weaknesses;
  std::vector<std::string> warnings;  // of reading; not stored
};

// One line of the list of known exploited vulnerabilities.
struct KevEntry {
  std::string cve;
  std::string vendor;
  std::string product;
  std::string name;
  std::string added;
  std::string due;
  std::string action;
  bool ransomware = false;
};

struct KevList {
  std::string version;
  std::string released;
  std::string file;
  std::string sha256;
  std::vector<KevEntry> entries;  // sorted by cve, each once
};

// All that was given.
struct AdvisoryBook {
  using Key = std::pair<std::string, std::string>;  // name space and id
  std::map<Key, Advisory> advisories;
  KevList kev;

  [[nodiscard]] bool empty() const noexcept { return advisories.empty() && kev.entries.empty(); }
  [[nodiscard]] const KevEntry* exploited(std::string_view cve) const noexcept;
  // The one version of an advisory that counts: the newer of both. False: what is there stays.
  bool add(Advisory advisory);
};

enum class Replaces : std::uint8_t { newer, same, older };
// What `offered` is to `held`, both of one id.
[[nodiscard]] Replaces replaces(const Advisory& offered, const Advisory& held);

}  // namespace prahari
