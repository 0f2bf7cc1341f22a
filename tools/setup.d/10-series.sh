# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# The newest kernel of the series that trixie-backports has: its release (line 1 of id) and package version (line 2).

STEP_ABOUT="find the newest ${KERNEL_SERIES:-7.3} kernel in trixie-backports"
STEP_AFTER=''
STEP_NEED_MB=5
STEP_NET=1

step_run() {
	local series=${KERNEL_SERIES:-7.3} found present
	apt_fetch "$(debian_mirror /etc/apt)/dists/trixie-backports/main/binary-amd64/Packages.xz" "$OUT/Packages.xz" ||
		die "no registry: $(debian_mirror /etc/apt) has no trixie-backports"
	xz -dc "$OUT/Packages.xz" | awk '
		$1 == "Package:" { name = $2 }
		$1 == "Version:" && name ~ /^linux-headers-[0-9.]+\+deb13-amd64$/ { sub(/^linux-headers-/, "", name); print name, $2 }
	' | sort -V >"$OUT/kernels"
	found=$(awk -v s="$series." 'index($1, s) == 1 { last = $0 } END { print last }' "$OUT/kernels")
	if [[ -z $found ]]; then
		present=$(awk '{ split($1, v, "."); print v[1] "." v[2] }' "$OUT/kernels" | sort -uV | paste -sd ' ')
		die "kernel series $series is gone from trixie-backports; there are: ${present:-none} (KERNEL_SERIES= picks one)"
	fi
	printf '%s\n%s\n' "${found% *}" "${found#* }" >"$OUT/id"
	echo "kernel ${found% *}, package version ${found#* }"
}
