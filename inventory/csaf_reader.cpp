#include "inventory/csaf_reader.hpp"

#include <algorithm>
#include <utility>

#include "inventory/csaf_products.hpp"
#include "inventory/json_fields.hpp"

namespace prahari {
namespace {

constexpr std::size_t kMostWeaknesses = 5'000;
constexpr std::size_t kMostListed = 1'000;
constexpr std::size_t kMostProducts = 50'000;
constexpr std::size_t kMostWarnings = 20;
constexpr std::size_t kMostReferences = 4'000'000;  // to products, those of groups among them
constexpr double kHighestScore = 10.0;

class CsafReader {
 public:
  explicit CsafReader(std::string_view file) : file_(file), fields_(file) {}

  Result<Advisory> read(const JsonNode& root) {
    out_.file = file_;
    if (root.find("document") == nullptr) {
      fields_.fail(root, "has no \"document\", so it is no CSAF advisory");
    }
    fields_.object(root, "document", [&](const JsonNode& node) { document(node); });
    fields_.object(root, "product_tree",
                   [&](const JsonNode& node) { products_ = read_product_tree(fields_, node); });
    fields_.each(root, "vulnerabilities", kMostWeaknesses,
                 [&](const JsonNode& node) { weakness(node); });
    if (!fields_.ok()) {
      return fields_.error();
    }
    take_vendor_of_publisher();
    out_.products = std::move(products_.list);
    return std::move(out_);
  }

 private:
  void document(const JsonNode& node) {
    const std::string version = fields_.required_text(node, "csaf_version");
    if (fields_.ok() && version != "2.0") {
      return fields_.fail(node.member("csaf_version", *node.find("csaf_version")),
                          R"(expected "2.0", found ")" + version + "\"");
    }
    out_.title = fields_.required_text(node, "title");
    for (const char* key : {"tracking", "publisher"}) {
      if (node.find(key) == nullptr) {
        return fields_.fail(node, "has no \"" + std::string{key} + "\"");
      }
    }
    fields_.object(node, "publisher", [&](const JsonNode& publisher) {
      out_.publisher = fields_.required_text(publisher, "name");
      out_.publisher_category = fields_.text(publisher, "category");
      out_.name_space = fields_.text(publisher, "namespace");
    });
    fields_.object(node, "tracking", [&](const JsonNode& tracking) {
      out_.id = fields_.required_text(tracking, "id");
      out_.version = fields_.required_text(tracking, "version");
      out_.status = fields_.text(tracking, "status");
      out_.published = fields_.text(tracking, "initial_release_date");
      out_.updated = fields_.required_text(tracking, "current_release_date");
    });
    fields_.object(node, "aggregate_severity", [&](const JsonNode& severity) {
      out_.severity = fields_.text(severity, "text");
    });
    fields_.each(node, "references", kMostListed, [&](const JsonNode& reference) {
      const std::string category = fields_.text(reference, "category");
      std::string url = fields_.text(reference, "url");
      const bool page = !url.ends_with(".json");
      if (category == "self" && (out_.url.empty() || page)) {
        out_.url = std::move(url);
      }
    });
  }

  void weakness(const JsonNode& node) {
    if (!fields_.must_be_object(node)) {
      return;
    }
    AdvisoryWeakness out;
    out.cve = fields_.text(node, "cve");
    out.title = fields_.text(node, "title");
    fields_.each(node, "ids", kMostListed, [&](const JsonNode& id) {
      if (std::string text = fields_.text(id, "text"); out.cve.empty()) {
        out.cve = std::move(text);
      }
    });
    fields_.object(node, "cwe", [&](const JsonNode& cwe) { out.cwe = fields_.text(cwe, "id"); });
    fields_.each(node, "notes", kMostListed, [&](const JsonNode& note) {
      const std::string category = fields_.text(note, "category");
      std::string text = fields_.text(note, "text", JsonFields::kProse);
      const bool better = category == "summary" || category == "description";
      if (better && out.description.empty()) {
        out.description = std::move(text);
      }
    });
    fields_.object(node, "product_status", [&](const JsonNode& status) { statuses(status, out); });
    fields_.each(node, "scores", kMostListed, [&](const JsonNode& score) { scores(score, out); });
    fields_.each(node, "remediations", kMostListed,
                 [&](const JsonNode& remedy) { remedies(remedy, out); });
    out_.weaknesses.push_back(std::move(out));
  }

