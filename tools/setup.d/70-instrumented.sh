# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# The instrumented kernel (KASAN, lockdep, kmemleak ..), built by clang from the pristine source: bzImage, modules
# under modules/, an initramfs. The tree that our modules are built against, CACHE/instrumented-build, stays from one
# run of this step to the next, so that a build cut off goes on, and a change of the configuration costs little.

STEP_ABOUT='instrumented kernel (8 to 15 minutes)'
STEP_AFTER='series root source initrd'
STEP_NEED_MB=1600
STEP_LAZY=1
STEP_INPUTS=("$TOP"/tests/kunit/{instrumented,modules}.config "$TOOLS/kernel-config.sh")

step_run() {
	local build=$CACHE/instrumented-build version base
	# shellcheck source=tools/kernel-config.sh
	source "$TOOLS/kernel-config.sh"
	# Of use only to the same compiler and source.
	base=$(step_id root) base+=" $(step_id source)"
	if [[ ! -f $build/base || $(<"$build/base") != "$base" ]]; then
		rm -rf --one-file-system "$build"
		mkdir "$build"
		printf '%s\n' "$base" >"$build/base"
	fi
	cat "$TOP"/tests/kunit/{instrumented,modules}.config >"$build/.config"
	inside() { "$TOOLS/in-root" "$@"; }
	inside make -s -C "$CACHE/source" O="$build" LLVM=1 olddefconfig
	config_took "$build/.config" "$TOP"/tests/kunit/{instrumented,modules}.config
	inside make -C "$CACHE/source" O="$build" LLVM=1 -j"$(nproc)" all
	rm -rf "$build/installed"
	inside make -s -C "$build" INSTALL_MOD_PATH="$build/installed" INSTALL_MOD_STRIP=1 LLVM=1 modules_install
	version=$(<"$build/include/config/kernel.release")
	mv "$build/installed" "$OUT/modules"
	rm -f "$OUT/modules/lib/modules/$version"/{build,source}
	cp "$build/arch/x86/boot/bzImage" "$OUT/bzImage"
	printf '%s\n' "$version" >"$OUT/release"
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
