// SPDX-License-Identifier: Apache-2.0
// Where received bytes go: standard output or a file. A file appears under its name only when it is whole: until Commit() it
// has a temporary name beside it, which is removed if Commit() never comes. (What exists and is no regular file, such as a
// device, is written directly.)
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "drivers/failure.h"
#include "drivers/file_descriptor.h"

namespace mptcpp::apps {

class StreamOutput {
 public:
  // Empty path: standard output.
  static drivers::OrFailure<StreamOutput> Open(const std::string& path);
  StreamOutput(StreamOutput&& other) noexcept;
  StreamOutput& operator=(StreamOutput&&) = delete;
  ~StreamOutput();

  // How much was taken; 0: the reader is slow, wait until fd() is writable. Never blocks on a pipe or socket.
  drivers::OrFailure<std::size_t> Write(std::span<const std::byte> bytes);
  // Everything is there: the file gets its name.
  drivers::OrFailure<void> Commit();

  int fd() const { return fd_; }

 private:
  StreamOutput(drivers::FileDescriptor owned, int fd, std::string name, std::string temporary);

  drivers::FileDescriptor owned_;
  int fd_ = -1;
  bool is_socket_ = false;
  std::string name_;
  std::string temporary_;  // empty: nothing to rename
};

}  // namespace mptcpp::apps
