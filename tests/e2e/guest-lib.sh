# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What every guest script sources: the helpers, and set-up and take-down that
# leave the guest as they found it.

E2E=${E2E:-$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)}
for file in tap short wait klog fabric nvmet nvme modules slab fio queues books; do
	# shellcheck source=/dev/null
	. "$E2E/lib/$file.sh"
done
export LC_ALL=C
# What the shell can do itself takes no process: of those the instrumented kernel starts eight in a second.
enable -f mkdir mkdir && enable -f rmdir rmdir && enable -f rm rm && enable -f ln ln && enable -f cut cut

SUBSYS=nqn.2026-11.test:a
TITLE=$(basename "$0" .sh)
FABRIC_PORTS=

klog_start
klog_say "begin $TITLE"
note "$TITLE: ${E2E_HOST:-rust} host, ${E2E_TARGET:-rust} target, ${E2E_LLDD:-fcloop}"

# Whose transports a script runs on is proved, not believed: the C ones would load
# as readily. Within a script, E2E_HOST=c setup 1 expects the other.
prove_transports() {
	check "$TITLE: nvme_fc is the ${E2E_HOST:-rust} one" prove_module nvme_fc "${E2E_HOST:-rust}"
	check "$TITLE: nvmet_fc is the ${E2E_TARGET:-rust} one" prove_module nvmet_fc "${E2E_TARGET:-rust}"
}

# Loads both transports and the LLDD; host, target and path for each number given.
# A subsystem $SUBSYS over a null_blk of 64 MiB is on every nvmet port.
setup() {
	local n
	modprobe nvme_fabrics
	modprobe nvmet
	BASE_REFCOUNTS=$(refcounts)
	modprobe nvme_fc
	modprobe nvmet_fc
	prove_transports
	modprobe "$LLDD_MODULE"
	null_blk_make nullb0 64
	configfs_mount
	subsystem_make "$SUBSYS"
	namespace_add "$SUBSYS" 1 /dev/nullb0
	for n in "${@:-1}"; do
		fabric_up "$n"
		port_make "$n"
		port_link "$n" "$SUBSYS"
		FABRIC_PORTS+=" $n"
	done
}

# Takes everything down again and checks that it went: the last check of a
# script, after which the reference counts are those of before setup.
teardown() {
	check "$TITLE: all controllers go away" disconnect_all
	nvmet_clear
	# shellcheck disable=SC2086 # a list of numbers
	fabric_down $FABRIC_PORTS
	check "$TITLE: nothing is outstanding" wait_for 30 nothing_outstanding
	check "$TITLE: $LLDD_MODULE, nvme_fc and nvmet_fc unload" unload_transports
	is "$TITLE: no module reference is left" "$(refcounts)" "$BASE_REFCOUNTS"
	null_blk_remove nullb0
	klog_say "end $TITLE"
}

# Waits for a namespace that was enabled on the target. nvmet sends the event just
# before it marks the namespace as enabled (nvmet_ns_enable): a host that is quick,
# on a machine that is slow, looks too early. It is then told once more, by the
# target alone as ever.
namespace_appears() {
	local enable=$NVMET/subsystems/$1/namespaces/$2/enable
	for _ in 1 2 3 4 5; do
		wait_for 2 disk_ready "$1" "$2" && return
		echo "not seen yet, enabled anew on the target"
		echo 0 > "$enable"
		echo 1 > "$enable"
	done
	return 1
}

# Shorter timeouts, so that a lost command is noticed in seconds.
short_timeouts() {
	echo "$1" > /sys/module/nvme_core/parameters/admin_timeout
	echo "$1" > /sys/module/nvme_core/parameters/io_timeout
}

default_timeouts() {
	echo 60 > /sys/module/nvme_core/parameters/admin_timeout
	echo 30 > /sys/module/nvme_core/parameters/io_timeout
}
