// SPDX-License-Identifier: Apache-2.0
#include "wire/mptcp_history.h"

#include "base/endian.h"

namespace mptcpp::wire {
namespace {

constexpr HistoryPacket kAllPackets[] = {HistoryPacket::kSyn, HistoryPacket::kSynAck, HistoryPacket::kAck, HistoryPacket::kData};

std::uint64_t ReadBits(std::span<const std::byte> bytes, std::size_t at, std::size_t bits) {
  std::uint64_t value = 0;
  for (std::size_t i = at; i < at + bits; ++i) {
    value = (value << 1) | ((std::to_integer<unsigned>(bytes[i / 8]) >> (7 - i % 8)) & 1u);
  }
  return value;
}

bool HasLengthOf(const HistoryForm& form, std::size_t length) {
  const std::size_t fixed = form.FixedBits() / 8;
  return length >= fixed + form.open_min && length <= fixed + form.open_max;
}

bool HasForm(const HistoryForm& form, std::span<const std::byte> option) {
  if (!HasLengthOf(form, option.size())) return false;
  for (const HistoryValue& value : ReadHistoryFields(form, option)) {
    const HistoryField& field = *value.field;
    if (field.must_be != HistoryField::kAnything && value.value != static_cast<std::uint64_t>(field.must_be)) return false;
    if (field.must_not_be != HistoryField::kAnything && value.value == static_cast<std::uint64_t>(field.must_not_be))
      return false;
  }
  return true;
}

std::string Hex(std::uint64_t value, std::size_t bits) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text = "0x";
  for (std::size_t digit = (bits + 3) / 4; digit-- > 0;) text += kDigits[(value >> (4 * digit)) & 15];
  return text;
}

std::string ValueText(const HistoryValue& value) {
  if (value.field->secret) return "<key>";
  return value.bits > 8 ? Hex(value.value, value.bits) : std::to_string(value.value);
}

void ExplainMatch(const HistoryMatch& match, std::span<const std::byte> option, std::string& text) {
  text += std::string(match.epoch->documents) + " (" + match.epoch->date + "), " + HistoryTitle(*match.form) + "\n";
  for (const HistoryValue& value : ReadHistoryFields(*match.form, option)) {
    text += std::string("  ") + value.field->name + " = " + ValueText(value) + ": " + value.field->meaning + "\n";
  }
  if (*match.epoch->unknown != '\0') text += std::string("  not established: ") + match.epoch->unknown + "\n";
}

}  // namespace

const char* ToString(HistoryPacket packet) {
  switch (packet) {
    case HistoryPacket::kSyn: return "SYN";
    case HistoryPacket::kSynAck: return "SYN/ACK";
    case HistoryPacket::kAck: return "third ACK";
    case HistoryPacket::kData: return "first data";
  }
  return "?";
}

std::size_t HistoryForm::FixedBits() const {
  std::size_t bits = 0;
  for (const HistoryField& field : fields) bits += field.bits;
  return bits;
}

std::vector<HistoryMatch> RecognizeMpCapable(std::span<const std::byte> option, std::optional<HistoryPacket> packet) {
  std::vector<HistoryMatch> matches;
  if (option.size() < 2 || Load8(option.data() + 1) != option.size()) return matches;
  for (const HistoryEpoch& epoch : MpCapableHistory()) {
    for (const HistoryForm& form : epoch.forms) {
      if ((!packet || form.On(*packet)) && HasForm(form, option)) matches.push_back({&epoch, &form});
    }
  }
  return matches;
}

std::vector<HistoryValue> ReadHistoryFields(const HistoryForm& form, std::span<const std::byte> option) {
  std::vector<HistoryValue> values;
  const std::size_t fixed = form.FixedBits();
  const std::size_t open = 8 * option.size() > fixed ? 8 * option.size() - fixed : 0;
  std::size_t at = 0;
  for (const HistoryField& field : form.fields) {
    const std::size_t bits = field.bits == HistoryField::kOpen ? open : field.bits;
    if (at + bits > 8 * option.size()) break;
    values.push_back({&field, bits, ReadBits(option, at, bits)});
    at += bits;
  }
  return values;
}

std::string HistoryTitle(const HistoryForm& form) {
  std::string text;
  for (const HistoryPacket packet : kAllPackets) {
    if (form.On(packet)) text += (text.empty() ? "" : " and ") + std::string(ToString(packet));
  }
  if (form.HasOpenField()) return text + ", length not established";
  return text + ", " + std::to_string(form.FixedBits() / 8) + " bytes";
}

std::string ExplainMpCapable(std::span<const std::byte> option, std::optional<HistoryPacket> packet) {
  const auto matches = RecognizeMpCapable(option, packet);
  if (matches.empty()) {
    return std::string("No form of MP_CAPABLE that is known here") + (packet ? std::string(" on a ") + ToString(*packet) : "") +
           ".\n";
  }
  std::string text;
  if (matches.size() > 1) {
    text = "These bytes alone do not tell which of " + std::to_string(matches.size()) + " forms they have:\n";
  }
  for (const HistoryMatch& match : matches) ExplainMatch(match, option, text);
  return text;
}

}  // namespace mptcpp::wire
