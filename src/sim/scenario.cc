// SPDX-License-Identifier: Apache-2.0
#include "sim/scenario.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <utility>

#include "base/check.h"

namespace mptcpp::sim {
namespace {

// One run of one scenario: the simulation and who is who in it.
class Play {
 public:
  Play(const Scenario& scenario, const RunOptions& options) : scenario_(scenario), stage_(options.stage), simulation_(scenario.seed) {
    for (const HostSpec& spec : scenario.hosts) AddHost(spec);
    for (const PathSpec& spec : scenario.paths) paths_[spec.name] = &simulation_.AddPath(spec.name, spec.options);
    for (const MiddleboxSpec& spec : scenario.middleboxes) AddMiddlebox(spec);
    if (!options.capture_path.empty()) StartCapture(options.capture_path);
    result_.bulk.resize(scenario.bulk.size());
    bulk_.resize(scenario.bulk.size());
    for (std::size_t i = 0; i < scenario.bulk.size(); ++i) AddBulk(i);
    for (const RequestSpec& spec : scenario.requests) AddRequests(spec);
    for (const ScriptStep& step : scenario.script) {
      simulation_.At(step.at, [this, &step] { std::visit([this](const auto& change) { Apply(change); }, step.change); });
    }
  }

  ScenarioResult Run() {
    if (stage_ != nullptr) {
      stage_->Play(simulation_, [this] { return IsDone(); }, scenario_.duration);
    } else {
      simulation_.RunUntilDone(scenario_.duration);
    }
    Collect();
    return std::move(result_);
  }

 private:
  bool IsForeign(const std::string& host) const { return stage_ != nullptr && stage_->IsForeign(host); }

  // A foreign client may not have come yet: nothing in the simulation waits for it.
  bool IsDone() const {
    for (std::size_t i = 0; i < bulk_.size(); ++i) {
      if (result_.bulk[i].foreign_client && bulk_[i].server == nullptr) return false;
    }
    return simulation_.ApplicationsAreDone();
  }

  struct Pair {
    Transfer* client = nullptr;
    Transfer* server = nullptr;
  };

  void AddHost(const HostSpec& spec) {
    Host& host = simulation_.AddHost(spec.name, spec.options);
    hosts_[spec.name] = &host;
    for (const IpAddress& address : spec.addresses) {
      simulation_.AddAddress(host, address);
      by_address_[address] = &host;
    }
    for (const PathEndpoint& endpoint : spec.endpoints) AddEndpoint(host, endpoint);
  }

  void AddEndpoint(Host& host, const PathEndpoint& endpoint) {
    if (const auto id = host.endpoint().AddPathEndpoint(endpoint, simulation_.now())) ids_[endpoint.address] = *id;
  }

  void AddMiddlebox(const MiddleboxSpec& spec) {
    auto box = MakeMiddlebox(spec.kind, spec.parameters);
    MPTCPP_CHECK(box.has_value());  // the file reader has made it once
    boxes_.emplace_back(&spec, &paths_.at(spec.path)->middleboxes().Add(std::move(*box)));
  }

  // Each host's own view, so that delays and losses between them show (`mptcpp ladder` takes several files).
  void StartCapture(const std::filesystem::path& path) {
    for (const auto& host : simulation_.hosts()) {
      std::filesystem::path file = path;
      file.replace_filename(path.stem().string() + "." + host->name() + path.extension().string());
      auto writer = trace::PcapWriter::Open(file.string());
      if (!writer) {
        result_.capture_error = writer.error();
        return;
      }
      captures_.push_back(std::make_shared<trace::PcapWriter>(std::move(*writer)));
      host->CaptureTo(captures_.back());
    }
  }

  void AddBulk(std::size_t index) {
    const BulkSpec& spec = scenario_.bulk[index];
    Host& client = *by_address_.at(spec.from.address);
    Host& server = *by_address_.at(spec.to.address);
    BulkOutcome& outcome = result_.bulk[index];
    outcome.name = spec.name;
    outcome.foreign_client = IsForeign(client.name());
    outcome.foreign_server = IsForeign(server.name());
    if (!outcome.foreign_server) Serve(index, server, !outcome.foreign_client);
    if (outcome.foreign_client) return;
    const TransferPlan plan{
        .bytes = spec.bytes, .close = spec.close, .send_pattern = 1, .receive_pattern = 2, .compare = !outcome.foreign_server};
    bulk_[index].client = &client.Add(std::make_unique<Transfer>(client, plan));
    bulk_[index].client->Connect({spec.from.address, spec.from.port}, spec.to, scenario_.connection, Simulation::kStart + spec.start);
  }

  void Serve(std::size_t index, Host& server, bool compare) {
    const BulkSpec& spec = scenario_.bulk[index];
    const TransferPlan answer{
        .bytes = spec.bytes_back, .close = AnswerTo(spec), .send_pattern = 2, .receive_pattern = 1, .compare = compare};
    server.Add(std::make_unique<Acceptor>(server, spec.to, scenario_.connection, [this, index, answer](Host& host, ConnectionId id, Instant now) {
      if (bulk_[index].server != nullptr) return;
      bulk_[index].server = &host.Add(std::make_unique<Transfer>(host, answer));
      bulk_[index].server->Adopt(id, now);
    }));
  }

