// The baselines of a state folder: what was proposed as normal, by whom, who approved or rejected
// it, and why. A revision never changes and is never deleted; of each name at most one is approved,
// the others were replaced. Every change is a row of the audit record, in the same transaction.
//
// What a baseline holds is text to this floor; rules/ knows its form.

#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capture/packet.hpp"
#include "dissectors/address.hpp"
#include "inventory/database.hpp"

namespace prahari {

enum class RevisionStatus : std::uint8_t { proposed, approved, rejected, replaced };
[[nodiscard]] std::string_view to_string(RevisionStatus status) noexcept;

struct BaselineRevision {
  std::int64_t revision = 0;  // counts from 1
  std::string name;           // "running"
  RevisionStatus status{};
  std::string proposed_by;
  Timestamp proposed_at;
  std::string proposed_why;
  std::string decided_by;  // empty while it waits
  Timestamp decided_at;
  std::string decided_why;
  std::string ticket;
  std::string origin;     // the file it came from, or "revision 3"
  std::string signed_by;  // fingerprint of the key of an imported file; empty: not signed
  std::string body;       // JSON; empty in a listing
};

// Who decides, when, and why.
struct Decision {
  std::string who;
  Timestamp when;
  std::string why;
  std::string ticket;
};

class BaselineStore {
 public:
  // The database of a state folder, which must be there.
  static Result<BaselineStore> open(const std::filesystem::path& file,
                                    Database::Access access = Database::Access::write);

  // Latest first, without bodies.
  Result<std::vector<BaselineRevision>> list();
  // With its body; empty where there is none of that number.
  Result<std::optional<BaselineRevision>> find(std::int64_t revision);
  // The approved one of that name, with its body.
  Result<std::optional<BaselineRevision>> approved(std::string_view name);

  // Its number. Name, origin, key, body, who, when and why are taken from `proposal`.
  Result<std::int64_t> propose(const BaselineRevision& proposal);

  // The revision must wait for a decision; what was approved under its name is replaced. With
  // `four_eyes` who proposed it must not approve it. The error says what is in the way.
  Status approve(std::int64_t revision, const Decision& decision, bool four_eyes);
  Status reject(std::int64_t revision, const Decision& decision);

 private:
  explicit BaselineStore(Database database) : database_(std::move(database)) {}

  // The first with its body, where SQL and its one value say.
  template <class Key>
  Result<std::optional<BaselineRevision>> first(std::string_view where, const Key& key);
  // The waiting revision, or why it cannot be decided upon.
  Result<BaselineRevision> waiting(std::int64_t revision);

  Database database_;
};

}  // namespace prahari
