// SPDX-License-Identifier: Apache-2.0
// Where the bytes to send come from: standard input, a file, or nothing.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "drivers/failure.h"
#include "drivers/file_descriptor.h"

namespace mptcpp::apps {

class StreamInput {
 public:
  // Empty path: standard input.
  static drivers::OrFailure<StreamInput> Open(const std::string& path);
  // An open file, read from where it stands.
  static StreamInput FromFile(drivers::FileDescriptor file, std::string name);
  // At its end from the start.
  static StreamInput Nothing() { return StreamInput({}, -1, {}); }

  // -1 at the end.
  int fd() const { return fd_; }
  // Reads once: blocks unless the descriptor is readable. 0: the end.
  drivers::OrFailure<std::size_t> Read(std::span<std::byte> out);

 private:
  StreamInput(drivers::FileDescriptor owned, int fd, std::string name)
      : owned_(std::move(owned)), fd_(fd), name_(std::move(name)) {}

  drivers::FileDescriptor owned_;
  int fd_ = -1;
  std::string name_;
};

}  // namespace mptcpp::apps
