// SPDX-License-Identifier: Apache-2.0
#include "trace/pcap_writer.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "wire/gso.h"
#include "wire/ip_header.h"
#include "wire/tcp_segment.h"

namespace mptcpp::trace {
namespace {

constexpr std::size_t kLongestIpHeader = 40;
constexpr std::size_t kScratchSize = kLongestIpHeader + kMaxTcpHeader + 65536;
constexpr std::uint32_t kNanosecondMagic = 0xa1b23c4d;
constexpr std::uint32_t kLinkTypeRaw = 101;
constexpr std::size_t kFileBuffer = 1 << 18;

// The fields stand in the writer's byte order; readers look at the magic.
struct FileHeader {
  std::uint32_t magic = kNanosecondMagic;
  std::uint16_t version_major = 2;
  std::uint16_t version_minor = 4;
  std::uint32_t zone_and_accuracy[2] = {0, 0};
  std::uint32_t snap_length = 262144;
  std::uint32_t link_type = kLinkTypeRaw;
};
static_assert(sizeof(FileHeader) == 24);

struct RecordHeader {
  std::uint32_t seconds;
  std::uint32_t nanoseconds;
  std::uint32_t captured_length;
  std::uint32_t original_length;
};
static_assert(sizeof(RecordHeader) == 16);

// A verified segment as the core would have sent it, so that one routine splits it and completes checksums.
TxPacket AsTxPacket(const RxPacket& packet, std::size_t header_length) {
  TxPacket tx;
  tx.source = packet.source;
  tx.destination = packet.destination;
  tx.ecn = packet.ecn;
  std::copy_n(packet.segment.begin(), header_length, tx.header.begin());
  tx.header[16] = tx.header[17] = std::byte{0};  // the checksum field, which the splitter fills
  tx.header_length = static_cast<std::uint8_t>(header_length);
  tx.AddSlice(packet.segment.subspan(header_length));
  tx.segment_size = packet.gso_size != 0 ? packet.gso_size : static_cast<std::uint16_t>(tx.payload_length);
  return tx;
}

}  // namespace

std::expected<PcapWriter, std::string> PcapWriter::Open(const std::string& path, PcapOptions options) {
  std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "wb"));
  if (!file) return std::unexpected("cannot write the capture " + path + ": " + std::strerror(errno));
  std::setvbuf(file.get(), nullptr, _IOFBF, kFileBuffer);
  PcapWriter writer(std::move(file), path, options);
  const FileHeader header;
  writer.Append(&header, sizeof header);
  if (!writer.error_.empty()) return std::unexpected(writer.error_);
  return writer;
}

PcapWriter::PcapWriter(std::unique_ptr<std::FILE, CloseFile> file, std::string path, PcapOptions options)
    : file_(std::move(file)), path_(std::move(path)), options_(options), scratch_(kScratchSize) {}

PcapWriter& PcapWriter::operator=(PcapWriter&& other) noexcept {
  if (this != &other) {
    file_ = std::move(other.file_);
    path_ = std::move(other.path_);
    options_ = other.options_;
    error_ = std::move(other.error_);
    packets_written_ = other.packets_written_;
    identification_ = other.identification_;
    scratch_ = std::move(other.scratch_);
  }
  return *this;
}

PcapWriter::~PcapWriter() = default;  // fclose() flushes; whoever wants to know whether that works calls Flush() before

void PcapWriter::Write(Instant at, const TxPacket& packet) {
  if (options_.split_super_segments || packet.payload_length <= packet.segment_size) return WriteSegments(at, packet);
  TxPacket whole = packet;
  whole.segment_size = static_cast<std::uint16_t>(packet.payload_length);
  WriteSegments(at, whole);
}

void PcapWriter::Write(Instant at, const RxPacket& packet) {
  const auto segment = packet.segment;
  const std::size_t header_length =
      segment.size() < wire::kTcpHeader ? 0 : static_cast<std::size_t>(std::to_integer<unsigned>(segment[12]) >> 4) * 4;
  const bool splittable = header_length >= wire::kTcpHeader && header_length <= segment.size();
  if (packet.checksum_verified && splittable) return Write(at, AsTxPacket(packet, header_length));
  const std::size_t length = std::min(segment.size(), kScratchSize - kLongestIpHeader);
  std::copy_n(segment.begin(), length, scratch_.begin() + kLongestIpHeader);
  WriteRecord(at, packet.source, packet.destination, packet.ecn, length);
}

void PcapWriter::WriteSegments(Instant at, const TxPacket& packet) {
  const std::size_t count = wire::SegmentCount(packet);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t length = wire::EmitSegment(packet, i, std::span(scratch_).subspan(kLongestIpHeader));
    WriteRecord(at, packet.source, packet.destination, packet.ecn, length);
  }
}

void PcapWriter::WriteRecord(Instant at, const IpAddress& source, const IpAddress& destination, Ecn ecn,
                             std::size_t segment_length) {
  std::array<std::byte, kLongestIpHeader> ip;
  const std::size_t ip_length =
      wire::WriteIpHeader(ip, source, destination, wire::kProtocolTcp, ecn, segment_length, identification_++);
  std::byte* const packet = scratch_.data() + kLongestIpHeader - ip_length;
  std::copy_n(ip.begin(), ip_length, packet);
  const auto length = static_cast<std::uint32_t>(ip_length + segment_length);
  const RecordHeader record{static_cast<std::uint32_t>(at.nanos() / 1'000'000'000),
                            static_cast<std::uint32_t>(at.nanos() % 1'000'000'000), length, length};
  Append(&record, sizeof record);
  Append(packet, length);
  if (error_.empty()) ++packets_written_;
}

void PcapWriter::Append(const void* data, std::size_t length) {
  if (!error_.empty() || std::fwrite(data, 1, length, file_.get()) == length) return;
  error_ = "cannot write the capture " + path_ + ": " + std::strerror(errno);
}

bool PcapWriter::Flush() {
  if (error_.empty() && std::fflush(file_.get()) != 0) {
    error_ = "cannot write the capture " + path_ + ": " + std::strerror(errno);
  }
  return error_.empty();
}

}  // namespace mptcpp::trace
