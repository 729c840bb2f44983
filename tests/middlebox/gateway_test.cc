// SPDX-License-Identifier: Apache-2.0
// Gateways that rewrite payload (RFC 8684 3.7). With one path the application gets what TCP would have given it, the rewritten
// stream; with two it gets what was sent.
#include "middlebox/world.h"
#include "sim/application.h"

namespace mptcpp::boxes {
namespace {

const ParameterMap kSameLength{{"at", "50000"}, {"remove", "4"}, {"replace", "ABCD"}, {"direction", "there"}};

// Covers: MB-8
TEST(GatewayEndToEnd, SameLengthOnTheOnlyPath) {
  World world({.checksum = true});
  world.Box(0, "gateway", kSameLength);
  EXPECT_TRUE(world.Run(Duration::Seconds(120))) << world;
  EXPECT_TRUE(world.client_result().closed && world.server_result().closed) << world;
  EXPECT_EQ(world.server_result().bytes_received, 300'000u) << world;
  EXPECT_EQ(world.server_result().first_difference, 50'000u) << world;
  EXPECT_FALSE(world.client_result().first_difference) << world;
  EXPECT_EQ(world.client_result().bytes_received, 100'000u) << world;
  EXPECT_NE(ToString(world.client_result().mode), ToString(Mode::kMultipath)) << world;
  EXPECT_EQ(ToString(world.server_result().fallback), ToString(FallbackReason::kChecksum)) << world;
  EXPECT_GE(world.Count(Counter::kMPFailTx), 1u);
}

// Covers: MB-8, FB-8
TEST(GatewayEndToEnd, SameLengthOnOneOfTwoPaths) {
  for (const std::size_t path : {0u, 1u}) {
    World world({.paths = 2, .checksum = true, .bytes = 1'000'000, .bytes_back = 1'000'000});
    world.Box(path, "gateway", kSameLength);
    EXPECT_TRUE(world.Run(Duration::Seconds(120))) << path << "\n" << world;
    EXPECT_TRUE(world.IsIntact()) << path << "\n" << world;
    EXPECT_MODE(world.client_result(), Mode::kMultipath, FallbackReason::kNone);
    EXPECT_GE(world.Count(Counter::kMPFailTx), 1u) << world;
  }
}

// Covers: MB-8
TEST(GatewayEndToEnd, AnotherLengthOnTheOnlyPath) {
  struct Change {
    int remove, add;
  };
  for (const auto& [remove, add] : {Change{0, 1}, Change{0, 20}, Change{1, 0}, Change{20, 0}, Change{7, 3}, Change{3, 7}}) {
    World world({.checksum = true});
    world.Box(0, "gateway",
              {{"at", "50000"}, {"remove", std::to_string(remove)}, {"replace", std::string(add, '+')}, {"direction", "there"}});
    EXPECT_TRUE(world.Run(Duration::Seconds(120))) << remove << " " << add << "\n" << world;
    EXPECT_TRUE(world.client_result().closed && world.server_result().closed) << remove << " " << add << "\n" << world;
    EXPECT_EQ(world.server_result().bytes_received, 300'000u + add - remove) << remove << " " << add << "\n" << world;
    EXPECT_EQ(world.server_result().first_difference, 50'000u) << remove << " " << add << "\n" << world;
    EXPECT_EQ(ToString(world.server_result().fallback), ToString(FallbackReason::kChecksum)) << remove << " " << add << "\n"
                                                                                             << world;
  }
}

// Covers: MB-8
TEST(GatewayEndToEnd, AnotherLengthOnOneOfTwoPaths) {
  for (const char* text : {"", "+", "++++++++++++++++++++"}) {
    for (const char* direction : {"there", "back", "both"}) {
      World world({.paths = 2, .checksum = true, .bytes = 1'000'000, .bytes_back = 1'000'000});
      world.Box(0, "gateway", {{"at", "50000"}, {"remove", "5"}, {"replace", text}, {"direction", direction}});
      EXPECT_TRUE(world.Run(Duration::Seconds(120))) << text << " " << direction << "\n" << world;
      EXPECT_TRUE(world.IsIntact()) << text << " " << direction << "\n" << world;
    }
  }
}

// Covers: FB-19
TEST(GatewayEndToEnd, WithoutChecksumAChangeOfEqualLengthIsNotSeen) {
  World world({});
  world.Box(0, "gateway", kSameLength);
  EXPECT_TRUE(world.Run(Duration::Seconds(120))) << world;
  EXPECT_TRUE(world.client_result().closed && world.server_result().closed) << world;
  EXPECT_EQ(world.server_result().first_difference, 50'000u) << world;
  EXPECT_MODE(world.server_result(), Mode::kMultipath, FallbackReason::kNone);
}

// Nobody can notice changed bytes without a checksum. It must end all the same, one way or the other.
TEST(GatewayEndToEnd, WithoutChecksumItEnds) {
  for (const char* text : {"", "ABCD", "ABCDEFGH"}) {
    World world({.bytes = 500'000});
    world.Box(0, "gateway", {{"at", "50000"}, {"remove", "4"}, {"replace", text}, {"direction", "there"}});
    EXPECT_TRUE(world.Run(Duration::Seconds(600))) << text << "\n" << world;
    EXPECT_TRUE(world.HasFailed() || (world.client_result().closed && world.server_result().closed)) << text << "\n" << world;
  }
}

// Says something, and keeps what it hears.
class Talker final : public sim::Application {
 public:
  Talker(sim::Host& host, std::vector<std::string> lines, Duration pause)
      : host_(host), lines_(std::move(lines)), pause_(pause) {}
  void Start(ConnectionId connection, Instant now) {
    connection_ = connection;
    host_.Bind(connection, *this);
    next_ = lines_.empty() ? Instant::Infinite() : now + pause_;
  }
  void OnEvent(const Event& event, Instant now) override {
    failed |= event.kind == EventKind::kFailed;
    for (auto data = host_.endpoint().Peek(connection_); !data.empty(); data = host_.endpoint().Peek(connection_)) {
      heard.append(reinterpret_cast<const char*>(data.data()), data.size());
      if (!host_.endpoint().Consume(connection_, data.size(), now)) return;
    }
  }
  Instant NextDeadline() const override { return next_; }
  void OnDeadline(Instant now) override {
    if (!failed) {
      EXPECT_TRUE(host_.endpoint().Write(connection_, std::as_bytes(std::span(lines_.front())), now));
    }
    lines_.erase(lines_.begin());
    next_ = lines_.empty() ? Instant::Infinite() : now + pause_;
  }
  bool IsDone() const override { return lines_.empty(); }
  ConnectionId connection() const { return connection_; }
  std::string heard;
  bool failed = false;

 private:
  sim::Host& host_;
  std::vector<std::string> lines_;
  Duration pause_;
  ConnectionId connection_;
  Instant next_ = Instant::Infinite();
};

// An FTP client behind a NAT that knows FTP; both ends of the control connection.
struct FtpTalk {
  FtpTalk(Duration pause, bool no_delay) : world({.checksum = true, .tcp = {.no_delay = no_delay}}) {
    world.Box(0, "gateway", {{"find", "PORT 192,168,0,37,133,67"}, {"replace", "PORT 5,6,7,8,123,45"}});
    world.server.Add(std::make_unique<sim::Acceptor>(
        world.server, World::ServerSocket(), world.connection, [this, pause](sim::Host& host, ConnectionId id, Instant now) {
          const std::vector<std::string> answers{"220 ready\r\n", "230 in\r\n", "200 ok\r\n"};
          server = &host.Add(std::make_unique<Talker>(host, answers, pause));
          server->Start(id, now);
        }));
    const std::vector<std::string> commands{"USER me\r\n", "PORT 192,168,0,37,133,67\r\n", "LIST\r\n", "QUIT\r\n"};
    client = &world.client.Add(std::make_unique<Talker>(world.client, commands, pause));
    const SocketAddress local{World::ClientAddress(0), 0};
    const auto connection = world.client.endpoint().Connect(local, World::ServerSocket(), world.connection, world.sim.now());
    client->Start(*connection, world.sim.now());
    world.client.Kick();
    world.sim.Run(Duration::Seconds(120));
  }
  World world;
  Talker* client = nullptr;
  Talker* server = nullptr;
};
const std::string kRewritten = "USER me\r\nPORT 5,6,7,8,123,45\r\nLIST\r\nQUIT\r\n";

// RFC 8041's FTP servers: the control connection survives the gateway, with the address rewritten.
TEST(GatewayEndToEnd, FtpBehindANat) {
  FtpTalk talk(Duration::Millis(30), true);
  ASSERT_NE(talk.server, nullptr);
  EXPECT_EQ(talk.server->heard, kRewritten);
  EXPECT_EQ(talk.client->heard, "220 ready\r\n230 in\r\n200 ok\r\n");
  const auto info = talk.world.server.endpoint().Info(talk.server->connection());
  ASSERT_TRUE(info);
  EXPECT_EQ(ToString(info->fallback), ToString(FallbackReason::kChecksum));
}

// The shorter line does not fill its mapping, so the client's data level repeats it before the checksum can fail: now the subflow
// has it twice, and falling back would hand it to the application twice (RFC 8684 3.7: only if the data is contiguous).
TEST(GatewayEndToEnd, FtpBehindANatWithAPause) {
  FtpTalk talk(Duration::Seconds(1), false);
  ASSERT_NE(talk.server, nullptr);
  EXPECT_EQ(talk.server->heard, kRewritten.substr(0, talk.server->heard.size()));
  EXPECT_TRUE(talk.server->heard == kRewritten || (talk.server->failed && talk.client->failed));
}

}  // namespace
}  // namespace mptcpp::boxes
