// SPDX-License-Identifier: Apache-2.0
// SACK blocks (RFC 2018) become marks on sent records. A receiver repeats its blocks with every ACK, so the blocks of the last
// ACK are remembered and only what is new in them is looked up: the cost is that of the news, not of the window.
// Also recognises a DSACK (RFC 2883): a first block that reports a duplicate. Owned by one Sender.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>

#include "base/seq_num.h"
#include "tcp/ack_tally.h"
#include "tcp/sent_records.h"
#include "wire/tcp_segment.h"

namespace mptcpp::tcp {

class Scoreboard {
 public:
  // Marks what `blocks` SACK above records.una(), which already is the ACK's. Blocks beyond SND.NXT, empty or inverted ones
  // are ignored. Returns the DSACK block if the first one is that.
  std::optional<wire::SackBlock> Apply(std::span<const wire::SackBlock> blocks, SentRecords& records, AckTally& tally);
  // SACK information is given up (reneging, RFC 2018 8).
  void Forget() { known_count_ = 0; }

 private:
  void MarkNews(wire::SackBlock block, SentRecords& records, AckTally& tally) const;

  std::array<wire::SackBlock, 4> known_{};  // SACKed or acknowledged already
  std::size_t known_count_ = 0;
};

}  // namespace mptcpp::tcp
