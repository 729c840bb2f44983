// SPDX-License-Identifier: Apache-2.0
// One bulk transfer through the kernel's own sockets, one thread, one connection: the peer of bench/kernel_tun.py, in C++ so that
// it is not what limits. The receiver measures from the first byte to the end of the stream and prints one JSON object.
//
//   bulk_peer listen|connect ADDRESS PORT send|receive [--bytes N] [--write-size N] [--plain] [--perf]
// --perf: the other side is `mptcpp perf connect`, which says first what it wants (src/apps/perf_protocol.h). The line is
// skipped; that both sides do the same test is the caller's business.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

namespace {

constexpr int kProtocolMptcp = 262;
constexpr std::size_t kReadSize = 256 * 1024;
constexpr int kConnectAttempts = 200;  // 10 s: the other side may still be making its devices
constexpr useconds_t kBetweenAttempts = 50'000;

struct Options {
  bool listen = false;
  bool send = false;
  bool plain = false;
  bool perf = false;
  sockaddr_in address{};
  std::uint64_t bytes = 1 << 30;
  std::uint64_t write_size = 65536;
};

[[noreturn]] void Die(const char* what) {
  std::fprintf(stderr, "bulk_peer: %s: %s\n", what, std::strerror(errno));
  std::exit(1);
}

std::optional<std::uint64_t> Number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<Options> Parse(int argc, char** argv) {
  if (argc < 5) return std::nullopt;
  Options options;
  options.listen = std::string_view(argv[1]) == "listen";
  options.address.sin_family = AF_INET;
  const auto port = Number(argv[3]);
  if (inet_pton(AF_INET, argv[2], &options.address.sin_addr) != 1 || !port || *port > 65535) return std::nullopt;
  options.address.sin_port = htons(static_cast<std::uint16_t>(*port));
  options.send = std::string_view(argv[4]) == "send";
  for (int i = 5; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--plain" || word == "--perf") {
      (word == "--plain" ? options.plain : options.perf) = true;
      continue;
    }
    const auto value = i + 1 < argc ? Number(argv[++i]) : std::nullopt;
    if (!value || *value == 0) return std::nullopt;
    if (word == "--bytes")
      options.bytes = *value;
    else if (word == "--write-size")
      options.write_size = *value;
    else
      return std::nullopt;
  }
  return options;
}

int Socket(const Options& options) {
  const int fd = socket(AF_INET, SOCK_STREAM, options.plain ? IPPROTO_TCP : kProtocolMptcp);
  if (fd < 0) Die("socket");
  return fd;
}

// The listening socket stays open: the kernel refuses joins to a port that nobody listens on.
int AcceptOne(const Options& options) {
  const int listener = Socket(options);
  const int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, reinterpret_cast<const sockaddr*>(&options.address), sizeof options.address) != 0) Die("bind");
  if (listen(listener, 8) != 0) Die("listen");
  std::fprintf(stderr, "listening\n");
  const int fd = accept(listener, nullptr, nullptr);
  if (fd < 0) Die("accept");
  return fd;
}

int ConnectOne(const Options& options) {
  for (int attempt = 0;; ++attempt) {
    const int fd = Socket(options);
    if (connect(fd, reinterpret_cast<const sockaddr*>(&options.address), sizeof options.address) == 0) return fd;
    if (attempt == kConnectAttempts) Die("connect");
    close(fd);
    usleep(kBetweenAttempts);
  }
}

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

using Clock = std::chrono::steady_clock;

double SecondsSince(Clock::time_point first) { return std::chrono::duration<double>(Clock::now() - first).count(); }

void Print(std::uint64_t bytes, double seconds) {
  std::printf("{\"bytes\": %llu, \"seconds\": %.6f, \"cpu_seconds\": %.6f}\n", static_cast<unsigned long long>(bytes), seconds,
              CpuSeconds());
}

void Send(int fd, const Options& options) {
  const Clock::time_point first = Clock::now();
  const std::vector<char> data(options.write_size, 'm');
  for (std::uint64_t left = options.bytes; left > 0;) {
    const ssize_t n = send(fd, data.data(), std::min<std::uint64_t>(left, data.size()), MSG_NOSIGNAL);
    if (n <= 0) Die("send");
    left -= static_cast<std::uint64_t>(n);
  }
  shutdown(fd, SHUT_WR);
  char byte;
  while (recv(fd, &byte, 1, 0) > 0) {
  }
  Print(options.bytes, SecondsSince(first));
}

void SkipLine(int fd) {
  for (char byte = 0; byte != '\n';) {
    if (recv(fd, &byte, 1, 0) <= 0) Die("recv");
  }
}

void Receive(int fd, const Options& options) {
  std::vector<char> buffer(kReadSize);
  std::uint64_t bytes = 0;
  Clock::time_point first;
  for (;;) {
    const ssize_t n = recv(fd, buffer.data(), buffer.size(), 0);
    if (n < 0) Die("recv");
    if (n == 0) break;
    if (bytes == 0) first = Clock::now();
    bytes += static_cast<std::uint64_t>(n);
  }
  const double seconds = bytes ? SecondsSince(first) : 0;
  Print(bytes, seconds);
  if (!options.perf) return;
  char report[96];
  const int length = std::snprintf(report, sizeof report, "{\"bytes\":%llu,\"seconds\":%.6f}\n",
                                   static_cast<unsigned long long>(bytes), seconds);
  if (send(fd, report, static_cast<std::size_t>(length), MSG_NOSIGNAL) != length) Die("send");
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = Parse(argc, argv);
  if (!options) {
    std::fprintf(stderr, "bulk_peer listen|connect ADDRESS PORT send|receive [--bytes N] [--write-size N] [--plain] [--perf]\n");
    return 2;
  }
  const int fd = options->listen ? AcceptOne(*options) : ConnectOne(*options);
  if (options->perf) SkipLine(fd);
  if (options->send)
    Send(fd, *options);
  else
    Receive(fd, *options);
  close(fd);
  return 0;
}
