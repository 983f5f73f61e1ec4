// Sweeps by asking who is there, in the words of the protocol: everybody at once by broadcast,
// one device after the other, or one slot behind a device after the other.
//
// A client that goes on to read or write the values of a device has its reason to ask it, so a
// device counts only while it was asked nothing but who it is; judgement waits a minute. At most
// 1,024 clients with 64 questions each are watched; the least recently active go.

#pragma once

#include <cstdint>
#include <vector>

#include "dissectors/lru_table.hpp"
#include "rules/per_flow.hpp"
#include "rules/scan_common.hpp"

namespace prahari {

class DiscoverySweep {
 public:
  void on_event(const Event& event, ScanBook& book, const RuleContext& context, FindingSink& out);
  // Looks at what was gathered; called by the ticker. `over`: nothing will follow.
  void judge(Timestamp now, bool over, ScanBook& book, const RuleContext& context,
             FindingSink& out);

  [[nodiscard]] std::uint64_t evicted() const noexcept { return clients_.evictions(); }

 private:
  struct Question {
    IpAddress server;
    std::uint32_t unit = 0;
    bool refused = false;
    std::uint16_t told = 0;  // bit per ScanSort: is part of its clause
    Timestamp time;
    PacketRef packet;
  };
  struct Client {
    KeptParty party;
    ScanLimits limits;
    std::string protocol;
    std::string transport;
    std::vector<Question> questions;
    AlertHandle everybody;  // asked by broadcast
    bool expected = false;  // the site file says that it may ask
    bool changed = false;
  };
  struct FlowNote {
    bool used = false;  // more was asked than who is there
  };
  struct Report {
    ScanBook& book;
    const RuleContext& context;
    FindingSink& out;
  };
  using Questions = std::vector<Question*>;

  Client& client_of(const Event& event, const RuleContext& context);
  void on_question(const Event& event, const RuleContext& context);
  void on_everybody(const Event& event, const Report& report);
  void on_refusal(const Event& event);
  void on_use(const Event& event);
  void judge(Client& client, Timestamp now, bool over, const Report& report);
  void judge_devices(Client& client, Timestamp now, bool over, const Report& report);
  static void judge_slots(Client& client, const Report& report);
  static void tell(const Client& client, ScanSort sort, const Questions& part,
                   const std::string& clause, const Report& report);

  LruTable<IpAddress, Client, AddressHash> clients_{1024};
  LruTable<HostPair, char, HostPairHash> used_{65'536};
  PerFlow<FlowNote> notes_;
};

}  // namespace prahari
