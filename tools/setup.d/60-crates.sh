# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# The crates that the host tests of rust/proto, its fuzz targets, its models and those of rust/support need, fetched into
# the cache's cargo folder.

STEP_ABOUT='crates for the host tests, the fuzz targets and the models (cargo fetch)'
STEP_AFTER='root'
STEP_NEED_MB=200
STEP_NET=1
STEP_INPUTS=()
for input in "$TOP"/rust/{proto/,proto/fuzz/,proto/models/,support/loom/,support/loom/macros/}Cargo.{toml,lock}; do
	[[ ! -f $input ]] || STEP_INPUTS+=("$input")
done

step_run() {
	local package
	for package in rust/proto rust/proto/fuzz rust/proto/models rust/support/loom; do
		"$TOOLS/in-root" cargo fetch --locked --manifest-path "$TOP/$package/Cargo.toml" ||
			die "no registry: cargo cannot fetch the crates of $package/Cargo.lock from crates.io"
	done
	touch "$OUT/fetched"
}
