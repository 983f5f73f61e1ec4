// The targets of one message: the nodes that are read or written, the methods that are called.

#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dissectors/message.hpp"
#include "dissectors/protocols/opcua/text.hpp"
#include "dissectors/protocols/opcua/wire.hpp"

namespace prahari::opcua {

inline constexpr std::uint32_t kValueAttribute = 13;

struct Item {
  std::uint32_t text = 0;  // where in Items::text its NodeId lies, and how long it is
  std::uint32_t size = 0;
  std::uint32_t aim = 0;  // the same of the node that is meant: the method that is called
  std::uint32_t aim_size = 0;
  std::uint32_t path = 0;  // the same of the path that is followed from it
  std::uint32_t path_size = 0;
  std::uint32_t attribute = kValueAttribute;
  std::uint32_t known = 0;  // its number, if it is a node of namespace 0; else 0
  std::uint32_t status = 0;
  std::uint8_t value_count = 0;
  bool has_meaning = false;  // name, operation and effect are its own, not those of the service
  Operation operation{};
  Effect effect{};
  std::uint64_t print = 0;  // tells the node again
  std::string_view name;    // a literal
  std::array<double, Message::kValues> values{};
  std::uint32_t written = 0;  // where in Reading::written all of its values lie, and how many
  std::uint32_t written_count = 0;
};

// Keeps the first 64 and counts all; of what changes its targets, all that a message has room for:
// nobody hides a write behind 64 others. The buffers are reused: no heap once they have grown.
class Items {
 public:
  static constexpr std::size_t kKept = 64;
  static constexpr std::size_t kMostChanged = 8192;

  void clear() noexcept {
    list_.clear();
    text_.clear();
    total_ = 0;
  }

  // Null beyond what is kept.
  Item* add(const NodeId& node, std::size_t most = kKept) {
    ++total_;
    if (list_.size() >= most) {
      return nullptr;
    }
    Item& item = list_.emplace_back();
    item.text = static_cast<std::uint32_t>(text_.size());
    append_node_id(text_, node);
    item.size = static_cast<std::uint32_t>(text_.size()) - item.text;
    item.aim = item.text;
    item.aim_size = item.size;
    item.known = node.ns == 0 && node.kind == NodeId::Kind::numeric ? node.number : 0;
    item.print = fingerprint(node);
    return &item;
  }

  [[nodiscard]] std::string_view text(const Item& item) const noexcept {
    return std::string_view{text_}.substr(item.text, item.size);
  }
  // The node that is meant, where it is not the one that was added.
  void aim_at(Item& item, const NodeId& node) {
    item.aim = static_cast<std::uint32_t>(text_.size());
    append_node_id(text_, node);
    item.aim_size = static_cast<std::uint32_t>(text_.size()) - item.aim;
  }
  [[nodiscard]] std::string_view aim(const Item& item) const noexcept {
    return std::string_view{text_}.substr(item.aim, item.aim_size);
  }
  void set_path(Item& item, std::string_view path) {
    item.path = static_cast<std::uint32_t>(text_.size());
    text_ += path;
    item.path_size = static_cast<std::uint32_t>(path.size());
  }
  [[nodiscard]] std::string_view path(const Item& item) const noexcept {
    return std::string_view{text_}.substr(item.path, item.path_size);
  }
  [[nodiscard]] std::vector<Item>& list() noexcept { return list_; }
  [[nodiscard]] const std::vector<Item>& list() const noexcept { return list_; }
  [[nodiscard]] std::size_t total() const noexcept { return total_; }
  [[nodiscard]] std::size_t memory() const noexcept {
    return text_.capacity() + list_.capacity() * sizeof(Item);
  }

  // Whether this has room for what `other` holds without more heap.
  [[nodiscard]] bool fits(const Items& other) const noexcept {
    return text_.capacity() >= other.text_size_kept() && list_.capacity() >= other.kept();
  }

  // Takes over the first that `other` holds, which is what an answer is held against; both keep
  // their buffers.
  void assign(const Items& other) {
    list_.assign(other.list_.begin(),
                 other.list_.begin() + static_cast<std::ptrdiff_t>(other.kept()));
    text_.assign(other.text_, 0, other.text_size_kept());
    total_ = other.total_;
  }

 private:
  [[nodiscard]] std::size_t kept() const noexcept { return std::min(list_.size(), kKept); }
  [[nodiscard]] std::size_t text_size_kept() const noexcept {
    return list_.size() > kKept ? list_[kKept].text : text_.size();
  }

  std::vector<Item> list_;
  std::string text_;
  std::size_t total_ = 0;
};

}  // namespace prahari::opcua
