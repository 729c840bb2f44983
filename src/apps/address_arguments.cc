// SPDX-License-Identifier: Apache-2.0
#include "apps/address_arguments.h"

#include <netdb.h>

#include <charconv>
#include <memory>

#include "apps/command.h"
#include "drivers/socket_address.h"

namespace mptcpp::apps {
namespace {

std::optional<std::uint16_t> ParsePort(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};

}  // namespace

drivers::OrFailure<SocketAddress> ResolveRemote(const std::string& text, IpFamily family) {
  if (const auto literal = SocketAddress::Parse(text); literal && literal->port != 0) return *literal;
  const std::size_t colon = text.rfind(':');
  const auto port = colon == std::string::npos ? std::nullopt : ParsePort(std::string_view(text).substr(colon + 1));
  if (!port || colon == 0 || text.find(':') != colon) {
    throw UsageError{fmt::format("'{}' is not HOST:PORT, such as example.org:5000 or [2001:db8::1]:5000", text)};
  }
  const std::string host = text.substr(0, colon);
  addrinfo hints{};
  hints.ai_family = family == IpFamily::kV4 ? AF_INET : family == IpFamily::kV6 ? AF_INET6 : AF_UNSPEC;
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* list = nullptr;
  const int error = getaddrinfo(host.c_str(), nullptr, &hints, &list);
  const std::unique_ptr<addrinfo, FreeAddresses> owned(list);
  if (error != 0) return drivers::Fail("cannot find host {}: {}; check its spelling", host, gai_strerror(error));
  drivers::KernelAddress kernel{};
  std::memcpy(&kernel, list->ai_addr, std::min<std::size_t>(list->ai_addrlen, sizeof kernel));
  return SocketAddress{drivers::FromKernel(kernel).address, *port};
}

SocketAddress ParseListenAddress(const std::string& text) {
  if (const auto port = ParsePort(text)) return {IpAddress(), *port};
  if (const auto address = SocketAddress::Parse(text); address && address->port != 0) return *address;
  throw UsageError{fmt::format("'{}' is not [ADDR:]PORT with a port of 1 to 65535, such as 5000 or 192.0.2.1:5000", text)};
}

IpAddress ParseAddress(const std::string& text, const std::string& option) {
  if (const auto address = IpAddress::Parse(text)) return *address;
  throw UsageError{fmt::format("{} {}: not an IP address", option, text)};
}

}  // namespace mptcpp::apps
