// SPDX-License-Identifier: Apache-2.0
#include "apps/stream_output.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

namespace mptcpp::apps {

using drivers::ErrnoText;
using drivers::Fail;
using drivers::FileDescriptor;
using drivers::OrFailure;

namespace {

// A pipe is opened once more: O_NONBLOCK on the descriptor that we were given would reach everyone who shares it.
FileDescriptor ReopenPipe(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) != 0 || !S_ISFIFO(status.st_mode)) return {};
  return FileDescriptor(::open(fmt::format("/proc/self/fd/{}", fd).c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
}

std::string Directory(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

std::string TemporaryPattern(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string base = slash == std::string::npos ? path : path.substr(slash + 1);
  return fmt::format("{}/.{}.XXXXXX", Directory(path), base);
}

std::unexpected<drivers::Failure> WriteFailure(const std::string& name, int error) {
  if (error == ENOSPC || error == EDQUOT) return Fail("cannot write {}: no space left; nothing was kept", name);
  if (error == EPIPE) return Fail("cannot write {}: its reader has gone", name);
  return Fail("cannot write {}: {}", name, ErrnoText(error));
}

}  // namespace

StreamOutput::StreamOutput(FileDescriptor owned, int fd, std::string name, std::string temporary)
    : owned_(std::move(owned)), fd_(fd), name_(std::move(name)), temporary_(std::move(temporary)) {
  struct stat status {};
  is_socket_ = ::fstat(fd_, &status) == 0 && S_ISSOCK(status.st_mode);
}

StreamOutput::StreamOutput(StreamOutput&& other) noexcept
    : owned_(std::move(other.owned_)),
      fd_(std::exchange(other.fd_, -1)),
      is_socket_(other.is_socket_),
      name_(std::move(other.name_)),
      temporary_(std::exchange(other.temporary_, {})) {}

StreamOutput::~StreamOutput() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

OrFailure<StreamOutput> StreamOutput::Open(const std::string& path) {
  if (path.empty()) {
    FileDescriptor pipe = ReopenPipe(STDOUT_FILENO);
    const int fd = pipe.IsOpen() ? pipe.get() : STDOUT_FILENO;
    return StreamOutput(std::move(pipe), fd, "standard output", "");
  }
  struct stat status {};
  const bool exists = ::stat(path.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode)) return Fail("cannot write {}: it is a directory", path);
  if (exists && !S_ISREG(status.st_mode)) {
    FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!file.IsOpen()) return WriteFailure(path, errno);
    const int fd = file.get();
    if (S_ISFIFO(status.st_mode)) ::fcntl(fd, F_SETFL, O_WRONLY | O_NONBLOCK);  // only now: opening waits for a reader
    return StreamOutput(std::move(file), fd, path, "");
  }
  std::string temporary = TemporaryPattern(path);
  FileDescriptor file(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!file.IsOpen()) return Fail("cannot create a file in {}: {}", Directory(path), ErrnoText(errno));
  const mode_t mask = ::umask(0);
  ::umask(mask);
  ::fchmod(file.get(), exists ? status.st_mode & 07777 : 0666 & ~mask);  // mkostemp() lets only us read
  const int fd = file.get();
  return StreamOutput(std::move(file), fd, path, std::move(temporary));
}

OrFailure<std::size_t> StreamOutput::Write(std::span<const std::byte> bytes) {
  for (;;) {
    const ssize_t n = is_socket_ ? ::send(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL)
                                 : ::write(fd_, bytes.data(), bytes.size());
    if (n >= 0) return static_cast<std::size_t>(n);
    if (errno == EAGAIN || errno == EWOULDBLOCK) return 0;
    if (errno != EINTR) return WriteFailure(name_, errno);
  }
}

OrFailure<void> StreamOutput::Commit() {
  // Some file systems report a full disk only now.
  if (owned_.IsOpen() && ::close(owned_.Release()) != 0) return WriteFailure(name_, errno);
  fd_ = -1;
  if (temporary_.empty()) return {};
  if (::rename(temporary_.c_str(), name_.c_str()) != 0) return WriteFailure(name_, errno);
  temporary_.clear();
  return {};
}

}  // namespace mptcpp::apps
