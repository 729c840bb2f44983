// SPDX-License-Identifier: Apache-2.0
#include "laboratory/frames.h"

#include <algorithm>
#include <array>
#include <span>

namespace mptcpp::laboratory {

class FrameStream::Sender final : public sim::Application {
 public:
  Sender(FrameStream& stream, Flow& flow) : stream_(stream), flow_(flow) {}

  Instant NextDeadline() const override { return opened_ ? next_ : sim::Simulation::kStart; }
  void OnDeadline(Instant now) override {
    if (!opened_) return Open(now);
    Make(now);
    next_ = stream_.plan_.interval.IsZero() || IsLast() ? Instant::Infinite() : next_ + stream_.plan_.interval;
    Flush(now);
  }
  void OnEvent(const Event& event, Instant now) override {
    if (event.kind == EventKind::kWritable || event.kind == EventKind::kEstablished) Flush(now);
  }
  bool IsDone() const override { return true; }

 private:
  void Open(Instant now) {
    opened_ = true;
    next_ = sim::Simulation::kStart + stream_.plan_.first;
    ConnectionOptions options = flow_.Options();
    options.tcp.no_delay = true;
    const auto connection = flow_.client().endpoint().Connect(flow_.Local(), flow_.Remote(), options, now);
    if (!connection) return;
    connection_ = *connection;
    flow_.client().Bind(connection_, *this);
    flow_.Watch(connection_);
  }
  bool IsLast() const { return stream_.plan_.count != 0 && stream_.made_.size() >= stream_.plan_.count; }
  void Make(Instant now) {
    stream_.made_.push_back(now);
    waiting_ += stream_.plan_.bytes;
  }
  void Flush(Instant now) {
    static const std::array<std::byte, 16384> kZeros{};
    for (;;) {
      while (waiting_ > 0) {
        const auto part = std::span(kZeros).first(static_cast<std::size_t>(std::min<std::uint64_t>(waiting_, kZeros.size())));
        const auto taken = flow_.client().endpoint().Write(connection_, part, now);
        if (!taken) return;
        waiting_ -= *taken;
      }
      if (!stream_.plan_.interval.IsZero() || stream_.made_.empty() || IsLast()) return;
      Make(now);
    }
  }

  FrameStream& stream_;
  Flow& flow_;
  ConnectionId connection_;
  Instant next_ = Instant::Infinite();
  std::uint64_t waiting_ = 0;
  bool opened_ = false;
};

class FrameStream::Receiver final : public sim::Application {
 public:
  Receiver(FrameStream& stream, sim::Host& host, ConnectionId connection) : stream_(stream), host_(host), connection_(connection) {}

  void OnEvent(const Event&, Instant now) override { Read(now); }
  bool IsDone() const override { return true; }
  void Read(Instant now) {
    for (auto data = host_.endpoint().Peek(connection_); !data.empty(); data = host_.endpoint().Peek(connection_)) {
      stream_.received_ += data.size();
      if (!host_.endpoint().Consume(connection_, data.size(), now)) break;
    }
    while (stream_.received_ >= (stream_.arrived_.size() + 1) * stream_.plan_.bytes) stream_.arrived_.push_back(now);
  }

 private:
  FrameStream& stream_;
  sim::Host& host_;
  ConnectionId connection_;
};

FrameStream::FrameStream(Flow& flow, const FramePlan& plan) : plan_(plan) {
  flow.server().Add(std::make_unique<sim::Acceptor>(flow.server(), flow.Remote(), flow.Options(), [this](sim::Host& host, ConnectionId id, Instant now) {
    auto& receiver = host.Add(std::make_unique<Receiver>(*this, host, id));
    host.Bind(id, receiver);
    receiver.Read(now);
  }));
  flow.client().Add(std::make_unique<Sender>(*this, flow));
}

std::vector<double> FrameStream::Delays(Duration from) const {
  std::vector<double> delays;
  for (std::size_t i = 0; i < arrived_.size(); ++i) {
    if (made_[i] >= sim::Simulation::kStart + from) delays.push_back((arrived_[i] - made_[i]).seconds() * 1000);
  }
  return delays;
}

}  // namespace mptcpp::laboratory
