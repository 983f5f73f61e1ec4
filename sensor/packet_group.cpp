#include "sensor/packet_group.hpp"

#include <cstring>

#include "sensor/parallel.hpp"

namespace prahari {

Source::Poll PacketGroup::fill(Source& source, Decoder& decoder, PipelineStats& stats) noexcept {
  size_ = 0;
  std::size_t used = 0;
  Timestamp first;
  for (std::size_t read = 0; read < kMost; ++read) {
    Member& member = members_[size_];
    const Source::Poll poll = source.next(member.packet);
    if (poll != Source::Poll::packet) {
      return poll;
    }
    Packet& packet = member.packet;
    count_packet(stats, packet);
    // The source's own bytes live until its next packet: long enough for the last of a group.
    const bool last = packet.bytes.size() > kBytes - used;
    if (!last) {
      const std::span room = std::span{bytes_}.subspan(used, packet.bytes.size());
      if (!room.empty()) {
        std::memcpy(room.data(), packet.bytes.data(), room.size());  // copy() goes byte by byte
      }
      packet.bytes = room;
      used += packet.bytes.size();
    }
    first = read == 0 ? packet.ref.time : first;
    if (decode_and_count(decoder, packet, member.layers, stats)) {
      member.shard = shard_of(member.layers);
      ++size_;
    }
    // So does a datagram put together from fragments, until the decoder's next packet.
    if (last || member.layers.reassembled || packet.ref.time - first > kTogether) {
      break;
    }
  }
  return Source::Poll::packet;
}

}  // namespace prahari
