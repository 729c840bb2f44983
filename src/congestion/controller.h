// SPDX-License-Identifier: Apache-2.0
// The congestion control plug point: six events in, one plain struct out. A controller never sees the sender that it steers:
// what it may know is in the event. Recovery itself (which segment is lost, PRR) belongs to tcp, not here.
// Owned by one subflow; controllers of one connection that are coupled share a Group by reference.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/time.h"
#include "base/units.h"

namespace mptcpp::congestion {

// What one ACK told us, made once by tcp and read by everybody (controller, statistics, tests).
struct AckSample {
  Instant now;
  Bytes acked;                  // newly acknowledged, cumulatively or by SACK
  Bytes newly_lost;             // marked lost by this ACK
  Bytes in_flight_before;       // outstanding (not SACKed, not lost) before this ACK
  Bytes in_flight;              // the same after it
  Duration rtt;                 // this ACK's sample; Zero() when it has none (Karn)
  Duration smoothed_rtt;
  Duration min_rtt;
  bool in_recovery = false;     // the subflow was in loss recovery when the ACK arrived
  bool cwnd_limited = false;    // the window was the limit since the last ACK: only then may it grow (RFC 7661)
  bool round_start = false;     // first ACK of a new round trip (an ACK passed the snd_nxt noted at the last one)
  bool ecn_echo = false;
  // Delivery rate sample (draft-cheng-iccrg-delivery-rate-estimation): zero when there is none.
  Rate delivery_rate;
  bool app_limited = false;     // the sample was taken while the application had nothing to send
  Bytes delivered;              // total delivered over the life of the subflow
  Bytes prior_delivered;        // the same when the newest segment of this sample was sent: tells rounds apart even in recovery
  Bytes lost;                   // total lost; includes losses that a timer found between two ACKs
};

struct CongestionEvent {
  Instant now;
  Bytes in_flight;        // at detection, the lost segments included (RFC 5681 FlightSize)
  Bytes newly_lost;
  bool from_ecn = false;
};

// What the controller asks for. Windows in bytes, at least one MSS.
struct Control {
  Bytes cwnd;
  Bytes ssthresh = Bytes::Infinite();
  Rate pacing_rate = Rate::Infinite();  // Infinite: tcp paces at its default multiple of cwnd/srtt, if pacing is on
};

struct ControllerConfig {
  std::uint32_t mss = 1460;                    // payload bytes of a full segment, updated by OnMssChange
  std::uint32_t initial_window_segments = 10;  // RFC 6928
  std::uint32_t seed = 0;                      // for what has to differ between flows (the order of probes), not for secrets
  std::string_view parameters;                 // "beta=11.35:gamma=0", checked before; valid during make() only
};

// What a controller leaves to the one that takes its place on a live subflow.
struct Handover {
  Instant now;
  Bytes cwnd;
  Bytes ssthresh = Bytes::Infinite();  // Infinite: still looking for the limit of the path, or one that keeps no threshold
  Rate named_rate = Rate::Infinite();  // the pacing rate it named; Infinite: it steered by its window
  Duration smoothed_rtt;               // Zero() without a sample: nothing is known of the path, nothing to continue
  Duration min_rtt;
  // What the path carried: the named rate, else a window per round trip. smoothed_rtt > 0.
  Rate CarriedRate() const { return named_rate.IsInfinite() ? Rate::Per(cwnd, smoothed_rtt) : named_rate; }
};

class Controller {
 public:
  virtual ~Controller() = default;
  virtual std::string_view name() const = 0;
  virtual const Control& control() const = 0;

  // New data or a retransmission left.
  virtual void OnSent(Instant now, Bytes bytes, Bytes in_flight) = 0;
  virtual void OnAck(const AckSample& ack) = 0;
  // Loss recovery starts (once per episode), or an ECN echo counts (once per round trip).
  virtual void OnCongestionEvent(const CongestionEvent& event) = 0;
  // The retransmission timer expired; `first` is false for further expiries without progress.
  virtual void OnRto(Instant now, Bytes in_flight, bool first) = 0;
  // The last reduction was a mistake (DSACK, Eifel, F-RTO): undo it.
  virtual void OnSpuriousLoss(Instant now) = 0;
  // Nothing was outstanding for `idle` (longer than one RTO) and sending starts again (RFC 5681 4.1, RFC 7661).
  virtual void OnIdle(Instant now, Duration idle, Bytes in_flight) = 0;
  // Half of this window or more was not used for five minutes (RFC 7661 4.4.3). Models that do not keep a window need not care.
  virtual void OnLongUnused() {}
  // The connection cut this window from outside: penalisation of a slow subflow (NSDI'12), a cap.
  virtual void LimitWindow(Bytes cwnd, Bytes ssthresh) = 0;
  virtual void OnMssChange(std::uint32_t mss) = 0;
  // Called once, before anything else: this controller takes over a subflow that is under way. Without an answer it starts as
  // on a new path.
  virtual void Continue(const Handover&) {}
};

class Group;

// Holds one controller. Those that keep a window are small and stay in place; one that keeps a history gets an allocation of its
// own when it is chosen, so that the idle connections of everybody else do not pay for it.
class ControllerSlot {
 public:
  static constexpr std::size_t kInPlace = 288;
  ControllerSlot() = default;
  ~ControllerSlot() { Reset(); }
  ControllerSlot(const ControllerSlot&) = delete;
  ControllerSlot& operator=(const ControllerSlot&) = delete;

  template <typename T, typename... Args>
  T& Emplace(Args&&... args) {
    static_assert(std::is_base_of_v<Controller, T>);
    Reset();
    T* made;
    if constexpr (sizeof(T) <= kInPlace && alignof(T) <= alignof(std::max_align_t)) {
      made = new (storage_) T(std::forward<Args>(args)...);
    } else {
      own_ = std::make_unique<T>(std::forward<Args>(args)...);
      made = static_cast<T*>(own_.get());
    }
    controller_ = made;
    return *made;
  }
  void Reset() {
    if (controller_ != nullptr && own_ == nullptr) controller_->~Controller();
    own_.reset();
    controller_ = nullptr;
  }
  Controller* operator->() { return controller_; }
  const Controller* operator->() const { return controller_; }
  Controller& operator*() { return *controller_; }
  explicit operator bool() const { return controller_ != nullptr; }

 private:
  alignas(std::max_align_t) std::byte storage_[kInPlace];
  std::unique_ptr<Controller> own_;  // nullptr: it lives in storage_
  Controller* controller_ = nullptr;
};

}  // namespace mptcpp::congestion
