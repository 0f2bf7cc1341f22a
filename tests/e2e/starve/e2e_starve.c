// SPDX-License-Identifier: GPL-2.0
/*
 * Stands between the transports and what may fail for want of memory or of room
 * for a DMA mapping: run-starve has their modules call starve_X for each X here.
 *
 * Writing N to the parameter `nth` lets the N-th call from then on fail; writing 0
 * the first whose place, those functions of the transports that it comes from, had
 * none fail yet. Of new places the first counts after `stride` was written, and each
 * so many-th from then on. -1: none fails.
 * `refused` says how many have failed since, `asked` how many calls there were.
 */
#include <linux/atomic.h>
#include <linux/blkdev.h>
#include <linux/debugfs.h>
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/idr.h>
#include <linux/jhash.h>
#include <linux/kallsyms.h>
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/scatterlist.h>
#include <linux/seq_file.h>
#include <linux/spinlock.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <linux/workqueue.h>
#include "nvme.h"
#include "fabrics.h"
#include "nvmet.h"
#include "e2e_starve.h"

/* Places that are told apart, and how many functions make one. */
#define PLACES 1024
#define FUNCTIONS 5

static DEFINE_RAW_SPINLOCK(lock);
static int nth = -1;
static unsigned int asked;
static unsigned int refused;
static unsigned int stride = 1;
static u32 places[PLACES];
static unsigned int place_count;
static unsigned int first_place;
static char frame[KSYM_SYMBOL_LEN];
static struct dentry *folder;

module_param(asked, uint, 0444);
MODULE_PARM_DESC(asked, "calls since nth was written");
module_param(refused, uint, 0444);
MODULE_PARM_DESC(refused, "calls that failed since nth was written");

static int set_nth(const char *value, const struct kernel_param *param)
{
	unsigned long flags;
	int number, error;

	error = kstrtoint(value, 0, &number);
	if (error)
		return error;
	raw_spin_lock_irqsave(&lock, flags);
	nth = number;
	asked = 0;
	refused = 0;
	raw_spin_unlock_irqrestore(&lock, flags);
	return 0;
}

static const struct kernel_param_ops nth_ops = {
	.set = set_nth,
	.get = param_get_int,
};
module_param_cb(nth, &nth_ops, &nth, 0644);
MODULE_PARM_DESC(nth, "the call that fails; 0: the first of a new place; -1: none");

static int set_stride(const char *value, const struct kernel_param *param)
{
	unsigned long flags;
	unsigned int number;
	int error;

	error = kstrtouint(value, 0, &number);
	if (error)
		return error;
	raw_spin_lock_irqsave(&lock, flags);
	stride = max(number, 1U);
	first_place = place_count;
	raw_spin_unlock_irqrestore(&lock, flags);
	return 0;
}

static const struct kernel_param_ops stride_ops = {
	.set = set_stride,
	.get = param_get_uint,
};
module_param_cb(stride, &stride_ops, &stride, 0644);
MODULE_PARM_DESC(stride, "of new places from now on, each so many-th counts");

/* A number for the functions of the transports that a call comes from. */
static u32 place(const char *what)
{
	unsigned long entries[24];
	unsigned int count = stack_trace_save(entries, ARRAY_SIZE(entries), 1);
	u32 hash = jhash(what, strlen(what), 0);
	unsigned int i, used = 0;

	for (i = 0; i < count && used < FUNCTIONS; i++) {
		sprint_symbol(frame, entries[i]);
		if (!strstr(frame, "[nvme_fc]") && !strstr(frame, "[nvmet_fc]"))
			continue;
		hash = jhash(frame, strlen(frame), hash);
		used++;
	}
	return hash;
}

static bool is_new(u32 hash)
{
	unsigned int i;

	for (i = 0; i < place_count; i++) {
		if (places[i] == hash)
			return false;
	}
	if (place_count == PLACES)
		return false;
	places[place_count++] = hash;
	return (place_count - 1 - first_place) % stride == 0;
}

static noinline bool refuse(const char *what)
{
	unsigned long flags;
	bool fails;

	if (READ_ONCE(nth) < 0)
		return false;
	raw_spin_lock_irqsave(&lock, flags);
	asked++;
	if (nth > 0)
		fails = asked == nth;
	else
		fails = nth == 0 && !refused && is_new(place(what));
	if (fails)
		refused++;
	raw_spin_unlock_irqrestore(&lock, flags);
	if (fails)
		pr_info("e2e_starve: no %s for %ps\n", what, __builtin_return_address(1));
	return fails;
}

/* A size of 0 frees. */
void *starve_rust_helper_krealloc_node_align(const void *memory, size_t size, unsigned long align,
					     gfp_t flags, int node)
{
	if (size && refuse("krealloc"))
		return NULL;
	return rust_helper_krealloc_node_align(memory, size, align, flags, node);
}
EXPORT_SYMBOL_GPL(starve_rust_helper_krealloc_node_align);

