// One row for each device: which assets are put together, and what that gives.

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "inventory/classifier.hpp"
#include "inventory/inventory_impl.hpp"

namespace prahari {

void Inventory::Impl::settle_rows() {
  const std::vector<AssetIndex> all = assets.all();
  std::vector<MergeCandidate> candidates;
  candidates.reserve(all.size());
  for (const AssetIndex at : all) {
    const AssetEntry& entry = assets[at];
    candidates.push_back({&entry.asset, entry.by_mac, entry.router, entry.shared});
  }
  found_merges = find_merges(candidates);
  places_.clear();
  rows_.clear();
  if (found_merges.empty() && orders.empty()) {
    return;
  }
  std::map<std::string_view, AssetIndex> by_id;
  for (const AssetIndex at : all) {
    by_id.emplace(assets[at].asset.id, at);
  }
  const auto known = [&](const std::string& id) { return by_id.contains(id); };
  for (auto& [id, notes] : apply_orders(found_merges, orders, known)) {
    const AssetIndex at = by_id[id];
    Row row{.whole = assets[at].asset, .parts = {}, .notes = std::move(notes)};
    for (MergeNote& note : row.notes) {
      const AssetIndex part = by_id[note.part];
      const Asset& asset = assets[part].asset;
      note.key = asset.key;
      note.mac = asset.mac;
      note.nic_vendor = asset.nic_vendor;
      if (!note.apart) {
        absorb(row.whole, asset);
        row.parts.push_back(part);
        places_[part] = {at, assets.generation(part), assets.generation(at)};
      }
    }
    places_[at] = {at, assets.generation(at), assets.generation(at)};
    rows_.emplace(at, std::move(row));
  }
}

AssetIndex Inventory::Impl::row_index(AssetIndex index) const {
  const auto place = places_.empty() ? places_.end() : places_.find(index);
  const bool holds = place != places_.end() && assets.alive(index, place->second.generation) &&
                     assets.alive(place->second.row, place->second.row_generation);
  return holds ? place->second.row : index;
}

const Inventory::Impl::Row* Inventory::Impl::row_at(AssetIndex index) const {
  const AssetIndex at = row_index(index);
  const auto place = places_.find(at);
  if (place == places_.end() || !assets.alive(at, place->second.generation)) {
    return nullptr;
  }
  const auto row = rows_.find(at);
  return row == rows_.end() ? nullptr : &row->second;
}

void Inventory::Impl::give_role(AssetIndex index, RoleReason role) {
  if (row_at(index) != nullptr) {
    hold(rows_.at(row_index(index)).whole, role);
  }
  hold(assets[index].asset, std::move(role));
}

std::string Inventory::Impl::shown_id(AssetIndex index) const {
  const AssetIndex at = row_index(index);
  const Row* row = row_at(at);
  const bool there = row == nullptr ? assets[at].asset.present() : row->whole.present();
  return there ? assets[at].asset.id : std::string{};
}

AssetIndex Inventory::row_of(AssetIndex index) const { return impl_->row_index(index); }

const Asset& Inventory::shown(AssetIndex index) const {
  if (index == kNone) {
    return asset(index);
  }
  const Impl::Row* row = impl_->row_at(index);
  return row == nullptr ? asset(index) : row->whole;
}

std::vector<AssetIndex> Inventory::parts_of(AssetIndex row) const {
  const Impl::Row* found = impl_->row_at(row);
  std::vector<AssetIndex> out;
  if (found != nullptr) {
    std::ranges::copy_if(found->parts, std::back_inserter(out),
                         [&](AssetIndex part) { return row_of(part) == row; });
  }
  return out;
}

std::span<const MergeNote> Inventory::merges(AssetIndex row) const {
  const Impl::Row* found = impl_->row_at(row);
  return found == nullptr ? std::span<const MergeNote>{} : std::span{found->notes};
}

std::vector<MergeNote> Inventory::found_merges(AssetIndex index) const {
  const std::string& id = asset(index).id;
  std::vector<MergeNote> out;
  std::ranges::copy_if(impl_->found_merges, std::back_inserter(out),
                       [&](const MergeNote& note) { return note.row == id || note.part == id; });
  return out;
}

void Inventory::restore(const MergeNote& note) { impl_->restore(note); }

void Inventory::follow(std::vector<MergeOrder> orders) { impl_->orders = std::move(orders); }

}  // namespace prahari
