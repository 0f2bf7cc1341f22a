/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Wrappers of static inlines and macros for nvme-fc.ko, with no more logic
 * than a loop. The prefix keeps them apart from the other module's in one vmlinux.
 */
#ifndef NVME_FC_RS_HOST_SHIM_H
#define NVME_FC_RS_HOST_SHIM_H

#include <linux/blk-cgroup.h>
#include <linux/blk-mq.h>
#include <linux/dma-mapping.h>
#include <linux/idr.h>
#include <linux/module.h>
#include <linux/sched/isolation.h>
#include <linux/sched/mm.h>
#include "nvme.h"
#include "fabrics.h"

#define SHIM(name) nvme_fc_shim_##name
#include "shim_common.h"
#undef SHIM
void nvme_fc_shim_announce(void);

void nvme_fc_shim_dma_set_seg_boundary(struct device *dev, unsigned long mask);
int nvme_fc_shim_dev_to_node(struct device *dev);
/* Not every kernel crate's bindings know struct dma_pool. */
void *nvme_fc_shim_dma_pool_create(const char *name, struct device *dev,
				   size_t size);
void nvme_fc_shim_dma_pool_destroy(void *pool);
void *nvme_fc_shim_dma_pool_zalloc(void *pool, gfp_t flags, dma_addr_t *addr);
void nvme_fc_shim_dma_pool_free(void *pool, void *start, dma_addr_t addr);
unsigned int nvme_fc_shim_cpu_ids(void);
bool nvme_fc_shim_cpu_in_use(unsigned int cpu);
unsigned int nvme_fc_shim_memalloc_noio_save(void);
void nvme_fc_shim_memalloc_noio_restore(unsigned int flags);

void nvme_fc_shim_synchronize_rcu_tasks(void);

/* Whether all namespaces are; a freeze was begun. */
bool nvme_fc_shim_is_frozen(struct nvme_ctrl *ctrl);
void nvme_fc_shim_put_ctrl(struct nvme_ctrl *ctrl);
bool nvme_fc_shim_ctrl_sgl_supported(struct nvme_ctrl *ctrl);
void nvme_fc_shim_add_acc_reconnects(struct nvme_ctrl *ctrl, int attempts);
bool nvme_fc_shim_matches_baseopts(struct nvme_ctrl *ctrl,
				   struct nvmf_ctrl_options *opts);
char *nvme_fc_shim_ctrl_subsysnqn(struct nvme_ctrl *ctrl);
const char *nvme_fc_shim_opcode_str(int qid, const struct nvme_command *cmd);

bool nvme_fc_shim_check_ready(struct nvme_ctrl *ctrl, struct request *rq,
			      bool queue_live);
void nvme_fc_shim_start_request(struct request *rq);
bool nvme_fc_shim_try_complete_req(struct request *rq, u16 status, u64 result);

char *nvme_fc_shim_blkcg_get_fc_appid(struct bio *bio);
int nvme_fc_shim_blkcg_set_fc_appid(char *app_id, u64 cgrp_id, size_t len);

/*
 * The way round for the block layer's timeout: its prototype has a C enum,
 * which kCFI tells from the integer that Rust would have there.
 */
enum blk_eh_timer_return nvme_fc_shim_timeout(struct request *rq);
/* Defined in Rust. */
void nvme_fc_rs_timeout(struct request *rq);

#ifdef __BINDGEN__
static const u8 nvme_fc_const_blk_sts_resource = BLK_STS_RESOURCE;
/* As the block layer gets the requests themselves. */
static const gfp_t nvme_fc_const_gfp_without_io =
	GFP_NOIO | __GFP_NOWARN | __GFP_NORETRY;
#endif

#endif
