// SPDX-License-Identifier: Apache-2.0
#include "apps/history_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "wire/mptcp_history.h"

namespace mptcpp::apps {
namespace {

using wire::HistoryPacket;

constexpr std::size_t kTextWidth = 78;

struct HistoryArguments {
  bool json = false;
  std::string option;
  std::string packet;
};

const std::map<std::string, HistoryPacket> kPacketNames{{"syn", HistoryPacket::kSyn},
                                                        {"synack", HistoryPacket::kSynAck},
                                                        {"ack", HistoryPacket::kAck},
                                                        {"data", HistoryPacket::kData}};

std::string Wrapped(const std::string& text, const std::string& indent) {
  std::istringstream words(text);
  std::string result, line;
  for (std::string word; words >> word;) {
    if (!line.empty() && indent.size() + line.size() + 1 + word.size() > kTextWidth) {
      result += indent + line + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
  }
  return line.empty() ? result : result + indent + line + "\n";
}

std::string Indented(const std::string& text, const std::string& indent) {
  std::istringstream lines(text);
  std::string result;
  for (std::string line; std::getline(lines, line);) result += indent + line + "\n";
  return result;
}

void PrintEpoch(std::size_t number, const wire::HistoryEpoch& epoch) {
  fmt::print("{}. {}\n{}", number, epoch.documents, Wrapped(epoch.date, "   "));
  fmt::print("\n{}\n{}\n", Wrapped(epoch.change, "   "), Wrapped(epoch.reason, "   "));
  for (const wire::HistoryForm& form : epoch.forms) {
    fmt::print("   {}\n{}\n", wire::HistoryTitle(form), Indented(wire::HistoryDiagram(form), "   "));
  }
  fmt::print("{}", Wrapped(epoch.handshake, "   "));
  if (*epoch.unknown != '\0') fmt::print("{}", Wrapped(std::string("Not established: ") + epoch.unknown, "   "));
  fmt::print("\n");
}

nlohmann::ordered_json ToJson(const wire::HistoryForm& form) {
  nlohmann::ordered_json json{{"title", wire::HistoryTitle(form)}};
  json["bytes"] = form.HasOpenField() ? nlohmann::ordered_json() : nlohmann::ordered_json(form.FixedBits() / 8);
  for (const wire::HistoryField& field : form.fields) {
    nlohmann::ordered_json entry{{"name", field.name}, {"bits", field.bits}, {"meaning", field.meaning}};
    if (field.bits == wire::HistoryField::kOpen) entry["bits"] = nullptr;
    json["fields"].push_back(std::move(entry));
  }
  json["diagram"] = wire::HistoryDiagram(form);
  return json;
}

nlohmann::ordered_json ToJson(const wire::HistoryEpoch& epoch) {
  nlohmann::ordered_json json{{"name", epoch.name},     {"documents", epoch.documents}, {"date", epoch.date},
                              {"change", epoch.change}, {"reason", epoch.reason},       {"handshake", epoch.handshake}};
  json["not_established"] = *epoch.unknown == '\0' ? nlohmann::ordered_json() : nlohmann::ordered_json(epoch.unknown);
  for (const wire::HistoryForm& form : epoch.forms) json["forms"].push_back(ToJson(form));
  return json;
}

int PrintHistory(bool as_json) {
  const auto history = wire::MpCapableHistory();
  if (as_json) {
    nlohmann::ordered_json json = nlohmann::ordered_json::array();
    for (const wire::HistoryEpoch& epoch : history) json.push_back(ToJson(epoch));
    fmt::print("{}\n", json.dump(2));
    return kExitSuccess;
  }
  fmt::print("The option that opens a Multipath TCP connection, MP_CAPABLE, and how it came to look as it does\n\n");
  for (std::size_t i = 0; i < history.size(); ++i) PrintEpoch(i + 1, history[i]);
  return kExitSuccess;
}

// Hexadecimal bytes; spaces and colons between them are fine.
std::vector<std::byte> ParseHex(const std::string& text) {
  std::string digits;
  for (const char c : text) {
    if (c != ' ' && c != ':') digits += c;
  }
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    std::uint8_t value = 0;
    const char* const end = digits.data() + std::min(i + 2, digits.size());
    const auto [stop, error] = std::from_chars(digits.data() + i, end, value, 16);
    if (error != std::errc() || stop != end || end != digits.data() + i + 2) {
      throw UsageError{"the option has to be hexadecimal, two digits a byte, as in 1e040101"};
    }
    bytes.push_back(static_cast<std::byte>(value));
  }
  return bytes;
}

int Decode(const HistoryArguments& arguments) {
  std::optional<HistoryPacket> packet;
  if (!arguments.packet.empty()) packet = kPacketNames.at(arguments.packet);
  const auto option = ParseHex(arguments.option);
  const auto matches = wire::RecognizeMpCapable(option, packet);
  if (!arguments.json) {
    fmt::print("{}", wire::ExplainMpCapable(option, packet));
  } else {
    nlohmann::ordered_json json = nlohmann::ordered_json::array();
    for (const auto& match : matches) json.push_back({{"name", match.epoch->name}, {"form", ToJson(*match.form)}});
    fmt::print("{}\n", json.dump(2));
  }
  return matches.empty() ? kExitFailure : kExitSuccess;
}

}  // namespace

Action SetUpHistoryCommand(CLI::App& command) {
  auto arguments = std::make_shared<HistoryArguments>();
  command.add_flag("--json", arguments->json, "For programs");
  CLI::Option* const option =
      command.add_option("--decode", arguments->option, "Instead: which documents fit this option, kind byte first")
          ->type_name("HEX");
  command.add_option("--packet", arguments->packet, "Where the option was found: syn, synack, ack or data")
      ->needs(option)
      ->check(CLI::IsMember(std::vector<std::string>{"syn", "synack", "ack", "data"}));
  command.footer("Examples:\n  mptcpp history\n  mptcpp history --decode 1e0c00810102030405060708 --packet syn");
  return [arguments] { return arguments->option.empty() ? PrintHistory(arguments->json) : Decode(*arguments); };
}

}  // namespace mptcpp::apps
