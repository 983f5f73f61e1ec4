#include "inventory/csaf_products.hpp"

#include <utility>

namespace prahari {
namespace {

constexpr std::size_t kMostProducts = 50'000;
constexpr std::size_t kMostListed = 256;   // model numbers, serial numbers, of one product
constexpr std::size_t kMostBranches = 40;  // one in another
// Of all products, written out: a product repeats what stands above it, and one that lies in
// another repeats all of that, so that a short file could fill any memory.
constexpr std::size_t kMostText = std::size_t{64} << 20U;

std::size_t size_of(const std::vector<std::string>& texts) noexcept {
  std::size_t out = texts.size() * sizeof(std::string);
  for (const std::string& text : texts) {
    out += text.size();
  }
  return out;
}

std::size_t size_of(const AdvisoryProduct& product) noexcept {
  std::size_t out = sizeof product;
  for (const std::string* text :
       {&product.id, &product.name, &product.vendor, &product.family, &product.product,
        &product.version, &product.component, &product.cpe}) {
    out += text->size();
  }
  return out + size_of(product.models) + size_of(product.serials) + size_of(product.skus);
}

// What the branches above a product say.
struct Above {
  std::string vendor;
  std::string family;
  std::string product;
  std::string version;
};

class TreeReader {
 public:
  explicit TreeReader(JsonFields& fields) noexcept : fields_(fields) {}

  CsafProducts read(const JsonNode& tree) {
    branches(tree, {}, 0);
    fields_.each(tree, "full_product_names", kMostProducts,
                 [&](const JsonNode& node) { product(node, {}); });
    fields_.each(tree, "relationships", kMostProducts,
                 [&](const JsonNode& node) { relationship(node); });
    fields_.each(tree, "product_groups", kMostProducts, [&](const JsonNode& node) { group(node); });
    return std::move(out_);
  }

 private:
  void branches(const JsonNode& in, const Above& above, std::size_t depth) {
    if (depth > kMostBranches) {
      return fields_.fail(in, "branches within branches, deeper than any product tree; refused");
    }
    fields_.each(in, "branches", kMostProducts, [&](const JsonNode& node) {
      if (!fields_.must_be_object(node)) {
        return;
      }
      const Above here = with(node, above);
      fields_.object(node, "product", [&](const JsonNode& leaf) { product(leaf, here); });
      branches(node, here, depth + 1);
    });
  }

  Above with(const JsonNode& branch, Above above) {
    const std::string category = fields_.required_text(branch, "category");
    std::string name = fields_.required_text(branch, "name");
    if (category == "vendor") {
      above.vendor = std::move(name);
    } else if (category == "product_family") {
      above.family += (above.family.empty() ? "" : " ") + name;
    } else if (category == "product_name") {
      above.product = std::move(name);
    } else if (category == "product_version" || category == "product_version_range") {
      above.version = std::move(name);
    } else if (category == "patch_level" || category == "service_pack") {
      above.version += (above.version.empty() ? "" : " ") + name;
    }
    return above;
  }

  void product(const JsonNode& node, const Above& above) {
    if (!fields_.must_be_object(node)) {
      return;
    }
    AdvisoryProduct out;
    out.id = fields_.required_text(node, "product_id");
    out.name = fields_.required_text(node, "name");
    out.vendor = above.vendor;
    out.family = above.family;
    out.product = above.product;
    out.version = above.version;
    fields_.object(node, "product_identification_helper", [&](const JsonNode& helper) {
      out.cpe = fields_.text(helper, "cpe");
      out.models = fields_.texts(helper, "model_numbers", kMostListed);
      out.serials = fields_.texts(helper, "serial_numbers", kMostListed);
      out.skus = fields_.texts(helper, "skus", kMostListed);
    });
    keep(node, std::move(out));
  }

  void keep(const JsonNode& node, AdvisoryProduct product) {
    if (!fields_.ok()) {
      return;
    }
    text_ += size_of(product);
    if (text_ > kMostText) {
      return fields_.fail(node, "its products, written out, are larger than " +
                                    std::to_string(kMostText >> 20U) + " MiB; refused");
    }
    const std::string id = product.id;
    if (!out_.add(std::move(product))) {
      fields_.fail(node, "a second product with the id " + id);
    }
  }

  const AdvisoryProduct* referred(const JsonNode& in, const char* key) {
    const std::string id = fields_.required_text(in, key);
    const auto found = out_.by_id.find(id);
    if (fields_.ok() && found == out_.by_id.end()) {
      fields_.fail(in, "\"" + std::string{key} + "\" names " + id + ", which is no product above");
    }
    return fields_.ok() ? &out_.list[found->second] : nullptr;
  }

  // Firmware in a device is the device with that version. Anything else in it has a version of its
  // own, which the device does not tell.
  void relationship(const JsonNode& node) {
    if (!fields_.must_be_object(node)) {
      return;
    }
    const std::string category = fields_.required_text(node, "category");
    const AdvisoryProduct* part = referred(node, "product_reference");
    const AdvisoryProduct* whole = referred(node, "relates_to_product_reference");
    if (part == nullptr || whole == nullptr) {
      return;
    }
    AdvisoryProduct out = *whole;
    const bool installed = category == "installed_on" || category == "installed_with";
    if (installed && is_firmware(*part, *whole)) {
      out.version = part->version;
      out.component.clear();
    } else if (whole->version.empty() && whole->component.empty()) {
      out.version = part->version;
      out.component = part->product.empty() ? part->name : part->product;
    }
    fields_.object(node, "full_product_name", [&](const JsonNode& name) {
      out.id = fields_.required_text(name, "product_id");
      out.name = fields_.required_text(name, "name");
      keep(name, std::move(out));
    });
  }

  static bool is_firmware(const AdvisoryProduct& part, const AdvisoryProduct& whole) {
    const auto says = [](const std::string& text) {
      return text.find("irmware") != std::string::npos ||
             text.find("FIRMWARE") != std::string::npos ||
             text.find("perating System") != std::string::npos;
    };
    return says(part.product) || says(part.family) || (part.product.empty() && says(part.name)) ||
           (!part.product.empty() && part.product == whole.product) ||
           part.cpe.starts_with("cpe:2.3:o:");
  }

  void group(const JsonNode& node) {
    if (!fields_.must_be_object(node)) {
      return;
    }
    const std::string id = fields_.required_text(node, "group_id");
    std::vector<std::uint32_t>& members = out_.groups[id];
    for (const std::string& member : fields_.texts(node, "product_ids", kMostProducts)) {
      if (const auto found = out_.by_id.find(member); found != out_.by_id.end()) {
        members.push_back(found->second);
      }
    }
  }

  JsonFields& fields_;
  CsafProducts out_;
  std::size_t text_ = 0;  // bytes of what is in there
};

}  // namespace

bool CsafProducts::add(AdvisoryProduct product) {
  if (!by_id.emplace(product.id, static_cast<std::uint32_t>(list.size())).second) {
    return false;
  }
  list.push_back(std::move(product));
  return true;
}

CsafProducts read_product_tree(JsonFields& fields, const JsonNode& tree) {
  return TreeReader{fields}.read(tree);
}

}  // namespace prahari
