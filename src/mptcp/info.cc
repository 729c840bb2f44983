// SPDX-License-Identifier: Apache-2.0
// What a connection tells about itself, and whether its parts agree with each other.
#include <algorithm>

#include "mptcp/core.h"

namespace mptcpp::core {

ConnectionInfo Core::Info() const {
  ConnectionInfo info;
  info.mode = mode;
  info.fallback = fallback;
  if (mode == Mode::kMultipath || mode == Mode::kInfiniteMapping) info.version = dialect->version;
  info.state = close.state();
  info.first_tuple = first_tuple;
  info.is_client = is_client;
  info.checksum = checksum;
  info.local_token = local_token;
  info.remote_token = remote_token;
  info.congestion = controllers.For(0).info->name;
  info.scheduler = chosen_scheduler->name;
  info.subflow_count = static_cast<std::uint16_t>(std::popcount(alive));
  info.subflows_total = ever_established;
  info.bytes_written = send.end();
  info.bytes_acked = send.una();
  info.bytes_read = receive.consumed();
  info.bytes_received = receive.next();
  info.bytes_duplicate = bytes_duplicate;
  info.bytes_reinjected = bytes_reinjected;
  info.send_buffer_used = send.used();
  info.receive_buffer_used = Bytes(static_cast<std::int64_t>(receive.readable())) + receive.out_of_order();
  info.out_of_order = receive.out_of_order();
  info.send_window =
      Bytes(snd_right > snd_nxt ? static_cast<std::int64_t>(std::min<std::uint64_t>(snd_right - snd_nxt, INT64_MAX)) : 0);
  info.receive_window = receive.Window();
  info.longest_delivery_gap = longest_gap;
  info.established_at = established_at;
  return info;
}

SubflowInfo Core::InfoOf(const SubflowEntry& entry) const {
  SubflowInfo info;
  entry.tcp.FillInfo(info);
  info.id = entry.id;
  info.tuple = entry.tcp.tuple();
  info.local_address_id = entry.local_id;
  info.remote_address_id = entry.remote_id;
  info.health = entry.health == SubflowHealth::kGood && entry.silent ? SubflowHealth::kStale : entry.health;
  info.local_backup = entry.local_backup;
  info.remote_backup = entry.remote_backup;
  info.bytes_reinjected = entry.bytes_reinjected;
  return info;
}

void Core::Remember(const SubflowEntry& entry) {
  if (ended.size() >= kMaxSubflows) ended.erase(ended.begin());
  ended.push_back(InfoOf(entry));
}

std::size_t Core::Subflows(std::span<SubflowInfo> out) const {
  std::size_t n = 0;
  ForEach([&](const SubflowEntry& entry) {
    if (n < out.size()) out[n++] = InfoOf(entry);
  });
  for (auto it = ended.rbegin(); it != ended.rend() && n < out.size(); ++it) out[n++] = *it;
  std::sort(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(n),
            [](const SubflowInfo& a, const SubflowInfo& b) { return a.id < b.id; });
  return n;
}

const char* Core::Inconsistency() const {
  if (send.una() > snd_nxt) return "acknowledged more than was sent";
  if (snd_nxt > send.end()) return "sent more than was written";
  if (receive.consumed() > receive.next()) return "read more than arrived";
  if (receive.right_edge() < receive.next()) return "received beyond the window";
  if (peer_fin_taken && (!peer_fin || receive.next() < *peer_fin)) return "DATA_FIN taken before its place";
  if (mode == Mode::kPlainTcp && token_claimed) return "a token after fallback";
  if (mode == Mode::kMultipath && !token_claimed) return "multipath without a token";
  if (!IsMultipath() && mode != Mode::kNegotiating && std::popcount(alive & ~reap_mask) > 1)
    return "several subflows after fallback";
  if (close.IsDone() && send.una() != send.end()) return "ended with unacknowledged data";
  const char* found = nullptr;
  ForEach([&](const SubflowEntry& entry) {
    if (found == nullptr) found = entry.tcp.Inconsistency();
    if (found == nullptr && entry.ready && !entry.join.IsComplete()) found = "ready before its handshake was over";
    std::uint64_t at = entry.out.empty() ? 0 : entry.out.front().stream_offset;
    for (std::size_t i = 0; found == nullptr && i < entry.out.size(); ++i) {
      if (entry.out[i].stream_offset != at) found = "mappings with a hole";
      at = entry.out[i].End();
    }
    if (found == nullptr && !entry.out.empty() && at != entry.tcp.stream_offset_sent()) found = "sent without mapping";
  });
  return found;
}

}  // namespace mptcpp::core
