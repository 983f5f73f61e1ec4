// The tables of the learner.

#pragma once

#include <array>
#include <string>
#include <vector>

#include "dissectors/lru_table.hpp"
#include "rules/learner.hpp"
#include "rules/per_flow.hpp"
#include "rules/robust_sample.hpp"
#include "rules/sealed_size.hpp"
#include "rules/timezone.hpp"

namespace prahari {

struct LinkKey {
  HostPlace client;
  HostPlace server;
  BaselineService service;

  void add_to(Hasher& hash) const noexcept {
    client.add_to(hash);
    server.add_to(hash);
    hash.add(static_cast<std::uint64_t>(service.protocol) << 32U |
             static_cast<std::uint64_t>(service.transport) << 16U | service.port);
  }
  friend bool operator==(const LinkKey&, const LinkKey&) = default;
};

// How often something happened in each minute that had any.
class MinuteCount {
 public:
  void add(Timestamp now, std::uint32_t times) noexcept {
    const auto minute = std::chrono::floor<std::chrono::minutes>(now);
    if (minute != minute_) {
      if (count_ > 0) {
        sample_.add(count_);
      }
      minute_ = minute;
      count_ = 0;
    }
    count_ += times;
  }
  // The last minute is not over.
  [[nodiscard]] const RobustSample& sample() const noexcept { return sample_; }

 private:
  std::chrono::sys_time<std::chrono::minutes> minute_{};
  std::uint32_t count_ = 0;
  RobustSample sample_;
};

struct LearnedLink {
  Timestamp since{};
  Timestamp last{};
  std::uint16_t zone = 0;
  bool decoded = false;
  std::uint64_t bytes = 0;
  MinuteCount messages;
  MinuteCount writes;
};

struct OperationKey {
  std::uint32_t link = 0;
  std::uint16_t function = 0;
  std::uint16_t sub_function = 0;
  Operation operation{};
  std::uint64_t object = 0;  // fingerprint

  void add_to(Hasher& hash) const noexcept {
    hash.add(std::uint64_t{link} << 32U | std::uint64_t{function} << 16U | sub_function)
        .add(static_cast<std::uint64_t>(operation))
        .add(object);
  }
  friend bool operator==(const OperationKey&, const OperationKey&) = default;
};
struct LearnedOperation {
  Timestamp since{};
  std::string_view name;  // a literal
  std::string object;
  ByteRange size;
};

struct TargetKey {
  std::uint32_t link = 0;
  bool write = false;
  std::uint32_t unit = 0;
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  std::uint64_t name = 0;  // fingerprint of table and text

  void add_to(Hasher& hash) const noexcept {
    hash.add(std::uint64_t{link} << 1U | (write ? 1U : 0U))
        .add(std::uint64_t{first} << 32U | count)
        .add(std::uint64_t{unit} ^ name);
  }
  friend bool operator==(const TargetKey&, const TargetKey&) = default;
};
struct LearnedTarget {
  Timestamp since{};
  std::string_view table;  // a literal
  std::string text;
  std::uint64_t times = 0;
  std::uint32_t elements = 0;  // the most that were written at once, from a name on
  std::uint8_t value_count = 0;
  bool stepped = false;
  std::array<ValueRange, BaselineTarget::kRanges> values{};
  double last = 0;
  double step = 0;
};

struct PollKey {
  std::uint32_t link = 0;
  std::uint32_t unit = 0;
  std::uint32_t address = 0;
  std::uint16_t function = 0;
  std::uint16_t sub_function = 0;
  bool by_client = true;
  std::uint64_t text = 0;  // fingerprint

  void add_to(Hasher& hash) const noexcept {
    hash.add(std::uint64_t{link} << 32U | unit)
        .add(std::uint64_t{address} << 32U | std::uint64_t{function} << 16U | sub_function)
        .add(text ^ (by_client ? 1U : 0U));
  }
  friend bool operator==(const PollKey&, const PollKey&) = default;
};
struct LearnedPoll {
  Timestamp since{};
  Timestamp last{};
  std::string_view name;  // a literal
  std::string text;
  std::uint64_t times = 0;
  RobustSample intervals;
};

// When an asset was heard.
struct Presence {
  Timestamp last{};
  Timestamp::duration quiet{};  // the longest between two times
  bool heard = false;
};

class Learner::Impl {
 public:
  Impl(const Inventory& inventory, const Policy& policy, const LearnerLimits& limits);

  void on_event(const Event& event, const Parties& parties);
  [[nodiscard]] BaselineData learned();

  LearnerStats stats;

 private:
  // What the last messages of a flow were about, so that most need no look-up at all.
  struct FlowNote {
    std::uint32_t link = prahari::kNone;  // of its messages
    Protocol protocol = Protocol::unknown;
    HostPlace client;  // direction can turn while the client is guessed
  };

  std::uint32_t link_at(const Event& event, const BaselineService& service);
  void on_heard(AssetIndex asset, Timestamp now);
  void on_flow(const Event& event);
  void on_message(const Event& event);
  void on_operation(std::uint32_t link, const Event& event);
  void on_target(std::uint32_t link, const Event& event);
  static void learn_values(const NumberList& values, LearnedTarget& target);
  void on_poll(std::uint32_t link, const Event& event);
  std::uint16_t section(std::string_view name);

  [[nodiscard]] BaselineLink link_of(std::uint32_t slot) const;
  [[nodiscard]] std::optional<double> quiet_of(AssetIndex row) const;
  void export_hosts(BaselineData& out);
  void export_asset(AssetIndex index, BaselineData& out);
  void export_links(BaselineData& out);
  void export_operations(BaselineData& out);
  void export_targets(BaselineData& out);
  void export_polls(BaselineData& out);
  void note_new(BaselineZone& zone, Timestamp since) const;
  [[nodiscard]] bool periodic(const LearnedPoll& poll) const;

  const Inventory& inventory_;
  const Policy& policy_;
  Timezone timezone_;
  std::uint64_t seed_ = process_seed();
  Timestamp from_{};
  Timestamp to_{};
  bool begun_ = false;
  std::vector<std::string> sections_;
  std::vector<WeekHours> hours_;   // by section
  std::vector<Presence> present_;  // by AssetIndex, so bounded by the inventory
  PerFlow<FlowNote> notes_;
  MeasuredRequests measured_;
  LruTable<LinkKey, LearnedLink, KeyHash> links_;
  LruTable<OperationKey, LearnedOperation, KeyHash> operations_;
  LruTable<TargetKey, LearnedTarget, KeyHash> targets_;
  LruTable<PollKey, LearnedPoll, KeyHash> polls_;
};

}  // namespace prahari
