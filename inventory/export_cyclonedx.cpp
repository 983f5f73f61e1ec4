#include "inventory/export_cyclonedx.hpp"

#include <algorithm>
#include <array>

#include "capture/time_text.hpp"
#include "dissectors/unit.hpp"
#include "inventory/json_writer.hpp"
#include "inventory/number_text.hpp"
#include "inventory/weakness_view.hpp"

namespace prahari {
namespace {

constexpr double kPercent = 100.0;

void property(JsonWriter& json, std::string_view name, std::string_view value) {
  if (!value.empty()) {
    json.begin_object();
    json.key("name").text(name);
    json.key("value").text(value);
    json.end_object();
  }
}

// One device or module; `unit` is Identity::kNoUnit for the device itself.
class Component {
 public:
  Component(JsonWriter& json, const AssetRecord& record, const ExportContext& context,
            std::uint32_t unit) noexcept
      : json_(json), asset_(record.asset), site_(record), context_(context), unit_(unit) {}

  [[nodiscard]] bool is_device() const noexcept { return unit_ == Identity::kNoUnit; }

  [[nodiscard]] std::string ref() const {
    return is_device() ? asset_.id : asset_.id + "/" + unit_words(unit_);
  }

  [[nodiscard]] Chosen value(Identity::Field field) const {
    return choose(asset_, field, context_.aliases, unit_);
  }

  // The best that there is to call it by; an id where nothing is known.
  [[nodiscard]] std::string name() const {
    if (std::string given = is_device() ? shown_name(site_) : std::string{}; !given.empty()) {
      return given;
    }
    for (const auto field : {Identity::Field::product, Identity::Field::model,
                             Identity::Field::order_number, Identity::Field::name}) {
      if (Chosen chosen = value(field); chosen.fact != nullptr) {
        return chosen.value;
      }
    }
    return ref();
  }

  void head() {
    json_.key("type").text("device");
    json_.key("bom-ref").text(ref());
    if (const Chosen vendor = value(Identity::Field::vendor); vendor.fact != nullptr) {
      json_.key("manufacturer").begin_object();
      json_.key("name").text(vendor.value);
      json_.end_object();
    }
    json_.key("name").text(name());
    if (const Chosen hardware = value(Identity::Field::hardware); hardware.fact != nullptr) {
      json_.key("version").text(hardware.value);
    }
    if (const Chosen text = value(Identity::Field::description); text.fact != nullptr) {
      json_.key("description").text(text.value);
    }
  }

  // `patches`: of the device; of what is inside it nothing.
  void properties(std::string_view patches = {}) {
    json_.key("properties").begin_array();
    told("cdx:device:serialNumber", Identity::Field::serial);
    told("cdx:device:deviceType", Identity::Field::device_type);
    told("otm:partNumber", Identity::Field::order_number);
    told("prahari:model", Identity::Field::model);
    told("prahari:product", Identity::Field::product);
    told("prahari:operatingSystem", Identity::Field::os);
    property(json_, "otm:patchStatus", patches);
    if (is_device()) {
      of_device();
    } else {
      property(json_, "prahari:place", unit_words(unit_));
    }
    json_.end_array();
  }

  // How name and version are known (CycloneDX, "evidence"). A name that a person gave has none.
  void evidence(std::initializer_list<std::pair<std::string_view, Identity::Field>> fields) {
    std::vector<std::pair<std::string_view, Chosen>> known;
    for (const auto& [word, field] : fields) {
      const bool again =
          std::ranges::any_of(known, [key = word](const auto& k) { return k.first == key; });
      if (Chosen chosen = value(field); chosen.fact != nullptr && !again) {
        known.emplace_back(word, std::move(chosen));
      }
    }
    if (known.empty()) {
      return;
    }
    json_.key("evidence").begin_object().key("identity").begin_array();
    for (const auto& [word, chosen] : known) {
      identity(word, chosen);
    }
    json_.end_array().end_object();
  }

