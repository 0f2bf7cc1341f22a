#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# For run-selftest: a script as it should be.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"

check 'true' true
c_defect host 'nothing'
pass 'a check that the C module is known to fail'
done_testing