void *starve_rust_helper_kvrealloc_node_align(const void *memory, size_t size, unsigned long align,
					      gfp_t flags, int node)
{
	if (size && refuse("kvrealloc"))
		return NULL;
	return rust_helper_kvrealloc_node_align(memory, size, align, flags, node);
}
EXPORT_SYMBOL_GPL(starve_rust_helper_kvrealloc_node_align);

/* Each takes one argument for its format. */
struct workqueue_struct *starve_alloc_workqueue_noprof(const char *format, unsigned int flags,
						       int active, const char *name)
{
	if (refuse("alloc_workqueue_noprof"))
		return NULL;
	return alloc_workqueue_noprof(format, flags, active, name);
}
EXPORT_SYMBOL_GPL(starve_alloc_workqueue_noprof);

struct device *starve_device_create(const struct class *class, struct device *parent,
				    dev_t number, void *data, const char *format,
				    const char *name)
{
	if (refuse("device_create"))
		return ERR_PTR(-ENOMEM);
	return device_create(class, parent, number, data, format, name);
}
EXPORT_SYMBOL_GPL(starve_device_create);

int starve_class_register(const struct class *class)
{
	if (refuse("class_register"))
		return -ENOMEM;
	return class_register(class);
}
EXPORT_SYMBOL_GPL(starve_class_register);

int starve_kobject_uevent_env(struct kobject *object, enum kobject_action action,
			      char *environment[])
{
	if (refuse("kobject_uevent_env"))
		return -ENOMEM;
	return kobject_uevent_env(object, action, environment);
}
EXPORT_SYMBOL_GPL(starve_kobject_uevent_env);

struct dentry *starve_debugfs_create_dir(const char *name, struct dentry *parent)
{
	if (refuse("debugfs_create_dir"))
		return ERR_PTR(-ENOMEM);
	return debugfs_create_dir(name, parent);
}
EXPORT_SYMBOL_GPL(starve_debugfs_create_dir);

struct dentry *starve_debugfs_create_file_full(const char *name, umode_t mode,
					       struct dentry *parent, void *data, const void *aux,
					       const struct file_operations *operations)
{
	if (refuse("debugfs_create_file_full"))
		return ERR_PTR(-ENOMEM);
	return debugfs_create_file_full(name, mode, parent, data, aux, operations);
}
EXPORT_SYMBOL_GPL(starve_debugfs_create_file_full);

int starve_single_open(struct file *file, int (*show)(struct seq_file *, void *), void *data)
{
	if (refuse("single_open"))
		return -ENOMEM;
	return single_open(file, show, data);
}
EXPORT_SYMBOL_GPL(starve_single_open);

int starve_ida_alloc_range(struct ida *ida, unsigned int min, unsigned int max, gfp_t flags)
{
	if (refuse("ida_alloc_range"))
		return -ENOMEM;
	return ida_alloc_range(ida, min, max, flags);
}
EXPORT_SYMBOL_GPL(starve_ida_alloc_range);

struct scatterlist *starve_sgl_alloc_order(unsigned long long length, unsigned int order,
					   bool chainable, gfp_t flags, unsigned int *count)
{
	if (refuse("sgl_alloc_order"))
		return NULL;
	return sgl_alloc_order(length, order, chainable, flags, count);
}
EXPORT_SYMBOL_GPL(starve_sgl_alloc_order);

int starve_sg_alloc_table_chained(struct sg_table *table, int count, struct scatterlist *first,
				  unsigned int inlined)
{
	if (refuse("sg_alloc_table_chained"))
		return -ENOMEM;
	return sg_alloc_table_chained(table, count, first, inlined);
}
EXPORT_SYMBOL_GPL(starve_sg_alloc_table_chained);

dma_addr_t starve_dma_map_page_attrs(struct device *device, struct page *page, size_t offset,
				     size_t size, enum dma_data_direction direction,
				     unsigned long attributes)
{
	if (refuse("dma_map_page_attrs"))
		return DMA_MAPPING_ERROR;
	return dma_map_page_attrs(device, page, offset, size, direction, attributes);
}
EXPORT_SYMBOL_GPL(starve_dma_map_page_attrs);

unsigned int starve_dma_map_sg_attrs(struct device *device, struct scatterlist *list, int count,
				     enum dma_data_direction direction, unsigned long attributes)
{
	if (refuse("dma_map_sg_attrs"))
		return 0;
	return dma_map_sg_attrs(device, list, count, direction, attributes);
}
EXPORT_SYMBOL_GPL(starve_dma_map_sg_attrs);

struct dma_pool *starve_dma_pool_create_node(const char *name, struct device *device, size_t size,
					     size_t align, size_t boundary, int node)
{
	if (refuse("dma_pool_create_node"))
		return NULL;
	return dma_pool_create_node(name, device, size, align, boundary, node);
}
EXPORT_SYMBOL_GPL(starve_dma_pool_create_node);

