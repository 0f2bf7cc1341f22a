# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Snapshots of kernel memory: settled, shrunk, then read.

# slab_kib: what all caches take.
slab_kib() {
	local name kib
	while read -r name kib _; do
		[[ $name != Slab: ]] || echo "$kib"
	done < /proc/meminfo
}

# Lets deferred frees run and gives back what the caches merely keep, so that
# the figures count objects in use: until nothing more goes, however long.
slab_settle() {
	local cache before after n
	sync
	# The stacks of processes that have ended stay in lazily unmapped vmalloc
	# areas, thousands of them, until code is made executable or many MiB are.
	# The instrumented kernel has no brd, and the loads there do the same.
	modprobe -q brd rd_nr=1 rd_size=1024 && modprobe -r brd
	after=$(slab_kib)
	for ((n = 0; n < 30; n++)); do
		before=$after
		echo 3 > /proc/sys/vm/drop_caches
		nap 500
		after=$(slab_kib)
		((n < 2 || before - after > 64)) || break
	done
	# Once: there are hundreds, and each takes its time.
	for cache in /sys/kernel/slab/*/shrink; do
		[[ -L ${cache%/*} ]] || echo 1 > "$cache" || true
	done 2> /dev/null
	nap 500
}

# slab_snapshot FILE: "Slab KIB" and "CACHE ACTIVE_OBJECTS OBJECT_BYTES" lines.
slab_snapshot() {
	slab_settle
	{
		awk '/^Slab:/ { print "Slab", $2 }' /proc/meminfo
		awk 'NR > 2 { print $1, $2, $4 }' /proc/slabinfo
	} > "$1"
}

# slab_growth BEFORE AFTER: in KiB.
slab_growth() {
	echo $(($(awk '$1 == "Slab" { print $2 }' "$2") - $(awk '$1 == "Slab" { print $2 }' "$1")))
}

# slab_grown BEFORE AFTER LIMIT: caches with LIMIT or more objects more.
slab_grown() {
	awk -v limit="$3" '
		$1 == "Slab" { next }
		NR == FNR { before[$1] = $2; next }
		$2 - before[$1] >= limit { print $1 ": +" $2 - before[$1] " objects of " $3 " bytes" }' "$1" "$2"
}
