// SPDX-License-Identifier: GPL-2.0
/* See kunit_shim.h. */
#include <linux/dma-direct.h>
#include <linux/fcntl.h>
#include <linux/fs_struct.h>
#include <linux/namei.h>
#include <linux/preempt.h>
#include "kunit_shim.h"
#include "mark.h"

#define SHIM(name) nvme_fc_kunit_shim_##name
#include "shim_common_body.h"
#include "shim_lldd_body.h"
#undef SHIM

int nvme_fc_kunit_shim_unshare_fs(void)
{
	return unshare_fs_struct();
}

void nvme_fc_kunit_shim_lock_fs(void)
{
	write_seqlock(&current->fs->seq);
}

void nvme_fc_kunit_shim_unlock_fs(void)
{
	write_sequnlock(&current->fs->seq);
}

struct path *nvme_fc_kunit_shim_fs_root(void)
{
	return &current->fs->root;
}

struct path *nvme_fc_kunit_shim_fs_pwd(void)
{
	return &current->fs->pwd;
}

struct path *nvme_fc_kunit_shim_user_root(void)
{
	return &userspace_init_fs->root;
}

int nvme_fc_kunit_shim_find_folder(const char *name, struct path *path)
{
	return kern_path(name, LOOKUP_DIRECTORY | LOOKUP_FOLLOW, path);
}

struct dentry *nvme_fc_kunit_shim_start_creating(const char *name,
						 struct path *parent)
{
	return start_creating_path(AT_FDCWD, name, parent, 0);
}

void nvme_fc_kunit_shim_end_creating(struct path *parent,
				     struct dentry *dentry)
{
	end_creating_path(parent, dentry);
}

struct dentry *nvme_fc_kunit_shim_start_removing(struct dentry *parent,
						 struct qstr *name)
{
	return start_removing_noperm(parent, name);
}
