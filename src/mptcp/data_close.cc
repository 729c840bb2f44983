// SPDX-License-Identifier: Apache-2.0
#include "mptcp/data_close.h"

#include <algorithm>

namespace mptcpp::core {

void DataClose::OnEstablished() {
  if (state_ == DataState::kPreEstablished) state_ = DataState::kEstablished;
}

void DataClose::OnLocalClose() {
  if (state_ <= DataState::kEstablished) {
    state_ = DataState::kFinWait1;
  } else if (state_ == DataState::kCloseWait) {
    state_ = DataState::kLastAck;
  }
}

void DataClose::OnPeerFin() {
  switch (state_) {
    case DataState::kPreEstablished:
    case DataState::kEstablished: state_ = DataState::kCloseWait; break;
    case DataState::kFinWait1: state_ = DataState::kClosing; break;
    case DataState::kFinWait2:
      state_ = DataState::kTimeWait;
      in_order_ = true;
      break;
    default: break;
  }
}

void DataClose::OnFinAcknowledged() {
  switch (state_) {
    case DataState::kFinWait1: state_ = DataState::kFinWait2; break;
    case DataState::kClosing: state_ = DataState::kTimeWait; break;
    case DataState::kLastAck: state_ = DataState::kClosed; break;
    default: return;
  }
  in_order_ = state_ != DataState::kFinWait2;
}

void DataClose::OnSubflowsGone() {
  if (state_ == DataState::kTimeWait || state_ == DataState::kFastcloseWait) state_ = DataState::kClosed;
}

bool DataClose::FinUnacknowledged() const {
  return state_ == DataState::kFinWait1 || state_ == DataState::kClosing || state_ == DataState::kLastAck;
}

bool DataClose::FinAcknowledged() const {
  return state_ == DataState::kFinWait2 || state_ == DataState::kTimeWait || (state_ == DataState::kClosed && in_order_);
}

bool DataClose::PeerClosed() const {
  return state_ == DataState::kCloseWait || state_ == DataState::kClosing || state_ == DataState::kLastAck || IsDone();
}

void DataClose::OnFinSent(Instant now, Duration rto) {
  fin_sent_ = true;
  constexpr int kMaxShift = 6;
  constexpr Duration kLongest = Duration::Seconds(60);
  resend_at_ = now + Shorter(rto * (1 << std::min(sends_, kMaxShift)), kLongest);
  ++sends_;
}

}  // namespace mptcpp::core
