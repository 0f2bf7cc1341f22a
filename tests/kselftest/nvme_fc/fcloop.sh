#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Connects a host to a target over nvme-fcloop, writes and reads, resets the
# controller, takes the remote port away and brings it back, disconnects.
DIR="$(dirname "$(readlink -f "$0")")"
KTAP_HELPERS="${DIR}/../kselftest/ktap_helpers.sh"
if [ ! -e "$KTAP_HELPERS" ]; then
	echo "$KTAP_HELPERS file not found [SKIP]"
	exit 4
fi
# shellcheck source=/dev/null
source "$KTAP_HELPERS"

NQN=nqn.2026-11.kselftest:nvme-fc
HOST=wwnn=0x10001100aa000001,wwpn=0x20001100aa000001
TARGET=wwnn=0x10001100ab000001,wwpn=0x20001100ab000001
HOST_TRADDR=nn-0x10001100aa000001:pn-0x20001100aa000001
TRADDR=nn-0x10001100ab000001:pn-0x20001100ab000001
CTL=/sys/class/fcloop/ctl
NVMET=/sys/kernel/config/nvmet
FILE=

ktap_print_header
if [ "$(id -u)" != 0 ]; then
	ktap_skip_all "must be run as root"
	exit "$KSFT_SKIP"
fi
for module in nvme-fabrics nvme-fc nvmet nvmet-fc nvme-fcloop; do
	if ! modprobe -q "$module"; then
		ktap_skip_all "no module $module"
		exit "$KSFT_SKIP"
	fi
done
if ! mountpoint -q /sys/kernel/config && ! mount -t configfs none /sys/kernel/config; then
	ktap_skip_all "no configfs"
	exit "$KSFT_SKIP"
fi
if [ -e "$NVMET/subsystems/$NQN" ] || [ -e "$NVMET/ports/4711" ]; then
	ktap_skip_all "nvmet is in use by another run"
	exit "$KSFT_SKIP"
fi

# within SECONDS COMMAND..: until it succeeds, no longer than that.
within()
{
	local end=$((SECONDS + $1))

	shift
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.2
	done
}

controller()
{
	local ctrl

	for ctrl in /sys/class/nvme/nvme*; do
		if [ "$(cat "$ctrl/subsysnqn" 2>/dev/null)" = "$NQN" ]; then
			basename "$ctrl"
			return 0
		fi
	done
	return 1
}

is_live()
{
	[ "$(cat "/sys/class/nvme/$(controller)/state" 2>/dev/null)" = live ]
}

is_connecting()
{
	[ "$(cat "/sys/class/nvme/$(controller)/state" 2>/dev/null)" = connecting ]
}

is_gone()
{
	! controller >/dev/null
}

disk()
{
	local block

	for block in /sys/block/nvme*n*; do
		if [ "$(cat "$block/device/subsysnqn" 2>/dev/null)" = "$NQN" ]; then
			echo "/dev/$(basename "$block")"
			return 0
		fi
	done
	return 1
}

add_target()
{
	FILE=$(mktemp) && truncate -s 16M "$FILE" &&
	mkdir -p "$NVMET/subsystems/$NQN/namespaces/1" "$NVMET/ports/4711" &&
	echo 1 > "$NVMET/subsystems/$NQN/attr_allow_any_host" &&
	echo "$FILE" > "$NVMET/subsystems/$NQN/namespaces/1/device_path" &&
	echo 1 > "$NVMET/subsystems/$NQN/namespaces/1/enable" &&
	echo "$TARGET" > "$CTL/add_target_port" &&
	echo fc > "$NVMET/ports/4711/addr_trtype" &&
	echo fc > "$NVMET/ports/4711/addr_adrfam" &&
	echo "$TRADDR" > "$NVMET/ports/4711/addr_traddr" &&
	ln -s "$NVMET/subsystems/$NQN" "$NVMET/ports/4711/subsystems/$NQN"
}

add_remote()
{
	echo "$TARGET,lpwwnn=0x10001100aa000001,lpwwpn=0x20001100aa000001,roles=0x30" > "$CTL/add_remote_port"
}

add_ports()
{
	echo "$HOST" > "$CTL/add_local_port" && add_target && add_remote
}

connect()
{
	echo "transport=fc,traddr=$TRADDR,host_traddr=$HOST_TRADDR,nqn=$NQN,reconnect_delay=1,ctrl_loss_tmo=60" > /dev/nvme-fabrics &&
	within 20 is_live && within 20 disk >/dev/null
}

verify()
{
	local disk data copy good=1

	disk=$(disk) || return 1
	data=$(mktemp) copy=$(mktemp)
	dd if=/dev/urandom of="$data" bs=64k count=64 status=none &&
	dd if="$data" of="$disk" bs=64k oflag=direct status=none &&
	dd if="$disk" of="$copy" bs=4k count=1024 iflag=direct status=none &&
	cmp "$data" "$copy" && good=0
	rm -f "$data" "$copy"
	return $good
}

reset()
{
	echo 1 > "/sys/class/nvme/$(controller)/reset_controller" && within 20 is_live && verify
}

flap()
{
	echo "$TARGET" > "$CTL/del_remote_port" && within 20 is_connecting && add_remote && within 40 is_live && verify
}

disconnect()
{
	echo 1 > "/sys/class/nvme/$(controller)/delete_controller" && within 20 is_gone
}

# shellcheck disable=SC2317 # a trap calls it
cleanup()
{
	local ctrl

	ctrl=$(controller) && echo 1 > "/sys/class/nvme/$ctrl/delete_controller"
	rm -f "$NVMET/ports/4711/subsystems/$NQN"
	[ ! -d "$NVMET/ports/4711" ] || rmdir "$NVMET/ports/4711"
	[ ! -d "$NVMET/subsystems/$NQN" ] || rmdir "$NVMET/subsystems/$NQN/namespaces/1" "$NVMET/subsystems/$NQN"
	{
		echo "$TARGET" > "$CTL/del_remote_port"
		echo "$TARGET" > "$CTL/del_target_port"
		echo "$HOST" > "$CTL/del_local_port"
	} 2>/dev/null
	rm -f "$FILE"
}
trap cleanup EXIT

tests="add_ports connect verify reset flap disconnect"
ktap_set_plan "$(echo "$tests" | wc -w)"
for test in $tests; do
	if "$test"; then
		ktap_test_pass "$test"
	else
		ktap_test_fail "$test"
	fi
done
ktap_finished
