// SPDX-License-Identifier: Apache-2.0
#include "mptcp/mapping_out.h"

#include "base/check.h"

namespace mptcpp::core {
namespace {

constexpr int kPlaceBits = 32;

}  // namespace

std::uint64_t MappingOut::Push(const OutgoingMapping& mapping) {
  const auto number = static_cast<std::uint32_t>(first_number_ + mappings_.size());
  mappings_.push_back(mapping);
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
  next_to_reinject_ = 0;
}

void MappingOut::OnAcknowledged(std::uint64_t bytes) {
  acknowledged_ += bytes;
  while (!mappings_.empty() && mappings_.front().End() <= acknowledged_) {
    mappings_.pop_front();
    ++first_number_;
    if (next_to_reinject_ > 0) --next_to_reinject_;
  }
}

std::size_t MappingOut::FirstNotReinjected() {
  while (next_to_reinject_ < mappings_.size() && mappings_[next_to_reinject_].reinjected) ++next_to_reinject_;
  return next_to_reinject_;
}

void MappingOut::ForgetCarrier(unsigned index) {
  for (std::size_t i = 0; i < mappings_.size(); ++i) mappings_[i].carried &= ~(1u << index);
}

}  // namespace mptcpp::core
