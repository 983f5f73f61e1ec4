// A device says that it is another one than before, or has other firmware (detections.md, 10).
//
// Compared is only what the same source said of the same device or unit: two sources may word one
// thing in two ways. Guesses, and what others say about a device, are no proof and do not count.

#include <algorithm>
#include <array>

#include "dissectors/lru_table.hpp"
#include "dissectors/unit.hpp"
#include "rules/baseline_seen.hpp"
#include "rules/describe.hpp"
#include "rules/host_place.hpp"
#include "rules/wording.hpp"

namespace prahari {
namespace {

constexpr std::string_view kKind = "identity-change";
constexpr auto kAttack = std::to_array<std::string_view>({"T0857", "T0849"});
constexpr std::uint8_t kToldByDevice = 90;  // identification.md, 2
constexpr std::uint32_t kMostFacts = 65'536;
constexpr std::size_t kLongestValue = 100;

struct Field {
  Identity::Field field;
  Severity severity;
  CertInClass certin;
  std::string_view words;
  std::string_view means;
  std::array<std::string_view, 3> attack;
};

constexpr std::string_view kOtherDevice = "another device answers at this address";

constexpr auto kFields = std::to_array<Field>({
    {Identity::Field::serial,
     Severity::critical,
     CertInClass::incident,
     "serial number",
     kOtherDevice,
     {"T0849"}},
    {Identity::Field::vendor,
     Severity::high,
     CertInClass::incident,
     "vendor",
     kOtherDevice,
     {"T0849"}},
    {Identity::Field::product,
     Severity::high,
     CertInClass::incident,
     "product name",
     kOtherDevice,
     {"T0849"}},
    {Identity::Field::model,
     Severity::high,
     CertInClass::incident,
     "model",
     kOtherDevice,
     {"T0849"}},
    {Identity::Field::order_number,
     Severity::high,
     CertInClass::incident,
     "order number",
     kOtherDevice,
     {"T0849"}},
    {Identity::Field::hardware,
     Severity::high,
     CertInClass::incident,
     "hardware revision",
     kOtherDevice,
     {"T0849"}},
    {Identity::Field::firmware,
     Severity::high,
     CertInClass::posture,
     "firmware",
     "its firmware was replaced",
     {"T0857"}},
});

struct Key {
  HostPlace device;
  std::uint32_t unit = 0;
  std::string_view source;  // a literal
  std::uint8_t field = 0;

  void add_to(Hasher& hash) const noexcept {
    device.add_to(hash);
    hash.add(std::uint64_t{unit} << 8U | field).add(source);
  }
  friend bool operator==(const Key&, const Key&) = default;
};

class IdentityChange final : public Detector {
 public:
  void on_event(const Event& event, const RuleContext& context, FindingSink& out) override {
    if (event.kind != EventKind::identity || event.identity.confidence < kToldByDevice ||
        event.text.empty() || event.state == Completeness::gap) {
      return;
    }
    const auto* const field = std::ranges::find(kFields, event.identity.field, &Field::field);
    if (field == kFields.end()) {
      return;
    }
    const Key key = key_of(event);
    const std::uint64_t value = Hasher{seed_}.add(event.text).value();
    std::uint32_t slot = values_.find(key);
    if (slot == values_.kNone) {
      slot = values_.insert(key);
      const BaselineFact* approved = approved_fact(event, context);
      const bool departs = approved != nullptr && approved->value != printable(event.text);
      if (departs || differs_from_former_run(event, context)) {
        out.raise(finding_of(*field, event, context, departs ? approved : nullptr));
      }
    } else if (values_[slot] != value) {
      out.raise(finding_of(*field, event, context, nullptr));
    }
    values_[slot] = value;
  }

 private:
  static Key key_of(const Event& event) noexcept {
    const IdentityFacts& fact = event.identity;
    const Endpoint& device = fact.of_client ? event.client : event.server;
    return {.device = host_place(device, event.vlan),
            .unit = fact.unit,
            .source = fact.source,
            .field = static_cast<std::uint8_t>(fact.field)};
  }

  // What the approved baseline has for it, or null.
  static const BaselineFact* approved_fact(const Event& event, const RuleContext& context) {
    if (context.baseline == nullptr) {
      return nullptr;
    }
    const bool client = event.identity.of_client;
    const Endpoint& end = client ? event.client : event.server;
    const HostKey seen = host_key(end, event.vlan);
    if (!context.baseline->locked(section_of(seen, context.policy))) {
      return nullptr;
    }
    const BaselineHostIndex host = context.baseline->host(
        device_key(end, event.vlan, client ? context.parties.client : context.parties.server,
                   context.inventory));
    return host == kNone ? nullptr
                         : context.baseline->fact(host, event.identity.unit, event.identity.field,
                                                  event.identity.source);
  }

