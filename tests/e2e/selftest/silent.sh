#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# For run-selftest: ends early, and says that all is well.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"

check 'true' true
exit 0
