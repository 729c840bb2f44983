// SPDX-License-Identifier: Apache-2.0
#include "apps/cookie_file.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <sstream>

namespace mptcpp::apps {
namespace {

constexpr std::size_t kMostCookies = 1024;

std::optional<wire::FastOpenCookie> ParseHex(std::string_view hex) {
  if (hex.size() < 8 || hex.size() > 2 * wire::FastOpenCookie::kMax || hex.size() % 4 != 0) return std::nullopt;
  std::array<std::byte, wire::FastOpenCookie::kMax> bytes{};
  for (std::size_t i = 0; i < hex.size() / 2; ++i) {
    unsigned value = 0;
    const char* const digits = hex.data() + 2 * i;
    if (std::from_chars(digits, digits + 2, value, 16).ptr != digits + 2) return std::nullopt;
    bytes[i] = static_cast<std::byte>(value);
  }
  return wire::FastOpenCookie(std::span(bytes).first(hex.size() / 2));
}

}  // namespace

std::string FormatCookies(std::span<const FastOpenEntry> entries) {
  std::string text;
  for (const FastOpenEntry& entry : entries) {
    text += fmt::format("{} {} ", entry.server.ToString(), entry.mss);
    for (const std::byte byte : entry.cookie.view()) text += fmt::format("{:02x}", static_cast<unsigned>(byte));
    text += '\n';
  }
  return text;
}

std::vector<FastOpenEntry> ParseCookies(std::string_view text) {
  std::vector<FastOpenEntry> entries;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string address, cookie_hex;
    std::uint16_t mss = 0;
    if (!(words >> address >> mss >> cookie_hex)) continue;
    const auto server = IpAddress::Parse(address);
    const auto cookie = ParseHex(cookie_hex);
    if (server && cookie) entries.push_back({.server = *server, .cookie = *cookie, .mss = mss});
  }
  return entries;
}

void LoadCookies(const std::string& file, Endpoint& endpoint) {
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  const auto entries = ParseCookies(text.str());
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) endpoint.AddFastOpenCookie(*entry);
}

std::string SaveCookies(const std::string& file, const Endpoint& endpoint) {
  std::vector<FastOpenEntry> entries(kMostCookies);
  entries.resize(endpoint.FastOpenCookies(entries));
  const std::string fresh = file + ".new";
  std::ofstream out(fresh);
  out << FormatCookies(entries);
  out.close();
  if (!out || std::rename(fresh.c_str(), file.c_str()) != 0) return fmt::format("cannot write {}", file);
  return {};
}

}  // namespace mptcpp::apps
