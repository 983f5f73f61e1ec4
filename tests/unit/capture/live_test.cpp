#include "capture/live.hpp"

#include <chrono>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "capture/packet_fetcher.hpp"
#include "capture/tee_source.hpp"
#include "tests/unit/capture/captures.hpp"

namespace prahari {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

void send_to_self(const std::string& text) {
  const int socket = ::socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(9);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sendto(socket, text.data(), text.size(), 0, reinterpret_cast<const sockaddr*>(&address),
         sizeof address);
  close(socket);
}

TEST(LiveSource, SaysWhenAnInterfaceIsNotThere) {
  const auto source = LiveSource::open("nosuch0");
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().kind, Error::Kind::environment);
  EXPECT_TRUE(source.error().message.starts_with("nosuch0: cannot listen: "))
      << source.error().message;
}

TEST(LiveSource, HearsWhatPassesAndIdlesOtherwise) {
  for (const std::string interface : {"lo", "any"}) {
    SCOPED_TRACE(interface);
    const auto opened = LiveSource::open(interface);
    if (!opened) {
      GTEST_SKIP() << "cannot listen here: " << opened.error().message;
    }
    Source& source = **opened;
    const std::string mark = "prahari live test " + std::to_string(getpid()) + interface;
    send_to_self(mark);
    Packet packet;
    bool heard = false;
    bool idle = false;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    while (!(heard && idle) && std::chrono::steady_clock::now() < deadline) {
      const Source::Poll poll = source.next(packet);
      ASSERT_NE(poll, Source::Poll::end) << source.inputs()[0].note;
      idle = idle || poll == Source::Poll::idle;
      if (poll == Source::Poll::packet && text(packet.bytes).ends_with(mark)) {
        heard = true;
        EXPECT_EQ(packet.ref.captured, packet.bytes.size());
        EXPECT_EQ(packet.ref.link, interface == "any" ? LinkType::linux_sll2 : LinkType::ethernet);
        EXPECT_EQ(packet.ref.offset, kNotKept);
        const auto age = std::chrono::system_clock::now() - packet.ref.time;
        EXPECT_LT(age, std::chrono::minutes{1});
        EXPECT_GT(age, std::chrono::minutes{-1});
      }
    }
    EXPECT_TRUE(heard);
    EXPECT_TRUE(idle);
    EXPECT_GT(source.stats().packets, 0U);
    EXPECT_EQ(source.inputs()[0].format, "live");
  }
}

// The kernel takes the tag out of a frame that it receives.
TEST(LiveSource, HandsOutVlanTagsAndKeepsPacketsInASpool) {
  const Folder folder;
  auto opened = LiveSource::open("lo");
  const int socket = ::socket(AF_PACKET, SOCK_RAW, 0);
  if (!opened || socket < 0) {
    GTEST_SKIP() << "cannot listen and send raw frames here";
  }
  const auto tee = TeeSource::open(std::move(*opened), folder.path("spool"), 1 << 20);
  ASSERT_TRUE(tee);
  const std::string frame = std::string(12, '\0') + std::string("\x81\0\0\x6e", 4) + "\x88\xb5" +
                            "prahari vlan test " + std::to_string(getpid());
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_ifindex = static_cast<int>(if_nametoindex("lo"));
  ASSERT_EQ(sendto(socket, frame.data(), frame.size(), 0,
                   reinterpret_cast<const sockaddr*>(&address), sizeof address),
            static_cast<ssize_t>(frame.size()));
  close(socket);
  Packet packet;
  std::vector<PacketRef> heard;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (heard.empty() && std::chrono::steady_clock::now() < deadline) {
    if ((*tee)->next(packet) == Source::Poll::packet &&
        text(packet.bytes).ends_with("vlan test " + std::to_string(getpid()))) {
      EXPECT_EQ(text(packet.bytes), frame);
      heard.push_back(packet.ref);
    }
  }
  EXPECT_EQ(heard.size(), 1U);
  std::size_t fetched = 0;
  const Status status = fetch_packets((*tee)->inputs()[0], heard, [&](const Packet& again) {
    EXPECT_EQ(text(again.bytes), frame);
    ++fetched;
    return ok_status();
  });
  EXPECT_TRUE(status) << status.error().message;
  EXPECT_EQ(fetched, heard.size());
}

}  // namespace
}  // namespace prahari
