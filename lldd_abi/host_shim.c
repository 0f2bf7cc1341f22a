// SPDX-License-Identifier: GPL-2.0
/* See host_shim.h. */
#include <linux/dmapool.h>
#include <linux/rcupdate.h>
#include "host_shim.h"
#include "mark.h"

#define SHIM(name) nvme_fc_shim_##name
#include "shim_common_body.h"
#undef SHIM

void nvme_fc_shim_dma_set_seg_boundary(struct device *dev, unsigned long mask)
{
	dma_set_seg_boundary(dev, mask);
}

void *nvme_fc_shim_dma_pool_create(const char *name, struct device *dev,
				   size_t size)
{
	return dma_pool_create(name, dev, size, size, 0);
}

void nvme_fc_shim_dma_pool_destroy(void *pool)
{
	dma_pool_destroy(pool);
}

void *nvme_fc_shim_dma_pool_zalloc(void *pool, gfp_t flags, dma_addr_t *addr)
{
	return dma_pool_zalloc(pool, flags, addr);
}

void nvme_fc_shim_dma_pool_free(void *pool, void *start, dma_addr_t addr)
{
	dma_pool_free(pool, start, addr);
}

int nvme_fc_shim_dev_to_node(struct device *dev)
{
	return dev_to_node(dev);
}

unsigned int nvme_fc_shim_cpu_ids(void)
{
	return nr_cpu_ids;
}

bool nvme_fc_shim_cpu_in_use(unsigned int cpu)
{
	return cpu_active(cpu) && !cpu_is_isolated(cpu);
}

unsigned int nvme_fc_shim_memalloc_noio_save(void)
{
	return memalloc_noio_save();
}

void nvme_fc_shim_memalloc_noio_restore(unsigned int flags)
{
	memalloc_noio_restore(flags);
}

void nvme_fc_shim_synchronize_rcu_tasks(void)
{
	synchronize_rcu_tasks();
}

/*
 * nvme_wait_freeze_timeout() waits as long as I/O may take, and no less. A
 * namespace that is being removed is in no list, and its removal, which waits
 * for its I/O, has blk_mq_update_nr_hw_queues() wait.
 */
bool nvme_fc_shim_is_frozen(struct nvme_ctrl *ctrl)
{
	struct nvme_ns *ns;
	bool frozen = !rwsem_is_locked(&ctrl->tagset->update_nr_hwq_lock);
	int index;

	index = srcu_read_lock(&ctrl->srcu);
	list_for_each_entry_srcu(ns, &ctrl->namespaces, list,
				 srcu_read_lock_held(&ctrl->srcu))
		frozen &= percpu_ref_is_zero(&ns->queue->q_usage_counter);
	srcu_read_unlock(&ctrl->srcu, index);
	return frozen;
}

void nvme_fc_shim_put_ctrl(struct nvme_ctrl *ctrl)
{
	nvme_put_ctrl(ctrl);
}

bool nvme_fc_shim_ctrl_sgl_supported(struct nvme_ctrl *ctrl)
{
	return nvme_ctrl_sgl_supported(ctrl);
}

void nvme_fc_shim_add_acc_reconnects(struct nvme_ctrl *ctrl, int attempts)
{
	atomic_long_add(attempts, &ctrl->acc_reconnects);
}

bool nvme_fc_shim_matches_baseopts(struct nvme_ctrl *ctrl,
				   struct nvmf_ctrl_options *opts)
{
	return nvmf_ctlr_matches_baseopts(ctrl, opts);
}

char *nvme_fc_shim_ctrl_subsysnqn(struct nvme_ctrl *ctrl)
{
	return nvmf_ctrl_subsysnqn(ctrl);
}

const char *nvme_fc_shim_opcode_str(int qid, const struct nvme_command *cmd)
{
	return nvme_fabrics_opcode_str(qid, cmd);
}

bool nvme_fc_shim_check_ready(struct nvme_ctrl *ctrl, struct request *rq,
			      bool queue_live)
{
	return nvme_check_ready(ctrl, rq, queue_live);
}

void nvme_fc_shim_start_request(struct request *rq)
{
	nvme_start_request(rq);
}

bool nvme_fc_shim_try_complete_req(struct request *rq, u16 status, u64 result)
{
	return nvme_try_complete_req(rq, cpu_to_le16(status),
				     (union nvme_result){ .u64 = cpu_to_le64(result) });
}

enum blk_eh_timer_return nvme_fc_shim_timeout(struct request *rq)
{
	nvme_fc_rs_timeout(rq);
	return BLK_EH_RESET_TIMER;
}

#ifdef CONFIG_BLK_CGROUP_FC_APPID
char *nvme_fc_shim_blkcg_get_fc_appid(struct bio *bio)
{
	return blkcg_get_fc_appid(bio);
}

int nvme_fc_shim_blkcg_set_fc_appid(char *app_id, u64 cgrp_id, size_t len)
{
	return blkcg_set_fc_appid(app_id, cgrp_id, len);
}
#endif
