# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# The instrumented kernel (KASAN, lockdep, kmemleak ..), built by clang from the pristine source: bzImage, modules
# under modules/, an initramfs, and in build/ the tree that our modules are built against.

STEP_ABOUT='instrumented kernel (10 to 30 minutes)'
STEP_AFTER='series root source initrd'
STEP_NEED_MB=1600
STEP_LAZY=1
STEP_INPUTS=("$TOP"/tests/kunit/{instrumented,modules}.config "$TOOLS/kernel-config.sh")

step_run() {
	local build=$OUT/build final=$CACHE/instrumented/build version base
	mkdir -p "$build" "$final"
	# shellcheck source=tools/kernel-config.sh
	source "$TOOLS/kernel-config.sh"
	# An earlier build from the same source by the same compiler: only what the configuration changes is done anew.
	base=$(step_id root) base+=" $(step_id source)"
	if [[ -f $CACHE/instrumented/base && $(<"$CACHE/instrumented/base") == "$base" ]]; then
		cp -a "$final/." "$build/"
	fi
	cat "$TOP"/tests/kunit/{instrumented,modules}.config >"$build/.config"
	# The tree stands at its final path while make runs: it holds absolute paths.
	inside() { "$TOOLS/in-root" --bind "$build:$final" nice -n 19 "$@"; }
	inside make -s -C "$CACHE/source" O="$final" LLVM=1 olddefconfig
	config_took "$build/.config" "$TOP"/tests/kunit/{instrumented,modules}.config
	inside make -C "$CACHE/source" O="$final" LLVM=1 -j"$(nproc)" all
	inside make -s -C "$final" INSTALL_MOD_PATH="$final/installed" INSTALL_MOD_STRIP=1 LLVM=1 modules_install
	version=$(<"$build/include/config/kernel.release")
	mv "$build/installed" "$OUT/modules"
	rm -f "$OUT/modules/lib/modules/$version"/{build,source}
	cp "$build/arch/x86/boot/bzImage" "$OUT/bzImage"
	printf '%s\n' "$version" >"$OUT/release"
	printf '%s\n' "$base" >"$OUT/base"
	plain_initrd
}

# plain_initrd: the stock guest's initramfs without its modules, which are built in here.
plain_initrd() {
	local stage=$STEP_TMP/initrd
	mkdir "$stage"
	(cd "$stage" && zcat "$CACHE/initrd/initrd.gz" | cpio -i --quiet)
	rm -f "$stage"/modules/*.ko
	(cd "$stage" && find . | cpio -o -H newc --quiet | gzip -1) >"$OUT/initrd.gz"
}
