// Numbers as they lie in a packet.

#include "dissectors/number_list.hpp"

#include <array>
#include <limits>

#include <gtest/gtest.h>

namespace prahari {
namespace {

using Form = NumberList::Form;
using Order = NumberList::Order;

template <class... Octets>
std::array<std::byte, sizeof...(Octets)> bytes(Octets... octets) {
  return {static_cast<std::byte>(octets)...};
}

TEST(NumberList, ReadsEveryFormInEitherOrder) {
  const auto raw = bytes(0x80, 0x01, 0xff, 0xfe);
  EXPECT_EQ((NumberList{raw, Form::whole, 2, Order::big}[0]), 0x8001);
  EXPECT_EQ((NumberList{raw, Form::whole, 2, Order::little}[1]), 0xfeff);
  EXPECT_EQ((NumberList{raw, Form::with_sign, 2, Order::big}[1]), -2);
  EXPECT_EQ((NumberList{raw, Form::with_sign, 1, Order::big}[0]), -128);
  EXPECT_EQ((NumberList{raw, Form::whole, 4, Order::big}[0]), 0x8001fffeU);
  const auto real = bytes(0x42, 0x28, 0x00, 0x00);
  EXPECT_EQ((NumberList{real, Form::real, 4, Order::big}[0]), 42);
  constexpr std::array<double, 2> kOwn = {1.5, -std::numeric_limits<double>::infinity()};
  const NumberList own = NumberList::of(kOwn);
  ASSERT_EQ(own.size(), 2U);
  EXPECT_EQ(own[0], 1.5);
  EXPECT_EQ(own[1], kOwn[1]);
}

TEST(NumberList, NeverPromisesMoreThanItsBytesHold) {
  const auto raw = bytes(1, 2, 3, 4, 5);
  EXPECT_EQ((NumberList{raw, Form::whole, 2, Order::big}.size()), 2U);
  EXPECT_EQ((NumberList{raw, Form::whole, 8, Order::big}.size()), 0U);
  EXPECT_TRUE((NumberList{raw, Form::whole, 0, Order::big}.empty()));
  EXPECT_TRUE((NumberList{raw, Form::whole, 3, Order::big}.empty()));
  EXPECT_TRUE((NumberList{raw, Form::real, 2, Order::big}.empty()));
  EXPECT_EQ((NumberList{raw, Form::whole, 2, Order::big}[2]), 0) << "beyond the end";
  EXPECT_EQ(NumberList::of_bits(raw, 1000).size(), 40U);
  EXPECT_TRUE(NumberList{}.empty());
  EXPECT_TRUE((NumberList{{}, Form::bit, 1, Order::big}.empty()));
}

TEST(NumberList, TheLowestBitComesFirst) {
  const auto raw = bytes(0b0000'0101, 0b0000'0010);
  const NumberList list = NumberList::of_bits(raw, 10);
  ASSERT_EQ(list.size(), 10U);
  EXPECT_EQ(list[0], 1);
  EXPECT_EQ(list[1], 0);
  EXPECT_EQ(list[2], 1);
  EXPECT_EQ(list[9], 1);
}

TEST(NumberList, MovesToACopy) {
  const auto raw = bytes(0, 7, 0, 8);
  NumberList list{raw, Form::whole, 2, Order::big};
  const std::string copy = std::string{list.bytes()} + "more";
  list.move_to(copy);
  EXPECT_EQ(list.bytes().data(), copy.data());
  EXPECT_EQ(list[1], 8);
}

}  // namespace
}  // namespace prahari
