// What one message says, gathered while it is walked: values as views into the message, valid as
// long as its bytes are. Bounded; one is used again for every message of a thread.

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "dissectors/protocols/opcua/items.hpp"
#include "dissectors/protocols/opcua/learned.hpp"
#include "dissectors/protocols/opcua/methods.hpp"
#include "dissectors/protocols/opcua/node_names.hpp"
#include "dissectors/protocols/opcua/services.hpp"
#include "dissectors/protocols/opcua/walker.hpp"

namespace prahari::opcua {

// A list with a limit; what is beyond is left out.
template <class T, std::size_t N>
class Few {
 public:
  T* add() noexcept { return size_ == N ? nullptr : &(list_[size_++] = T{}); }
  void clear() noexcept { size_ = 0; }
  [[nodiscard]] std::span<const T> all() const noexcept { return std::span{list_}.first(size_); }
  [[nodiscard]] std::span<T> all() noexcept { return std::span{list_}.first(size_); }
  [[nodiscard]] T* last() noexcept { return size_ == 0 ? nullptr : &list_[size_ - 1]; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  std::array<T, N> list_{};
  std::size_t size_ = 0;
};

enum class TokenType : std::uint8_t { anonymous, user_name, certificate, issued };
[[nodiscard]] std::string_view to_string(TokenType type) noexcept;  // "user name"

struct Application {
  std::string_view uri;
  std::string_view product_uri;
  std::string_view name;
  std::uint32_t type = 0;  // 0 server, 1 client, 2 both, 3 discovery server
  Few<std::string_view, 8> urls;
};

struct TokenOffer {
  TokenType type{};
  std::string_view policy;  // empty: the one of the channel
};

struct Endpoint {
  std::string_view url;
  std::string_view policy;
  std::uint32_t mode = 0;
  std::uint32_t level = 0;
  Bytes certificate;
  Application application;
  Few<TokenOffer, 8> tokens;
};

// A value to show.
struct Shown {
  Type type = Type::null;
  double number = 0;
  std::uint64_t bits = 0;
  std::string_view text;
};

struct StatusCount {
  std::uint32_t code = 0;
  std::uint32_t count = 0;
};

// A fact that a value is, by what was asked for.
struct Told {
  Identity::Field field{};
  std::string_view text;
  std::uint32_t index = 0;  // of a namespace
  std::uint8_t confidence = 0;
};

// What a response calls a node, and the node below which it stands (fingerprints; 0: none).
struct NamedNode {
  std::uint64_t node = 0;
  std::uint64_t parent = 0;
  std::string_view name;
  NodeId id;
  std::string_view below;  // the NodeId of `parent` as text
};

class Reading final : public Visitor {
 public:
  // `asked`: what the request was about, if this is a response whose request was seen.
  void start(const Service& service, bool response, const Items* asked, const Learned& learned);

  void begin(Mark mark, std::size_t index) override;
  void end(Mark mark) override;
  void value(Mark mark, std::size_t index, const Value& value) override;
  void diagnostic(const Diagnostic& diagnostic) override;

  std::optional<std::uint32_t> handle;
  std::optional<std::uint32_t> result;  // ServiceResult
  std::uint32_t timeout_hint = 0;
  std::optional<std::uint32_t> channel;
  std::optional<std::uint32_t> token;
  std::optional<std::uint32_t> lifetime;
  std::optional<std::uint32_t> request_type;
  std::optional<std::uint32_t> mode;
  std::optional<std::uint32_t> subscription;
  std::optional<std::uint32_t> state;
  std::string_view endpoint_url;
  std::string_view server_uri;
  std::string_view session_name;
  Bytes client_certificate;
  Bytes server_certificate;
  Bytes user_certificate;

  // The user's identity token.
  std::optional<TokenType> user_token;
  std::string_view user;
  std::string_view algorithm;
  Bytes secret;

  Items items;                  // targets of a request
  std::vector<double> written;  // their values, one after the other; no more than the bytes hold
  Few<NodeId, Items::kKept> methods;
  Few<NodeId, Items::kKept> found;  // nodes that a response leads to
  Few<Shown, 64> values;
  Few<StatusCount, 16> results;               // how often each status
  Few<std::uint32_t, Items::kKept> statuses;  // one for each target, in order
  std::uint32_t first_bad = 0;                // status of the first target that failed
  Few<Application, 16> applications;          // that are described outside endpoints
  Few<Endpoint, 32> endpoints;
  Few<Told, 64> told;
  Few<Learned::Entry, 64> to_learn;
  Few<NamedNode, 256> named;
  Few<Diagnostic, 32> diagnostics;
  Few<std::string_view, 64> strings;  // that diagnostics point to

 private:
  void on_header(Mark mark, const Value& value);
  void on_application(Mark mark, const Value& value);
  void on_endpoint(Mark mark, const Value& value);
  void on_user(Mark mark, const Value& value);
  void on_item(Mark mark, const Value& value);
  void on_found(Mark mark, const Value& value);
  void on_build_info(Mark mark, const Value& value);
  void on_value(std::size_t index, const Value& value);
  void end_item();
  void end_reference();
  void put_below(const Item& item, NamedNode& one) const noexcept;
  void add_step(std::string_view name);
  void end_result();
  void add_status(std::uint32_t code);
  void tell(Identity::Field field, std::string_view text, std::uint8_t confidence,
            std::size_t index = 0);
  void judge(Item& item) const;
  [[nodiscard]] const MethodMeaning* meaning_of_call() const noexcept;
  [[nodiscard]] bool hidden() const noexcept;
  [[nodiscard]] const Item* asked_item() const noexcept;

  const Service* service_ = nullptr;
  const Items* asked_ = nullptr;
  const Learned* learned_ = nullptr;
  bool response_ = false;
  bool in_item_ = false;
  bool in_result_ = false;
  std::size_t at_ = 0;  // index of the result at hand
  std::uint32_t status_ = 0;
  NodeId node_;
  NodeId parent_;
  NodeId method_;
  NodeId found_node_;
  std::uint32_t attribute_ = kValueAttribute;
  bool removes_ = false;
  bool secretive_ = false;  // the method at hand takes passwords or keys
  std::uint8_t value_count_ = 0;
  std::uint32_t item_written_ = 0;
  std::array<double, Message::kValues> numbers_{};
  std::string_view path_name_;
  std::string_view found_name_;
  NodeId reference_type_;
  bool forward_ = false;
  std::array<char, NodeNames::kLongest> path_{};  // that is asked for
  std::size_t path_size_ = 0;
  Application* application_ = nullptr;
};

}  // namespace prahari::opcua