  // A server with nothing to say ends when the client does.
  static CloseMode AnswerTo(const BulkSpec& spec) {
    return spec.bytes_back == 0 ? CloseMode::kShutdownAtEnd : CloseMode::kShutdownWhenSent;
  }

  void AddRequests(const RequestSpec& spec) {
    Host& client = *by_address_.at(spec.from.address);
    Host& server = *by_address_.at(spec.to.address);
    server.Add(std::make_unique<Acceptor>(server, spec.to, scenario_.connection, [plan = spec.plan](Host& host, ConnectionId id, Instant now) {
      host.Add(std::make_unique<RequestServer>(host, plan, id, now));
    }));
    auto& added = client.Add(std::make_unique<RequestClient>(client, spec.plan));
    added.Connect(spec.from, spec.to, scenario_.connection, Simulation::kStart + spec.start);
    requests_.emplace_back(&spec, &added);
  }

  void Apply(const PathChange& change) {
    const auto apply = [&change](LinkOptions& link) {
      if (change.up) link.up = *change.up;
      if (change.rate) link.rate = *change.rate;
      if (change.delay) link.delay = *change.delay;
      if (change.jitter) link.jitter = *change.jitter;
      if (change.loss) link.loss = *change.loss;
    };
    Path& path = *paths_.at(change.path);
    if (change.there) path.ChangeThere(apply);
    if (change.back) path.ChangeBack(apply);
  }

  void Apply(const EndpointChange& change) {
    Host& host = *hosts_.at(change.host);
    const auto id = ids_.find(change.endpoint.address);
    if (change.what == EndpointChange::What::kAdd) return AddEndpoint(host, change.endpoint);
    if (id == ids_.end()) return;
    if (change.what == EndpointChange::What::kRemove) {
      static_cast<void>(host.endpoint().RemovePathEndpoint(id->second, simulation_.now()));
      ids_.erase(id);
      return;
    }
    static_cast<void>(
        host.endpoint().SetPathEndpointBackup(id->second, change.what == EndpointChange::What::kBackup, simulation_.now()));
  }

  void Collect() {
    result_.simulated = simulation_.elapsed();
    result_.real_time = stage_ != nullptr;
    result_.packets = simulation_.hash().packets();
    result_.hash = simulation_.hash().value();
    for (std::size_t i = 0; i < bulk_.size(); ++i) {
      if (bulk_[i].client != nullptr) {
        bulk_[i].client->RefreshInfo();
        result_.bulk[i].client = bulk_[i].client->result();
      }
      result_.bulk[i].accepted = bulk_[i].server != nullptr;
      if (bulk_[i].server == nullptr) continue;
      bulk_[i].server->RefreshInfo();
      result_.bulk[i].server = bulk_[i].server->result();
    }
    for (const auto& [spec, client] : requests_) CollectRequests(*spec, *client);
    for (const auto& path : simulation_.paths()) {
      result_.links.push_back({path->there().name(), path->there().counters()});
      result_.links.push_back({path->back().name(), path->back().counters()});
    }
    for (const auto& [spec, box] : boxes_) result_.middleboxes.push_back({box->name(), spec->kind, box->counters()});
    for (const auto& capture : captures_) {
      if (!capture->Flush()) result_.capture_error = capture->error();
    }
  }

  void CollectRequests(const RequestSpec& spec, const RequestClient& client) {
    RequestOutcome outcome{spec.name, client.result(), {}};
    std::array<SubflowInfo, 40> subflows;
    if (const auto count = by_address_.at(spec.from.address)->endpoint().Subflows(client.connection(), subflows)) {
      outcome.subflows.assign(subflows.begin(), subflows.begin() + static_cast<std::ptrdiff_t>(*count));
    }
    result_.requests.push_back(std::move(outcome));
  }

  const Scenario& scenario_;
  Stage* stage_;
  Simulation simulation_;
  std::map<std::string, Host*> hosts_;
  std::map<std::string, Path*> paths_;
  std::map<IpAddress, Host*> by_address_;
  std::map<IpAddress, AddressId> ids_;
  std::vector<Pair> bulk_;
  std::vector<std::pair<const RequestSpec*, RequestClient*>> requests_;
  std::vector<std::pair<const MiddleboxSpec*, const Middlebox*>> boxes_;
  std::vector<std::shared_ptr<trace::PcapWriter>> captures_;
  ScenarioResult result_;
};

}  // namespace

bool ScenarioResult::AllIntact() const {
  return std::ranges::none_of(bulk, [](const auto& b) { return b.client.first_difference || b.server.first_difference; }) &&
         std::ranges::none_of(requests, [](const auto& r) { return r.result.first_difference.has_value(); });
}

ScenarioResult RunScenario(const Scenario& scenario, const RunOptions& options) { return Play(scenario, options).Run(); }

}  // namespace mptcpp::sim
