// SPDX-License-Identifier: Apache-2.0
#include "tcp/prr.h"

namespace mptcpp::tcp {
namespace {

// ceil(delivered * ssthresh / recover_flight). Windows stay below 2^30 (RFC 7323 2.3) and delivered below some windows.
Bytes Proportion(Bytes delivered, Bytes ssthresh, Bytes recover_flight) {
  const std::int64_t divisor = recover_flight.count();
  return Bytes((delivered.count() * ssthresh.count() + divisor - 1) / divisor);
}

}  // namespace

void Prr::Start(Bytes recover_flight, Bytes ssthresh, std::uint32_t mss) {
  *this = Prr();
  active_ = true;
  mss_ = mss;
  recover_flight_ = Larger(recover_flight, Bytes(1));
  ssthresh_ = ssthresh;
}

void Prr::OnAck(Bytes delivered, Bytes in_flight, bool safe) {
  delivered_ += delivered;
  Bytes count;
  if (in_flight > ssthresh_) {
    count = Proportion(delivered_, ssthresh_, recover_flight_) - out_;
  } else {
    count = Larger(delivered_ - out_, delivered);
    if (safe) count += Bytes(mss_);
    count = Smaller(ssthresh_ - in_flight, count);
  }
  // The fast retransmit itself must leave, whatever the arithmetic says.
  if (out_ == Bytes() && count <= Bytes()) count = Bytes(mss_);
  window_ = in_flight + Larger(count, Bytes());
}

}  // namespace mptcpp::tcp
