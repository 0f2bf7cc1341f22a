# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# What fio's engines for Ceph, Gluster, NFS, NBD, RDMA and persistent memory are linked with, as one small library that
# holds the names alone: no test uses those engines, and loading the real ones takes five seconds of each run of fio in
# an instrumented guest. tools/guest ships it, and tests/e2e/lib/fio.sh puts it first.

STEP_ABOUT="names of the libraries that the guest's fio loads and does not use"
STEP_AFTER='root guestroot'
STEP_NEED_MB=1

unused_libraries='librados.so.2 librbd.so.1 libgfapi.so.0 libnbd.so.0 libnfs.so.14 librdmacm.so.1 libibverbs.so.1 libpmem.so.1'
unused_names='^(rados|rbd|glfs|nbd|nfs|rdma|ibv|pmem)_'

step_run() {
	local library fio=$CACHE/guestroot/usr/bin/fio
	# The build root has binutils; this machine need not.
	"$TOOLS/in-root" readelf -W -d "$fio" >"$STEP_TMP/needed"
	for library in $unused_libraries; do
		grep -qF "[$library]" "$STEP_TMP/needed" || die "the guest's fio is not linked with $library: see ${BASH_SOURCE[0]}"
	done
	"$TOOLS/in-root" readelf -W --dyn-syms "$fio" |
		awk -v names="$unused_names" '$7 == "UND" && $4 == "FUNC" && $8 ~ names { print $8 }' >"$STEP_TMP/names"
	# A call of any would be a mistake of a test: it ends there.
	sed 's/@.*//; s/.*/void &(void) { __builtin_trap(); }/' "$STEP_TMP/names" >"$STEP_TMP/names.c"
	# The loader asks for the versions too: a node for each, with its names.
	awk -F@ 'NF > 1 { node[$2] = node[$2] " " $1 ";" } END { for (n in node) print n " { global:" node[n] " };" }' \
		"$STEP_TMP/names" >"$STEP_TMP/versions"
	"$TOOLS/in-root" gcc -shared -fPIC -O -w -nostdlib -Wl,--version-script="$STEP_TMP/versions" \
		-o "$OUT/names.so" "$STEP_TMP/names.c" || die "the build root's gcc cannot build fio's names"
	# One file by all names is loaded once.
	for library in $unused_libraries; do ln -s names.so "$OUT/$library"; done
}
