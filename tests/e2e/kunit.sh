#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The KUnit suites as a module, where user space can look afterwards: results,
# the loopback's books, mappings. KUNIT_FILTER picks suites.
set -uo pipefail
. "$(dirname "$0")/guest-lib.sh"

RESULTS=/sys/kernel/debug/kunit
LOOPBACK=/sys/kernel/config/nvme_fc_loopback

# The end of a suite's results: "ok 1 NAME" or "not ok 1 NAME".
suite_verdict() {
	sed -n 's/^\(\(not \)\?ok\) [0-9]* .*/\1/p' "$RESULTS/$1/results" | tail -n 1
}

# What failed in it, and what it said.
suite_failures() {
	grep -E '^ *not ok' "$RESULTS/$1/results"
	klog_since | grep -E 'nvme_fc_kunit: ' | tail -n 20
}

suite_passed() {
	[[ $(suite_verdict "$1") == ok ]] && return
	suite_failures "$1"
	return 1
}

modprobe nvme_fabrics
modprobe nvmet
BASE_REFCOUNTS=$(refcounts)
configfs_mount
[[ -z ${KUNIT_FILTER:-} ]] || printf %s "$KUNIT_FILTER" > /sys/module/kunit/parameters/filter_glob
# A case may take its time on a busy machine; one that hangs is ended by the script's limit.
echo 1500 > /sys/module/kunit/parameters/timeout
klog_mark
check "the loopback LLDD loads" modprobe nvme-fc-loopback
check "the suites load" modprobe nvme-fc-kunit
cases=0
for suite in "$RESULTS"/nvme*; do
	[[ -d $suite ]] || continue
	suite=${suite##*/}
	check "$suite" suite_passed "$suite"
	cases=$((cases + $(grep -cE '^ +(not )?ok [0-9]' "$RESULTS/$suite/results")))
done
note "$cases cases"
check "cases ran" test "$cases" -gt 0
is "the loopback's books are balanced" "$(head -n 1 "$LOOPBACK/books")" 'state balanced'
is "no DMA-API error" "$(cat /sys/kernel/debug/dma-api/error_count)" 0
check "the suites unload" rmmod nvme_fc_kunit
check "the loopback LLDD unloads" rmmod nvme_fc_loopback
check "nvme_fc and nvmet_fc unload" unload_transports
is "no module reference is left" "$(refcounts)" "$BASE_REFCOUNTS"
done_testing
