// SPDX-License-Identifier: Apache-2.0
#include "apps/stream_input.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace mptcpp::apps {

using drivers::ErrnoText;
using drivers::Fail;
using drivers::FileDescriptor;
using drivers::OrFailure;

OrFailure<StreamInput> StreamInput::Open(const std::string& path) {
  if (path.empty()) return StreamInput({}, STDIN_FILENO, "standard input");
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.IsOpen()) return Fail("cannot read {}: {}", path, ErrnoText(errno));
  struct stat status {};
  if (::fstat(file.get(), &status) == 0 && S_ISDIR(status.st_mode)) return Fail("cannot read {}: it is a directory", path);
  return FromFile(std::move(file), path);
}

StreamInput StreamInput::FromFile(FileDescriptor file, std::string name) {
  const int fd = file.get();
  return StreamInput(std::move(file), fd, std::move(name));
}

OrFailure<std::size_t> StreamInput::Read(std::span<std::byte> out) {
  ssize_t n = -1;
  do {
    n = ::read(fd_, out.data(), out.size());
  } while (n < 0 && errno == EINTR);
  if (n < 0) return Fail("cannot read {}: {}", name_, ErrnoText(errno));
  return static_cast<std::size_t>(n);
}

}  // namespace mptcpp::apps