void *starve_dma_pool_alloc(struct dma_pool *pool, gfp_t flags, dma_addr_t *address)
{
	if (refuse("dma_pool_alloc"))
		return NULL;
	return dma_pool_alloc(pool, flags, address);
}
EXPORT_SYMBOL_GPL(starve_dma_pool_alloc);

int starve_nvme_init_ctrl(struct nvme_ctrl *ctrl, struct device *device,
			  const struct nvme_ctrl_ops *ops, unsigned long quirks)
{
	if (refuse("nvme_init_ctrl"))
		return -ENOMEM;
	return nvme_init_ctrl(ctrl, device, ops, quirks);
}
EXPORT_SYMBOL_GPL(starve_nvme_init_ctrl);

int starve_nvme_add_ctrl(struct nvme_ctrl *ctrl)
{
	if (refuse("nvme_add_ctrl"))
		return -ENOMEM;
	return nvme_add_ctrl(ctrl);
}
EXPORT_SYMBOL_GPL(starve_nvme_add_ctrl);

int starve_nvme_init_ctrl_finish(struct nvme_ctrl *ctrl, bool suspended)
{
	if (refuse("nvme_init_ctrl_finish"))
		return -ENOMEM;
	return nvme_init_ctrl_finish(ctrl, suspended);
}
EXPORT_SYMBOL_GPL(starve_nvme_init_ctrl_finish);

int starve_nvme_enable_ctrl(struct nvme_ctrl *ctrl)
{
	if (refuse("nvme_enable_ctrl"))
		return -ENOMEM;
	return nvme_enable_ctrl(ctrl);
}
EXPORT_SYMBOL_GPL(starve_nvme_enable_ctrl);

int starve_nvme_alloc_admin_tag_set(struct nvme_ctrl *ctrl, struct blk_mq_tag_set *set,
				    const struct blk_mq_ops *ops, unsigned int size)
{
	if (refuse("nvme_alloc_admin_tag_set"))
		return -ENOMEM;
	return nvme_alloc_admin_tag_set(ctrl, set, ops, size);
}
EXPORT_SYMBOL_GPL(starve_nvme_alloc_admin_tag_set);

int starve_nvme_alloc_io_tag_set(struct nvme_ctrl *ctrl, struct blk_mq_tag_set *set,
				 const struct blk_mq_ops *ops, unsigned int maps,
				 unsigned int size)
{
	if (refuse("nvme_alloc_io_tag_set"))
		return -ENOMEM;
	return nvme_alloc_io_tag_set(ctrl, set, ops, maps, size);
}
EXPORT_SYMBOL_GPL(starve_nvme_alloc_io_tag_set);

int starve_nvme_set_queue_count(struct nvme_ctrl *ctrl, int *count)
{
	if (refuse("nvme_set_queue_count"))
		return -ENOMEM;
	return nvme_set_queue_count(ctrl, count);
}
EXPORT_SYMBOL_GPL(starve_nvme_set_queue_count);

blk_status_t starve_nvme_setup_cmd(struct nvme_ns *ns, struct request *request)
{
	if (refuse("nvme_setup_cmd"))
		return BLK_STS_RESOURCE;
	return nvme_setup_cmd(ns, request);
}
EXPORT_SYMBOL_GPL(starve_nvme_setup_cmd);

int starve_nvmf_connect_admin_queue(struct nvme_ctrl *ctrl)
{
	if (refuse("nvmf_connect_admin_queue"))
		return -ENOMEM;
	return nvmf_connect_admin_queue(ctrl);
}
EXPORT_SYMBOL_GPL(starve_nvmf_connect_admin_queue);

int starve_nvmf_connect_io_queue(struct nvme_ctrl *ctrl, u16 queue)
{
	if (refuse("nvmf_connect_io_queue"))
		return -ENOMEM;
	return nvmf_connect_io_queue(ctrl, queue);
}
EXPORT_SYMBOL_GPL(starve_nvmf_connect_io_queue);

int starve_nvmet_sq_init(struct nvmet_sq *sq, struct nvmet_cq *cq)
{
	if (refuse("nvmet_sq_init"))
		return -ENOMEM;
	return nvmet_sq_init(sq, cq);
}
EXPORT_SYMBOL_GPL(starve_nvmet_sq_init);

/* A file whose reader keeps this module, and so what it has counted. */
static int places_show(struct seq_file *file, void *data)
{
	seq_printf(file, "%u\n", READ_ONCE(place_count));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(places);

static int __init starve_init(void)
{
	folder = debugfs_create_dir("e2e_starve", NULL);
	debugfs_create_file("places", 0444, folder, NULL, &places_fops);
	return 0;
}

static void __exit starve_exit(void)
{
	debugfs_remove(folder);
}

module_init(starve_init);
module_exit(starve_exit);
MODULE_DESCRIPTION("refuses the transports memory");
MODULE_LICENSE("GPL");