  void statuses(const JsonNode& node, AdvisoryWeakness& out) {
    for (std::size_t i = 0; i < kProductStatuses; ++i) {
      const std::string name{to_string(static_cast<ProductStatus>(i))};
      out.products[i] = products(node, name.c_str());
    }
  }

  // The places of products that are named; sorted, each once.
  std::vector<std::uint32_t> products(const JsonNode& in, const char* key) {
    std::vector<std::uint32_t> out;
    fields_.each(in, key, kMostProducts, [&](const JsonNode& node) {
      if (!node.value().is_string()) {
        return fields_.fail(node, "expected the id of a product");
      }
      const auto& id = node.value().get_ref<const std::string&>();
      if (const auto found = products_.by_id.find(id); found != products_.by_id.end()) {
        out.push_back(found->second);
      } else if (out_.warnings.size() < kMostWarnings) {
        out_.warnings.push_back(std::string{file_} + ": " + node.pointer() + ": product " + id +
                                " is not in the product tree; passed over");
      }
    });
    refers(in, out.size());
    return tidy(std::move(out));
  }

  // Groups are named over and over, and each time all of a group are meant.
  bool refers(const JsonNode& at, std::size_t products) {
    references_ += products;
    if (references_ > kMostReferences) {
      fields_.fail(at, "names products more than " + std::to_string(kMostReferences) +
                           " times in all; refused");
    }
    return fields_.ok();
  }

  static std::vector<std::uint32_t> tidy(std::vector<std::uint32_t> list) {
    std::ranges::sort(list);
    list.erase(std::unique(list.begin(), list.end()), list.end());
    return list;
  }

  void scores(const JsonNode& node, AdvisoryWeakness& out) {
    if (!fields_.must_be_object(node)) {
      return;
    }
    const std::vector<std::uint32_t> of = products(node, "products");
    for (const char* key : {"cvss_v3", "cvss_v2"}) {
      fields_.object(node, key, [&](const JsonNode& cvss) {
        AdvisoryScore score;
        score.vector = fields_.text(cvss, "vectorString");
        score.version = fields_.text(cvss, "version");
        score.score = fields_.number(cvss, "baseScore").value_or(-1);
        score.products = of;
        if (fields_.ok() && (score.score < 0 || score.score > kHighestScore)) {
          return fields_.fail(cvss, "\"baseScore\": expected a number from 0 to 10");
        }
        out.scores.push_back(std::move(score));
      });
    }
  }

  void remedies(const JsonNode& node, AdvisoryWeakness& out) {
    if (!fields_.must_be_object(node)) {
      return;
    }
    AdvisoryRemedy remedy;
    remedy.category = fields_.text(node, "category");
    remedy.details = fields_.text(node, "details", JsonFields::kProse);
    remedy.url = fields_.text(node, "url");
    remedy.products = products(node, "product_ids");
    for (const std::string& group : fields_.texts(node, "group_ids", kMostListed)) {
      const auto found = products_.groups.find(group);
      if (found != products_.groups.end() && refers(node, found->second.size())) {
        remedy.products.insert(remedy.products.end(), found->second.begin(), found->second.end());
      }
    }
    remedy.products = tidy(std::move(remedy.products));
    out.remedies.push_back(std::move(remedy));
  }

  // A vendor that publishes of its own products need not name itself in the tree.
  void take_vendor_of_publisher() {
    if (out_.publisher_category != "vendor") {
      return;
    }
    for (AdvisoryProduct& product : products_.list) {
      if (product.vendor.empty()) {
        product.vendor = out_.publisher;
      }
    }
  }

  std::string_view file_;
  JsonFields fields_;
  Advisory out_;
  CsafProducts products_;
  std::size_t references_ = 0;
};

}  // namespace

bool looks_like_csaf(const nlohmann::json& root) {
  return root.is_object() && root.contains("document");
}

Result<Advisory> read_csaf(const nlohmann::json& root, std::string_view file) {
  return CsafReader{file}.read(JsonNode{root});
}

}  // namespace prahari
