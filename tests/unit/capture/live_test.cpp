#include "capture/live.hpp"

#include <chrono>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

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

}  // namespace
}  // namespace prahari
