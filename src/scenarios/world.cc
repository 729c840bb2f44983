// SPDX-License-Identifier: Apache-2.0
#include "scenarios/world.h"

#include <fmt/format.h>

#include <cstring>
#include <utility>

#include "sim/middlebox_nat.h"

namespace mptcpp::scenarios {
namespace {

constexpr std::uint64_t kSeed = 8684;

IpAddress ClientAddress(int number) { return IpAddress::V4(10, 0, static_cast<std::uint8_t>(number), 1); }
IpAddress ServerAddress(int number) { return IpAddress::V4(10, 0, 9, static_cast<std::uint8_t>(number)); }

// Answers draws of eight bytes, which are keys, with a chosen one.
class ChosenKey final : public RandomSource {
 public:
  ChosenKey(std::uint64_t key, RandomSource& rest) : key_(key), rest_(rest) {}
  void Fill(std::span<std::byte> out) override {
    if (out.size() != sizeof key_) return rest_.Fill(out);
    std::memcpy(out.data(), &key_, sizeof key_);
  }

 private:
  std::uint64_t key_;
  RandomSource& rest_;
};

constexpr int kFarmSize = 4;
const IpAddress kFarmAddress = IpAddress::V4(10, 0, 8, 1);

sim::HostOptions ClientHost(RandomSource* random) {
  sim::HostOptions options;
  options.random = random;
  return options;
}
sim::HostOptions ServerHost(const WorldOptions& world, int place) {
  sim::HostOptions options{.endpoint = world.server_endpoint};
  if (world.farm && world.farm->token_shards) {
    options.endpoint.token_shard = {.index = static_cast<std::uint16_t>(place), .count = kFarmSize};
  }
  return options;
}

Party& AddParty(World& world, sim::Host& host, bool is_client) {
  return host.Add(std::make_unique<Party>(world, host, is_client));
}

std::unique_ptr<RandomSource> RandomOf(const WorldOptions& options, RandomSource& rest) {
  if (!options.client_key) return nullptr;
  return std::make_unique<ChosenKey>(*options.client_key, rest);
}

}  // namespace

// The rules of Lose() and Change(), asked for every packet on one direction of a path.
class World::Road final : public sim::PacketFilter {
 public:
  explicit Road(const Recorder& recorder) : recorder_(recorder) {}
  struct Rule {
    std::string who;  // empty: anybody
    Words words;
    Edit edit;  // empty: lost
    int times;
  };
  void Add(Rule rule) { rules_->push_back(std::move(rule)); }
  void Share(const Road& other) { rules_ = other.rules_; }
  bool Pass(sim::Packet& packet, Instant) override {
    if (packet.number == 0) return true;
    for (Rule& rule : *rules_) {
      if (rule.times == 0 || !Fits(rule, packet.number - 1)) continue;
      --rule.times;
      if (!rule.edit) return false;
      sim::SegmentEdit segment(packet);
      if (rule.edit(segment)) segment.Seal();
    }
    return true;
  }

