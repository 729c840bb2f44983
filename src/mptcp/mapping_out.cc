// SPDX-License-Identifier: Apache-2.0
#include "mptcp/mapping_out.h"

namespace mptcpp::core {

const OutgoingMapping* MappingOut::Find(std::uint64_t stream_offset) const {
  if (mappings_.empty()) return nullptr;
  const OutgoingMapping& newest = mappings_.back();  // what is being sent for the first time
  if (stream_offset >= newest.stream_offset) return stream_offset < newest.End() ? &newest : nullptr;
  std::size_t low = 0;
  std::size_t high = mappings_.size();
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (mappings_[middle].End() <= stream_offset) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return mappings_[low].stream_offset <= stream_offset ? &mappings_[low] : nullptr;
}

void MappingOut::OnAcknowledged(std::uint64_t bytes) {
  acknowledged_ += bytes;
  while (!mappings_.empty() && mappings_.front().End() <= acknowledged_) {
    mappings_.pop_front();
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
