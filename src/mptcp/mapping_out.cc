// SPDX-License-Identifier: Apache-2.0
#include "mptcp/mapping_out.h"

#include <algorithm>

#include "base/check.h"

namespace mptcpp::core {
namespace {

constexpr int kPlaceBits = 32;

}  // namespace

std::uint64_t MappingOut::Push(const OutgoingMapping& mapping) {
  const auto number = static_cast<std::uint32_t>(first_number_ + mappings_.size());
  mappings_.push_back(mapping);
  if (mapping.data_offset < highest_) in_order_from_ = mappings_.size();
  highest_ = std::max(highest_, mapping.DataEnd());
  return std::uint64_t{number} << kPlaceBits;
}

const OutgoingMapping* MappingOut::Find(tcp::PayloadRange range) const {
  const std::uint32_t i = static_cast<std::uint32_t>(range.offset >> kPlaceBits) - first_number_;
  return i < mappings_.size() ? &mappings_[i] : nullptr;
}

std::uint64_t MappingOut::DataOffset(tcp::PayloadRange range) const {
  const OutgoingMapping* mapping = Find(range);
  MPTCPP_CHECK(mapping != nullptr);
  return mapping->data_offset + (range.offset & ((std::uint64_t{1} << kPlaceBits) - 1));
}

void MappingOut::Clear() {
  first_number_ += static_cast<std::uint32_t>(mappings_.size());
  mappings_.clear();
  next_to_reinject_ = passed_ = in_order_from_ = 0;
}

void MappingOut::OnAcknowledged(std::uint64_t bytes) {
  acknowledged_ += bytes;
  while (!mappings_.empty() && mappings_.front().End() <= acknowledged_) {
    mappings_.pop_front();
    ++first_number_;
    for (std::size_t* const place : {&next_to_reinject_, &passed_, &in_order_from_}) *place -= *place > 0 ? 1 : 0;
  }
}

// Not always the first one that is left: what a slow subflow has delivered is acknowledged at data level by way of a fast one long
// before its own ACK is back, and what was sent again stands behind what is newer.
const OutgoingMapping* MappingOut::At(std::uint64_t data_una) {
  while (passed_ < mappings_.size() && mappings_[passed_].DataEnd() <= data_una) ++passed_;
  for (std::size_t i = passed_; i < mappings_.size(); ++i) {
    if (mappings_[i].data_offset > data_una) {
      if (i >= in_order_from_) return nullptr;
    } else if (data_una < mappings_[i].DataEnd()) {
      return &mappings_[i];
    }
  }
  return nullptr;
}

std::size_t MappingOut::FirstNotReinjected() {
  while (next_to_reinject_ < mappings_.size() && mappings_[next_to_reinject_].reinjected) ++next_to_reinject_;
  return next_to_reinject_;
}

void MappingOut::ForgetCarrier(unsigned index) {
  for (std::size_t i = 0; i < mappings_.size(); ++i) mappings_[i].carried &= ~(1u << index);
}

}  // namespace mptcpp::core
