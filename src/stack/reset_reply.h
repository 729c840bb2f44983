// SPDX-License-Identifier: Apache-2.0
// RSTs for segments that belong to no connection, and for refused joins (RFC 9293 3.10.7.1, RFC 8684 3.6).
#pragma once

#include <cstdint>
#include <optional>

#include "wire/mptcp_close.h"
#include "wire/packet.h"
#include "wire/tcp_segment.h"

namespace mptcpp::stack {

// The RST that answers `segment`, optionally with MP_TCPRST. Must not be called for a RST.
TxPacket MakeReset(const wire::SegmentView& segment, std::optional<wire::MpTcpRst> reason);

}  // namespace mptcpp::stack
