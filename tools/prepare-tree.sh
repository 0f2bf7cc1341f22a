# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# How a build tree is made ready for external modules.

# prepare_tree OUT FINAL [MAKE_ARGUMENT..]: fills OUT, which stands at its final path while make runs,
# since the tree holds absolute paths.
prepare_tree() {
	local out=$1 final=$2 version headers
	shift 2
	version=$(kernel_version)
	headers=$ROOT/usr/src/linux-headers-$version
	cp "$headers/.config" "$headers/Module.symvers" "$out/"
	mkdir -p "$final"
	# shellcheck disable=SC2016 # expanded inside the build root
	"$TOOLS/in-root" --bind "$out:$final" bash -c '
		set -e
		source=$1 out=$2 version=$3
		shift 3
		make -C "$source" -j"$(nproc)" O="$out" "$@" olddefconfig
		make -C "$source" -j"$(nproc)" O="$out" "$@" KERNELRELEASE="$version" modules_prepare
	' prepare "$CACHE/source" "$final" "$version" "$@"
	[[ -f $out/rust/libkernel.rmeta ]] || die "modules_prepare left no Rust metadata in $final"
	cp "$headers/Module.symvers" "$out/"
}
