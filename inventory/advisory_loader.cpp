// Reads back what AdvisoryStore wrote. The file may have been made by anybody: numbers that lead
// nowhere are passed over.

#include <algorithm>
#include <charconv>
#include <unordered_map>
#include <utility>

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include "inventory/advisory_store.hpp"
#include "inventory/schema.hpp"

namespace prahari {
namespace {

std::string_view next_part(std::string_view& text, char end) noexcept {
  const std::size_t at = std::min(text.find(end), text.size());
  const std::string_view out = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return out;
}

std::vector<std::string> texts(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    out.emplace_back(next_part(text, '\n'));
  }
  return out;
}

std::vector<std::uint32_t> numbers(std::string_view text, std::size_t below) {
  std::vector<std::uint32_t> out;
  while (!text.empty()) {
    const std::string_view part = next_part(text, ',');
    std::uint32_t number = 0;
    const auto read = std::from_chars(part.data(), part.data() + part.size(), number);
    if (read.ec == std::errc{} && number < below) {
      out.push_back(number);
    }
  }
  std::ranges::sort(out);
  return out;
}

double in_scale(double score) noexcept {
  return score >= 0 && score <= 10 ? score : 0;  // not so: no number, too
}

class BookReader {
 public:
  explicit BookReader(SQLite::Database& handle) : handle_(handle) {}

  AdvisoryBook read() {
    advisories();
    products();
    weaknesses();
    statuses();
    scores();
    remedies();
    kev();
    for (auto& entry : found_) {
      book_.add(std::move(entry.second));
    }
    return std::move(book_);
  }

 private:
  template <class Take>
  void rows(const char* query, Take take) {
    SQLite::Statement row{handle_, query};
    while (row.executeStep()) {
      take([&row](int at) { return row.getColumn(at).getString(); },
           [&row](int at) { return row.getColumn(at).getInt64(); });
    }
  }

  Advisory* of(std::int64_t number) {
    const auto at = found_.find(number);
    return at == found_.end() ? nullptr : &at->second;
  }

  AdvisoryWeakness* of(std::int64_t number, std::int64_t weakness) {
    Advisory* advisory = of(number);
    const auto at = static_cast<std::size_t>(weakness);
    return advisory == nullptr || at >= advisory->weaknesses.size() ? nullptr
                                                                    : &advisory->weaknesses[at];
  }

  void advisories() {
    rows(
        "SELECT number, name_space, id, publisher, publisher_category, version, status, "
        "published, updated, title, severity, url, file, sha256 FROM advisories",
        [&](const auto& text, const auto& number) {
          Advisory& one = found_[number(0)];
          std::string* const fields[] = {
              &one.name_space, &one.id,       &one.publisher, &one.publisher_category,
              &one.version,    &one.status,   &one.published, &one.updated,
              &one.title,      &one.severity, &one.url,       &one.file,
              &one.sha256};
          int at = 1;
          for (std::string* field : fields) {
            *field = text(at++);
          }
        });
  }

  void products() {
    rows(
        "SELECT advisory, number, id, name, vendor, family, product, version, component, models, "
        "serials, skus, cpe FROM advisory_products ORDER BY advisory, number",
        [&](const auto& text, const auto& number) {
          if (Advisory* advisory = of(number(0)); advisory != nullptr) {
            advisory->products.push_back({.id = text(2),
                                          .name = text(3),
                                          .vendor = text(4),
                                          .family = text(5),
                                          .product = text(6),
                                          .version = text(7),
                                          .component = text(8),
                                          .models = texts(text(9)),
                                          .serials = texts(text(10)),
                                          .skus = texts(text(11)),
                                          .cpe = text(12)});
          }
        });
  }

  void weaknesses() {
    rows(
        "SELECT advisory, cve, title, cwe, description FROM advisory_weaknesses "
        "ORDER BY advisory, number",
        [&](const auto& text, const auto& number) {
          if (Advisory* advisory = of(number(0)); advisory != nullptr) {
            AdvisoryWeakness& one = advisory->weaknesses.emplace_back();
            one.cve = text(1);
            one.title = text(2);
            one.cwe = text(3);
            one.description = text(4);
          }
        });
  }

  void statuses() {
    rows("SELECT advisory, weakness, status, products FROM weakness_products",
         [&](const auto& text, const auto& number) {
           AdvisoryWeakness* one = of(number(0), number(1));
           for (std::size_t i = 0; one != nullptr && i < kProductStatuses; ++i) {
             if (text(2) == to_string(static_cast<ProductStatus>(i))) {
               one->products[i] = numbers(text(3), of(number(0))->products.size());
             }
           }
         });
  }

  void scores() {
    SQLite::Statement row{handle_,
                          "SELECT advisory, weakness, vector, version, score, products FROM "
                          "weakness_scores ORDER BY advisory, weakness, number"};
    while (row.executeStep()) {
      const std::int64_t number = row.getColumn(0).getInt64();
      if (AdvisoryWeakness* one = of(number, row.getColumn(1).getInt64()); one != nullptr) {
        one->scores.push_back(
            {.vector = row.getColumn(2).getString(),
             .version = row.getColumn(3).getString(),
             .score = in_scale(row.getColumn(4).getDouble()),
             .products = numbers(row.getColumn(5).getString(), of(number)->products.size())});
      }
    }
  }

  void remedies() {
    rows(
        "SELECT advisory, weakness, category, details, url, products FROM weakness_remedies "
        "ORDER BY advisory, weakness, number",
        [&](const auto& text, const auto& number) {
          if (AdvisoryWeakness* one = of(number(0), number(1)); one != nullptr) {
            one->remedies.push_back({.category = text(2),
                                     .details = text(3),
                                     .url = text(4),
                                     .products = numbers(text(5), of(number(0))->products.size())});
          }
        });
  }

  void kev() {
    rows("SELECT version, released, file, sha256 FROM kev_list",
         [&](const auto& text, const auto& /*number*/) {
           book_.kev.version = text(0);
           book_.kev.released = text(1);
           book_.kev.file = text(2);
           book_.kev.sha256 = text(3);
         });
    rows("SELECT cve, vendor, product, name, added, due, action, ransomware FROM kev ORDER BY cve",
         [&](const auto& text, const auto& number) {
           book_.kev.entries.push_back({.cve = text(0),
                                        .vendor = text(1),
                                        .product = text(2),
                                        .name = text(3),
                                        .added = text(4),
                                        .due = text(5),
                                        .action = text(6),
                                        .ransomware = number(7) != 0});
         });
  }

  SQLite::Database& handle_;
  AdvisoryBook book_;
  std::unordered_map<std::int64_t, Advisory> found_;
};

}  // namespace

Result<AdvisoryBook> load_advisories(const std::filesystem::path& file) {
  Result<Database> database = Database::open(file, Database::Access::read);
  if (!database) {
    return database.error();
  }
  if (const Status known = check_schema(*database); !known) {
    return known.error();
  }
  AdvisoryBook out;
  const Status done =
      database->run([&out](SQLite::Database& handle) { out = BookReader{handle}.read(); });
  if (!done) {
    return done.error();
  }
  return out;
}

}  // namespace prahari
