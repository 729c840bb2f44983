// SPDX-License-Identifier: Apache-2.0
#include "tcp/windows.h"

#include <gtest/gtest.h>

namespace mptcpp::tcp {
namespace {

TEST(WindowShift, IsTheSmallestThatReaches) {
  EXPECT_EQ(WindowShiftFor(Bytes(65535)), 0);
  EXPECT_EQ(WindowShiftFor(Bytes(65536)), 1);
  EXPECT_EQ(WindowShiftFor(Bytes::MiB(6)), 7);
  EXPECT_EQ(WindowShiftFor(Bytes::Infinite()), 14);
}

TEST(SendWindow, OldSegmentsDoNotMoveIt) {
  SendWindow w;
  w.Start(SeqNum(1000), SeqNum(1), Bytes(500));
  EXPECT_FALSE(w.Update(SeqNum(999), SeqNum(50), Bytes(10)));
  EXPECT_EQ(w.window(), Bytes(500));
  EXPECT_FALSE(w.Update(SeqNum(1000), SeqNum(0), Bytes(10)));
  EXPECT_TRUE(w.Update(SeqNum(1000), SeqNum(2), Bytes(600)));
  EXPECT_TRUE(w.Update(SeqNum(1001), SeqNum(2), Bytes(100)));
  EXPECT_FALSE(w.Update(SeqNum(1001), SeqNum(2), Bytes(100))) << "same again: no change";
  EXPECT_EQ(w.window(), Bytes(100));
  EXPECT_EQ(w.max_window(), Bytes(600));
}

TEST(SendWindow, UsableIsNeverNegativeWhenThePeerShrinks) {
  SendWindow w;
  w.Start(SeqNum(0), SeqNum(0), Bytes(1000));
  EXPECT_EQ(w.Usable(SeqNum(10), SeqNum(510)), Bytes(500));
  w.Update(SeqNum(0), SeqNum(10), Bytes(100));
  EXPECT_EQ(w.Usable(SeqNum(10), SeqNum(510)), Bytes(0));
}

TEST(SendWindow, SynIsNotScaled) {
  SendWindow w;
  w.SetShift(20);
  EXPECT_EQ(w.Scaled(2, true), Bytes(2));
  EXPECT_EQ(w.Scaled(2, false), Bytes(2 << 14)) << "above 14 means 14";
}

TEST(ReceiveWindow, RoundsDownAndAcceptsToTheFurthestEdge) {
  ReceiveWindow w;
  w.Start(SeqNum(100));
  w.SetShift(4);
  EXPECT_EQ(w.Advertise(SeqNum(100), Bytes(1000), 100, false), 1000 / 16);
  EXPECT_EQ(w.Acceptable(SeqNum(100)), 1000u / 16 * 16);
  // The room was given to another subflow: we say less, but what was offered before is still accepted.
  EXPECT_EQ(w.Advertise(SeqNum(100), Bytes(160), 100, false), 10);
  EXPECT_EQ(w.Acceptable(SeqNum(100)), 992u);
}

TEST(ReceiveWindow, StaysShutForSlivers) {
  ReceiveWindow w;
  w.Start(SeqNum(0));
  w.Advertise(SeqNum(0), Bytes(10'000), 1000, false);
  EXPECT_EQ(w.Advertise(SeqNum(10'000), Bytes(0), 1000, false), 0);
  EXPECT_EQ(w.Advertise(SeqNum(10'000), Bytes(999), 1000, false), 0);
  EXPECT_FALSE(w.UpdateDue(SeqNum(10'000), Bytes(999), 1000));
  EXPECT_TRUE(w.UpdateDue(SeqNum(10'000), Bytes(1000), 1000));
  EXPECT_EQ(w.Advertise(SeqNum(10'000), Bytes(1000), 1000, false), 1000);
}

TEST(ReceiveWindow, HalfATinyBufferIsEnoughToOpen) {
  ReceiveWindow w;
  w.Start(SeqNum(0));
  w.Advertise(SeqNum(0), Bytes(600), 1000, false);
  EXPECT_FALSE(w.UpdateDue(SeqNum(600), Bytes(299), 1000));
  EXPECT_TRUE(w.UpdateDue(SeqNum(600), Bytes(300), 1000));
}

TEST(ReceiveWindow, NoUpdateWhileMuchIsOnOffer) {
  ReceiveWindow w;
  w.Start(SeqNum(0));
  w.SetShift(2);
  w.Advertise(SeqNum(0), Bytes(100'000), 1000, false);
  EXPECT_FALSE(w.UpdateDue(SeqNum(40'000), Bytes(100'000), 1000));
  EXPECT_TRUE(w.UpdateDue(SeqNum(60'000), Bytes(100'000), 1000));
}

TEST(ReceiveWindowTest, WhatTheFieldCannotSayIsNoReasonForAnUpdate) {
  ReceiveWindow w;  // not scaled, with a buffer of four times what fits the field
  w.Start(SeqNum(0));
  EXPECT_EQ(w.Advertise(SeqNum(0), Bytes::KiB(256), 1000, false), 65535);
  EXPECT_FALSE(w.UpdateDue(SeqNum(1), Bytes::KiB(256), 1000));
  EXPECT_TRUE(w.UpdateDue(SeqNum(40'000), Bytes::KiB(256), 1000));
}

}  // namespace
}  // namespace mptcpp::tcp
