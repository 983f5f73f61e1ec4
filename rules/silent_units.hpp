// Devices that answered before and now leave requests without an answer, which needs no baseline.
//
// Counted for each client by itself: only what answers the same client ends its row, so nobody
// hides a silent device by answering himself. A unit has few places for waiting clients, and a
// client that has to go leaves its count behind: who floods them with made-up clients raises the
// alert himself. Units that never answered have no row at all.

#pragma once

#include <array>
#include <cstdint>

#include "dissectors/lru_table.hpp"
#include "rules/finding.hpp"
#include "rules/silence.hpp"

namespace prahari {

class SilentUnits {
 public:
  // Of an event that tells_unanswered().
  void on_unanswered(const Event& event, const RuleContext& context, FindingSink& out);
  // Of a message that asks for nothing.
  void on_answer(const Event& event, FindingSink& out);

  // Whether a silence of this server is told already.
  [[nodiscard]] bool tells_of(const HostPlace& server) const;
  // Whether more than one server was heard to answer.
  [[nodiscard]] bool several() const noexcept { return several_; }

 private:
  static constexpr std::uint32_t kMostUnits = 4096;
  static constexpr std::size_t kMostClients = 8;

  struct Key {
    HostPlace server;
    std::uint32_t unit = 0;
    Protocol protocol = Protocol::unknown;  // that carries it

    void add_to(Hasher& hash) const noexcept {
      server.add_to(hash);
      hash.add(std::uint64_t{unit} << 32U | static_cast<std::uint64_t>(protocol));
    }
    friend bool operator==(const Key&, const Key&) = default;
  };

  // Requests in a row of one client.
  struct Waiting {
    HostPlace client;
    FlowId flow;  // of the last
    std::uint32_t count = 0;
    PacketRef first;
    Timestamp last{};
  };

  struct Row {
    std::array<Waiting, kMostClients> clients;
    std::size_t used = 0;
    std::uint32_t crowd = 0;  // requests of clients that had to go, of late
    PacketRef crowd_since;    // the first of them
    double most = 0;          // in a row
    bool told = false;
    AlertHandle alert;
  };

  static Key key_of(const Event& event, std::uint32_t unit) noexcept;
  static bool answered_before(const Event& event, const RuleContext& context);
  static Waiting& waiting_of(Row& row, const HostPlace& client, Timestamp now);
  // Since when it leaves as many requests in a row as are told; null: it does not.
  static const PacketRef* over_since(const Row& row) noexcept;
  static Finding finding_of(const Row& row, const PacketRef& since, const Event& event,
                            const RuleContext& context);

  void note_answer(const Event& event);
  void note_waiting(const HostPlace& server, Timestamp request);
  [[nodiscard]] bool somebody_answers(Timestamp since) const noexcept;
  // False where the mirror did not show the answers; the row of this client begins anew.
  bool count(Waiting& waiting, const Event& event) const;

  LruTable<Key, Row, KeyHash> rows_{kMostUnits};
  Timestamp answered_{};  // the latest answer of any server
  HostPlace first_server_;
  bool several_ = false;
  HostPlace waiting_;  // the last server of a request without an answer since answered_
  bool waits_ = false;
  bool many_wait_ = false;
  Timestamp blind_until_{};  // until then the mirror showed no answers
};

}  // namespace prahari
