#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The DKMS package: what cannot be built is a skip with a reason, and apt is content; what can be built takes the C
# modules' place, and gives it back. With --build [TREE] the modules are built, against Rust metadata that the package
# makes, or that TREE has from before (tools/kernel-tree).
set -uo pipefail
# shellcheck source=tests/packages/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

older=$(basename "$R"/usr/src/linux-headers-6.*-amd64)
older=${older#linux-headers-}
package=$(basename "$R"/p/nvme-fc-rs-dkms_*.deb)
version=${package#*_}
version=${version%_all.deb}

# reason RELEASE: what the package says of that kernel.
reason() {
	inside /usr/src/nvme-fc-rs-"$version"/tools/dkms/reason "$1"
}

# skips WHAT PATTERN FILE..: without these files, dkms skips the kernel with such a reason, and keeps it.
skips() {
	local what=$1 pattern=$2 file status=0
	shift 2
	for file in "$@"; do mv "$R$file" "$R$file.off"; done
	quiet inside dkms build nvme-fc-rs/"$version" -k "$V" || status=$?
	is "$what: skipped" "$status" 77
	check "$what: the reason" grep -qE "$pattern" "$R/var/lib/nvme-fc-rs/$V.reason"
	for file in "$@"; do mv "$R$file.off" "$R$file"; done
}

sums >"$work/before"
# Without a compiler nothing is built, and apt has nothing to complain about.
mv "$R/usr/bin/rustc" "$R/usr/bin/rustc.off"
check 'apt installs the package where nothing can be built' quiet inside apt-get -qy install "/p/$package"
is 'the C modules stay' "$(module_paths)" "$THEIRS"
mv "$R/usr/bin/rustc.off" "$R/usr/bin/rustc"
skips 'no rustc' 'there is no rustc' /usr/bin/rustc
skips 'no bindgen' 'there is no bindgen' /usr/bin/bindgen
skips 'no pahole' 'there is no pahole' /usr/bin/pahole
skips 'no source of the Rust library' 'rust-src' "$(inside rustc --print sysroot)/lib/rustlib/src/rust/library"
skips 'no modules of the kernel' 'modules of .* are not installed' "/usr/lib/modules/$V/kernel"
skips 'no headers' 'there are no headers' "/usr/src/linux-headers-$V"
config=$R/usr/src/linux-headers-$V/.config
cp "$config" "$work/config"
for change in 's/^CONFIG_RUST=y/CONFIG_RUST=n/;built without Rust' 's/^CONFIG_NVME_FC=m/CONFIG_NVME_FC=y/;NVME_FC built in' \
	's/^CONFIG_NVME_TARGET_FC=m//;has no NVME_TARGET_FC' 's/^\(CONFIG_RUSTC_VERSION_TEXT="rustc\) [0-9.]*/\1 9.9.9/;was built by rustc 9.9.9'; do
	sed "${change%;*}" "$work/config" >"$config"
	skips "a kernel that ${change#*;}" "${change#*;}"
	cp "$work/config" "$config"
done
# Its source is in the archive no more.
sed -i "/^Package: linux-source-7.3$/,/^$/s/^Version: .*/Version: 7.3.99-1/" "$R/var/lib/dpkg/status"
skips 'a source of another kernel' 'linux-source-7.3 is of 7.3.99'
sed -i "/^Package: linux-source-7.3$/,/^$/s/^Version: .*/Version: ${V%%+*}-1/" "$R/var/lib/dpkg/status"
status=0
quiet inside dkms build nvme-fc-rs/"$version" -k "$older" || status=$?
is "$older: skipped" "$status" 77
is "$older: the reason" "$(<"$R/var/lib/nvme-fc-rs/$older.reason")" "$older is not of the 7.3 series"
is 'nothing is in the way otherwise' "$(reason "$V")" ''
begin=${EPOCHREALTIME/./}
inside dkms status >/dev/null
printf '# dkms status takes %d ms\n' $(((${EPOCHREALTIME/./} - begin) / 1000))

if [[ ${1:-} == --build ]]; then
	if [[ -n ${2:-} ]]; then
		mkdir -p "$R/var/lib/nvme-fc-rs/tree"
		cp -a "$2" "$R/var/lib/nvme-fc-rs/tree/$V"
		sed -i "s#^KBUILD_OUTPUT = .*#KBUILD_OUTPUT = /var/lib/nvme-fc-rs/tree/$V#; s#^include .*#include /var/lib/nvme-fc-rs/tree/$V/source/Makefile#" \
			"$R/var/lib/nvme-fc-rs/tree/$V/Makefile"
	fi
	check 'dkms builds and installs' quiet inside dkms install nvme-fc-rs/"$version" -k "$V"
	is 'ours are found' "$(module_paths)" 'updates/dkms/nvme-fc.ko.xz updates/dkms/nvmet-fc.ko.xz'
	check 'they were compared with the modules of the kernel' quiet inside sh -c "modinfo -k '$V' -F abi nvme-fc | grep -q nvme_core="
	check 'the metadata is kept' test -f "$R/var/lib/nvme-fc-rs/tree/$V/base"
	# Another release of the source comes in its place.
	sed -i "/^Package: linux-source-7.3$/,/^$/s/^Version: .*/Version: 7.3.99-1/" "$R/var/lib/dpkg/status"
	mv "$R"/usr/src/linux-source-7.3.tar.xz "$work/"
	is 'and is enough when its source is gone' "$(reason "$V")" ''
	check 'dkms builds anew without it' quiet inside dkms build --force nvme-fc-rs/"$version" -k "$V"
	mv "$work/linux-source-7.3.tar.xz" "$R/usr/src/"
	sed -i "/^Package: linux-source-7.3$/,/^$/s/^Version: .*/Version: ${V%%+*}-1/" "$R/var/lib/dpkg/status"
	check "Debian's own test of DKMS packages passes" quiet inside /usr/lib/dkms/dkms-autopkgtest "/p/$package"
	cp "$work/out" "$CACHE/log/dkms-autopkgtest.log"
	check 'it has built for the stock kernel' grep -qF "PASS nvme-fc-rs/$version $V" "$CACHE/log/dkms-autopkgtest.log"
	check 'it has skipped the older one' grep -qF "SKIP nvme-fc-rs/$version $older" "$CACHE/log/dkms-autopkgtest.log"
fi
check 'apt purges it' quiet inside apt-get -qy purge 'nvme-fc-rs*'
is 'the C modules again' "$(module_paths)" "$THEIRS"
sums >"$work/after"
check 'every file is as it was' quiet diff "$work/before" "$work/after"
exit "$bad"
