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

sim::HostOptions HostOf(RandomSource* random) {
  sim::HostOptions options;
  options.random = random;
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
      client(AddParty(*this, sim_.AddHost("client", HostOf(client_random_.get())), true)),
      server(AddParty(*this, sim_.AddHost("server"), false)) {
  sim::Host& client_host = *sim_.hosts()[0];
  sim::Host& server_host = *sim_.hosts()[1];
  client_host.set_observer(&recorder.client());
  server_host.set_observer(&recorder.server());
  for (const int number : {1, 2}) {
    sim_.AddAddress(client_host, ClientAddress(number));
    sim_.AddAddress(server_host, ServerAddress(number));
  }
  paths_ = {&AddPath(1, 1, 10), &AddPath(2, 1, 15), &AddPath(1, 2, 20), &AddPath(2, 2, 20)};
  for (ConnectionOptions* side : {&options_.client, &options_.server}) {
    side->tcp.no_delay = side->tcp.no_delay || !options.tcp_options;
    side->tcp.timestamps = side->tcp.timestamps && options.tcp_options;
  }
}

World::~World() = default;

sim::Path& World::AddPath(int client_address, int server_address, std::int64_t delay_ms) {
  sim::PathOptions options{.from = {ClientAddress(client_address)}, .to = {ServerAddress(server_address)}};
  options.there.delay = Duration::Millis(delay_ms);
  if (client_address == 2) options.from.push_back(IpAddress::V4(203, 0, 113, 2));
  sim::Path& path = sim_.AddPath(fmt::format("{}-{}", client_address, server_address), options);
  for (sim::Link* link : {&path.there(), &path.back()}) {
    roads_.push_back(std::make_unique<Road>(recorder));
    roads_.back()->Share(*roads_.front());
    link->set_filter(roads_.back().get());
  }
  return path;
}

void World::Connect() {
  server.Listen({ServerAddress(1), kPort}, options_.server);
  client.Connect({ClientAddress(1), kClientPort}, {ServerAddress(1), kPort}, options_.client);
}

void World::Open() {
  Connect();
  RunMs(60);
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
