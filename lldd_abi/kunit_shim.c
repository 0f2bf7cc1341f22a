// SPDX-License-Identifier: GPL-2.0
/* See kunit_shim.h. */
#include "kunit_shim.h"

#define SHIM(name) nvme_fc_kunit_shim_##name
#include "shim_common_body.h"
#undef SHIM
