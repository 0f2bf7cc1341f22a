#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# For run-selftest: expects the C modules where ours are.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"

modprobe nvme_fc
modprobe nvmet_fc
E2E_HOST=c E2E_TARGET=c prove_transports
done_testing
