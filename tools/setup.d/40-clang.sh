# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# The same tree prepared by clang (for LLVM=1): modules compile and link there, and are never loaded from it.

STEP_ABOUT='build tree prepared by clang (LLVM=1)'
STEP_AFTER='series root source'
STEP_NEED_MB=450
STEP_INPUTS=("$TOOLS/prepare-tree.sh")

step_run() {
	# shellcheck source=tools/prepare-tree.sh
	source "$TOOLS/prepare-tree.sh"
	prepare_tree "$OUT" "$CACHE/clang" LLVM=1
	grep -q '^CONFIG_CC_IS_CLANG=y' "$OUT/.config" || die "the tree was not prepared by clang"
	grep -q '^CONFIG_RUST=y' "$OUT/.config" || die "CONFIG_RUST was lost from the configuration under clang"
}
