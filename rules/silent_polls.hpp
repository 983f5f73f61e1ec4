// Polls that the baseline knows and that no longer come.
//
// All that is missing of one device is one silence: the device's, whoever should ask it or be told
// by it; or the client's, where it stopped to ask all that it asks.

#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "rules/finding.hpp"
#include "rules/silence.hpp"

namespace prahari {

class SilentPolls {
 public:
  // Of every event, for its time; context.baseline is always the same. `judged`: it is the one in
  // force for the event. `several`: more than one server is heard to answer.
  void on_event(const Event& event, bool judged, bool several, const RuleContext& context,
                FindingSink& out);

 private:
  // [0]: from servers, [1]: from clients
  using Directions = std::array<Timestamp, 2>;

  // One device that may fall silent as a whole: a server's unit, or a client.
  struct Device {
    HostPlace place;
    std::uint32_t unit = 0;
    BaselineService service;
    std::vector<std::uint32_t> polls;  // positions in polls_, as many as the baseline has
    std::uint32_t missing = 0;         // how many of them are
    std::uint32_t untold = 0;          // of those, still to be told
    HostPlace peer;                    // of the first that is
    AlertHandle alert;
  };

  struct Poll {
    const BaselinePoll* known = nullptr;
    BaselineLinkIndex link = kNone;
    ZoneIndex zone = 0;        // whose baseline judges it
    std::uint32_t server = 0;  // positions in servers_ and clients_
    std::uint32_t client = 0;
    Timestamp last{};
    PacketRef packet;  // the last that was told
    Completeness state = Completeness::complete;
    double limit = 60;  // seconds
    bool seen = false;
    bool missing = false;
    bool of_client = false;  // missing: as part of its client's silence
  };

  void begin(Timestamp now, const RuleContext& context);
  void add(BaselinePollIndex poll, Timestamp now, const RuleContext& context);
  void find_devices();
  void pass_over(Timestamp::duration span);

  [[nodiscard]] static bool hidden(const Directions& heard, bool by_client) noexcept;
  [[nodiscard]] bool hidden(const Poll& poll) const noexcept;
  void note_direction(const Event& event, const RuleContext& context);
  [[nodiscard]] static BaselinePollIndex nameless_poll(const Event& event,
                                                       const RuleContext& context);
  void on_poll(const Event& event, const RuleContext& context, FindingSink& out);
  void check(const PacketRef& packet, const RuleContext& context, FindingSink& out);

  Device& device_of(const Poll& poll) noexcept {
    return poll.of_client ? clients_[poll.client] : servers_[poll.server];
  }
  // Whether all that the client of this poll asks stopped at once, of more than one server.
  [[nodiscard]] bool client_stopped(const Poll& poll, Timestamp now) const;
  [[nodiscard]] static bool in_force(const Poll& poll, const RuleContext& context) noexcept;
  void note_missing(std::uint32_t at, Timestamp now);
  [[nodiscard]] Finding finding_of(const Poll& poll, const Device& device, const PacketRef& packet,
                                   const RuleContext& context) const;
  [[nodiscard]] std::string others_words(const Poll& poll, const Device& device,
                                         const RuleContext& context) const;

  std::vector<Poll> polls_;               // as many as the baseline has
  std::vector<std::uint32_t> positions_;  // in polls_, by BaselinePollIndex
  std::vector<Device> servers_;
  std::vector<Device> clients_;
  std::vector<std::uint32_t> news_;  // of each device that has some, the first poll to be told
  bool begun_ = false;
  bool several_ = false;
  Timestamp begun_at_{};
  Directions ways_{};              // the latest message of anybody
  std::vector<Directions> links_;  // and of each link of the baseline
  Timestamp heard_{};              // the latest event
  Timestamp next_check_{};
};

}  // namespace prahari
