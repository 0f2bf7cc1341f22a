#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# For run-selftest: one check of three fails.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"

check 'true' true
check 'false' false
check 'true again' true
done_testing
