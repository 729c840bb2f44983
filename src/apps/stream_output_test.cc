// SPDX-License-Identifier: Apache-2.0
#include "apps/stream_output.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace mptcpp::apps {
namespace {

namespace fs = std::filesystem;

class StreamOutputTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "mptcpp-output-XXXXXX";
    folder_ = mkdtemp(pattern.data());
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string Path() const { return folder_ + "/file"; }
  std::string Content() const {
    std::ifstream in(Path());
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
  }
  std::size_t FileCount() const { return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), {})); }
  static void WriteText(StreamOutput& output, std::string_view text) {
    EXPECT_EQ(output.Write(std::as_bytes(std::span(text))).value(), text.size());
  }

  std::string folder_;
};

TEST_F(StreamOutputTest, TheNameAppearsWithTheLastByte) {
  auto output = StreamOutput::Open(Path());
  ASSERT_TRUE(output.has_value());
  WriteText(*output, "whole");
  EXPECT_FALSE(fs::exists(Path()));
  ASSERT_TRUE(output->Commit().has_value());
  EXPECT_EQ(Content(), "whole");
  EXPECT_EQ(FileCount(), 1u);
}

TEST_F(StreamOutputTest, WithoutCommitNothingIsLeftAndTheOldFileStays) {
  std::ofstream(Path()) << "old";
  {
    auto output = StreamOutput::Open(Path());
    ASSERT_TRUE(output.has_value());
    WriteText(*output, "half");
  }
  EXPECT_EQ(Content(), "old");
  EXPECT_EQ(FileCount(), 1u);
}

TEST_F(StreamOutputTest, KeepsTheModeOfTheFileThatItReplaces) {
  std::ofstream(Path()) << "old";
  fs::permissions(Path(), fs::perms::owner_read | fs::perms::owner_write | fs::perms::others_read);
  auto output = StreamOutput::Open(Path());
  ASSERT_TRUE(output.has_value());
  ASSERT_TRUE(output->Commit().has_value());
  EXPECT_EQ(fs::status(Path()).permissions(), fs::perms::owner_read | fs::perms::owner_write | fs::perms::others_read);
}

TEST_F(StreamOutputTest, AFullDiskIsOneSentence) {
  auto output = StreamOutput::Open("/dev/full");
  ASSERT_TRUE(output.has_value());
  const auto written = output->Write(std::as_bytes(std::span("x", 1)));
  ASSERT_FALSE(written.has_value());
  EXPECT_NE(written.error().message.find("no space left"), std::string::npos);
}

TEST_F(StreamOutputTest, AFullPipeIsNotAnError) {
  ASSERT_EQ(mkfifo(Path().c_str(), 0600), 0);
  const drivers::FileDescriptor reader(open(Path().c_str(), O_RDONLY | O_NONBLOCK));
  auto output = StreamOutput::Open(Path());
  ASSERT_TRUE(output.has_value());
  const std::vector<std::byte> block(1 << 20);
  std::size_t total = 0;
  for (std::size_t n = 1; n > 0; total += n) n = output->Write(block).value();
  EXPECT_GT(total, 0u);
}

TEST_F(StreamOutputTest, AFolderIsNoFile) { EXPECT_FALSE(StreamOutput::Open(folder_).has_value()); }

}  // namespace
}  // namespace mptcpp::apps
