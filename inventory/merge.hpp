// Several addresses that are one device, and one row for it: what the wire shows (find_merges),
// what people say (MergeOrder), and how rows are put together.
//
// Nothing is thrown together for good. Each address keeps its own asset, with what it told, and the
// row is put together anew whenever one looks: so a merge can be taken back, by better evidence or
// by a person, and no order of packets matters. identification.md 5.3.

#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "inventory/asset.hpp"

namespace prahari {

// One asset that was found to be of the same device as another, or was nearly taken for it.
struct MergeNote {
  std::string row;     // id of the asset that stands for the device
  std::string part;    // id of the one that belongs to it
  bool apart = false;  // they are not merged, for this reason
  std::string reason;
  std::string who;  // said so; empty: the traffic
  Timestamp time;   // that it became known
  PacketRef packet;
  // Of the part, for a reader.
  std::string key;
  MacAddress mac;
  std::string nic_vendor;
};

// A person says that two are one device, or that they are not.
struct MergeOrder {
  std::string row;
  std::string part;
  bool same = true;
  std::string reason;
  std::string who;
  Timestamp time;
};

// One asset as the rules see it.
struct MergeCandidate {
  const Asset* asset = nullptr;
  bool by_mac = false;
  bool router = false;
  bool shared = false;  // seen behind the MAC that a group of routers shares
};

// What the traffic shows, in an order that depends on content only. Parts of a row name that row,
// and no row is a part.
[[nodiscard]] std::vector<MergeNote> find_merges(std::span<const MergeCandidate> candidates);

// By the id of the row, its parts and what is no part of it. What people say wins. `known`: whether
// there is such an asset.
using MergedRows = std::map<std::string, std::vector<MergeNote>, std::less<>>;
[[nodiscard]] MergedRows apply_orders(std::span<const MergeNote> notes,
                                      std::span<const MergeOrder> orders,
                                      const std::function<bool(const std::string&)>& known);

// Adds what is known of a part to its row.
void absorb(Asset& row, const Asset& part);

}  // namespace prahari
