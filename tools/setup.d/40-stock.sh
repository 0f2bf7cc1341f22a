# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# The stock build tree (KDIR): Debian's configuration and symbols, and the Rust metadata that its headers lack.
# The crates come out with the very hashes of the stock kernel's, so that modules built here resolve against it.

STEP_ABOUT="stock kernel's build tree with its Rust metadata (gcc)"
STEP_AFTER='series root source'
STEP_NEED_MB=450
STEP_INPUTS=("$TOOLS/prepare-tree.sh")

step_run() {
	local missing
	# shellcheck source=tools/prepare-tree.sh
	source "$TOOLS/prepare-tree.sh"
	prepare_tree "$OUT" "$CACHE/stock"
	grep -q '^CONFIG_RUST=y' "$OUT/.config" || die "CONFIG_RUST was lost from the stock configuration"
	# Modules built here must find in the stock kernel, by name, every Rust symbol that this tree offers them: the
	# crates' hashes are part of the names, and follow the compiler and the configuration.
	sed -n 's/^EXPORT_SYMBOL_RUST_GPL(\(.*\));$/\1/p' "$OUT"/rust/exports_{core,kernel,helpers,bindings}_generated.h |
		sort -u >"$STEP_TMP/offered"
	[[ -s $STEP_TMP/offered ]] || die "the prepared tree exports no Rust symbols"
	cut -f 2 "$OUT/Module.symvers" | sort -u >"$STEP_TMP/stock"
	missing=$(comm -23 "$STEP_TMP/offered" "$STEP_TMP/stock" | wc -l)
	((missing == 0)) ||
		die "$missing Rust symbols of the prepared tree are not the stock kernel's: was it built by another toolchain?"
	echo "$(wc -l <"$STEP_TMP/offered") Rust symbols, all of them the stock kernel's"
}
