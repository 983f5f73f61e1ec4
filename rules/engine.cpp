#include "rules/engine.hpp"

#include "rules/baseline_choice.hpp"
#include "rules/describe.hpp"
#include "rules/gate.hpp"
#include "rules/link_view.hpp"

namespace prahari {

class Engine::Impl {
 public:
  Impl(const Inventory& inventory, const Policy& policy, FindingSink& out,
       const EngineOptions& options)
      : exceptions(policy.site().exceptions.size()),
        choice{policy},
        context{inventory, policy, {}},
        gate{policy, out} {
    context.links = &links;
    context.choice = &choice;
    approve(options.baselines);
    context.watch = options.watch;
    context.exceptions = exceptions;
    for (const DetectorInfo* info : all_detectors()) {
      if (!options.only.empty() && info->kind != options.only) {
        continue;
      }
      detectors.push_back(info->make());
      if (info->envelopes) {
        of_envelopes.push_back(detectors.back().get());
      }
    }
  }

  void approve(std::span<const Baseline* const> baselines) {
    choice.approve(baselines);
    context.baseline = choice.usual();
  }

  void choose_baseline(const Event& event) {
    choice.set_time(event.packet.time);
    context.baseline = choice.at(
        choice.zone_of(host_key(event.client, event.vlan), host_key(event.server, event.vlan)));
  }

  std::vector<ExceptionUse> exceptions;
  LinkViews links;
  BaselineChoice choice;
  RuleContext context;
  Gate gate;
  std::vector<std::unique_ptr<Detector>> detectors;
  std::vector<Detector*> of_envelopes;
};

Engine::Engine(const Inventory& inventory, const Policy& policy, FindingSink& out,
               const EngineOptions& options)
    : impl_(std::make_unique<Impl>(inventory, policy, out, options)) {}

Engine::~Engine() = default;

void Engine::expect(std::span<const FlowId> flows) const noexcept {
  impl_->links.expect(flows);
  for (const auto& detector : impl_->detectors) {
    detector->expect(flows);
  }
}

void Engine::approve(std::span<const Baseline* const> baselines) { impl_->approve(baselines); }

void Engine::on_event(const Event& event, const Parties& parties) {
  impl_->context.parties = parties;
  impl_->links.begin();
  if (impl_->choice.varies()) {
    impl_->choose_baseline(event);
  }
  const bool message = event.kind == EventKind::message || event.kind == EventKind::tally;
  if (message && event.message.envelope) {
    for (Detector* detector : impl_->of_envelopes) {
      detector->on_envelope(event, impl_->context, impl_->gate);
    }
    return;  // what it carries is judged
  }
  for (const auto& detector : impl_->detectors) {
    detector->on_event(event, impl_->context, impl_->gate);
  }
}

void Engine::on_end() {
  impl_->context.parties = {};
  for (const auto& detector : impl_->detectors) {
    detector->on_end(impl_->context, impl_->gate);
  }
}

std::vector<SilencedCount> Engine::silenced() const { return impl_->gate.silenced(); }
std::vector<PermittedCount> Engine::permitted() const { return impl_->gate.permitted(); }
std::vector<ExceptionCount> Engine::exceptions() const {
  const Site& site = impl_->context.policy.site();
  std::vector<ExceptionCount> counts;
  counts.reserve(site.exceptions.size());
  for (std::size_t i = 0; i < site.exceptions.size(); ++i) {
    counts.push_back({&site.exceptions[i], impl_->exceptions[i]});
  }
  return counts;
}

std::uint64_t Engine::switched_off() const noexcept { return impl_->gate.switched_off(); }

}  // namespace prahari
