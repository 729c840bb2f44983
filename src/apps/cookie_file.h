// SPDX-License-Identifier: Apache-2.0
// Fast-open cookies between two runs of a command: a text file, one server per line: address, MSS, cookie in hex.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mptcpp/endpoint.h"

namespace mptcpp::apps {

std::string FormatCookies(std::span<const FastOpenEntry> entries);
// Lines that make no sense are skipped: the file is a cache, not a document.
std::vector<FastOpenEntry> ParseCookies(std::string_view text);

// Into the endpoint; a file that is not there is an empty one.
void LoadCookies(const std::string& file, Endpoint& endpoint);
// What the endpoint knows, in place of what the file said. Empty: done; otherwise why not.
std::string SaveCookies(const std::string& file, const Endpoint& endpoint);

}  // namespace mptcpp::apps