  void firmware() {
    const Chosen version = value(Identity::Field::firmware);
    if (version.fact == nullptr) {
      return;
    }
    json_.begin_object();
    json_.key("type").text("firmware");
    json_.key("bom-ref").text(ref() + "/firmware");
    json_.key("name").text(name() + " firmware");
    json_.key("version").text(version.value);
    evidence({{"version", Identity::Field::firmware}});
    json_.end_object();
  }

  [[nodiscard]] bool has_firmware() const {
    return value(Identity::Field::firmware).fact != nullptr;
  }

 private:
  void told(std::string_view name, Identity::Field field) {
    property(json_, name, value(field).value);
  }

  void of_device() {
    for (const RoleReason& held : asset_.roles) {
      property(json_, "cdx:device:function", to_string(held.role));
    }
    property(
        json_, "cdx:device:location",
        site_.site.location.empty() ? value(Identity::Field::location).value : site_.site.location);
    property(json_, "cdx:device:macAddress",
             asset_.mac.empty() ? std::string{} : to_string(asset_.mac));
    property(json_, "prahari:interfaceVendor", asset_.nic_vendor);
    std::vector<std::string> shown;  // one address in two VLANs is one
    for (const AddressUse& use : asset_.addresses) {
      if (std::string ip = to_string(use.ip); std::ranges::find(shown, ip) == shown.end()) {
        property(json_, "prahari:ipAddress", ip);
        shown.push_back(std::move(ip));
      }
    }
    property(json_, "prahari:zone", site_.site.zone);
    property(json_, "prahari:purdueLevel", level_text(shown_level(site_)));
    property(json_, "otm:criticality", site_.site.criticality);
    property(json_, "otm:owner", site_.site.owner);
    for (const std::string& tag : site_.site.tags) {
      property(json_, "prahari:tag", tag);
    }
    property(json_, "prahari:firstSeen", format_time(asset_.first_seen));
    property(json_, "prahari:lastSeen", format_time(asset_.last_seen));
  }

  void identity(std::string_view word, const Chosen& chosen) {
    const Fact& fact = *chosen.fact;
    std::string how = fact.source;
    if (fact.packet.frame != 0) {
      how += ", packet " + std::to_string(fact.packet.frame) + " of ";
      how += capture_name(fact.packet, context_);
    }
    const double confidence = fact.confidence / kPercent;
    json_.begin_object();
    json_.key("field").text(word);
    json_.key("confidence").number(confidence);
    json_.key("concludedValue").text(chosen.value);
    json_.key("methods").begin_array().begin_object();
    json_.key("technique").text("other");
    json_.key("confidence").number(confidence);
    json_.key("value").text(how);
    json_.end_object().end_array().end_object();
  }

