#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "dissectors/protocols/enip/poll.hpp"
#include "tests/support.hpp"

namespace prahari::enip {
namespace {

const std::string kHead = "0a 02 20022401 ";  // Multiple Service Packet to the Message Router
const std::string kTank1 = "4c 04 91 05 5461 6e6b31 00 0100 ";
const std::string kTank2 = "4c 04 91 05 5461 6e6b32 00 0100 ";
const std::string kPoll = kHead + "0200 0600 1200 " + kTank1 + kTank2;

std::vector<std::byte> bytes(const std::string& text) { return test::hex(text); }

TEST(EnipPoll, IsAListThatReadsTagsByName) {
  EXPECT_TRUE(is_poll(bytes(kPoll)));
  EXPECT_TRUE(is_poll(bytes(kHead + "0100 0400 " + kTank1)));
  for (const std::string& other : {
           std::string{},
           kTank1,  // no list
           kHead + "0200 0600 1200 " + kTank1 + "4d 04 91 05 5461 6e6b32 00 c300 0100 0700",
           kHead + "0200 0600 1200 " + kTank1 + "4c 03 206b 2500 0500 0100",  // a Symbol instance
           kHead + "0200 0600 1200 " + kTank1 + "0e 03 2001 2401 3007",       // an attribute
           kHead + "0200 0600 1200 " + kTank1 + "4c 09 91 05 5461 6e6b32",    // cut
           kHead + "0200 0600 0600 " + kTank1 + kTank2,                       // offsets
           kHead + "0300 0600 1200 " + kTank1 + kTank2,
           "0a 02 20062401 0200 0600 1200 " + kTank1 + kTank2,  // another object
           "52 02 20062401 0200 0600 1200 " + kTank1 + kTank2,
       }) {
    EXPECT_FALSE(is_poll(bytes(other))) << other;
  }
}

TEST(EnipPoll, KeysStandForAllThatMessagesFollowFrom) {
  const auto poll = bytes(kPoll);
  const std::uint64_t key = key_of_poll(poll, 1, 0);
  EXPECT_NE(key, 0U);
  EXPECT_EQ(key, key_of_poll(poll, 1, 0));
  EXPECT_NE(key, key_of_poll(poll, 2, 0)) << "another module";
  EXPECT_NE(key, key_of_poll(poll, 1, 1)) << "within another list";
  EXPECT_NE(key, key_of_poll(bytes(kHead + "0200 0600 1200 " + kTank2 + kTank1), 1, 0));
  EXPECT_EQ(key_of_poll(bytes(kTank1), 1, 0), 0U);
  EXPECT_EQ(key_of_poll({}, 1, 0), 0U);
}

TEST(EnipPoll, AnswersAreAlikeWhateverTheirValues) {
  const auto poll = bytes(kPoll);
  const auto key = [&](const std::string& reply) {
    return key_of_answers(poll, bytes(reply), 1, 0);
  };
  const std::string head = "8a 00 00 00 0200 0600 0e00 ";
  const std::uint64_t good = key(head + "cc 00 00 00 c300 f6ff cc 00 00 00 c300 0700");
  EXPECT_NE(good, 0U);
  EXPECT_NE(good, key_of_poll(poll, 1, 0));
  EXPECT_EQ(good, key(head + "cc 00 00 00 c300 0000 cc 00 00 00 ca00 0000 8842"));
  EXPECT_EQ(good, key(head + "cc 00 00 00 c300 0000 cc 00 00 00 a002 3412 0102"));
  for (const std::string& other : {
           head + "cc 00 00 00 c300 f6ff cc 00 04 00",                  // refused
           head + "cc 00 00 00 c300 f6ff cc 00 06 00 c300 0700",        // more to come
           head + "cc 00 00 00 c300 f6ff cc 00 00 01 0000 c300",        // a word of status
           head + "cc 00 00 00 c300 f6ff cd 00 00 00 c300 0700",        // of a write
           head + "cc 00 00 00 c300 f6ff cc 00 00 00 a002",             // no handle
           head + "cc 00 00 00 c300 f6ff cc 00 00 00",                  // no type
           std::string{"8a 00 00 00 0100 0400 cc 00 00 00 c300 f6ff"},  // one is missing
           std::string{"8a 00 1e 00 0200 0600 0e00 cc 00 00 00 c300 f6ff cc 00 00 00 c300 0700"},
           std::string{"cc 00 00 00 c300 f6ff"},
           std::string{},
       }) {
    EXPECT_EQ(key(other), 0U) << other;
  }
}

}  // namespace
}  // namespace prahari::enip
