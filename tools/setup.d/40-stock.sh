# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# The stock build tree (KDIR): Debian's configuration and symbols, and the Rust metadata that its headers lack.
# The crates come out with the very hashes of the stock kernel's, so that modules built here resolve against it.

STEP_ABOUT="stock kernel's build tree with its Rust metadata (gcc)"
STEP_AFTER='series root source'
STEP_NEED_MB=450
STEP_INPUTS=("$TOOLS/prepare-tree.sh")

step_run() {
	# shellcheck source=tools/prepare-tree.sh
	source "$TOOLS/prepare-tree.sh"
	prepare_tree "$OUT" "$CACHE/stock"
	grep -q '^CONFIG_RUST=y' "$OUT/.config" || die "CONFIG_RUST was lost from the stock configuration"
	# Debian's own flags for this compiler must have survived, or the result would not match the stock kernel.
	grep -v '^#' "$ROOT/usr/src/linux-headers-$(kernel_version)/.config" | sort >"$STEP_TMP/want"
	grep -v '^#' "$OUT/.config" | sort >"$STEP_TMP/have"
	comm -3 "$STEP_TMP/want" "$STEP_TMP/have" >"$OUT/config-differences"
}
