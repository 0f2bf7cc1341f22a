// SPDX-License-Identifier: GPL-2.0
/*
 * Does one thing wrong as it is loaded, for the harness to notice: the one that
 * the parameter `wrong` names.
 */
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <uapi/scsi/fc/fc_fs.h>
#include <linux/nvme-fc-driver.h>

static char *wrong = "nothing";
module_param(wrong, charp, 0444);
MODULE_PARM_DESC(wrong, "nothing, warn, leak, hold, lockdep, sleep, use-after-free");

static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);
static DEFINE_SPINLOCK(spin);

/* Many: slab's lists of free objects keep stale pointers, which hide some. */
static noinline int leak(void)
{
	int n;

	for (n = 0; n < 2000; n++) {
		void *memory = kmalloc(200, GFP_KERNEL);

		if (!memory)
			return -ENOMEM;
		OPTIMIZER_HIDE_VAR(memory);
	}
	return 0;
}

static noinline int hold(void)
{
	return symbol_get(nvme_fc_register_localport) ? 0 : -ENOENT;
}

static noinline int lockdep(void)
{
	mutex_lock(&first);
	mutex_lock(&second);
	mutex_unlock(&second);
	mutex_unlock(&first);

	mutex_lock(&second);
	mutex_lock(&first);
	mutex_unlock(&first);
	mutex_unlock(&second);
	return 0;
}

static noinline int sleep_in_atomic(void)
{
	spin_lock(&spin);
	mutex_lock(&first);
	mutex_unlock(&first);
	spin_unlock(&spin);
	return 0;
}

static noinline int use_after_free(void)
{
	char *memory = kmalloc(200, GFP_KERNEL);

	if (!memory)
		return -ENOMEM;
	kfree(memory);
	OPTIMIZER_HIDE_VAR(memory);
	return READ_ONCE(memory[8]) == 1;
}

static int __init e2e_selftest_init(void)
{
	if (!strcmp(wrong, "nothing"))
		return 0;
	if (!strcmp(wrong, "warn"))
		return WARN_ON(wrong[0]) ? 0 : -EINVAL;
	if (!strcmp(wrong, "leak"))
		return leak();
	if (!strcmp(wrong, "hold"))
		return hold();
	if (!strcmp(wrong, "lockdep"))
		return lockdep();
	if (!strcmp(wrong, "sleep"))
		return sleep_in_atomic();
	if (!strcmp(wrong, "use-after-free"))
		return use_after_free() < 0 ? -ENOMEM : 0;
	return -EINVAL;
}

static void __exit e2e_selftest_exit(void)
{
}

module_init(e2e_selftest_init);
module_exit(e2e_selftest_exit);
MODULE_DESCRIPTION("Defects for the test harness to notice");
MODULE_LICENSE("GPL");
