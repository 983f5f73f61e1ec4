// How assets are protected: kept once, counted, bounded, merged, and shown by service.

#include <gtest/gtest.h>

#include "inventory/posture_book.hpp"
#include "inventory/posture_view.hpp"
#include "tests/unit/inventory/traffic.hpp"

namespace prahari::test {
namespace {

using Aspect = Posture::Aspect;
using Flaw = Posture::Flaw;

const End kClient{"00:0c:29:00:00:02", "10.0.0.5", 50000};
const End kServer{"00:1d:9c:00:00:01", "10.0.0.1", 4840};

const Asset& server_of(const Inventory& inventory) {
  return inventory.asset(inventory.find(mac(kServer.mac)));
}

TEST(Posture, IsKeptOnceAndCounted) {
  OuiTable oui;
  Inventory inventory{oui};
  Script script{inventory};
  script.talk(kClient, kServer);
  script.posture(Aspect::channel_used, "None", "None", Posture::bit(Flaw::no_security));
  script.posture(Aspect::channel_used, "None", "None", Posture::bit(Flaw::downgrade));
  script.posture(Aspect::user_used, "user name", "operator");
  script.posture(Aspect::certificate, "client application", "CN=a", 0, true, 0xab);
  const Asset& server = server_of(inventory);
  ASSERT_EQ(server.postures.size(), 2U);
  EXPECT_EQ(server.postures[0].count, 2U);
  EXPECT_EQ(server.postures[0].flaws,
            Posture::bit(Flaw::no_security) | Posture::bit(Flaw::downgrade));
  EXPECT_EQ(server.postures[0].port, 4840);
  EXPECT_LT(server.postures[0].first, server.postures[0].last);
  const Asset& client = inventory.asset(inventory.find(mac(kClient.mac)));
  ASSERT_EQ(client.postures.size(), 1U);
  EXPECT_TRUE(client.postures[0].as_client);
  EXPECT_EQ(client.postures[0].thumbprint, "abababababababababababababababababababab");
}

TEST(Posture, AStormPushesOutItsOwnKindOnly) {
  OuiTable oui;
  Inventory inventory{oui};
  Script script{inventory};
  script.talk(kClient, kServer);
  script.posture(Aspect::channel_used, "None", "None");
  for (int i = 0; i < 1000; ++i) {
    script.posture(Aspect::user_used, "user name", "user " + std::to_string(i));
  }
  const Asset& server = server_of(inventory);
  EXPECT_EQ(server.postures.size(), 25U);
  EXPECT_EQ(server.postures.front().aspect, Aspect::channel_used);
  EXPECT_EQ(server.postures.back().text, "user 999");
  EXPECT_EQ(inventory.stats().facts_dropped, 976U);
}

TEST(Posture, OfAllAssetsThoseNotSeenForLongestAreForgotten) {
  OuiTable oui;
  Inventory inventory{oui};
  Script script{inventory};
  script.talk(kClient, kServer);
  script.posture(Aspect::channel_used, "None", "None");
  const auto server = [](int i) {
    return End{"", "10.1." + std::to_string(i / 250) + '.' + std::to_string(1 + i % 250), 4840};
  };
  constexpr int kServers = 1600;  // of 24 facts each
  for (int i = 0; i < kServers; ++i) {
    script.talk({"", "10.0.0.5", 50000}, server(i));
    for (int user = 0; user < 24; ++user) {
      script.posture(Aspect::user_used, "user name", "user " + std::to_string(user));
    }
  }
  std::size_t kept = 0;
  for (const AssetIndex at : inventory.assets_in_order()) {
    kept += inventory.asset(at).postures.size();
  }
  EXPECT_LE(kept, kPosturesInAll);
  EXPECT_GT(kept, kPosturesInAll - 512);
  EXPECT_EQ(kept + inventory.stats().postures_evicted, 1U + 24 * kServers);
  EXPECT_TRUE(server_of(inventory).postures.empty()) << "the oldest";
  const AssetIndex last = inventory.find(ip(server(kServers - 1).ip), vlan(0));
  EXPECT_EQ(inventory.asset(last).postures.size(), 24U) << "what is new is kept";
}

TEST(Posture, IsShownByServiceWithWhatAnAuditorWillAsk) {
  OuiTable oui;
  Inventory inventory{oui};
  Script script{inventory};
  script.protocol = Protocol::opcua;
  script.talk(kClient, kServer);
  script.posture(Aspect::user_offered, "user name", "None", Posture::bit(Flaw::cleartext_password));
  script.posture(Aspect::channel_offered, "SignAndEncrypt", "Basic256Sha256");
  script.posture(Aspect::channel_offered, "None", "None", Posture::bit(Flaw::no_security));
  script.posture(Aspect::channel_used, "SignAndEncrypt", "Basic256Sha256");
  script.posture(Aspect::channel_used, "SignAndEncrypt", "Basic256Sha256");
  script.posture(Aspect::certificate, "client application", "CN=a", 0, true);
  script.talk(kClient, {kServer.mac, kServer.ip, 48010});
  script.posture(Aspect::user_used, "anonymous", "", Posture::bit(Flaw::anonymous));
  const auto rows = service_postures(server_of(inventory));
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].port, 4840);
  EXPECT_EQ(rows[0].offered, (std::vector<std::string>{"None", "Basic256Sha256, SignAndEncrypt"}));
  EXPECT_EQ(rows[0].used, std::vector<std::string>{"Basic256Sha256, SignAndEncrypt, 2 times"});
  EXPECT_EQ(rows[0].users_offered, std::vector<std::string>{"user name, under None"});
  EXPECT_TRUE(rows[0].certificates.empty()) << "that of the client is not the server's";
  EXPECT_EQ(rows[0].questions, (std::vector<std::string>{
                                   "Why is a channel offered that is neither signed nor encrypted?",
                                   "Why may a password be sent in the clear?"}));
  EXPECT_EQ(rows[1].users_used, std::vector<std::string>{"anonymous"});
  EXPECT_EQ(rows[1].questions,
            std::vector<std::string>{"Who are the clients that logged in without a name?"});
}

TEST(Posture, FlawsHaveNamesAndWords) {
  const std::uint32_t flaws = Posture::bit(Flaw::expired) | Posture::bit(Flaw::anonymous);
  EXPECT_EQ(flaw_names(flaws), (std::vector<std::string_view>{"anonymous", "expired"}));
  EXPECT_EQ(flaw_words(flaws), "nobody has to say who he is; expired");
  EXPECT_EQ(flaw_words(0), "");
}

}  // namespace
}  // namespace prahari::test
