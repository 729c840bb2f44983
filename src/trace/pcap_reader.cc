// SPDX-License-Identifier: Apache-2.0
#include "trace/pcap_reader.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "trace/link_layer.h"

namespace mptcpp::trace {
namespace {

constexpr std::size_t kFileHeader = 24;
constexpr std::size_t kRecordHeader = 16;
constexpr std::uint32_t kMicroMagic = 0xa1b2c3d4;
constexpr std::uint32_t kNanoMagic = 0xa1b23c4d;
constexpr std::uint32_t kPcapngMagic = 0x0a0d0d0a;
constexpr std::uint32_t kLongestFrame = 1 << 20;  // longer than any packet: a length above it is a damaged file
constexpr std::size_t kFileBuffer = 1 << 18;

}  // namespace

std::expected<PcapReader, std::string> PcapReader::Open(const std::string& path) {
  std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rb"));
  if (!file) return std::unexpected("cannot read the capture " + path + ": " + std::strerror(errno));
  std::setvbuf(file.get(), nullptr, _IOFBF, kFileBuffer);
  PcapReader reader(std::move(file), path);
  if (std::string problem = reader.ReadFileHeader(); !problem.empty()) return std::unexpected(std::move(problem));
  return reader;
}

std::uint32_t PcapReader::Word(const std::byte* from) const {
  std::uint32_t word;
  std::memcpy(&word, from, sizeof word);
  return swapped_ ? __builtin_bswap32(word) : word;
}

std::string PcapReader::ReadFileHeader() {
  std::array<std::byte, kFileHeader> header;
  if (std::fread(header.data(), 1, header.size(), file_.get()) != header.size()) return path_ + " is no capture: too short";
  std::uint32_t magic = Word(header.data());
  if (magic == kPcapngMagic) return path_ + " is a pcapng file; convert it: editcap -F pcap " + path_ + " OUT.pcap";
  if (magic != kMicroMagic && magic != kNanoMagic) {
    swapped_ = true;
    magic = Word(header.data());
  }
  if (magic != kMicroMagic && magic != kNanoMagic) return path_ + " is no pcap file";
  nanos_per_tick_ = magic == kNanoMagic ? 1 : 1000;
  link_type_ = Word(header.data() + 20) & 0x0fff'ffff;  // the bits above say something about checksums
  if (!IsKnownLink(link_type_)) return path_ + " has link type " + std::to_string(link_type_) + ", which is not understood here";
  return "";
}

bool PcapReader::ReadRecord(std::uint32_t captured, std::uint32_t original) {
  if (captured > kLongestFrame || original > kLongestFrame) {
    error_ = path_ + ": packet " + std::to_string(number_) + " has an impossible length; the file is damaged from here on";
    return false;
  }
  frame_.resize(captured);
  if (std::fread(frame_.data(), 1, captured, file_.get()) != captured) {
    error_ = path_ + " ends within packet " + std::to_string(number_);
    return false;
  }
  if (original > captured) frame_.resize(original, std::byte{0});
  return true;
}

std::optional<CapturedPacket> PcapReader::Next() {
  std::array<std::byte, kRecordHeader> header;
  while (error_.empty()) {
    const std::size_t got = std::fread(header.data(), 1, header.size(), file_.get());
    if (got == 0) return std::nullopt;
    ++number_;
    if (got != header.size()) {
      error_ = path_ + " ends within packet " + std::to_string(number_);
      return std::nullopt;
    }
    const std::uint32_t captured = Word(header.data() + 8);
    const std::uint32_t original = Word(header.data() + 12);
    if (!ReadRecord(captured, original)) return std::nullopt;
    const auto ip = IpInFrame(link_type_, frame_);
    if (!ip) continue;
    const std::int64_t nanos = static_cast<std::int64_t>(Word(header.data())) * 1'000'000'000 +
                               static_cast<std::int64_t>(Word(header.data() + 4)) * nanos_per_tick_;
    return CapturedPacket{.number = number_, .at = Instant::FromNanos(nanos), .ip = *ip, .complete = captured >= original};
  }
  return std::nullopt;
}

}  // namespace mptcpp::trace
