// SPDX-License-Identifier: Apache-2.0
// Random segments, calls and times against subflows in every state: nothing breaks an invariant, no byte comes twice, and time
// never stands still. Seeded, so that a failure can be seen again.
#include <random>

#include "tcp/subflow_pipe.h"

namespace mptcpp::tcp {
namespace {

class RandomLife {
 public:
  explicit RandomLife(unsigned seed) : random_(seed) {
    for (PipeEnd& end : pipe_.ends) {
      end.options.ecn = Chance(2);
      end.options.sack = !Chance(4);
      end.options.timestamps = !Chance(4);
      end.options.window_scaling = !Chance(4);
      end.options.keepalive_idle = Chance(3) ? Duration::Seconds(2) : Duration::Zero();
      end.upper.buffer = 1000 + Below(100'000);
      end.upper.option_bytes = Below(29);
    }
    pipe_.filter = [this](Wire& w) -> std::optional<Duration> {
      if (Chance(10)) return std::nullopt;
      if (Chance(20)) w.ecn = Ecn::kCe;
      return Duration::Millis(static_cast<int>(Below(20)));
    };
  }

  void Run() {
    for (int i : {0, 1}) {
      if (i == 1 && Chance(2)) break;  // otherwise both open at once
      pipe_.ends[i].Make();
      pipe_.ends[i].subflow->OpenActive(pipe_.now);
    }
    for (int step = 0; step < 150; ++step) {
      pipe_.RunFor(Chance(30) ? Duration::Seconds(Below(70)) : Duration::Micros(Below(30'000)));
      Act(pipe_.ends[Below(2)]);
      if (Chance(2)) Forge(static_cast<int>(Below(2)));
    }
    pipe_.RunFor(Duration::Seconds(700));
  }

 private:
  bool Chance(unsigned one_in) { return random_() % one_in == 0; }
  std::uint32_t Below(std::uint32_t n) { return static_cast<std::uint32_t>(random_() % n); }

  void Act(PipeEnd& end) {
    if (!end.subflow) return;
    Subflow& s = *end.subflow;
    switch (Below(40)) {
      case 0: s.Close(pipe_.now); break;
      case 1: Chance(3) ? s.Abort(pipe_.now) : s.ProbeNow(pipe_.now); break;
      case 2: s.ProbeNow(pipe_.now); break;
      case 3: s.RequestAck(); break;
      case 4: s.ShortenTimeWait(Duration::Seconds(1), pipe_.now); break;
      case 5:
        s.ReceiveIcmp({.kind = static_cast<wire::IcmpKind>(Below(3)),
                       .tuple = s.tuple(),
                       .quoted_seq = end.iss + 1 + static_cast<std::uint32_t>(s.stream_offset_acked()),
                       .next_hop_mtu = Below(1600)},
                      pipe_.now);
        break;
      case 6: end.upper.option_bytes = Below(29); break;
      case 7: end.upper.verdict = static_cast<OptionVerdict>(Chance(4) ? Below(4) : 0); break;
      case 8: end.upper.reading = !end.upper.reading; break;
      case 9:
        end.upper.read = end.upper.in_order;
        s.OnReceiveWindowGrew(pipe_.now);
        break;
      default:
        end.upper.verdict = OptionVerdict::kOk;
        if (CanSend(s.state())) end.upper.to_send += Below(20'000);
    }
  }

  // A segment with numbers near those that count.
  void Forge(int from) {
    PipeEnd& to = pipe_.ends[1 - from];
    if (!to.subflow || to.subflow->IsClosed()) return;
    const std::uint64_t offset = to.subflow->stream_offset_received() + Below(3) * Below(5000);
    const SeqNum base = to.subflow->initial_receive_sequence() + 1 + static_cast<std::uint32_t>(offset);
    const SeqNum acked = to.iss + static_cast<std::uint32_t>(to.subflow->stream_offset_acked());
    // A forged SYN can take over a handshake: that is TCP, and then the bytes differ.
    const bool syn = Chance(10) && IsSynchronized(to.subflow->state());
    const wire::TcpFlags flags{.fin = Chance(30),
                               .syn = syn,
                               .rst = Chance(40),
                               .psh = Chance(2),
                               .ack = !Chance(8),
                               .urg = Chance(10),
                               .ece = Chance(8),
                               .cwr = Chance(8)};
    std::optional<wire::Timestamps> timestamps;
    if (!Chance(4))
      timestamps = {.value = TimestampAt(pipe_.now) + pipe_.ends[from].timestamp_offset - Below(2000), .echo_reply = Below(3000)};
    pipe_.Inject(from,
                 {.seq = base - (Chance(3) ? Below(3000) : 0),
                  .ack = acked + Below(4),
                  .flags = flags,
                  .window = static_cast<std::uint16_t>(Below(65536))},
                 0, timestamps);
  }

  std::mt19937 random_;
  Pipe pipe_;
};

TEST(RandomLife, KeepsItsInvariants) {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(seed);
    RandomLife(seed).Run();
    if (testing::Test::HasFailure()) break;
  }
}

}  // namespace
}  // namespace mptcpp::tcp
