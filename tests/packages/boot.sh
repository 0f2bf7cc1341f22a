#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# boot.sh DIR [NAME|NAME-root ..]: the stock kernel boots with the initramfs of Debian's that swap.sh and upgrade.sh --keep
# have kept as DIR/NAME, where the HBA driver is loaded before there is a root disk; and the transports that run are those
# that were installed: the C modules for the NAME c, otherwise ours, which lie beside the initramfs. With -root, the root
# disk itself is behind NVMe/FC.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=tools/lib.sh
source "$here/../../tools/lib.sh"
dir=$(realpath "$1")
shift
bad=0
for which in "${@:-rust}"; do
	name=${which%-root}
	implementation=rust options=(--modules "$dir/$name")
	[[ $name != c ]] || implementation=c options=()
	job=boot-job
	if [[ $which == *-root ]]; then
		# What holds the root disk stays.
		job=root-job options+=(--append 'root=/dev/nvme0n1 nvmefc.root=1' --keep-modules)
	fi
	printf '== boot %s\n' "$which"
	GUEST_BOOT=$dir/$name "$TOOLS/guest" --tree "$TOP/tools/nvmefc" "${options[@]}" --kernel debian --job "$here/$job" --timeout 400 \
		--log "${E2E_LOG:-$CACHE/log/packages.log}" -- "$implementation" || bad=1
done
exit "$bad"
