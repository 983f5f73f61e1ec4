// Scans by TCP and UDP: many hosts, many ports of one host, or several controllers tried out.
//
// A connection that nobody answered tells by itself little: plants are full of clients that ask
// for hosts long gone. So a target counts only if it never answered this client before. At most
// 1,024 clients with 128 attempts each are watched; the least recently active go.

#pragma once

#include <cstdint>
#include <vector>

#include "dissectors/lru_table.hpp"
#include "rules/per_flow.hpp"
#include "rules/scan_common.hpp"

namespace prahari {

class HostScan {
 public:
  void expect(std::span<const FlowId> flows) const noexcept { notes_.expect(flows); }
  void on_event(const Event& event, const RuleContext& context);
  // Looks at what was gathered; called by the ticker.
  void judge(Timestamp now, ScanBook& book, const RuleContext& context, FindingSink& out);

  [[nodiscard]] std::uint64_t evicted() const noexcept { return clients_.evictions(); }

 private:
  enum class State : std::uint8_t {
    asked,     // TCP, no answer yet
    waiting,   // UDP: whether an answer comes shows at the end of the flow
    failed,    // refused, or never answered
    answered,  // established
    silent     // established and closed, but not a word of the port's protocol
  };

  struct Attempt {
    IpAddress target;
    std::uint16_t port = 0;
    Transport transport = Transport::none;
    State state = State::asked;
    std::uint8_t told = 0;  // bit per ScanSort: is part of its clause
    bool known = false;     // the target has answered this client before
    Timestamp time;
    FlowId flow;
    PacketRef packet;
  };

  struct Client {
    KeptParty party;
    ScanLimits limits;
    std::vector<Attempt> attempts;
    bool changed = false;
  };
  using Attempts = std::vector<Attempt*>;

  // Where findings go.
  struct Report {
    ScanBook& book;
    const RuleContext& context;
    FindingSink& out;
  };

  void on_flow(const Event& event, const RuleContext& context);
  void on_opened(const Event& event, const RuleContext& context);
  void on_closed(Attempt& attempt, const Event& event);
  Attempt* attempt_of(const Event& event);
  void judge(Client& client, Timestamp now, const Report& report);
  [[nodiscard]] bool is_controller(const IpAddress& target, const RuleContext& context) const;

  [[nodiscard]] bool failed(const Attempt& attempt, Timestamp now) const noexcept;
  static void tell(Client& client, ScanSort sort, const Attempts& part, const std::string& clause,
                   const Report& report);
  static void judge_hosts(Client& client, const Attempts& failures, const Report& report);
  void judge_ports(Client& client, Timestamp now, const Report& report) const;
  void judge_controllers(Client& client, Timestamp now, const Report& report) const;

  struct FlowNote {
    bool spoke = false;  // a message of a known protocol was seen
    bool server_answered = false;
  };

  LruTable<IpAddress, Client, AddressHash> clients_{1024};
  LruTable<HostPair, char, HostPairHash> answered_{65'536};     // server answered client
  LruTable<IpAddress, char, AddressHash> controllers_{65'536};  // answered in an OT protocol
  PerFlow<FlowNote> notes_;
  bool changed_ = false;  // any client is
  // Of a mirror that shows one direction only, every connection looks unanswered until its end.
  bool sees_answers_ = false;
};

}  // namespace prahari
