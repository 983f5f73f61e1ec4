#include "rules/link_view.hpp"

#include "inventory/asset_key.hpp"
#include "rules/baseline_seen.hpp"
#include "rules/describe.hpp"
#include "rules/wording.hpp"

namespace prahari {
namespace {

constexpr std::string_view kNewAsset = "new-asset";

bool names_somebody(const Endpoint& end) noexcept {
  if (!end.mac.empty() && !names_device(end.mac)) {
    return false;
  }
  return end.ip.empty() ? !end.mac.empty() : names_host(end.ip) && end.ip.is_private();
}

}  // namespace

bool is_new_device(const Endpoint& end, const VlanTags& vlan, AssetIndex asset,
                   const RuleContext& context) {
  if (context.baseline == nullptr || !names_somebody(end)) {
    return false;
  }
  const HostKey key = device_key(end, vlan, asset, context.inventory);
  if (context.baseline->knows_device(key)) {
    return false;
  }
  const HostKey seen = host_key(end, vlan);
  const ZoneIndex zone = context.policy.zone_of(seen);
  const bool behind_router = key.mac.empty() && !end.mac.empty();
  if ((behind_router && zone == 0) || context.policy.is_off(kNewAsset, zone)) {
    return false;
  }
  return context.baseline->locked(section_of(seen, context.policy));
}

const LinkView& LinkViews::of(const Event& event, const RuleContext& context) {
  if (view_ == nullptr || view_->baseline != context.baseline) {
    view_ = &find(event, context);
    poll_known_ = false;
  }
  return *view_;
}

BaselinePollIndex LinkViews::poll(const Event& event, const RuleContext& context) {
  static_cast<void>(of(event, context));
  if (poll_known_) {
    return poll_;
  }
  poll_known_ = true;
  PollQuery asked;
  poll_ = view_->link == kNone || !see_poll(event, asked)
              ? kNone
              : context.baseline->find_poll(view_->link, asked, view_->likely_poll);
  if (poll_ != kNone) {
    view_->likely_poll = poll_ + 1;
  }
  return poll_;
}

LinkView& LinkViews::find(const Event& event, const RuleContext& context) {
  bool fresh = true;
  LinkView* view = &stray_;
  if (event.flow.valid()) {
    auto found = notes_.at(event.flow);
    view = &found.note;
    fresh = found.fresh;
  }
  const HostPlace client = host_place(event.client, event.vlan);
  if (!fresh && view->protocol == event.protocol && view->client_place == client &&
      view->baseline == context.baseline) {
    return *view;
  }
  const Baseline& baseline = *context.baseline;
  *view = {};
  view->baseline = &baseline;
  view->client_place = client;
  view->protocol = event.protocol;
  view->hosts = between_hosts(event);
  view->client = baseline.host(
      device_key(event.client, event.vlan, context.parties.client, context.inventory));
  view->server = baseline.host(
      device_key(event.server, event.vlan, context.parties.server, context.inventory));
  view->link = baseline.link(view->client, view->server, message_service(event));
  view->locked = baseline.locked(section_of(host_key(event.server, event.vlan), context.policy));
  const BaselineHostIndex writer = baseline.only_writer(view->server);
  view->second_writer = view->locked && writer != kNone && writer != view->client;
  view->new_client = is_new_device(event.client, event.vlan, context.parties.client, context);
  return *view;
}

bool serves_process(const Event& event, BaselineHostIndex server, const RuleContext& context) {
  const AssetIndex asset = context.parties.server;
  if (is_protected(host_key(event.server, event.vlan), asset, context)) {
    return true;
  }
  if (asset != kNone && context.inventory.asset(asset).has_role(Role::adapter)) {
    return true;
  }
  const std::string& role = context.baseline->host_entry(server).role;
  return role == to_string(Role::controller) || role == to_string(Role::adapter);
}

std::string accept_entry(std::string_view zone, std::string_view list, const std::string& json) {
  std::string out = "# baseline, zone ";
  out += in_quotes(zone);
  out += ", add to ";
  out += list;
  return out + ":\n" + json + '\n';
}

std::string server_section(const Event& event, const RuleContext& context) {
  return std::string(section_of(host_key(event.server, event.vlan), context.policy));
}

BaselineLink link_of(const Event& event, const BaselineService& service) noexcept {
  return {host_place(event.client, event.vlan), host_place(event.server, event.vlan), service};
}

}  // namespace prahari
