#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# nvme-cli's rules and units as Debian ships them, under systemd: a port that appears is connected, and what came while
# nobody listened is, by nvmefc-boot-connections. First over the C modules, then over ours: what anybody sees of it is
# the same.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"

CONNECT_UNITS='nvmf-connect@*.service'
UDEV_UNITS='systemd-udevd-kernel.socket systemd-udevd-control.socket systemd-udevd.service'
C_FOLDER=/lib/modules/$(uname -r)/kernel/drivers/nvme
MONITOR=

# load_transports c|rust: those that modprobe does not take, by their files.
load_transports() {
	modprobe nvme_fabrics
	modprobe nvmet
	if [[ $1 == c ]]; then
		insmod "$C_FOLDER/host/nvme-fc.ko"
		insmod "$C_FOLDER/target/nvmet-fc.ko"
	fi
	modprobe nvme_fc
	modprobe nvmet_fc
	modprobe "$LLDD_MODULE"
}

whose() {
	local BUILD_ID wanted=E2E_BUILD_ID_$1_$2
	loaded_build_id "$1" && [[ $BUILD_ID == "${!wanted}" ]]
}

# no_failed_units: none, and those that are named if there are.
no_failed_units() {
	local failed
	failed=$(systemctl --failed --quiet --plain --no-legend)
	[[ -z $failed ]] || { echo "$failed"; systemctl status --no-pager --failed; return 1; }
}

connect_units_done() {
	[[ -z $(systemctl list-units --plain --no-legend --state=active,activating "$CONNECT_UNITS") ]]
}

monitor_start() {
	: > /tmp/uevents
	stdbuf -oL udevadm monitor --kernel --property --subsystem-match=fc >> /tmp/uevents &
	MONITOR=$!
	wait_for 20 grep -q 'KERNEL - the kernel uevent' /tmp/uevents
}

# monitor_end FILE: the events as they came, but for time and number.
monitor_end() {
	kill "$MONITOR"
	reap 5 "$MONITOR"
	sed -E 's/^KERNEL\[[0-9.]+\]/KERNEL[]/; /^SEQNUM=/d' /tmp/uevents > "$1"
}

# connected: the namespace is there, and every unit that was started for it has ended.
connected() {
	disk_ready "$SUBSYS" 1 && connect_units_done
}

# Before the path: the target as it is when the link comes up. That its discovery log has changed is told to the LLDD at
# once by the C module, and by ours when the port has been there for a quarter of a second (the LLDD may not be through
# with it): nvme-fcloop then has each remote port announced that is there, and here none is to be there yet.
target_ready() {
	null_blk_make nullb0 64
	subsystem_make "$SUBSYS"
	echo 0123456789abcdef > "$NVMET/subsystems/$SUBSYS/attr_serial"
	namespace_add "$SUBSYS" 1 /dev/nullb0
	target_port_add 1
	nap 300
	port_make 1
	port_link 1 "$SUBSYS"
	target_work_done
	host_port_add 1
}

# target_work_done: what nvmet's queue has to do, nvme-fcloop's part of it as well, is done: an unregistration waits for it.
target_work_done() {
	target_port_add 2
	target_port_del 2
}

# all_gone: without the rules, which would connect to what is being taken away.
all_gone() {
	# shellcheck disable=SC2086 # several units
	systemctl stop $UDEV_UNITS
	disconnect_all
	nvmet_clear
	fabric_down 1
	unload_transports
	null_blk_remove nullb0
	# shellcheck disable=SC2086
	systemctl start $UDEV_UNITS
}

# scenario c|rust
scenario() {
	check "$1: modules load" load_transports "$1"
	check "$1: nvme_fc is that one" whose nvme_fc "$1"
	check "$1: nvmet_fc is that one" whose nvmet_fc "$1"
	target_ready
	check "$1: udevadm monitor starts" monitor_start
	remote_port_add 1 1
	check "$1: a remote port appears, and the namespace without a command" wait_for 30 connected
	monitor_end "/tmp/uevents.$1"
	nvme list-subsys -o json > "/tmp/subsystems.$1"
	nvme list -v -o json > "/tmp/list.$1"
	check "$1: no unit has failed" no_failed_units
	[[ $1 == c ]] || again
	check "$1: all goes away" all_gone
	systemctl reset-failed
}

# As in a boot from an initramfs: modules and ports come when nobody listens. nvme-stas runs beside, which replaces
# nvme-cli's rules by its own: 2.4 has no controllers behind FC, as it wants a service identifier of each, but leaves
# the event of FC to nvme-cli.
again() {
	check 'nvme-stas starts' systemctl start stafd stacd
	check 'reload: everything goes away' all_gone
	# shellcheck disable=SC2086
	systemctl stop $UDEV_UNITS
	check 'reload: module and LLDD load' load_transports rust
	target_ready
	remote_port_add 1 1
	# shellcheck disable=SC2086
	systemctl start $UDEV_UNITS
	udevadm settle
	check 'reload: nobody has noticed the port' holds_for 1 no_ctrls
	check 'reload: nvmefc-boot-connections runs' systemctl start nvmefc-boot-connections.service
	check 'reload: and brings the namespace back' wait_for 30 connected
	is 'nvme-stas: nothing of FC, as over the C modules' "$(stacctl ls)" '[]'
	check 'nvme-stas stops' systemctl stop stacd stafd
	check 'reload: no unit has failed' no_failed_units
}

check 'rules and units of nvme-cli are as in its package' dpkg --verify nvme-cli
check 'systemd is up, and nothing has failed' no_failed_units
scenario c
scenario rust
is 'uevents: byte for byte the same' "$(cat /tmp/uevents.rust)" "$(cat /tmp/uevents.c)"
is 'nvme list-subsys: the same' "$(cat /tmp/subsystems.rust)" "$(cat /tmp/subsystems.c)"
is 'nvme list -v: the same' "$(cat /tmp/list.rust)" "$(cat /tmp/list.c)"
check 'uevents: one, of a discovery' grep -q '^FC_EVENT=nvmediscovery$' /tmp/uevents.rust
done_testing
