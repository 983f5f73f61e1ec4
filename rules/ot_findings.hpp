// Findings that count only where a host of theirs is in OT. Which hosts are may be known after the
// fact: what is found before waits, is merged by its key, and is raised as soon as the host is seen
// to speak an OT protocol. So the order in which a host does both does not matter. At most 1,024
// wait; the one not added to for longest goes.

#pragma once

#include <string>

#include "dissectors/hash.hpp"
#include "dissectors/lru_table.hpp"
#include "rules/describe.hpp"
#include "rules/detector.hpp"
#include "rules/ot_place.hpp"

namespace prahari {

// Which end of a finding has to be in OT.
enum class OtEnd : std::uint8_t { source, destination, either };

class OtFindings {
 public:
  // Called for a finding just before it is raised, when more is known than when it was made.
  using Complete = void (*)(Finding& finding, const RuleContext& context);

  explicit OtFindings(Complete complete = nullptr) : complete_(complete) {}

  // None while it waits, or where it is not about OT.
  AlertHandle raise(OtEnd end, Finding finding, const RuleContext& context, FindingSink& out);

  // Looks at what waits now and then: call it for each event.
  void on_time(Timestamp now, const RuleContext& context, FindingSink& out) {
    if (waiting_.size() > 0 && (now >= due_ || due_ - now > kEvery)) {
      due_ = now + kEvery;
      look(context, out);
    }
  }
  void on_end(const RuleContext& context, FindingSink& out) { look(context, out); }

  [[nodiscard]] std::size_t waiting() const noexcept { return waiting_.size(); }
  [[nodiscard]] std::uint64_t evicted() const noexcept { return waiting_.evictions(); }

 private:
  static constexpr std::chrono::seconds kEvery{5};

  struct TextHash {
    std::uint64_t seed = process_seed();
    std::uint64_t operator()(const std::string& key) const noexcept {
      return Hasher{seed}.add(key).value();
    }
  };
  struct Waiting {
    Finding finding;
    KeptParty source;
    KeptParty destination;
    OtEnd end{};
  };

  static InOt side(const Finding& finding, OtEnd end, const RuleContext& context);
  AlertHandle pass(Finding finding, const RuleContext& context, FindingSink& out) const;
  void wait(OtEnd end, Finding finding, const RuleContext& context);
  void look(const RuleContext& context, FindingSink& out);

  Complete complete_;
  Timestamp due_;
  LruTable<std::string, Waiting, TextHash> waiting_{1024};
};

}  // namespace prahari