  // A device that this run hears of for the first time, and that said otherwise to a run before
  // (Inventory::restore) and never the same.
  static bool differs_from_former_run(const Event& event, const RuleContext& context) {
    const AssetIndex asset =
        event.identity.of_client ? context.parties.client : context.parties.server;
    if (asset == prahari::kNone) {
      return false;
    }
    bool otherwise = false;
    for (const Fact& fact : context.inventory.asset(asset).facts) {
      if (fact.field == event.identity.field && fact.unit == event.identity.unit &&
          fact.source == event.identity.source && fact.packet.offset == kNotKept) {
        if (fact.value == event.text) {
          return false;
        }
        otherwise = true;
      }
    }
    return otherwise;
  }

  // What the same source said last before; the inventory keeps it.
  static const Fact* before(const Event& event, const RuleContext& context, AssetIndex asset) {
    const Fact* last = nullptr;
    if (asset == prahari::kNone) {
      return nullptr;
    }
    for (const Fact& fact : context.inventory.asset(asset).facts) {
      if (fact.field == event.identity.field && fact.unit == event.identity.unit &&
          fact.source == event.identity.source && fact.value != event.text &&
          (last == nullptr || fact.last > last->last)) {
        last = &fact;
      }
    }
    return last;
  }

  // `approved`: null where it is not the baseline that it departs from.
  static Finding finding_of(const Field& field, const Event& event, const RuleContext& context,
                            const BaselineFact* approved) {
    const IdentityFacts& fact = event.identity;
    Finding finding;
    finding.kind = kKind;
    finding.severity = field.severity;
    finding.confidence = fact.confidence;
    finding.destination =
        fact.of_client ? client_party(event, context) : server_party(event, context);
    finding.destination.port = 0;
    finding.protocol = protocol_words(event);
    finding.transport = to_string(event.transport);
    finding.outcome = Outcome::success;
    // Who changed it is not known; a permit for `program` to the device covers it.
    finding.has_operation = true;
    finding.operation = Operation::program;
    finding.operation_name = "Change of identity, as a reply shows";
    const std::string unit = fact.unit == Identity::kNoUnit ? "" : unit_words(fact.unit);
    finding.target = unit + (unit.empty() ? "" : " ") + std::string{field.words};
    finding.dedup_key = party_id(finding.destination, context.inventory) + '|' + unit + '|' +
                        std::string{field.words};
    const Fact* known = before(event, context, finding.destination.asset);
    const std::string was = approved != nullptr ? approved->value
                            : known != nullptr  ? known->value
                                                : std::string{};
    if (approved != nullptr) {
      finding.baseline = {"facts of " + to_string(approved->host), approved->value,
                          printable(event.text.substr(0, kLongestValue))};
    }
    finding.why = "The " + std::string{field.words} + " of " +
                  host_words(host_key(finding.destination), context.policy) +
                  (unit.empty() ? "" : ", " + unit + ',') + " is now " +
                  in_quotes(event.text, kLongestValue) +
                  (was.empty() ? std::string{", and was another"}
                               : ", and was " + in_quotes(was, kLongestValue)) +
                  (approved == nullptr ? "" : " when the baseline was learned") + ", by its " +
                  std::string{fact.source} + ": " + std::string{field.means} + '.';
    finding.accept = ignore_entry(finding, context.policy, event.packet.time);
    finding.attack = field.attack;
    finding.certin = field.certin;
    if (known != nullptr && known->packet.offset != kNotKept) {
      finding.evidence.push_back(known->packet);
    }
    finding.evidence.push_back(event.packet);
    finding.state = event.state;
    return finding;
  }

  std::uint64_t seed_ = process_seed();
  LruTable<Key, std::uint64_t, KeyHash> values_{kMostFacts};
};

}  // namespace

extern const DetectorInfo identity_change_detector;
constinit const DetectorInfo identity_change_detector = {
    .kind = kKind,
    .make = []() -> std::unique_ptr<Detector> { return std::make_unique<IdentityChange>(); },
    .attack = kAttack,
};

}  // namespace prahari
