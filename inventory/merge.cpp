#include "inventory/merge.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "inventory/classifier.hpp"
#include "inventory/fact_book.hpp"
#include "inventory/posture_book.hpp"

namespace prahari {
namespace {

using Pair = std::pair<std::string, std::string>;

// In the order of a level's strength; LevelBasis itself may not be ordered anew.
int strength(LevelBasis basis) noexcept {
  switch (basis) {
    case LevelBasis::none:
      return 0;
    case LevelBasis::public_address:
      return 1;
    case LevelBasis::office:
      return 2;
    case LevelBasis::remote_access:
      return 3;
    case LevelBasis::field_device:
    case LevelBasis::historian:
      return 4;
    case LevelBasis::controller:
      return 9;
    case LevelBasis::cyclic_io:
      return 8;
    case LevelBasis::many_controllers:
      return 7;
    case LevelBasis::engineering:
      return 6;
    case LevelBasis::client:
      return 5;
  }
  return 0;
}

void absorb_addresses(Asset& row, const Asset& part) {
  for (const AddressUse& use : part.addresses) {
    const auto known = std::ranges::find_if(row.addresses, [&](const AddressUse& other) {
      return other.ip == use.ip && other.vlan == use.vlan && other.tunnel == use.tunnel;
    });
    if (known == row.addresses.end()) {
      row.addresses.push_back(use);
      continue;
    }
    known->confirmed |= use.confirmed;
    known->heard |= use.heard;
    known->first = std::min(known->first, use.first);
    known->last = std::max(known->last, use.last);
  }
}

// By one id, all that people told apart from it. They are few, and parts of a row may be many.
using Apart = std::map<std::string, std::set<std::string>>;

Apart said_apart(std::span<const MergeOrder> orders) {
  Apart out;
  for (const MergeOrder& order : orders) {
    if (!order.same) {
      out[order.row].insert(order.part);
      out[order.part].insert(order.row);
    }
  }
  return out;
}

// The row that an asset is part of, or itself.
std::string row_of(const MergedRows& rows, const std::string& id) {
  for (const auto& [row, notes] : rows) {
    for (const MergeNote& note : notes) {
      if (!note.apart && note.part == id) {
        return row;
      }
    }
  }
  return id;
}

void follow(MergedRows& rows, const MergeOrder& order) {
  const std::string into = row_of(rows, order.row);
  const std::string from = row_of(rows, order.part);
  if (into == from) {
    return;
  }
  std::vector<MergeNote>& notes = rows[into];
  std::erase_if(notes, [&](const MergeNote& note) { return note.apart && note.part == from; });
  notes.push_back({.row = into,
                   .part = from,
                   .apart = false,
                   .reason = order.reason,
                   .who = order.who,
                   .time = order.time,
                   .packet = {},
                   .key = {},
                   .mac = {},
                   .nic_vendor = {}});
  if (const auto found = rows.find(from); found != rows.end()) {
    for (MergeNote& note : found->second) {
      note.row = into;
      rows[into].push_back(std::move(note));
    }
    rows.erase(from);
  }
}

}  // namespace

MergedRows apply_orders(std::span<const MergeNote> notes, std::span<const MergeOrder> orders,
                        const std::function<bool(const std::string&)>& known) {
  const Apart apart = said_apart(orders);
  std::set<Pair> merged;  // row and part
  MergedRows rows;
  for (const MergeNote& note : notes) {
    if (!known(note.row) || !known(note.part)) {
      continue;
    }
    const auto others = apart.find(note.part);
    const bool out = !note.apart && others != apart.end() &&
                     std::ranges::any_of(others->second, [&](const std::string& other) {
                       return other == note.row || merged.contains({note.row, other});
                     });
    if (!out) {
      rows[note.row].push_back(note);
      if (!note.apart) {
        merged.emplace(note.row, note.part);
      }
    }
  }
  for (const MergeOrder& order : orders) {
    if (!known(order.row) || !known(order.part)) {
      continue;
    }
    if (order.same) {
      follow(rows, order);
      continue;
    }
    const std::string row = row_of(rows, order.row);
    rows[row].push_back({.row = row,
                         .part = order.part,
                         .apart = true,
                         .reason = order.reason,
                         .who = order.who,
                         .time = order.time,
                         .packet = {},
                         .key = {},
                         .mac = {},
                         .nic_vendor = {}});
  }
  std::erase_if(rows, [](const auto& row) { return row.second.empty(); });
  for (auto& [id, row] : rows) {
    std::ranges::sort(row, {}, [](const MergeNote& note) {
      return std::pair<bool, std::string_view>{note.apart, note.part};
    });
  }
  return rows;
}

void absorb(Asset& row, const Asset& part) {
  absorb_addresses(row, part);
  merge_sightings(part, row);
  Asset copy = part;
  merge_facts(copy, row);
  merge_units(copy, row);
  merge_postures(copy, row);
  for (RoleReason& role : copy.roles) {
    hold(row, std::move(role));
  }
  if (strength(part.level) > strength(row.level)) {
    row.level = part.level;
  }
  if (row.nic_vendor.empty() && row.mac.empty()) {
    row.mac = part.mac;
    row.nic_vendor = part.nic_vendor;
  }
}

}  // namespace prahari
