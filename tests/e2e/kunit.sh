#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The KUnit suites as a module, where user space can look afterwards: results,
# the loopback's books, mappings. KUNIT_FILTER picks suites.
set -uo pipefail
. "$(dirname "$0")/guest-lib.sh"

RESULTS=/sys/kernel/debug/kunit
LOOPBACK=/sys/kernel/config/nvme_fc_loopback

# Of each suite: its name, "ok" or "not", and how many cases it has. Its results end with "ok 1 NAME" or "not ok 1 NAME".
# A file without any is "none". One process for all, as they are dear on a kernel like this.
suite_verdicts() {
	awk '
		function close_suite() { if (suite != "") print suite, verdict == "" ? "none" : verdict, cases }
		function name_of(file) { sub("/results$", "", file); sub(".*/", "", file); return file }
		FNR == 1 { close_suite(); suite = name_of(FILENAME); seen[suite] = 1; verdict = ""; cases = 0 }
		/^ +(not )?ok [0-9]/ { cases++ }
		/^(not )?ok [0-9]/ { verdict = $1 }
		END {
			close_suite()
			for (n = 1; n < ARGC; n++) if (!(name_of(ARGV[n]) in seen)) print name_of(ARGV[n]), "none", 0
		}' "$RESULTS"/nvme*/results
}

# What failed in it, and what it said.
suite_passed() {
	[[ $2 == ok ]] && return
	grep -E '^ *not ok' "$RESULTS/$1/results"
	klog_since | grep -E 'nvme_fc_kunit: ' | tail -n 20
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
while read -r suite verdict number; do
	check "$suite" suite_passed "$suite" "$verdict"
	cases=$((cases + number))
done < <(suite_verdicts)
note "$cases cases"
check "cases ran" test "$cases" -gt 0
is "the loopback's books are balanced" "$(head -n 1 "$LOOPBACK/books")" 'state balanced'
is "no DMA-API error" "$(cat /sys/kernel/debug/dma-api/error_count)" 0
check "the suites unload" rmmod nvme_fc_kunit
check "the loopback LLDD unloads" rmmod nvme_fc_loopback
check "nvme_fc and nvmet_fc unload" unload_transports
is "no module reference is left" "$(refcounts)" "$BASE_REFCOUNTS"
done_testing
