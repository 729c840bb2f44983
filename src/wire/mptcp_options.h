// SPDX-License-Identifier: Apache-2.0
// The MPTCP options of RFC 8684 (version 1) as values: one struct, one Parse and one Write each. Kind 30; byte 2's high nibble
// is the subtype. Each is written in a file pair of its own with the box diagram above its parser; this header gathers them.
// Parse* takes one whole option (kind byte first, length already checked against the header) and answers nullopt for a
// length or a combination that RFC 8684 does not define: the caller ignores that option (section 3).
// Write* returns the bytes written, or 0 if `out` is too small (then nothing is written).
#pragma once

#include "wire/mptcp_add_addr.h"
#include "wire/mptcp_capable.h"
#include "wire/mptcp_close.h"
#include "wire/mptcp_dss.h"
#include "wire/mptcp_join.h"
#include "wire/mptcp_subtype.h"
