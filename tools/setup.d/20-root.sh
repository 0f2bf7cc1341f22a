# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# The build root: Debian 13 with the kernel's Rust toolchain, both compilers, and the kernel's source and headers.

STEP_ABOUT='Debian 13 build root with the toolchain, kernel source and headers'
STEP_AFTER='series'
STEP_NEED_MB=3600
STEP_NET=1

step_run() {
	local mirror version packages
	mirror=$(debian_mirror /etc/apt)
	version=$(kernel_version)
	packages=(
		ca-certificates
		rustc rust-src rustfmt rust-clippy cargo bindgen libclang-dev
		clang lld llvm gcc g++ libc6-dev
		make flex bison bc libelf-dev libssl-dev dwarves python3 perl
		cpio kmod rsync xz-utils zstd git shellcheck file
		qemu-system-x86
		"linux-source-${version%%.*}.$(cut -d. -f2 <<<"$version")" "linux-headers-$version"
	)
	apt_options >"$STEP_TMP/apt.conf"
	# In a mount namespace of its own: whatever ends it, /proc and /dev do not stay mounted in a folder to be removed.
	unshare --mount --propagation private mmdebstrap --mode=root --variant=minbase --architectures=amd64 \
		--aptopt="$STEP_TMP/apt.conf" --aptopt='APT::Install-Recommends "false"' \
		--dpkgopt=force-unsafe-io --dpkgopt='path-exclude=/usr/share/man/*' \
		--include="$(IFS=,; echo "${packages[*]}")" \
		trixie "$OUT" "deb $mirror trixie main" "deb $mirror trixie-backports main"
	# tools/in-root binds this machine's files over these two.
	rm -f "$OUT/etc/resolv.conf" "$OUT/etc/hosts"
	touch "$OUT/etc/resolv.conf" "$OUT/etc/hosts"
	[[ -d $OUT/usr/src/linux-headers-$version ]] || die "linux-headers-$version was not installed into the build root"
}
