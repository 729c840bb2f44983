// SPDX-License-Identifier: Apache-2.0
#include "sim/simulation.h"

#include <algorithm>
#include <utility>

namespace mptcpp::sim {

// A link in the event queue: hands over what has arrived.
class Path::LinkNode final : public Node {
 public:
  LinkNode(Simulation& simulation, const Path& path, const std::string& name, const LinkOptions& options, std::uint64_t seed)
      : link(name, options, seed, simulation.pool_), simulation_(simulation), path_(path) {}
  Instant NextDeadline() const override { return link.NextDeadline(); }
  void Run(Instant now) override {
    while (PacketPtr packet = link.Pop(now)) simulation_.Arrive(path_, std::move(packet), now);
  }
  Link link;

 private:
  Simulation& simulation_;
  const Path& path_;
};

Path::Path(Simulation& simulation, std::string name, const PathOptions& options, std::uint64_t seed)
    : simulation_(simulation), name_(std::move(name)), from_(options.from), to_(options.to),
      there_(std::make_unique<LinkNode>(simulation, *this, name_ + ">", options.there, seed)),
      back_(std::make_unique<LinkNode>(simulation, *this, name_ + "<", options.back.value_or(options.there), seed)),
      middleboxes_(std::make_unique<MiddleboxChain>(name_, seed, simulation.pool_,
                                                    [this](PacketPtr packet, Direction direction, Instant now) {
                                                      Push(std::move(packet), direction, now);
                                                    })) {}

Path::~Path() = default;

Link& Path::there() { return there_->link; }
Link& Path::back() { return back_->link; }

void Path::Push(PacketPtr packet, Direction direction, Instant now) {
  LinkNode& node = direction == Direction::kThere ? *there_ : *back_;
  node.link.Push(std::move(packet), now);
  simulation_.queue_.Update(node);
}

void Path::Change(LinkNode& node, const std::function<void(LinkOptions&)>& change) {
  LinkOptions options = node.link.options();
  change(options);
  node.link.Change(options, simulation_.now());
  simulation_.queue_.Update(node);
}
void Path::ChangeThere(const std::function<void(LinkOptions&)>& change) { Change(*there_, change); }
void Path::ChangeBack(const std::function<void(LinkOptions&)>& change) { Change(*back_, change); }
void Path::Change(const std::function<void(LinkOptions&)>& change) {
  ChangeThere(change);
  ChangeBack(change);
}
void Path::SetUp(bool up) {
  Change([up](LinkOptions& options) { options.up = up; });
}

bool Path::Serves(const IpAddress& source, const IpAddress& destination, bool& is_there) const {
  const auto has = [](const std::vector<IpAddress>& list, const IpAddress& a) { return std::ranges::find(list, a) != list.end(); };
  is_there = has(from_, source) && has(to_, destination);
  return is_there || (has(to_, source) && has(from_, destination));
}

// The actions of At(), in the order of their times.
class Simulation::Script final : public Node {
 public:
  explicit Script(Simulation& simulation) : simulation_(simulation) {}
  void Add(Instant at, std::function<void()> action) {
    const auto place = std::ranges::upper_bound(steps_, at, {}, &Step::at);
    steps_.insert(place, {at, std::move(action)});
  }
  Instant NextDeadline() const override { return steps_.empty() ? Instant::Infinite() : steps_.front().at; }
  void Run(Instant now) override {
    while (!steps_.empty() && steps_.front().at <= now) {
      const auto action = std::move(steps_.front().action);
      steps_.erase(steps_.begin());
      action();
    }
    for (const auto& host : simulation_.hosts()) host->Kick();
  }

 private:
  struct Step {
    Instant at;
    std::function<void()> action;
  };
  Simulation& simulation_;
  std::vector<Step> steps_;
};

Simulation::Simulation(std::uint64_t seed) : seed_(seed), script_(std::make_unique<Script>(*this)) { queue_.StartAt(kStart); }
Simulation::~Simulation() = default;

Host& Simulation::AddHost(const std::string& name, const HostOptions& options) {
  Network& network = *this;  // a private base, which make_unique() could not see
  hosts_.push_back(std::make_unique<Host>(name, options, seed_, network, queue_, pool_, hash_, kStart));
  return *hosts_.back();
}

void Simulation::AddAddress(Host& host, const IpAddress& address) { addresses_.emplace(address, &host); }

Path& Simulation::AddPath(const std::string& name, const PathOptions& options) {
  paths_.emplace_back(new Path(*this, name, options, seed_));
  return *paths_.back();
}

void Simulation::AddRoute(const IpAddress& source, const IpAddress& destination, const std::vector<Path*>& paths) {
  routes_.Add(source, destination, paths);
  for (Path* path : paths) path->is_hop_ = true;
}

void Simulation::AddCrossTraffic(Path& path, const CrossTrafficOptions& options) {
  cross_traffic_.push_back(std::make_unique<CrossTraffic>(*this, path, options, seed_));
  queue_.Update(*cross_traffic_.back());
}

void Simulation::At(Duration since_start, std::function<void()> action) {
  script_->Add(kStart + since_start, std::move(action));
  queue_.Update(*script_);
}

void Simulation::Run(Duration time) {
  queue_.RunUntil(queue_.now() + time, [] { return false; });
}

bool Simulation::RunUntil(const std::function<bool()>& condition, Duration limit) {
  bool holds = condition();
  if (!holds) queue_.RunUntil(queue_.now() + limit, [&] { return holds = condition(); });
  return holds;
}

bool Simulation::RunUntilDone(Duration limit) {
  return RunUntil([this] { return ApplicationsAreDone(); }, limit);
}

bool Simulation::ApplicationsAreDone() const {
  return std::ranges::all_of(hosts_, [](const auto& host) { return host->ApplicationsAreDone(); });
}

Host* Simulation::HostOf(const IpAddress& address) {
  const auto found = addresses_.find(address);
  return found == addresses_.end() ? nullptr : found->second;
}

void Simulation::Enter(Path& path, Direction direction, PacketPtr packet, Instant now) {
  path.middleboxes_->Enter(std::move(packet), direction, now);
  queue_.Update(*path.middleboxes_);
}

void Simulation::Arrive(const Path& path, PacketPtr packet, Instant now) {
  if (path.is_hop_) {
    if (const Hop* next = routes_.After(path, packet->source, packet->destination)) {
      return Enter(*next->path, next->direction, std::move(packet), now);
    }
  }
  if (!exits_.empty()) {
    const auto exit = std::ranges::find(exits_, packet->destination, &std::pair<IpAddress, Exit*>::first);
    if (exit != exits_.end()) return exit->second->Leave(std::move(packet), now);
  }
  if (Host* host = HostOf(packet->destination)) {
    host->Deliver(std::move(packet), now);
  } else if (!packet->destination.IsNone()) {
    ++packets_without_route_;
  }
}

void Simulation::Send(PacketPtr packet, Instant now) {
  if (const Hop* first = routes_.First(packet->source, packet->destination)) {
    return Enter(*first->path, first->direction, std::move(packet), now);
  }
  for (const auto& path : paths_) {
    bool is_there = false;
    if (!path->Serves(packet->source, packet->destination, is_there)) continue;
    return Enter(*path, is_there ? Direction::kThere : Direction::kBack, std::move(packet), now);
  }
  ++packets_without_route_;
}

}  // namespace mptcpp::sim
