// SPDX-License-Identifier: Apache-2.0
// How a connection ends: DATA_FIN and the subflows' FINs after it (RFC 8684 3.3.3), MP_FASTCLOSE (3.5), failure.
#include "mptcp/core.h"

namespace mptcpp::core {
namespace {

constexpr int kFastcloseSends = 1 + 3;  // 3.5: three retransmissions are RECOMMENDED

}  // namespace

Expected<void> Core::ShutdownWrite(Instant now) {
  clock = now;
  if (failure) return std::unexpected(*failure);
  if (!close.CanWrite()) return {};
  close.OnLocalClose();
  if (established && AllSent() && mode != Mode::kNegotiating) SendDataFin(now);
  return {};
}

// The DATA_FIN by itself, for the first time or again; after a fallback the subflow's FIN.
void Core::SendDataFin(Instant now) {
  if (!IsMultipath()) {
    CloseSubflows(now);
    return;
  }
  Duration rto = options.tcp.initial_rto;
  if (SubflowEntry* entry = BestForSignal()) {
    entry->tcp.RequestAck();  // WriteDataAck() adds it
    rto = entry->tcp.rto();
  }
  close.OnFinSent(now, rto);
}

void Core::OnFinAcknowledged(Instant now) {
  close.OnFinAcknowledged();
  if (IsMultipath()) CloseSubflows(now);  // 3.3.3: all subflows, the failed ones included
  ReportEndOnce();
  WatchOrphan(now);
}

// Nobody will read what the peer still says, so it need not be waited for without end (Linux: tcp_fin_timeout).
void Core::WatchOrphan(Instant now) {
  const bool waits = discard_input && close.FinAcknowledged() && !close.IsDone() && !failure;
  orphan_deadline = waits ? now + options.close_timeout : Instant::Infinite();
}

void Core::CloseSubflows(Instant now) {
  ForEach([&](SubflowEntry& entry) {
    if (entry.close_called) return;
    entry.close_called = true;
    entry.health = SubflowHealth::kClosing;
    entry.tcp.Close(now);
  });
  announcer.Stop();
}

void Core::ReportEndOnce() {
  if (!close.IsDone() || end_reported || failure) return;
  end_reported = true;
  Report(EventKind::kClosed);
}

Expected<void> Core::Close(Instant now) {
  clock = now;
  if (failure) return {};
  discard_input = true;
  if (receive.readable() > 0 || receive.out_of_order() > Bytes()) return Abort(now);  // unread data: 3.5
  WatchOrphan(now);
  return ShutdownWrite(now);
}

void Core::RejectUnwanted(Instant now) {
  unwanted_data = false;
  if (!failure && !close.IsDone()) (void)Abort(now);
}

Expected<void> Core::Abort(Instant now) {
  clock = now;
  if (failure || (close.IsDone() && alive == 0)) return {};
  discard_input = true;  // also what arrives until the peer knows
  receive.Drop();
  SubflowEntry* carrier = IsMultipath() && established ? BestForSignal() : nullptr;
  if (carrier == nullptr || close.IsDone()) {
    Fail(Error::kAborted, now);
    return {};
  }
  failure = Error::kAborted;
  end_reported = true;
  close.OnFastcloseSent();
  ForEach([&](SubflowEntry& entry) {
    if (&entry != carrier) AbortSubflow(entry, now);
  });
  carrier->fastclose_pending = true;
  reinjections.Clear();
  copies.Clear();
  data_timer = Instant::Infinite();
  SendFastclose(now);
  host.Report(connection, {.kind = EventKind::kFailed, .error = Error::kAborted, .has_error = true});
  return {};
}

// Option A of 3.5: on an ACK, until a RST answers; then with a RST of our own.
void Core::SendFastclose(Instant now) {
  ForEach([&](SubflowEntry& entry) {
    if (!entry.fastclose_pending) return;
    if (fastclose_sends < kFastcloseSends) {
      entry.tcp.RequestAck();
      fastclose_timer = now + entry.tcp.rto() * (1 << fastclose_sends);
      Count(Counter::kMPFastcloseTx);
    } else {
      AbortSubflow(entry, now);
      fastclose_timer = Instant::Infinite();
    }
  });
  ++fastclose_sends;
}

void Core::OnFastcloseTimer(Instant now) {
  fastclose_timer = Instant::Infinite();
  SendFastclose(now);
}

void Core::OnFastclose(SubflowEntry&, Instant now) {
  Count(Counter::kMPFastcloseRx);
  if (close.state() == DataState::kFastcloseWait) {  // both at once: RST, and it is over
    close.OnAborted();
    ForEach([&](SubflowEntry& entry) {
      entry.fastclose_pending = false;
      AbortSubflow(entry, now);
    });
    fastclose_timer = Instant::Infinite();
    return;
  }
  ForEach([&](SubflowEntry& entry) {
    if (!entry.reset_option) entry.reset_option = wire::MpTcpRst{};
  });
  if (!failure) Fail(Error::kReset, now);
}

// Everything ends now. Subflows that are not closed yet send a RST, with MP_FASTCLOSE (option R of 3.5) unless the peer ended the
// connection itself: otherwise it would wait for a new subflow.
void Core::Fail(Error error, Instant now) {
  if (failure) return;
  failure = error;
  if (IsMultipath() && established && error != Error::kReset && !close.IsDone()) {
    ForEach([&](SubflowEntry& entry) { entry.fastclose_pending = entry.ready; });
  }
  close.OnAborted();
  ForEach([&](SubflowEntry& entry) { AbortSubflow(entry, now); });
  reinjections.Clear();
  copies.Clear();
  announcer.Stop();
  data_timer = fastclose_timer = close_deadline = Instant::Infinite();
  if (end_reported) return;
  end_reported = true;
  host.Report(connection, {.kind = EventKind::kFailed, .error = error, .has_error = true});
}

}  // namespace mptcpp::core
