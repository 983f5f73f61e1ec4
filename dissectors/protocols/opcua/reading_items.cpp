// The part of Reading that is about targets: what is asked for, what was found, what it is worth.

#include <algorithm>
#include <array>
#include <cmath>

#include "dissectors/protocols/opcua/methods.hpp"
#include "dissectors/protocols/opcua/reading.hpp"
#include "dissectors/protocols/opcua/status_codes.hpp"

namespace prahari::opcua {
namespace {

constexpr std::uint32_t kRemove = 4;  // PerformUpdateType

// Attributes that say who may do what (OPC 10000-3, 5.2 and 5.6).
constexpr bool gives_access(std::uint32_t attribute) noexcept {
  return attribute == 17 || attribute == 24 || attribute == 26 || attribute == 27;
}

// Nodes of namespace 0 whose value tells what the server is.
namespace node {
constexpr std::uint32_t kNamespaceArray = 2255;
constexpr std::uint32_t kServerStatus = 2256;
constexpr std::uint32_t kState = 2259;
constexpr std::uint32_t kBuildInfo = 2260;
constexpr std::uint32_t kBuildDate = 2266;
constexpr std::uint32_t kProfiles = 2269;
}  // namespace node

struct TellingNode {
  std::uint32_t id = 0;
  Identity::Field field{};
};

constexpr auto kTelling = std::to_array<TellingNode>({
    {node::kNamespaceArray, Identity::Field::namespaces},
    {2261, Identity::Field::product},
    {2262, Identity::Field::product_uri},
    {2263, Identity::Field::vendor},
    {2264, Identity::Field::firmware},
    {2265, Identity::Field::build},
    {node::kProfiles, Identity::Field::profile},
});

// Asking who a device is, rather than how it does.
bool is_nameplate(const Item& item, const Learned& learned) noexcept {
  const bool build_info = item.known >= node::kBuildInfo && item.known <= node::kBuildDate;
  return build_info || find_nameplate(learned.name_of(item.print)) != nullptr;
}

constexpr std::uint8_t kOfBuildInfo = 95;  // identification.md section 2
constexpr std::uint8_t kOfNameplate = 98;

constexpr std::array<std::string_view, 8> kStates = {
    "running",  "failed", "no configuration",    "suspended",
    "shutdown", "test",   "communication fault", "unknown"};

}  // namespace

const Item* Reading::asked_item() const noexcept {
  const bool known = asked_ != nullptr && at_ < asked_->list().size();
  return known ? &asked_->list()[at_] : nullptr;
}

void Reading::on_item(Mark mark, const Value& value) {
  switch (mark) {
    case Mark::node:
      if (!in_item_) {
        items.add(value.node);
        return;
      }
      node_ = value.node;
      return;
    case Mark::method:
      method_ = value.node;
      if (const MethodMeaning* meaning = meaning_of_call()) {
        secretive_ = meaning->operation == Operation::admin;
      }
      return;
    case Mark::parent:
      parent_ = value.node;
      return;
    case Mark::attribute:
      attribute_ = static_cast<std::uint32_t>(value.bits);
      return;
    case Mark::perform:
      removes_ = removes_ || value.bits == kRemove;
      return;
    case Mark::delete_flag:
      removes_ = true;
      return;
    default:
      path_name_ = Learned::known_name(value.text);
      add_step(value.text);
      return;
  }
}

// One more step of the path; one that does not fit leaves it as it is.
void Reading::add_step(std::string_view name) {
  const std::size_t slash = path_size_ > 0 ? 1 : 0;
  if (name.empty() || path_size_ + slash + name.size() > path_.size()) {
    return;
  }
  if (slash > 0) {
    path_[path_size_++] = '/';
  }
  std::ranges::copy(name, path_.begin() + static_cast<std::ptrdiff_t>(path_size_));
  path_size_ += name.size();
}

// The folders at the top say nothing of where a node is.
void Reading::put_below(const Item& item, NamedNode& one) const noexcept {
  constexpr std::uint32_t kRootFolder = 84;
  constexpr std::uint32_t kObjectsFolder = 85;
  if (item.known != kRootFolder && item.known != kObjectsFolder) {
    one.parent = item.print;
    one.below = asked_->text(item);
  }
}

// What a reference says of the node that it leads to. Only one that leads down puts it somewhere:
// not one to a type, a rule or a description (i=36 to i=41), and the folders at the top are none.
void Reading::end_reference() {
  constexpr std::uint32_t kFirstAside = 36;
  constexpr std::uint32_t kLastAside = 41;
  NamedNode* one = found_name_.empty() ? nullptr : named.add();
  if (one == nullptr) {
    return;
  }
  *one = {.node = fingerprint(found_node_), .name = found_name_, .id = found_node_, .below = {}};
  const std::size_t told_results = statuses.size();  // not known any more once it is full
  const bool aside = reference_type_.ns == 0 && reference_type_.number >= kFirstAside &&
                     reference_type_.number <= kLastAside;
  if (!forward_ || aside || asked_ == nullptr || told_results == 0 ||
      told_results >= Items::kKept || told_results > asked_->list().size()) {
    return;
  }
  put_below(asked_->list()[told_results - 1], *one);
}

void Reading::on_found(Mark mark, const Value& value) {
  if (mark == Mark::reference_type) {
    reference_type_ = value.node;
    return;
  }
  if (mark == Mark::forward) {
    forward_ = value.bits != 0;
    return;
  }
  if (mark == Mark::browse_name) {
    found_name_ = value.text;
    if (response_) {
      path_name_ = Learned::known_name(value.text);
    }
    return;
  }
  found_node_ = value.node;
  if (NodeId* node = found.add()) {
    *node = value.node;
  }
  const Item* item = service_->request == service::kTranslate ? asked_item() : nullptr;
  if (item != nullptr && item->path_size > 0) {
    if (NamedNode* one = named.add()) {
      *one = {.node = fingerprint(value.node),
              .name = asked_->path(*item),
              .id = value.node,
              .below = {}};
      put_below(*item, *one);
    }
  }
  if (item != nullptr && !item->name.empty()) {
    if (Learned::Entry* entry = to_learn.add()) {
      *entry = {fingerprint(value.node), item->name};
    }
  }
}

void Reading::end_item() {
  in_item_ = false;
  const bool call = service_->request == service::kCall;
  if (call) {
    if (NodeId* kept = methods.add()) {
      *kept = method_;
    }
  }
  const bool changes = !response_ && (service_->operation == Operation::write ||
                                      service_->operation == Operation::control);
  Item* item = items.add(node_.null() && !parent_.null() ? parent_ : node_,
                         changes ? Items::kMostChanged : Items::kKept);
  if (item == nullptr) {
    return;
  }
  if (call && method_.ns != 0 && !method_.null()) {
    // A standard method says nothing without its object, a vendor's belongs to one.
    items.aim_at(*item, method_);
  }
  if (service_->request == service::kTranslate) {
    items.set_path(*item, {path_.data(), path_size_});
  }
  item->attribute = attribute_;
  item->value_count = value_count_;
  item->values = numbers_;
  item->written = item_written_;
  item->written_count = static_cast<std::uint32_t>(written.size()) - item_written_;
  item->name = path_name_;
  judge(*item);
}

const MethodMeaning* Reading::meaning_of_call() const noexcept {
  const bool own = method_.ns == 0 && method_.kind == NodeId::Kind::numeric;
  return meaning_of_method(own ? method_name(method_.number)
                               : learned_->name_of(fingerprint(method_)));
}

// Arguments of methods about users, certificates and keys may be secrets; so may be their results.
bool Reading::hidden() const noexcept {
  if (service_->request != service::kCall) {
    return false;
  }
  if (!response_) {
    return secretive_;
  }
  const Item* item = asked_item();
  return item == nullptr || (item->has_meaning && item->operation == Operation::admin);
}

// What the item means by itself, where that differs from what the service means.
void Reading::judge(Item& item) const {
  const auto means = [&item](std::string_view name, Operation operation, Effect effect) {
    item.has_meaning = true;
    item.name = name;
    item.operation = operation;
    item.effect = effect;
  };
  switch (service_->request) {
    case service::kWrite:
      if (gives_access(item.attribute)) {
        means("Write Access Rights", Operation::admin, Effect::set_security);
      } else if (item.attribute != kValueAttribute) {
        means("Write Attribute", Operation::write, Effect::none);
      }
      return;
    case service::kRead:
      if (is_nameplate(item, *learned_)) {
        means("Read Nameplate", Operation::discover, Effect::none);
      }
      return;
    case service::kHistoryUpdate:
      if (removes_) {
        means("Delete History", Operation::write, Effect::erase);
      }
      return;
    case service::kCall:
      if (const MethodMeaning* meaning = meaning_of_call()) {
        means(meaning->name, meaning->operation, meaning->effect);
      }
      return;
    default:
      return;
  }
}

void Reading::on_value(std::size_t index, const Value& value) {
  if (hidden()) {
    return;
  }
  if (Shown* shown = values.add()) {
    *shown = {value.type, value.number, value.bits, value.text};
  }
  if (in_item_ && !response_ && value.is_number()) {
    written.push_back(value.number);
    if (value_count_ < numbers_.size() && std::isfinite(value.number)) {
      numbers_[value_count_++] = value.number;
    }
  }
  const Item* item = in_result_ ? asked_item() : nullptr;
  if (item == nullptr || item->attribute != kValueAttribute) {
    return;
  }
  if (item->known == node::kState && value.bits < kStates.size()) {
    return tell(Identity::Field::mode, kStates[value.bits], kOfBuildInfo);
  }
  const auto* telling = std::ranges::find(kTelling, item->known, &TellingNode::id);
  if (telling != kTelling.end() && value.is_text()) {
    return tell(telling->field, value.text, kOfBuildInfo, index);
  }
  const Nameplate* plate = find_nameplate(learned_->name_of(item->print));
  if (plate != nullptr && value.is_text()) {
    tell(plate->field, value.text, kOfNameplate);
  }
}

void Reading::on_build_info(Mark mark, const Value& value) {
  const Item* item = in_result_ ? asked_item() : nullptr;
  if (item == nullptr || (item->known != node::kServerStatus && item->known != node::kBuildInfo)) {
    return;
  }
  using Fact = Identity::Field;
  const Fact field = mark == Mark::product_uri        ? Fact::product_uri
                     : mark == Mark::manufacturer     ? Fact::vendor
                     : mark == Mark::product_name     ? Fact::product
                     : mark == Mark::software_version ? Fact::firmware
                                                      : Fact::build;
  tell(field, value.text, kOfBuildInfo);
}

void Reading::tell(Identity::Field field, std::string_view text, std::uint8_t confidence,
                   std::size_t index) {
  if (text.empty()) {
    return;
  }
  if (Told* fact = told.add()) {
    *fact = {field, text, static_cast<std::uint32_t>(index), confidence};
  }
}

// The DataValue of a Read ended: without a status it is good.
void Reading::end_result() {
  if (!in_result_) {
    return;
  }
  in_result_ = false;
  add_status(status_);
}

}  // namespace prahari::opcua
