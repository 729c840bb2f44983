// SPDX-License-Identifier: Apache-2.0
#include "apps/experiment_output.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace mptcpp::apps {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kBegin = "<!-- results -->\n", kEnd = "<!-- end of results -->\n";

void Write(const fs::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) throw std::runtime_error("cannot write " + path.string());
}

void WritePictures(const std::vector<laboratory::Analysis>& analyses, const fs::path& folder) {
  fs::create_directories(folder);
  for (const auto& analysis : analyses) {
    for (std::size_t i = 0; i < analysis.charts().size(); ++i) {
      Write(folder / laboratory::PictureName(analysis, i), laboratory::RenderSvg(analysis.charts()[i]));
    }
  }
}

}  // namespace

void WriteReports(const std::vector<laboratory::Analysis>& analyses, const std::string& folder) {
  for (const auto& analysis : analyses) {
    Write(fs::path(folder) / fmt::format("{}.html", analysis.experiment().name), laboratory::ReportHtml({analysis}));
  }
  Write(fs::path(folder) / "index.html", laboratory::ReportHtml(analyses));
  WritePictures(analyses, folder);
}

void WriteDocument(const std::vector<laboratory::Analysis>& analyses, const std::string& file) {
  constexpr const char* kPictures = "pictures/experiments";
  std::ifstream input(file, std::ios::binary);
  const std::string old{std::istreambuf_iterator<char>(input), std::istreambuf_iterator<char>()};
  const auto begin = old.find(kBegin), end = old.find(kEnd);
  const bool marked = begin != std::string::npos && end != std::string::npos && begin < end;
  std::string text = marked ? old.substr(0, begin) : std::string();
  text += kBegin;
  text += laboratory::ReportMarkdown(analyses, kPictures);
  text += marked ? old.substr(end) : std::string(kEnd);
  Write(file, text);
  WritePictures(analyses, fs::path(file).parent_path() / kPictures);
}

void RemoveResults(const std::string& folder) {
  if (!fs::is_directory(folder)) return;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("runs") && entry.path().extension() == ".jsonl") fs::remove(entry.path());
  }
}

}  // namespace mptcpp::apps
