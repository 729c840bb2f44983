// SPDX-License-Identifier: Apache-2.0
// Boost asks programs without exceptions where to go instead: an exhausted or misused container is our own bug.
#include <boost/throw_exception.hpp>

#include "base/check.h"

#ifdef BOOST_NO_EXCEPTIONS
namespace boost {

void throw_exception(const std::exception&) { mptcpp::CheckFailed("boost::throw_exception", __FILE__, __LINE__); }
void throw_exception(const std::exception&, const boost::source_location&) {
  mptcpp::CheckFailed("boost::throw_exception", __FILE__, __LINE__);
}

}  // namespace boost
#endif
