# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# The crates that the host tests of rust/proto need, fetched into the cache's cargo folder.

STEP_ABOUT='crates for the host tests (cargo fetch)'
STEP_AFTER='root'
STEP_NEED_MB=200
STEP_NET=1
STEP_INPUTS=()
for input in "$TOP/rust/proto/Cargo.toml" "$TOP/rust/proto/Cargo.lock"; do
	[[ ! -f $input ]] || STEP_INPUTS+=("$input")
done

step_run() {
	if ((${#STEP_INPUTS[@]} < 2)); then
		echo "no rust/proto/Cargo.lock: nothing to fetch"
		return
	fi
	"$TOOLS/in-root" cargo fetch --locked --manifest-path "$TOP/rust/proto/Cargo.toml" ||
		die "no registry: cargo cannot fetch the crates of rust/proto/Cargo.lock from crates.io"
	touch "$OUT/fetched"
}
