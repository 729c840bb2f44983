// SPDX-License-Identifier: Apache-2.0
// The forms that MP_CAPABLE has had, from the first draft of 2009 to RFC 8684, as one table. From it come a decoder that says
// which documents a found option may follow, the box diagrams, and the explanations; nothing is said twice.
//
// What is not established here is in the table too, as a field of open width and as a sentence (`unknown`), and the decoder
// answers with every document that fits instead of guessing one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mptcpp::wire {

// The packets of a handshake that carry MP_CAPABLE, as bits of a set.
enum class HistoryPacket : std::uint8_t { kSyn = 1, kSynAck = 2, kAck = 4, kData = 8 };
const char* ToString(HistoryPacket packet);  // "SYN", "SYN/ACK", "third ACK", "first data"

// A field of a form, in the order of the wire.
struct HistoryField {
  static constexpr std::uint8_t kOpen = 0;  // the width is not established: the field takes what the others leave
  static constexpr int kAnything = -1;

  const char* name;
  std::uint8_t bits;
  const char* meaning;
  int must_be = kAnything;  // what senders of that time put here
  int must_not_be = kAnything;
  bool secret = false;  // a key: never printed
};

struct HistoryForm {
  std::uint8_t packets;  // HistoryPacket bits
  std::span<const HistoryField> fields;
  std::uint8_t open_min = 0, open_max = 0;  // bytes that a field of open width is taken for

  bool On(HistoryPacket packet) const { return (packets & static_cast<std::uint8_t>(packet)) != 0; }
  bool HasOpenField() const { return open_max != 0; }
  std::size_t FixedBits() const;  // all fields of known width together
};

// A stretch of time in which the format stayed the same.
struct HistoryEpoch {
  const char* name;       // for short
  const char* documents;  // first and last
  const char* date;       // of the first
  const char* change;     // what is new against the one before
  const char* reason;     // why
  const char* handshake;  // who says what
  const char* unknown;    // what is not established here; "" if nothing
  std::span<const HistoryForm> forms;
};

// Oldest first.
std::span<const HistoryEpoch> MpCapableHistory();

struct HistoryMatch {
  const HistoryEpoch* epoch;
  const HistoryForm* form;
};
// All forms that a whole option (kind byte first) may have, oldest first; empty if it has none. Not saying which packet it was
// on leaves more of them. Before draft-ietf-03 the Kind was unassigned: any other than 30 is taken for it.
std::vector<HistoryMatch> RecognizeMpCapable(std::span<const std::byte> option, std::optional<HistoryPacket> packet);

struct HistoryValue {
  const HistoryField* field;
  std::size_t bits;
  std::uint64_t value;
};
// The fields of an option that has this form.
std::vector<HistoryValue> ReadHistoryFields(const HistoryForm& form, std::span<const std::byte> option);

// The form as RFCs draw it, 32 bits a line, every line ended by '\n'.
std::string HistoryDiagram(const HistoryForm& form);
// "SYN and SYN/ACK, 12 bytes".
std::string HistoryTitle(const HistoryForm& form);
// What an option is, in words, with its fields; says plainly if several documents fit or none. Keys appear as <key>.
std::string ExplainMpCapable(std::span<const std::byte> option, std::optional<HistoryPacket> packet);

}  // namespace mptcpp::wire
