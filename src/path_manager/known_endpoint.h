// SPDX-License-Identifier: Apache-2.0
// A path endpoint of the host with the id that it has on the wire.
#pragma once

#include "base/units.h"
#include "mptcpp/options.h"

namespace mptcpp::path_manager {

struct KnownPathEndpoint {
  AddressId id;
  PathEndpoint endpoint;
};

}  // namespace mptcpp::path_manager
