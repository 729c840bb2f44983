// SPDX-License-Identifier: Apache-2.0
#include "apps/demo_command.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <vector>

#include "apps/demo_receiver.h"
#include "apps/demo_report.h"
#include "apps/demo_sender.h"
#include "apps/demo_view.h"
#include "apps/progress.h"
#include "apps/runtime.h"
#include "apps/sha256.h"
#include "drivers/clock.h"

namespace mptcpp::apps {
namespace {

const IpAddress kServer = IpAddress::V4(127, 0, 0, 1);
const IpAddress kFirstPath = IpAddress::V4(127, 0, 0, 1);
const IpAddress kSecondPath = IpAddress::V4(127, 0, 0, 2);
constexpr std::size_t kOwnFileSize = 64 << 20;
// Half of the file goes over both paths, a quarter over one, the rest over both again (demo_sender.cc): 0.625 of the time that
// one path alone would take. The rate makes that ten seconds.
constexpr double kShareOfOnePath = 0.625;

struct DemoArguments {
  std::string file;
  std::string out = "build/demo";
  double seconds = 10;
  std::string congestion;
  std::string scheduler;
};

// The bytes to send, and their hash.
struct DemoFile {
  drivers::FileDescriptor fd;
  std::string name;
  std::uint64_t size = 0;
  std::string hash;
};

// The same bytes on every run, and none that compress.
DemoFile MakeOwnFile() {
  DemoFile file{.fd = drivers::FileDescriptor(memfd_create("mptcpp-demo", MFD_CLOEXEC)),
                .name = "64 MiB of noise",
                .size = kOwnFileSize,
                .hash = {}};
  Sha256 hash;
  std::vector<std::uint64_t> block(8192);
  std::uint64_t state = 0x9e3779b97f4a7c15;
  for (std::size_t written = 0; written < kOwnFileSize; written += block.size() * sizeof(std::uint64_t)) {
    for (std::uint64_t& word : block) {  // xorshift64
      state ^= state << 13;
      state ^= state >> 7;
      state ^= state << 17;
      word = state;
    }
    const auto bytes = std::as_bytes(std::span(block));
    hash.Add(bytes);
    if (::write(file.fd.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
      throw std::runtime_error("no memory for the demo's file");
  }
  ::lseek(file.fd.get(), 0, SEEK_SET);
  file.hash = hash.Finish();
  return file;
}

drivers::OrFailure<DemoFile> HashFile(const std::string& path) {
  auto input = StreamInput::Open(path);
  if (!input) return std::unexpected(input.error());
  DemoFile file{.fd = drivers::FileDescriptor(::dup(input->fd())), .name = path, .size = 0, .hash = {}};
  Sha256 hash;
  std::vector<std::byte> block(1 << 20);
  for (;;) {
    const auto n = input->Read(block);
    if (!n) return std::unexpected(n.error());
    if (*n == 0) break;
    hash.Add(std::span(block).first(*n));
    file.size += *n;
  }
  if (::lseek(file.fd.get(), 0, SEEK_SET) != 0)
    return drivers::Fail("{} cannot be read twice: the demo needs an ordinary file", path);
  file.hash = hash.Finish();
  return file;
}

// The receiving process, and the pipe on which it reports. Ended and awaited by the destructor.
class ReceiverProcess {
 public:
  explicit ReceiverProcess(const std::string& output_file) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("cannot make a pipe");
    report_ = drivers::FileDescriptor(ends[0]);
    drivers::FileDescriptor writer(ends[1]);
    const pid_t parent = ::getpid();
    pid_ = ::fork();
    if (pid_ < 0) throw std::runtime_error("cannot start a second process");
    if (pid_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGTERM);
      std::signal(SIGINT, SIG_IGN);  // Ctrl-C reaches both processes; the sender ends this one
      if (::getppid() != parent) ::_exit(kExitFailure);
      ::_exit(RunDemoReceiver(kServer, output_file, writer.get()));
    }
  }
  ReceiverProcess(const ReceiverProcess&) = delete;
  ReceiverProcess& operator=(const ReceiverProcess&) = delete;
  ~ReceiverProcess() {
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
  }

  int report_fd() const { return report_.get(); }

  // Waits for the first line: the port.
  drivers::OrFailure<std::uint16_t> ReadPort() {
    std::string line;
    char c = 0;
    while (::read(report_.get(), &c, 1) == 1 && c != '\n') line += c;
    if (line.empty()) return drivers::Fail("the receiving process did not start");
    DemoRecord unused;
    const DemoReceiverLine parsed = ParseDemoLine(line, Instant(), unused);
    if (parsed.port == 0) return std::unexpected(drivers::Failure{parsed.failure});
    return parsed.port;
  }

 private:
  pid_t pid_ = -1;
  drivers::FileDescriptor report_;
};

std::vector<drivers::PathFaults> Links(Rate rate) {
  return {{.local = kFirstPath, .rate = rate, .delay = Duration::Millis(15), .queue = Duration::Millis(60)},
          {.local = kSecondPath, .rate = rate, .delay = Duration::Millis(5), .queue = Duration::Millis(60)}};
}

DemoRecord NewRecord(const DemoFile& file, const std::vector<drivers::PathFaults>& links) {
  DemoRecord record;
  record.file_name = file.name;
  record.file_size = file.size;
  record.sent_hash = file.hash;
  for (const auto& link : links) {
    DemoPath path;
    path.address = link.local.ToString();
    path.rate = link.rate;
    path.delay = link.delay;
    record.paths.push_back(path);
  }
  return record;
}

int WriteReport(const DemoRecord& record, const std::string& folder) {
  const std::string path = folder + "/report.html";
  std::ofstream out(path);
  out << RenderDemoReport(record);
  out.close();
  if (!out) return Fail(fmt::format("cannot write {}", path));
  fmt::print("report: {}\n", path);
  return kExitSuccess;
}

int RunDemo(const DemoArguments& arguments) {
  auto file = arguments.file.empty() ? drivers::OrFailure<DemoFile>(MakeOwnFile()) : HashFile(arguments.file);
  if (!file) return Fail(file.error().message);
  std::error_code error;
  std::filesystem::create_directories(arguments.out, error);
  if (error) return Fail(fmt::format("cannot create {}: {}", arguments.out, error.message()));
  const double bits = 8.0 * static_cast<double>(file->size) * kShareOfOnePath / arguments.seconds;
  const auto links = Links(Rate::BitsPerSecond(std::clamp(bits, 1e6, 4e8)));

  ReceiverProcess receiver(arguments.out + "/received");
  const auto port = receiver.ReadPort();
  if (!port) return Fail(port.error().message);
  CommonOptions options;
  options.paths = {kFirstPath.ToString(), kSecondPath.ToString()};
  options.congestion = arguments.congestion;
  options.scheduler = arguments.scheduler;
  auto runtime = Runtime::ForClient(options, {kServer, *port}, links);
  if (!runtime) return Fail(runtime.error().message);

  DemoRecord record = NewRecord(*file, links);
  DemoView view(isatty(STDOUT_FILENO) == 1);
  fmt::print("{} over {} and {}, each limited to {}; {} will fail silently half-way\n", file->name, record.paths[0].address,
             record.paths[1].address, FormatRate(links[0].rate.bits_per_second()), record.paths[1].address);
  DemoSender sender(**runtime, record, receiver.report_fd(), [&view](const DemoRecord& state) { view.Update(state); });
  if (const auto started = sender.Start(StreamInput::FromFile(std::move(file->fd), file->name), drivers::MonotonicNow());
      !started) {
    return Fail(started.error().message);
  }
  const std::string failure = sender.Run();
  if (sender.WasInterrupted()) return kExitInterrupted;
  if (!failure.empty()) return Fail(failure);
  view.PrintResult(record);
  const int written = WriteReport(record, arguments.out);
  return record.IsIntact() ? written : kExitFailure;
}

}  // namespace

Action SetUpDemoCommand(CLI::App& command) {
  auto arguments = std::make_shared<DemoArguments>();
  command.add_option("file,--file", arguments->file, "What to send; default: 64 MiB of noise")->type_name("FILE");
  command.add_option("--out", arguments->out, "Folder for the received file and report.html (build/demo)")->type_name("FOLDER");
  command.add_option("--time", arguments->seconds, "About how many seconds it takes: sets the rate of the paths (10)")
      ->check(CLI::Range(1.0, 3600.0));
  command.add_option("--congestion", arguments->congestion, "Congestion control");
  command.add_option("--scheduler", arguments->scheduler, "Which subflow sends next");
  command.footer(
      "Examples:\n  mptcpp demo\n  mptcpp demo big.iso --out /tmp/demo --scheduler redundant\nExit code 1 if what arrives "
      "differs from what was sent.");
  return [arguments] { return RunDemo(*arguments); };
}

}  // namespace mptcpp::apps
