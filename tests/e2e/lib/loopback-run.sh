# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# A whole life over the loopback LLDD with one configuration of its ports.

# one NAME LOCAL TARGET [FIO OPTIONS]: connect, verify, disconnect, books.
one() {
	local name=$1 disk size queue=() fio=()
	wanted "$name" || return 0
	size=$(often 2m 512k)
	# The host may get ahead of a target that is slow; lib/loopback-defer.sh makes sure of it.
	[[ $name != deferral* ]] || queue=(--queue-size=16) fio=(--iodepth=16)
	klog_mark
	check "$name: ports" loop_ready 1 "$2" "$3"
	check "$name: connect" connect "$SUBSYS" 1 "${queue[@]}"
	if wait_for 20 disk_ready "$SUBSYS" 1; then
		disk=$(disk_of "$SUBSYS" 1)
		check_show "$name: data" fio_verify "$disk" "${4:-4k}" "$size" "${fio[@]}"
	else
		fail "$name: data" 'no disk'
	fi
	check "$name: disconnect" disconnect "$SUBSYS"
	check "$name: books" wait_for 20 loop_idle
	after "$@"
	port_remove 1
	loop_down
	check "$name: books at the end" wait_for 20 loop_balanced
	loop_write books reset
	klog_quiet "$name: no warning"
}

# What only one of the modes shows; arguments as of `one`.
after() {
	if [[ $2 == *complete=irq* ]]; then
		# An early response is delivered from a work item, behind its data.
		[[ $3 == *early* ]] || check "$1: commands were completed in hard IRQ" test "$(loop_book host_commands 5)" -gt 0
		check "$1: link services were completed in hard IRQ" test "$(loop_book host_services 5)" -gt 0
	fi
	if [[ $3 == *complete=irq* ]]; then
		check "$1: operations were completed in hard IRQ" test "$(loop_book target_operations 5)" -gt 0
		check "$1: answers to link services were sent in hard IRQ" test "$(loop_book target_received_ls 5)" -gt 0
	fi
	case $1 in
	read_rsp*) check "$1: READDATA_RSP was used" test "$(loop_book target.readdata_rsp)" -gt 0 ;;
	segments*) check "$1: data went in several operations" test "$(($(loop_book target.readdata) + $(loop_book target.writedata)))" -gt "$(loop_book target.rcv_fcp)" ;;
	esac
}
