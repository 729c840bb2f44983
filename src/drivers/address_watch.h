// SPDX-License-Identifier: Apache-2.0
// Notices that addresses and links of this host come and go (rtnetlink), so that the loss of a path is known at once and not by
// timeouts. It says only that something has changed; what is there now is read afresh.
#pragma once

#include <string>

#include "base/ip_address.h"
#include "drivers/failure.h"
#include "drivers/file_descriptor.h"

namespace mptcpp::drivers {

class AddressWatch {
 public:
  static OrFailure<AddressWatch> Open();

  // Readable when there is news.
  int fd() const { return socket_.get(); }
  // Takes all news; true if there was any.
  bool Take();

 private:
  explicit AddressWatch(FileDescriptor socket) : socket_(std::move(socket)) {}

  FileDescriptor socket_;
};

// An address of this host on an interface that is up and has a carrier.
bool IsAddressUsable(const IpAddress& address);
// A device that exists, is up and has a carrier.
bool IsDeviceUsable(const std::string& device);

}  // namespace mptcpp::drivers
