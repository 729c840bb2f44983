// SPDX-License-Identifier: Apache-2.0
// What the protocol costs, without a kernel in the way: two hosts on one thread, and Debian's lwIP doing the same in the same
// run as the yardstick. Exit code 1 if a case did not finish.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <fstream>
#include <iostream>
#include <limits>
#include <regex>
#include <string>
#include <vector>

#include "endpoint_cases.h"
#include "report.h"
#if MPTCPP_HAVE_LWIP
#include "lwip_stack.h"
#endif

namespace mptcpp::bench {
namespace {

struct Settings {
  std::string filter = ".";
  std::string json;
  std::uint64_t megabytes = 512;
  int repetitions = 3;
};

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr const char* kBulkSegments = "Bulk, MSS 1460, software checksums";
constexpr const char* kBulkSuper = "Bulk, 64 KiB super-segments, no checksums";
constexpr const char* kConnections = "Connections set up and closed";
constexpr const char* kMemory = "Heap of an idle connection";

struct NamedCase {
  const char* name;
  EndpointCase what;
};
constexpr NamedCase kCases[] = {
    {"plain TCP", {.multipath = false}},
    {"MPTCP, 1 subflow", {}},
    {"MPTCP, 2 subflows", {.subflows = 2}},
    {"MPTCP, 8 subflows", {.subflows = 8}},
    {"MPTCP, 1 subflow, DSS checksum", {.checksum = true}},
    {"MPTCP, 2 subflows, DSS checksum", {.subflows = 2, .checksum = true}},
};

class Run {
 public:
  explicit Run(Settings settings) : settings_(std::move(settings)), filter_(settings_.filter) {}

  void All() {
    Reference();
    BulkCases(kBulkSegments, Handover::kSegments);
    BulkCases(kBulkSuper, Handover::kSuperSegments);
    for (std::size_t i = 0; i < 2; ++i) ConnectionCase(kCases[i]);
    for (std::size_t i = 0; i < 2; ++i) MemoryCase(kCases[i]);
    std::ranges::stable_sort(rows_, {}, [](const Row& row) { return Order(row.group); });
  }
  const std::vector<Row>& rows() const { return rows_; }

 private:
  static int Order(const std::string& group) {
    return group == kBulkSegments ? 0 : group == kBulkSuper ? 1 : group == kConnections ? 2 : 3;
  }
  bool Wanted(const std::string& group, const std::string& name) const { return std::regex_search(group + ": " + name, filter_); }
  std::uint64_t bytes() const { return settings_.megabytes << 20; }

  // The fastest of several: what disturbs only ever adds.
  template <typename Measure>
  auto Best(Measure measure) const {
    auto best = measure();
    for (int i = 1; i < settings_.repetitions; ++i) {
      const auto next = measure();
      if (next.seconds < best.seconds) best = next;
    }
    return best;
  }

  void AddBulk(const char* group, const char* name, const BulkResult& result) {
    rows_.push_back({.group = group,
                     .name = name,
                     .values = {{"ns/segment", result.NanosPerSegment(), 0},
                                {"Gbit/s", result.GigabitsPerSecond(), 2},
                                {"x lwIP", result.GigabitsPerSecond() / lwip_gigabits_, 2}},
                     .failed = result.bytes == 0});
  }
  void AddRate(const char* name, const RateResult& result) {
    rows_.push_back({.group = kConnections,
                     .name = name,
                     .values = {{"per second", result.PerSecond(), 0}, {"us each", 1e6 / result.PerSecond(), 1}},
                     .failed = result.connections == 0});
  }
  void AddMemory(const char* name, const MemoryResult& result) {
    rows_.push_back(
        {.group = kMemory, .name = name, .values = {{"bytes", result.bytes_each, 0}}, .failed = result.connections == 0});
  }

  // Always measured when bulk is: the ratios need it.
  void Reference() {
#if MPTCPP_HAVE_LWIP
    lwip::Start();
    const BulkResult bulk = Best([&] { return lwip::Bulk(bytes()); });
    lwip_gigabits_ = bulk.GigabitsPerSecond();
    AddBulk(kBulkSegments, "lwIP (TCP, window 64 KiB)", bulk);
    if (Wanted(kConnections, "lwIP")) AddRate("lwIP", Best([] { return lwip::ConnectAndClose(20'000); }));
    if (Wanted(kMemory, "lwIP")) AddMemory("lwIP", lwip::IdleMemory(1000));
#endif
  }

  void BulkCases(const char* group, Handover handover) {
    for (const NamedCase& named : kCases) {
      if (!Wanted(group, named.name)) continue;
      EndpointCase what = named.what;
      what.handover = handover;
      AddBulk(group, named.name, Best([&] { return Bulk(what, bytes()); }));
    }
  }
  void ConnectionCase(const NamedCase& named) {
    if (!Wanted(kConnections, named.name)) return;
    AddRate(named.name, Best([&] { return bench::ConnectAndClose(named.what, 20'000); }));
  }
  void MemoryCase(const NamedCase& named) {
    if (Wanted(kMemory, named.name)) AddMemory(named.name, bench::IdleMemory(named.what, 1000));
  }

  Settings settings_;
  std::regex filter_;
  std::vector<Row> rows_;
  double lwip_gigabits_ = kNone;
};

int Main(int argc, char** argv) {
  Settings settings;
  CLI::App app("Cost of mptcpp's endpoints, beside lwIP");
  app.add_option("--filter,--benchmark_filter", settings.filter, "only cases whose \"group: name\" matches this regex");
  app.add_option("--json", settings.json, "also write the results to this file");
  app.add_option("--megabytes", settings.megabytes, "payload per bulk transfer")->capture_default_str();
  app.add_option("--repetitions", settings.repetitions, "the fastest of so many counts")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  Run run(settings);
  run.All();
  std::cout << AsTable(run.rows())
            << "\nBoth hosts on one thread; one copy on the wire and one at each application. Buffers 256 KiB (lwIP: 64 KiB).\n";
  if (!settings.json.empty()) std::ofstream(settings.json) << AsJson(run.rows());
  return std::ranges::any_of(run.rows(), &Row::failed) ? 1 : 0;
}

}  // namespace
}  // namespace mptcpp::bench

int main(int argc, char** argv) { return mptcpp::bench::Main(argc, argv); }
