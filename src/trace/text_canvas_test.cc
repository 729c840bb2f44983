// SPDX-License-Identifier: Apache-2.0
#include "trace/text_canvas.h"

#include <gtest/gtest.h>

namespace mptcpp::trace {
namespace {

TEST(TextCanvas, LinesJoin) {
  TextCanvas canvas(3, 5);
  canvas.Vertical(2, 0, 2, TextCanvas::kPlain);
  canvas.Horizontal(1, 4, 0, TextCanvas::kPlain);
  canvas.Horizontal(2, 2, 4, TextCanvas::kPlain);
  EXPECT_EQ(canvas.Row(0, {}), "  ╷");
  EXPECT_EQ(canvas.Row(1, {}), "╶─┼─╴");
  EXPECT_EQ(canvas.Row(2, {}), "  ╰─╴");
}

TEST(TextCanvas, ALifelineGoesOn) {
  TextCanvas canvas(2, 3);
  canvas.Lifeline(0);
  canvas.Horizontal(0, 0, 2, TextCanvas::kPlain);
  EXPECT_EQ(canvas.Row(0, {}), "├─╴");
  EXPECT_EQ(canvas.Row(1, {}), "│");
}

TEST(TextCanvas, TextHidesLinesAndIsCutAtTheEdge) {
  TextCanvas canvas(1, 5);
  canvas.Horizontal(0, 0, 4, TextCanvas::kPlain);
  canvas.Text(0, 3, "✓✗lost", TextCanvas::kPlain);
  EXPECT_EQ(canvas.Row(0, {}), "╶──✓✗");
}

TEST(TextCanvas, ColoursChangeOnlyWhereTheyMust) {
  TextCanvas canvas(1, 6);
  canvas.Text(0, 0, "ab", 0);
  canvas.Text(0, 2, "cd", 1);
  canvas.Text(0, 4, "e", TextCanvas::kPlain);
  EXPECT_EQ(canvas.Row(0, {"<0>", "<1>"}), "<0>ab<1>cd\x1b[0me");
  EXPECT_EQ(canvas.Row(0, {}), "abcde");
}

TEST(TextCanvas, WidthAndCutCountColumns) {
  EXPECT_EQ(TextCanvas::Width("Key✓"), 4u);
  EXPECT_EQ(TextCanvas::Cut("Key✓", 4), "Key✓");
  EXPECT_EQ(TextCanvas::Cut("K✓✓✓", 3), "K✓…");
  EXPECT_EQ(TextCanvas::Cut("abc", 0), "");
}

}  // namespace
}  // namespace mptcpp::trace
