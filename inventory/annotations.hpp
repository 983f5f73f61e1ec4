// What people say of an asset: kept apart from what traffic tells, so that nothing on the wire ever
// overwrites it, and each change with who made it, when, and what stood there before.

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "inventory/audit.hpp"
#include "inventory/database.hpp"
#include "inventory/merge.hpp"
#include "inventory/record.hpp"

namespace prahari {

enum class Annotated : std::uint8_t { name, criticality, owner, location, tags };
inline constexpr std::size_t kAnnotated = 5;

[[nodiscard]] std::string_view to_string(Annotated field) noexcept;
[[nodiscard]] std::optional<Annotated> annotated(std::string_view word) noexcept;

// Puts the value where the exports look for it; tags are separated by semicolons.
void annotate(AssetDecoration& site, Annotated field, const std::string& value);
// What stands there, in the same form.
[[nodiscard]] std::string shown(const AssetRecord& record, Annotated field);

// Why a person may not write this; empty if he may.
[[nodiscard]] std::string objection(Annotated field, std::string_view value);

struct AnnotationChange {
  std::string asset;  // id
  Annotated field{};
  std::string old;
  std::string value;  // empty: what was said is taken back
};

class AnnotationStore {
 public:
  // The database of a state folder, which must be there.
  static Result<AnnotationStore> open(const std::filesystem::path& file);

  // All or none, each with a row of the audit table.
  Status apply(std::span<const AnnotationChange> changes, std::string_view who, Timestamp now);

  // Writes down that two assets are one device, or that they are not, with a row of the audit
  // table. It takes the place of what was said of these two before.
  Status say(const MergeOrder& order);
  // Takes back what was said of the two; `now` and `who` for the audit table.
  Status unsay(const MergeOrder& order, std::string_view who, Timestamp now);

 private:
  explicit AnnotationStore(Database database) : database_(std::move(database)) {}

  Database database_;
};

}  // namespace prahari
