// SPDX-License-Identifier: Apache-2.0
// Writes down what really crosses the wire while a scenario runs: every segment as it left, and when it arrived. Segments are read
// by the tracker of `trace`, which knows nothing of the stack. It also is the place where a host can be made to lie.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/notation.h"
#include "sim/host.h"
#include "sim/middlebox_segment.h"
#include "trace/capture.h"
#include "trace/pcap_writer.h"

namespace mptcpp::scenarios {

// Changes a segment (and need not seal it); false if this one is not meant.
using Edit = std::function<bool(sim::SegmentEdit&)>;

enum class CaptureOf : std::uint8_t {
  kClient,     // what the client sends and receives
  kDepartures  // each segment as it is drawn: when it leaves, lost ones too, with the addresses that the client knows
};

class Recorder {
 public:
  Recorder();
  sim::PacketObserver& client() { return client_; }
  sim::PacketObserver& server() { return server_; }

  // The next `times` segments of this host that `edit` is for leave it changed.
  void Lie(bool by_client, Edit edit, int times);
  // What stands on the wire as `outside` is drawn as `inside`, as the host behind the address translator knows it.
  void Translate(const IpAddress& outside, const IpAddress& inside) { inside_[outside] = inside; }
  // While it is paused nothing is recorded. Nothing may be on its way when that changes.
  void Pause(bool paused) { paused_ = paused; }
  // Into this file, too.
  void CaptureTo(std::optional<trace::PcapWriter> pcap, CaptureOf what) {
    pcap_ = std::move(pcap);
    capture_of_ = what;
  }
  std::string FinishCapture();  // the error, if any

  std::size_t size() const { return tracker().segments().size(); }
  const trace::ConnectionTracker& tracker() const { return capture_.tracker; }
  const trace::Capture& capture() const { return capture_; }
  // A segment in words of the notation, who it is from first: "C>S".
  std::string WhoOf(std::size_t index) const;
  std::string LabelOf(std::size_t index) const;
  Words FactsOf(std::size_t index) const;

 private:
  class Observer final : public sim::PacketObserver {
   public:
    Observer(Recorder& recorder, bool is_client) : recorder_(recorder), is_client_(is_client) {}
    void OnSent(sim::Packet& packet, Instant now) override { recorder_.OnSent(packet, now, is_client_); }
    void OnReceived(const sim::Packet& packet, Instant now) override { recorder_.OnReceived(packet, now, is_client_); }

   private:
    Recorder& recorder_;
    bool is_client_;
  };
  struct Lies {
    bool by_client;
    Edit edit;
    int times;
  };
  void OnSent(sim::Packet& packet, Instant now, bool by_client);
  void OnReceived(const sim::Packet& packet, Instant now, bool by_client);
  std::optional<std::size_t> Track(const sim::Packet& packet, Instant now);
  void WritePcap(const RxPacket& packet, Instant now);
  const IpAddress& Inside(const IpAddress& address) const;

  Observer client_, server_;
  trace::Capture capture_;
  std::vector<bool> made_on_the_way_;  // by segment: a middlebox made it
  std::vector<Lies> lies_;
  std::map<IpAddress, IpAddress> inside_;
  bool paused_ = false;
  std::optional<trace::PcapWriter> pcap_;
  CaptureOf capture_of_ = CaptureOf::kClient;
};

}  // namespace mptcpp::scenarios