 private:
  bool Fits(const Rule& rule, std::size_t index) const {
    if (!rule.who.empty() && rule.who != recorder_.WhoOf(index)) return false;
    Words facts = recorder_.FactsOf(index);
    std::erase_if(facts, [](const Word& word) { return word.name == "lost"; });  // it is on its way
    return WhyNot(rule.words, facts).empty();
  }
  const Recorder& recorder_;
  std::shared_ptr<std::vector<Rule>> rules_ = std::make_shared<std::vector<Rule>>();
};

World::World(const WorldOptions& options)
    : options_(options), client_chance_(kSeed, "client"), client_random_(RandomOf(options, client_chance_)), sim_(kSeed),
      client(AddParty(*this, sim_.AddHost("client", ClientHost(client_random_.get())), true)),
      server(AddParty(*this, sim_.AddHost("server", ServerHost(options, options.farm ? options.farm->place : 0)), false)) {
  sim::Host& client_host = *sim_.hosts()[0];
  sim::Host& server_host = *sim_.hosts()[1];
  client_host.set_observer(&recorder.client());
  server_host.set_observer(&recorder.server());
  for (const int number : {1, 2}) {
    sim_.AddAddress(client_host, ClientAddress(number));
    sim_.AddAddress(server_host, ServerAddress(number));
  }
  if (options.farm) {
    BuildFarm();
  } else if (options.one_bottleneck) {
    BuildBottleneck();
  } else {
    paths_ = {&AddPath(1, 1, 10), &AddPath(2, 1, 15)};
  }
  paths_.push_back(&AddPath(1, 2, 20));
  paths_.push_back(&AddPath(2, 2, 20));
  for (ConnectionOptions* side : {&options_.client, &options_.server}) {
    side->tcp.no_delay = side->tcp.no_delay || !options.tcp_options;
    side->tcp.timestamps = side->tcp.timestamps && options.tcp_options;
  }
}

World::~World() = default;

sim::Path& World::AddPath(int client_address, int server_address, std::int64_t delay_ms) {
  std::vector<IpAddress> from{ClientAddress(client_address)};
  if (client_address == 2) from.push_back(IpAddress::V4(203, 0, 113, 2));
  return AddPath(fmt::format("{}-{}", client_address, server_address).c_str(), from, {ServerAddress(server_address)}, delay_ms);
}

sim::Path& World::AddPath(const char* name, const std::vector<IpAddress>& from, const std::vector<IpAddress>& to,
                          std::int64_t delay_ms) {
  sim::PathOptions options{.from = from, .to = to, .there = {.delay = Duration::Millis(delay_ms)}};
  sim::Path& path = sim_.AddPath(name, options);
  for (sim::Link* link : {&path.there(), &path.back()}) {
    roads_.push_back(std::make_unique<Road>(recorder));
    roads_.back()->Share(*roads_.front());
    link->set_filter(roads_.back().get());
  }
  return path;
}

// The other servers have addresses of their own behind the balancer; what they send is drawn as what it is to the client.
void World::BuildFarm() {
  std::vector<IpAddress> to;
  std::string names;
  for (int place = 0; place < kFarmSize; ++place) {
    to.push_back(ServerAddress(place == options_.farm->place ? 1 : 10 + place));
    names += (place == 0 ? "" : " ") + to.back().ToString();
    recorder.Translate(to.back(), kFarmAddress);
    if (place == options_.farm->place) continue;
    sim::Host& host = sim_.AddHost(fmt::format("server {}", place), ServerHost(options_, place));
    host.set_observer(&recorder.server());
    sim_.AddAddress(host, to.back());
    other_servers_.push_back(&AddParty(*this, host, false));
    other_servers_.back()->Listen({to.back(), kPort}, options_.server);
  }
  to.push_back(kFarmAddress);
  sim::Path& front = AddPath("front", {ClientAddress(1), ClientAddress(2)}, to, 10);
  paths_ = {&front, &front};
  Box(1, "balance", {{"virtual", kFarmAddress.ToString()}, {"servers", names}, {"policy", options_.farm->policy}});
}

void World::BuildBottleneck() {
  sim::Path& bottleneck =
      AddPath("bottleneck", {ClientAddress(1), ClientAddress(2), ClientAddress(3)}, {ServerAddress(1), ServerAddress(3)}, 10);
  paths_ = {&bottleneck, &bottleneck};
}

void World::Compete(const char* congestion) {
  ConnectionOptions options = Tcp().client;
  options.congestion = congestion;
  sim::Host& sender = sim_.AddHost("other client");
  sim::Host& receiver = sim_.AddHost("other server");
  sim_.AddAddress(sender, ClientAddress(3));
  sim_.AddAddress(receiver, ServerAddress(3));
  receiver.Add(std::make_unique<sim::Acceptor>(receiver, SocketAddress{ServerAddress(3), kPort}, options,
                                               [this](sim::Host& host, ConnectionId id, Instant now) {
                                                 competitor_ = &host.Add(std::make_unique<sim::Transfer>(
                                                     host, sim::TransferPlan{.send_pattern = 2, .receive_pattern = 1}));
                                                 competitor_->Adopt(id, now);
                                               }));
  sim::Transfer& transfer = sender.Add(std::make_unique<sim::Transfer>(
      sender, sim::TransferPlan{.bytes = sim::TransferPlan::kEndless, .send_pattern = 1, .receive_pattern = 2}));
  transfer.Connect({ClientAddress(3), kClientPort}, {ServerAddress(3), kPort}, options, now());
  sender.Kick();
}

std::uint64_t World::bytes_of_competitor() const { return competitor_ == nullptr ? 0 : competitor_->result().bytes_received; }

std::uint64_t World::LostJoins() const {
  std::uint64_t sum = server.endpoint().counters()[Counter::kMPJoinNoTokenFound];
  for (const Party* other : other_servers_) sum += std::as_const(*other).endpoint().counters()[Counter::kMPJoinNoTokenFound];
  return sum;
}

void World::Connect() {
  if (!std::exchange(listening_, true)) server.Listen({ServerAddress(1), kPort}, options_.server);
  client.Connect({ClientAddress(1), kClientPort}, {options_.farm ? kFarmAddress : ServerAddress(1), kPort}, options_.client);
}

void World::Open() {
  Connect();
  RunMs(60);
}

void World::LearnCookie() {
  recorder.Pause(true);
  Open();
  client.Abort();
  RunMs(1000);
  client.StartOver();
  server.StartOver();
  recorder.Pause(false);
}

void World::Begin() {
  beginning_ = recorder.size();
  client.Forget();
  server.Forget();
}

void World::OpenAt(std::size_t client_seq, std::size_t server_seq) {
  constexpr std::size_t kSegments = 20;  // more than are acknowledged at once (tcp/ack_policy.h)
  Open();
  const auto part = [](std::size_t whole, std::size_t i) { return (i + 1) * whole / kSegments - i * whole / kSegments; };
  for (std::size_t i = 0; i < kSegments; ++i) {
    client.WriteBytes(part(client_seq - 1, i));
    RunMs(30);
    server.WriteBytes(part(server_seq - 1, i));
    RunMs(30);
  }
  RunMs(60);
  Begin();
}

void World::Exchange() {
  client.Write("hi");
  RunMs(40);
  server.Write("ho");
  RunMs(100);
}

void World::OpenTwo() {
  Open();
  Exchange();
  client.Join(2);
  RunMs(140);
}

void World::Lose(std::string_view which, int times) { Change(which, nullptr, times); }

void World::Change(std::string_view which, Edit edit, int times) {
  Words words = ParseWords(which);
  std::string who;
  if (words.front().name.find('>') != std::string::npos) {
    who = words.front().name;
    words.erase(words.begin());
  }
  roads_.front()->Add({std::move(who), std::move(words), std::move(edit), times});
}

void World::Box(int number, std::string_view name, const sim::ParameterMap& parameters) {
  auto box = sim::MakeMiddlebox(name, parameters);
  if (!box) return Require(false, box.error());
  path(number).middleboxes().Add(std::move(*box));
}

void World::TranslateAddress() {
  const IpAddress outside = IpAddress::V4(203, 0, 113, 2);
  sim::NatOptions options;
  options.outside = outside;
  options.first_port = options.last_port = kClientPort;  // so that only the address changes
  path(2).middleboxes().Add(std::make_unique<sim::Nat>(options));
  recorder.Translate(outside, client.AddressOf(2));
}

void World::Require(bool holds, std::string_view what) {
  if (!holds) failures_.push_back(fmt::format("at {} ms: {}", (now() - sim::Simulation::kStart).millis(), what));
}

void World::RequireFacts(const Party& party, std::string_view facts) {
  const std::string why = WhyNot(ParseWords(facts), party.Facts());
  Require(why.empty(), fmt::format("{} {}; it is: {}", &party == &client ? "the client" : "the server", why, party.FactsText()));
}

WorldOptions Tcp() {
  WorldOptions options;
  options.client.multipath = options.server.multipath = false;
  return options;
}

WorldOptions Mptcp() {
  WorldOptions options;
  options.client.subflow_retry = options.server.subflow_retry = Duration::Zero();
  return options;
}

}  // namespace mptcpp::scenarios
