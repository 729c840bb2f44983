// SPDX-License-Identifier: Apache-2.0
#include "scenarios/recorder.h"

#include <fmt/format.h>

#include <utility>

#include "trace/ladder_label.h"

namespace mptcpp::scenarios {
namespace {

RxPacket AsReceived(const sim::Packet& packet) {
  RxPacket rx;
  rx.source = packet.source;
  rx.destination = packet.destination;
  rx.segment = packet.segment();
  rx.ecn = packet.ecn;
  rx.checksum_verified = packet.checksum_verified;
  return rx;
}

bool IsMptcpWord(const std::string& name) {
  return name == "MPC" || name == "MPJ" || name == "DSS" || name == "ADD_ADDR" || name == "REMOVE_ADDR" || name == "MP_PRIO" ||
         name == "MP_FAIL" || name == "FASTCLOSE" || name == "TCPRST" || name.starts_with("MPTCP");
}

}  // namespace

Recorder::Recorder() : client_(*this, true), server_(*this, false) {
  capture_.vantage_points = trace::VantagePoints::kOneFile;  // departure and arrival are both known
}

void Recorder::Lie(bool by_client, Edit edit, int times) { lies_.push_back({by_client, std::move(edit), times}); }

void Recorder::OnSent(sim::Packet& packet, Instant now, bool by_client) {
  for (Lies& lies : lies_) {
    sim::SegmentEdit segment(packet);
    if (lies.by_client != by_client || lies.times == 0 || !lies.edit(segment)) continue;
    segment.Seal();
    --lies.times;
  }
  if (paused_) return;
  if (const auto index = Track(packet, now)) packet.number = *index + 1;
  if (by_client && capture_of_ == CaptureOf::kClient) WritePcap(AsReceived(packet), now);
}

void Recorder::OnReceived(const sim::Packet& packet, Instant now, bool by_client) {
  if (paused_) return;
  if (by_client && capture_of_ == CaptureOf::kClient) WritePcap(AsReceived(packet), now);
  capture_.end = now;
  if (packet.number != 0) {
    const std::size_t index = packet.number - 1;
    if (!tracker().segments()[index].arrived) capture_.tracker.SetArrival(index, now);
  } else if (const auto index = Track(packet, now)) {
    capture_.tracker.SetArrival(*index, now);
    made_on_the_way_[*index] = true;
  }
}

const IpAddress& Recorder::Inside(const IpAddress& address) const {
  const auto found = inside_.find(address);
  return found == inside_.end() ? address : found->second;
}

std::optional<std::size_t> Recorder::Track(const sim::Packet& packet, Instant now) {
  RxPacket rx = AsReceived(packet);
  rx.source = Inside(rx.source);
  rx.destination = Inside(rx.destination);
  rx.checksum_verified = true;
  capture_.end = now;
  const auto index = capture_.tracker.Add(rx, now, ++capture_.packets);
  if (index) made_on_the_way_.push_back(false);
  if (index && capture_of_ == CaptureOf::kDepartures) WritePcap(rx, now);
  return index;
}

void Recorder::WritePcap(const RxPacket& packet, Instant now) {
  if (pcap_) pcap_->Write(now, packet);
}

std::string Recorder::FinishCapture() {
  if (!pcap_ || pcap_->Flush()) return "";
  return pcap_->error();
}

std::string Recorder::WhoOf(std::size_t index) const {
  const trace::TrackedSegment& segment = tracker().segments()[index];
  const std::string client = segment.subflow == 0 ? "C" : fmt::format("C{}", segment.subflow + 1);
  return segment.from == trace::Side::kClient ? client + ">S" : "S>" + client;
}

std::string Recorder::LabelOf(std::size_t index) const {
  const trace::TrackedSegment& segment = tracker().segments()[index];
  return trace::LadderLabel(segment, tracker().subflows()[segment.subflow]);
}

Words Recorder::FactsOf(std::size_t index) const {
  const trace::TrackedSegment& segment = tracker().segments()[index];
  const wire::SegmentView view = segment.View();
  Words words = ParseWords(LabelOf(index));
  std::size_t option = 0;
  for (Word& word : words) {
    if (IsMptcpWord(word.name)) word.items.push_back(fmt::format("bytes={}", view.mptcp[option++].size()));
  }
  const auto add = [&words](std::string name) { words.push_back({.name = std::move(name)}); };
  if (option > 0) add("MPTCP");
  if (view.options.sack_permitted && view.mptcp_count > 0) add("SACK-permitted");
  if (segment.payload > 0) add("payload");
  if (segment.retransmission) add("again");
  if (!segment.arrived) add("lost");
  if (made_on_the_way_[index]) add("box");
  if (segment.flags.ece) add("ECE");
  if (segment.flags.cwr) add("CWR");
  if (segment.flags.urg) add("URG");
  add(fmt::format("win={}", segment.window));
  return words;
}

}  // namespace mptcpp::scenarios
