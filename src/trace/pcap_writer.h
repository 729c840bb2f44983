// SPDX-License-Identifier: Apache-2.0
// Writes a packet capture that tcpdump, tshark and Wireshark read: classic pcap, nanosecond stamps, raw IP (LINKTYPE_RAW).
// The core has no IP headers and leaves TCP checksums to the edge, so both are completed here; super-segments are split as the
// wire would see them. A full disk is an error value, not an exception: writing stops, the caller asks error() when it likes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "wire/packet.h"

namespace mptcpp::trace {

struct PcapOptions {
  bool split_super_segments = true;  // false: one record per packet of the core, up to 64 KiB
};

class PcapWriter {
 public:
  // Creates or truncates the file. The error is a sentence with the path in it.
  static std::expected<PcapWriter, std::string> Open(const std::string& path, PcapOptions options = {});
  PcapWriter(PcapWriter&&) noexcept = default;
  PcapWriter& operator=(PcapWriter&& other) noexcept;
  ~PcapWriter();  // flushes

  // `at` becomes the stamp: nanoseconds since the epoch, or since the start of a simulation.
  // A received segment keeps the checksum that it came with, right or wrong; one that a device has verified (and may have
  // merged, which makes its checksum meaningless) gets a right one.
  void Write(Instant at, const RxPacket& packet);
  void Write(Instant at, const TxPacket& packet);
  // Hands everything to the operating system. False after any error, now or before.
  bool Flush();
  // Empty while all went well.
  const std::string& error() const { return error_; }
  std::uint64_t packets_written() const { return packets_written_; }

 private:
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  PcapWriter(std::unique_ptr<std::FILE, CloseFile> file, std::string path, PcapOptions options);
  void WriteSegments(Instant at, const TxPacket& packet);
  // `segment` lies in scratch_ behind room for the IP header.
  void WriteRecord(Instant at, const IpAddress& source, const IpAddress& destination, Ecn ecn, std::size_t segment_length);
  void Append(const void* data, std::size_t length);

  std::unique_ptr<std::FILE, CloseFile> file_;
  std::string path_;
  PcapOptions options_;
  std::string error_;
  std::uint64_t packets_written_ = 0;
  std::uint16_t identification_ = 0;
  std::vector<std::byte> scratch_;  // one IP packet of the largest size
};

}  // namespace mptcpp::trace
