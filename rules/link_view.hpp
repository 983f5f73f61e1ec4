// What the baseline says about the two ends of a flow and the service it carries. Looked up once a
// flow and kept with it, so that a message costs no search.
//
// One cause is one alert: of the rules about the same message the first of these speaks, and the
// others are silent. new-asset (the client is a device that the baseline does not know), new-talker
// (the two never had that service), new-operation, write-outside-baseline. A write by a host that
// is known, to a server that has one approved writer, is second-master's instead. Conduit rules are
// about something else and speak beside them.

#pragma once

#include "rules/baseline.hpp"
#include "rules/detector.hpp"
#include "rules/per_flow.hpp"

namespace prahari {

struct LinkView {
  BaselineHostIndex client = kNone;
  BaselineHostIndex server = kNone;
  BaselineLinkIndex link = kNone;  // of the messages
  const Baseline* baseline = nullptr;
  BaselinePollIndex likely_poll = kNone;  // polls go round, so the next one
  HostPlace client_place;                 // who is taken for the client may change
  Protocol protocol = Protocol::unknown;
  bool locked = false;         // the zone of the server
  bool new_client = false;     // new-asset tells of it
  bool hosts = false;          // both ends are single hosts
  bool second_writer = false;  // the server has one approved writer, and it is not this client
};

// Whether new-asset tells of this end: a device in a locked zone that the baseline does not know.
// Not the far side of a router, unless the site file puts its address into a zone, not an address
// that routers share, not the Internet; and not where the zone switches new-asset off.
[[nodiscard]] bool is_new_device(const Endpoint& end, const VlanTags& vlan, AssetIndex asset,
                                 const RuleContext& context);

// The engine has one for all detectors.
class LinkViews {
 public:
  void expect(std::span<const FlowId> flows) const noexcept { notes_.expect(flows); }

  // The next event comes: what was asked about the last one is forgotten.
  void begin() noexcept {
    view_ = nullptr;
    poll_known_ = false;
  }

  // Of a message or tally event. Only with a baseline.
  const LinkView& of(const Event& event, const RuleContext& context);
  // Which poll of the baseline the message is; kNone.
  BaselinePollIndex poll(const Event& event, const RuleContext& context);

 private:
  LinkView& find(const Event& event, const RuleContext& context);

  PerFlow<LinkView> notes_;
  LinkView stray_;
  LinkView* view_ = nullptr;  // of the event at hand
  bool poll_known_ = false;
  BaselinePollIndex poll_ = kNone;
};

// Controller, adapter, or said to be one by the site file or the baseline.
[[nodiscard]] bool serves_process(const Event& event, BaselineHostIndex server,
                                  const RuleContext& context);

// For the `accept` text: what to add to which list of the baseline.
[[nodiscard]] std::string accept_entry(std::string_view zone, std::string_view list,
                                       const std::string& json);
// The zone of the server, as the baseline calls its section.
[[nodiscard]] std::string server_section(const Event& event, const RuleContext& context);
// The link of a message in the terms of the baseline.
[[nodiscard]] BaselineLink link_of(const Event& event, const BaselineService& service) noexcept;

}  // namespace prahari
