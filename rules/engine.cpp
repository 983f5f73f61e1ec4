#include "rules/engine.hpp"

#include "rules/gate.hpp"

namespace prahari {

class Engine::Impl {
 public:
  Impl(const Inventory& inventory, const Policy& policy, FindingSink& out, const Baseline* baseline)
      : context{inventory, policy, {}, baseline}, gate{policy, out} {
    for (const DetectorInfo* info : all_detectors()) {
      detectors.push_back(info->make());
      if (info->envelopes) {
        of_envelopes.push_back(detectors.back().get());
      }
    }
  }

  RuleContext context;
  Gate gate;
  std::vector<std::unique_ptr<Detector>> detectors;
  std::vector<Detector*> of_envelopes;
};

Engine::Engine(const Inventory& inventory, const Policy& policy, FindingSink& out,
               const Baseline* baseline)
    : impl_(std::make_unique<Impl>(inventory, policy, out, baseline)) {}

Engine::~Engine() = default;

void Engine::expect(std::span<const FlowId> flows) const noexcept {
  for (const auto& detector : impl_->detectors) {
    detector->expect(flows);
  }
}

void Engine::on_event(const Event& event, const Parties& parties) {
  impl_->context.parties = parties;
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
std::uint64_t Engine::switched_off() const noexcept { return impl_->gate.switched_off(); }

}  // namespace prahari
