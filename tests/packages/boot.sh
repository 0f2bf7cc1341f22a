#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# boot.sh DIR [rust|c ..]: the stock kernel boots with what swap.sh --keep DIR has kept, Debian's own initramfs, where the
# HBA driver is loaded before there is a root disk; and the transports that run are those that were installed.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=tools/lib.sh
source "$here/../../tools/lib.sh"
dir=$(realpath "$1")
shift
bad=0
for which in "${@:-rust}"; do
	options=()
	# The root disk has what is installed.
	[[ $which != rust ]] || options=(--modules "$dir/rust")
	GUEST_BOOT=$dir/$which "$TOOLS/guest" --tree "$TOP/tools/nvmefc" "${options[@]}" --kernel debian --job "$here/boot-job" --timeout 400 \
		--log "${E2E_LOG:-$CACHE/log/packages.log}" -- "$which" || bad=1
done
exit "$bad"
