// What hosts show outside any flow: ARP, LLDP, the rings and fieldbuses that need no IP.
//
// A host is told of when it appears and once a minute after that. Where a dissector reads frames
// of this kind (Dissector::on_frame) it gets them, and what it says is about the two addresses of
// the frame, without a flow. Part of one shard.

#pragma once

#include <cstdint>

#include "capture/packet.hpp"
#include "dissectors/dissector.hpp"
#include "dissectors/event.hpp"
#include "dissectors/lru_table.hpp"

namespace prahari {

// Makes an event one about this host, and about no flow.
void be_about(Event& event, const Identity::Host& host) noexcept;

class HostFrames final : private Emitter {
 public:
  // `fields`: for each message's own; null: nobody asked. Both outlive this.
  HostFrames(EventSink& sink, Fields* fields);

  // A frame without IP.
  void on_frame(const Packet& packet, const Layers& layers);

  // A frame that belongs to a flow without ports, which was told of already.
  void read(const Packet& packet, const Layers& layers);

 private:
  struct Key {
    MacAddress mac;
    std::uint16_t kind = 0;  // EtherType
    VlanTags vlan;
    std::uint64_t alike = 0;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct KeyHash {
    std::uint64_t seed = 0;
    std::size_t operator()(const Key& key) const noexcept;
  };

  // Whether the like was not seen within the last minute; it is now.
  bool is_news(const Key& key, Timestamp now);
  void tell_host();
  [[nodiscard]] Event about_frame(EventKind kind) const noexcept;

  // Emitter
  void message(const Message& message) override;
  void identity(const Identity& identity) override;
  void anomaly(const Anomaly& anomaly) override;
  void posture(const Posture& posture) override;
  void host(const Identity::Host& host) override;
  Fields* fields() override;
  void client_is(Side /*side*/) override {}

  EventSink& sink_;
  Fields* fields_;
  bool fields_taken_ = false;
  LruTable<Key, Timestamp, KeyHash> seen_;

  // The frame at hand; meaningful inside on_frame and read only.
  const Packet* packet_ = nullptr;
  const Layers* layers_ = nullptr;
  Protocol protocol_ = Protocol::unknown;
};

}  // namespace prahari
