#include "inventory/annotations.hpp"

#include <algorithm>
#include <array>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/VariadicBind.h>

#include "dissectors/join.hpp"
#include "dissectors/printable.hpp"
#include "inventory/row_writer.hpp"
#include "inventory/schema.hpp"

namespace prahari {
namespace {

constexpr std::array<std::string_view, kAnnotated> kNames = {"name", "criticality", "owner",
                                                             "location", "tags"};
constexpr std::array<std::string_view, 4> kCriticalities = {"low", "medium", "high", "critical"};
constexpr std::size_t kLongest = 256;

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(';', at), text.size());
    if (end > at) {
      out.push_back(text.substr(at, end - at));
    }
    at = end + 1;
  }
  return out;
}

constexpr const char* kForget =
    "DELETE FROM merge_orders WHERE (row = ?1 AND part = ?2) OR (row = ?2 AND part = ?1)";

void note_merge(SQLite::Database& handle, const std::string& action, const MergeOrder& order,
                std::string_view who, Timestamp now, const std::string& reason) {
  AuditWriter{handle, who, now}.note(action, order.row, order.part, "", reason);
}

}  // namespace

std::string_view to_string(Annotated field) noexcept {
  return kNames[static_cast<std::size_t>(field)];
}

std::optional<Annotated> annotated(std::string_view word) noexcept {
  const auto* const found = std::ranges::find(kNames, word);
  return found == kNames.end() ? std::nullopt
                               : std::optional{static_cast<Annotated>(found - kNames.begin())};
}

void annotate(AssetDecoration& site, Annotated field, const std::string& value) {
  switch (field) {
    case Annotated::name:
      site.name = value;
      return;
    case Annotated::criticality:
      site.criticality = value;
      return;
    case Annotated::owner:
      site.owner = value;
      return;
    case Annotated::location:
      site.location = value;
      return;
    case Annotated::tags:
      site.tags = split(value);
      return;
  }
}

std::string shown(const AssetRecord& record, Annotated field) {
  switch (field) {
    case Annotated::name:
      return shown_name(record);
    case Annotated::criticality:
      return record.site.criticality;
    case Annotated::owner:
      return record.site.owner;
    case Annotated::location:
      return record.site.location;
    case Annotated::tags:
      return joined(record.site.tags, ";");
  }
  return {};
}

std::string objection(Annotated field, std::string_view value) {
  if (value.size() > kLongest) {
    return "at most 256 bytes are kept";
  }
  if (std::ranges::any_of(value, is_control)) {
    return "control characters are not allowed";
  }
  if (field == Annotated::criticality && !value.empty() &&
      std::ranges::find(kCriticalities, value) == kCriticalities.end()) {
    return "expected low, medium, high or critical";
  }
  return {};
}

Result<AnnotationStore> AnnotationStore::open(const std::filesystem::path& file) {
  Result<Database> database = Database::open(file, Database::Access::write);
  if (!database) {
    return database.error();
  }
  if (const Status migrated = migrate(*database); !migrated) {
    return migrated.error();
  }
  return AnnotationStore{std::move(*database)};
}

Status AnnotationStore::apply(std::span<const AnnotationChange> changes, std::string_view who,
                              Timestamp now) {
  return database_.in_transaction([&](SQLite::Database& handle) {
    SQLite::Statement set{handle, "INSERT OR REPLACE INTO annotations VALUES (?,?,?)"};
    SQLite::Statement clear{handle, "DELETE FROM annotations WHERE asset = ? AND field = ?"};
    AuditWriter audit{handle, who, now};
    for (const AnnotationChange& change : changes) {
      const std::string field{to_string(change.field)};
      if (change.value.empty()) {
        SQLite::bind(clear, change.asset, field);
        clear.exec();
        clear.reset();
      } else {
        SQLite::bind(set, change.asset, field, change.value);
        set.exec();
        set.reset();
      }
      audit.note("annotate", change.asset, field, change.old, change.value);
    }
  });
}

Status AnnotationStore::say(const MergeOrder& order) {
  return database_.in_transaction([&](SQLite::Database& handle) {
    SQLite::Statement forget{handle, kForget};
    SQLite::bind(forget, order.row, order.part);
    forget.exec();
    SQLite::Statement set{handle, "INSERT INTO merge_orders VALUES (?,?,?,?,?,?)"};
    SQLite::bind(set, order.row, order.part, order.same ? 1 : 0, order.reason, order.who,
                 to_column(order.time));
    set.exec();
    note_merge(handle, order.same ? "merge" : "unmerge", order, order.who, order.time,
               order.reason);
  });
}

Status AnnotationStore::unsay(const MergeOrder& order, std::string_view who, Timestamp now) {
  return database_.in_transaction([&](SQLite::Database& handle) {
    SQLite::Statement forget{handle, kForget};
    SQLite::bind(forget, order.row, order.part);
    forget.exec();
    note_merge(handle, order.same ? "unmerge" : "merge", order, who, now,
               "taken back: " + order.reason);
  });
}

}  // namespace prahari
