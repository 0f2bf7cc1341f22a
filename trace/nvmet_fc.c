// SPDX-License-Identifier: GPL-2.0
/* The target transport's events, and what Rust calls for each that is on. */
#include <linux/types.h>

#define CREATE_TRACE_POINTS
#define CREATE_RUST_TRACE_POINTS
#include "nvmet_fc.h"
