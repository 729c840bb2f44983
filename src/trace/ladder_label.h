// SPDX-License-Identifier: Apache-2.0
// The labels of a ladder: what a segment says, short enough to stand on an arrow. Keys, tokens, nonces and HMACs appear by name,
// with the initial of the host that they belong to; a tick or a cross says how checking them went.
//   SYN[seq=0] MPC[v1,H]      ACK[ack=1] MPC[v1,H,Key-C,Key-S✓]      SYN+ACK[seq=0,ack=1] MPJ[id=0,HMAC-S✓,Nonce-S]
//   data[seq=1,len=1460,ack=1] DSS[dsn=1,ssn=1,dack=1,csum✓]
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "trace/tracked.h"

namespace mptcpp::trace {

// `burst` segments with `bytes` of payload together, of which `segment` is the first, share one label.
std::string LadderLabel(const TrackedSegment& segment, const TrackedSubflow& subflow);
std::string BurstLabel(const TrackedSegment& segment, const TrackedSubflow& subflow, std::size_t burst, std::uint32_t bytes);

}  // namespace mptcpp::trace
