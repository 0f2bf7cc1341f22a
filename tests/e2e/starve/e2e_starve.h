/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel crate's helpers that allocate, which no header of the kernel has.
 */
#ifndef E2E_STARVE_H
#define E2E_STARVE_H

#include <linux/types.h>

void *rust_helper_krealloc_node_align(const void *memory, size_t size, unsigned long align,
				      gfp_t flags, int node);
void *rust_helper_kvrealloc_node_align(const void *memory, size_t size, unsigned long align,
				       gfp_t flags, int node);

#endif
