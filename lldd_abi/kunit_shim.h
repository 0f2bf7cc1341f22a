/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For nvme-fc-kunit.ko: the one entry that the host transport has for it, and
 * wrappers of static inlines and macros, one line each, no logic.
 */
#ifndef NVME_FC_RS_KUNIT_SHIM_H
#define NVME_FC_RS_KUNIT_SHIM_H

#include <linux/dma-mapping.h>
#include <linux/idr.h>
#include <linux/module.h>
#include <linux/path.h>
#include <linux/scatterlist.h>

struct nvmf_transport_ops;

/* nvme_fc/entry/kunit.rs; exists where the suites are built. */
struct nvmf_transport_ops *nvme_fc_kunit_transport(void);

#define SHIM(name) nvme_fc_kunit_shim_##name
#include "shim_common.h"
#include "shim_lldd.h"
#undef SHIM
void nvme_fc_kunit_shim_announce(void);
bool nvme_fc_kunit_shim_preemptible(void);
bool nvme_fc_kunit_shim_in_hardirq(void);

/* tests/kunit/support/tree.rs: configfs without a user space. */
int nvme_fc_kunit_shim_unshare_fs(void);
void nvme_fc_kunit_shim_lock_fs(void);
void nvme_fc_kunit_shim_unlock_fs(void);
struct path *nvme_fc_kunit_shim_fs_root(void);
struct path *nvme_fc_kunit_shim_fs_pwd(void);
struct path *nvme_fc_kunit_shim_user_root(void);
int nvme_fc_kunit_shim_find_folder(const char *name, struct path *path);
struct dentry *nvme_fc_kunit_shim_start_creating(const char *name,
						 struct path *parent);
void nvme_fc_kunit_shim_end_creating(struct path *parent,
				     struct dentry *dentry);
struct dentry *nvme_fc_kunit_shim_start_removing(struct dentry *parent,
						 struct qstr *name);

#endif
