// One OPC UA connection: its channels, the chunks under way, the requests that wait, and what was
// learned about the two applications at its ends.

#pragma once

#include <array>
#include <memory>
#include <vector>

#include "dissectors/dissector.hpp"
#include "dissectors/protocols/opcua/assembly.hpp"
#include "dissectors/protocols/opcua/channel.hpp"
#include "dissectors/protocols/opcua/framing.hpp"
#include "dissectors/protocols/opcua/learned.hpp"
#include "dissectors/protocols/opcua/node_names.hpp"
#include "dissectors/protocols/opcua/pending.hpp"
#include "dissectors/protocols/opcua/problems.hpp"
#include "dissectors/protocols/opcua/roles.hpp"
#include "dissectors/protocols/opcua/seen.hpp"
#include "dissectors/protocols/opcua/services.hpp"
#include "dissectors/protocols/opcua/walker.hpp"

namespace prahari::opcua {

// A message put together, before it is read.
struct Whole {
  Header header;  // of its last chunk
  std::uint32_t chunks = 1;
  std::uint64_t size = 0;  // of all bodies
  std::uint32_t channel = 0;
  std::uint32_t token = 0;
  std::uint32_t sequence = 0;
  std::uint32_t request_id = 0;
  bool encrypted = false;
  bool cut = false;             // longer than what was kept
  Bytes body;                   // from the type of the message on; empty where encrypted
  std::string_view policy_uri;  // OPN only
  Bytes certificate;            // OPN only: the sender's
  Bytes security;               // OPN only: policy, certificate and thumbprint as they lie
  std::uint32_t problems = 0;
};

struct Spoken;  // say.hpp

class OpcuaSession final : public Session {
 public:
  void join(Shared* shared, const FlowEnds& ends) override {
    budget_ = static_cast<Budget*>(shared);
    assemblies_.join(budget_);
    pending_.join(budget_);
    ends_ = {place_print(ends.first, ends), place_print(ends.second, ends)};
  }

  [[nodiscard]] Frame frame(Bytes head, Side side) const noexcept override;
  [[nodiscard]] bool starts_here(Bytes head, Side side, bool segment_start) const noexcept override;
  void on_pdu(const Pdu& pdu, Emitter& out) override;
  void on_foreign(Side side, Direction direction, Bytes head, const PacketRef& packet,
                  Emitter& out) override;
  void on_gap(Side side) override;
  void on_time(Timestamp now, Emitter& out) override;
  void on_end(Emitter& out) override;

 private:
  // Chunks.
  void on_open(const Header& header, Reader in, const Pdu& pdu, Emitter& out);
  void on_symmetric(const Header& header, Reader in, const Pdu& pdu, Emitter& out);
  void on_plain_chunk(Whole& whole, Channel& channel, Reader in, const Pdu& pdu, Emitter& out);
  void on_encrypted_chunk(Whole& whole, Channel& channel, const Pdu& pdu, Emitter& out);
  void on_abort(Whole& whole, Reader in, const Pdu& pdu, Emitter& out);
  [[nodiscard]] bool reads_plain(Channel& channel, const Header& header, Reader in, Side side);
  [[nodiscard]] static bool proves_none_wrong(Channel& channel);
  [[nodiscard]] static bool looks_encrypted(Channel& channel, bool known_policy);
  void give_up(Assembly& assembly);
  void report_given_up(Emitter& out);
  void report_unfinished(const Assembly& assembly, Emitter& out);

  // Connection messages.
  void on_connection(const Header& header, Reader in, const Pdu& pdu, Emitter& out);

  // Messages.
  void deliver(Whole& whole, Channel& channel, const Pdu& pdu, Emitter& out);
  static void read(Walker& walker, const Named& named, Whole& whole);
  void tell_channel(Channel& channel, const Whole& whole, const Service& service,
                    Emitter& out) const;
  void conclude(const Spoken& spoken, const Message& message, const Pdu& pdu, Emitter& out);
  void deliver_encrypted(const Whole& whole, Channel& channel, const Pdu& pdu, Emitter& out);
  // The fault of a message that only the other side may send, as a bit; 0: none.
  std::uint32_t settle_roles(bool response, const Pdu& pdu, Emitter& out);
  void settle_mode(Channel& channel, std::size_t remaining);
  void remember(const Whole& whole, const Pdu& pdu, const Message& message, Emitter& out);
  void note(Wrong wrong, Direction direction, const PacketRef& request, Emitter& out) const;
  [[nodiscard]] Direction direction_of(const Pdu& pdu) const noexcept;
  [[nodiscard]] bool lenient(const Pdu& pdu) const noexcept;
  [[nodiscard]] std::uint32_t limit_of(Side side) const noexcept;

  Budget* budget_ = nullptr;
  std::array<std::uint64_t, 2> ends_{};  // fingerprints, by side
  Channels channels_;
  Assemblies assemblies_;
  PendingRequests pending_;
  Learned learned_;
  SeenCertificates seen_;
  NodeNames names_;                  // where records are made
  const Policy* opening_ = nullptr;  // of the OPN request that waits
  Mode opening_mode_ = Mode::unknown;
  std::uint32_t opening_sequence_ = 0;
  bool opening_sequence_known_ = false;
  std::uint8_t best_offered_ = 0;  // strength of the best channel that the server offers
  std::array<std::uint32_t, 2> receive_buffer_{};  // of each side; 0: not known
  std::vector<Assembly> given_up_;                 // to be reported, without their bodies; few
  std::array<bool, 2> broken_{};                   // the encrypted message under way lost a part
  Timestamp next_check_{};
  Roles roles_;
  bool lost_ = false;  // bytes of this flow are missing
  bool overflow_told_ = false;
  bool without_items_told_ = false;
};

}  // namespace prahari::opcua
