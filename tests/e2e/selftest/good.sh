#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# For run-selftest: a script as it should be, and what the others rely on.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"

check 'true' true
c_defect host 'nothing'
pass 'a check that the C module is known to fail'

# A program that is looked after.
check 'bounded: its output' bounded 10 uname -s
is 'bounded: nothing but that' "$OUTPUT" Linux
is 'bounded: its input' "$(bounded 10 tr a-z A-Z <<< input)" INPUT
bounded 10 sh -c 'exit 7' > /dev/null 2>&1
is 'bounded: its status' $? 7
PATIENCE=1 bounded 1 sleep 3600 > /dev/null 2>&1
is 'bounded: one that does not end' $? 124
bounded 10 sh -c 'sleep 0.2 && echo over > /tmp/selftest-over &' > /dev/null 2>&1
is 'bounded: what it has started has ended as well' "$(cat /tmp/selftest-over)" over

# The kernel's log.
klog_say 'selftest: before'
klog_mark
klog_say 'selftest: First of two'
klog_say 'selftest: second of two'
check 'log: a line' klog_has 'SELFTEST: first'
check 'log: not one from before the mark' not klog_has_now 'selftest: before'
check 'log: no match beyond the end of a line' not klog_has_now 'first.*second'
check 'log: the end of a line' klog_has 'First of two$'
is 'log: how many' "$(klog_count 'selftest: .* of two')" 2
is 'log: all since the mark' "$(klog_since | sed 's/.*\] e2e: //')" $'selftest: First of two\nselftest: second of two'
klog_quiet 'log: nothing to complain of'
klog_mark
is 'log: none since another mark' "$(klog_count selftest)" 0
done_testing
