#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# For run-selftest: does not end by itself.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"

check 'true' true
sleep 3600
done_testing
