// SPDX-License-Identifier: GPL-2.0
/* The host transport's events, and what Rust calls for each that is on. */
#include <linux/types.h>

#define CREATE_TRACE_POINTS
#define CREATE_RUST_TRACE_POINTS
#include "nvme_fc.h"