  JsonWriter& json_;
  const Asset& asset_;
  const AssetRecord& site_;
  const ExportContext& context_;
  std::uint32_t unit_;
};

// Units that told something of themselves: modules of a chassis, devices behind a gateway.
std::vector<std::uint32_t> named_units(const Asset& asset) {
  std::vector<std::uint32_t> out;
  for (const Fact& fact : asset.facts) {
    if (fact.unit != Identity::kNoUnit && std::ranges::find(out, fact.unit) == out.end()) {
      out.push_back(fact.unit);
    }
  }
  std::ranges::sort(out);
  return out;
}

// A version 8 UUID (RFC 9562, 5.8) from the content.
std::string uuid_of(std::uint64_t high, std::uint64_t low) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const std::array<std::uint64_t, 2> halves = {
      (high & ~std::uint64_t{0xf000}) | 0x8000U,
      (low & ~(std::uint64_t{3} << 62U)) | std::uint64_t{2} << 62U};
  std::string out;
  for (std::size_t i = 0; i < 32; ++i) {
    if (i == 8 || i == 12 || i == 16 || i == 20) {
      out += '-';
    }
    out += kDigits[halves[i / 16] >> (60U - 4U * (i % 16)) & 0xfU];
  }
  return out;
}

// FNV-1a: tells contents apart, protects nothing.
std::uint64_t add_to_digest(std::uint64_t digest, std::string_view text) noexcept {
  for (const char c : text) {
    digest = (digest ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  }
  return digest;
}

}  // namespace

AssetCdx::AssetCdx(std::ostream& out, const ExportContext& context, const BomInfo& info,
                   const WeaknessList& weaknesses)
    : out_(out),
      context_(context),
      info_(info),
      weaknesses_(weaknesses),
      digest_(0xcbf29ce484222325U) {
  out_ << R"({"$schema":"http://cyclonedx.org/schema/bom-1.6.schema.json",)"
       << R"("bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":[)";
}

void AssetCdx::write(const AssetRecord& record) {
  line_.clear();
  JsonWriter json{line_};
  write_device(json, record);
  digest_ = add_to_digest(digest_, line_);
  out_ << (first_ ? "\n" : ",\n") << line_;
  first_ = false;
}

void AssetCdx::write_device(JsonWriter& json, const AssetRecord& record) {
  Component device{json, record, context_, Identity::kNoUnit};
  Dependency needs{device.ref(), {}};
  json.begin_object();
  device.head();
  device.properties(patches_.of(record.asset.id));
  device.evidence({{"name", Identity::Field::product},
                   {"name", Identity::Field::model},
                   {"name", Identity::Field::order_number},
                   {"version", Identity::Field::hardware}});
  const std::vector<std::uint32_t> units = named_units(record.asset);
  if (device.has_firmware() || !units.empty()) {
    json.key("components").begin_array();
    device.firmware();
    if (device.has_firmware()) {
      needs.on.push_back(device.ref() + "/firmware");
    }
    for (const std::uint32_t unit : units) {
      Component module{json, record, context_, unit};
      json.begin_object();
      module.head();
      module.properties();
      module.evidence({{"name", Identity::Field::product},
                       {"name", Identity::Field::model},
                       {"name", Identity::Field::order_number},
                       {"version", Identity::Field::hardware}});
      needs.on.push_back(module.ref());
      if (module.has_firmware()) {
        json.key("components").begin_array();
        module.firmware();
        json.end_array();
        dependencies_.push_back({module.ref(), {module.ref() + "/firmware"}});
      }
      json.end_object();
    }
    json.end_array();
  }
  json.end_object();
  dependencies_.push_back(std::move(needs));
}

void AssetCdx::finish() {
  line_.clear();
  JsonWriter json{line_};
  json.begin_object();
  json.key("dependencies").begin_array();
  std::ranges::sort(dependencies_, {}, &Dependency::of);
  for (const Dependency& one : dependencies_) {
    json.begin_object();
    json.key("ref").text(one.of);
    if (!one.on.empty()) {
      json.key("dependsOn").texts(one.on);
    }
    json.end_object();
  }
  json.end_array();
  if (!weaknesses_.rows.empty()) {
    json.key("vulnerabilities");
    write_cdx_vulnerabilities(json, weaknesses_.rows);
  }
  json.key("metadata").begin_object();
  json.key("timestamp").text(format_time(info_.made));
  json.key("tools").begin_object().key("components").begin_array().begin_object();
  json.key("type").text("application");
  json.key("name").text("prahari");
  json.key("version").text(info_.product_version);
  json.end_object().end_array().end_object();
  if (!info_.organisation.empty()) {
    json.key("supplier").begin_object().key("name").text(info_.organisation).end_object();
  }
  json.key("component").begin_object();
  json.key("type").text("platform");
  json.key("bom-ref").text("site");
  json.key("name").text(info_.site.empty() ? "unnamed site" : info_.site);
  json.end_object();
  json.end_object();
  const std::uint64_t low = add_to_digest(digest_, line_);
  json.key("serialNumber").text("urn:uuid:" + uuid_of(digest_, low));
  json.end_object();
  // The members of that object belong to the document that the constructor began.
  out_ << "\n]," << std::string_view{line_}.substr(1) << '\n';
}

}  // namespace prahari
