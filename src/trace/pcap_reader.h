// SPDX-License-Identifier: Apache-2.0
// Reads classic pcap files, packet by packet: either byte order, micro- and nanosecond stamps, raw IP, Ethernet and Linux
// "cooked" frames. Not pcapng: the message says how to convert one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"

namespace mptcpp::trace {

struct CapturedPacket {
  std::uint64_t number = 0;         // in the file, from 1, as other tools count
  Instant at{};                     // the stamp, since the epoch
  std::span<const std::byte> ip{};  // until the next call; what the capture cut off reads as zeros
  bool complete = true;             // nothing was cut off
};

class PcapReader {
 public:
  // The error is a sentence with the path in it.
  static std::expected<PcapReader, std::string> Open(const std::string& path);

  // The next packet with IP in it; nullopt at the end, or at a place where the file makes no sense: then error() says so.
  std::optional<CapturedPacket> Next();
  const std::string& error() const { return error_; }
  std::uint64_t packets_read() const { return number_; }  // those without IP included

 private:
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  PcapReader(std::unique_ptr<std::FILE, CloseFile> file, std::string path) : file_(std::move(file)), path_(std::move(path)) {}
  std::string ReadFileHeader();
  bool ReadRecord(std::uint32_t captured, std::uint32_t original);
  std::uint32_t Word(const std::byte* from) const;

  std::unique_ptr<std::FILE, CloseFile> file_;
  std::string path_;
  std::string error_;
  bool swapped_ = false;  // the file is in the other byte order
  std::int64_t nanos_per_tick_ = 1000;
  std::uint32_t link_type_ = 0;
  std::uint64_t number_ = 0;
  std::vector<std::byte> frame_;
};

}  // namespace mptcpp::trace
