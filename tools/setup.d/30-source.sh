# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# The kernel's source, unpacked and left pristine: both prepared trees build outside of it.

STEP_ABOUT='unpack the kernel source'
STEP_AFTER='series root'
STEP_NEED_MB=1900

step_run() {
	local archive
	archive=$(echo "$ROOT"/usr/src/linux-source-*.tar.xz)
	[[ -f $archive ]] || die "the build root holds no linux-source archive"
	xz -dc -T0 "$archive" | tar -x --strip-components=1 -C "$OUT"
	[[ -f $OUT/drivers/nvme/host/fabrics.h ]] || die "$archive does not hold the NVMe drivers"
}
