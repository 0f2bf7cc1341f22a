// SPDX-License-Identifier: GPL-2.0
/* See target_shim.h. */
#include "target_shim.h"
#include "mark.h"

#define SHIM(name) nvmet_fc_shim_##name
#include "shim_common_body.h"
#undef SHIM
