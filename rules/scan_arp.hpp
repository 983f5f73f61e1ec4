// Scans by ARP: one station asks for many addresses that nobody has.
//
// A mirror port often shows the questions (broadcast) but not the answers (to one station), so an
// address that was heard of in any other way is not counted; and where no answer was ever seen the
// threshold doubles. At most 1,024 stations with 256 questions each.

#pragma once

#include <cstdint>
#include <vector>

#include "dissectors/lru_table.hpp"
#include "rules/scan_common.hpp"

namespace prahari {

class ArpScan {
 public:
  void on_event(const Event& event, const RuleContext& context);
  // `over`: the capture has ended, nothing more will be answered.
  void judge(Timestamp now, bool over, ScanBook& book, const RuleContext& context,
             FindingSink& out);

 private:
  struct Question {
    IpAddress target;
    Timestamp time;
    PacketRef packet;
    bool told = false;
  };
  struct Station {
    KeptParty party;
    ScanLimits limits;
    std::vector<Question> questions;
    bool changed = false;
  };

  void on_arp(const Event& event, const RuleContext& context);
  void judge(Station& station, Timestamp now, bool over, ScanBook& book, const RuleContext& context,
             FindingSink& out);

  void hear(const IpAddress& ip);

  LruTable<MacAddress, Station, AddressHash> stations_{1024};
  LruTable<IpAddress, char, AddressHash> heard_{65'536};
  bool answers_seen_ = false;
};

}  // namespace prahari
