#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# upgrade.sh [--keep DIR]: what apt and the initramfs make of a new package of the kernel, and of a new kernel beside it,
# while the modules are installed. Those are the stock kernel's packages, packed anew under other versions. With --keep,
# the initramfs after both kernel and modules were upgraded is kept there, for boot.sh.
# shellcheck disable=SC2317 # functions that check and quiet call
set -uo pipefail
# shellcheck source=tests/packages/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
keep=''
[[ ${1:-} != --keep ]] || keep=$2

NEWER=7.3.999+deb13-amd64
ours=$(inside dpkg-deb -f "/p/$(cd "$R/p" && echo nvme-fc-rs-modules-"$V"_*.deb)" Version)

version_of() {
	inside dpkg-query -f "\${Version}" -W "$1"
}

old=$(version_of "linux-modules-$V")

# pack PACKAGE VERSION [RELEASE]: an installed package of the kernel's in a later version, or as another kernel's.
pack() {
	local package=$1 version=$2 release=${3:-$V} deb=$work/deb script file current
	current=$(version_of "$package")
	rm -rf "$deb"
	mkdir -p "$deb/DEBIAN"
	inside dpkg-query -L "$package" | while read -r file; do
		[[ -d $R$file && ! -L $R$file ]] || printf '.%s\n' "$file"
	done >"$work/files"
	tar -C "$R" -c -T "$work/files" | tar -C "$deb" -x --transform="s#$V#$release#g"
	(cd "$deb" && find . -type f ! -path './DEBIAN/*' -printf '%P\0' | xargs -0 md5sum >DEBIAN/md5sums)
	for script in preinst postinst prerm postrm; do
		[[ ! -e $R/var/lib/dpkg/info/$package.$script ]] ||
			sed "s#$V#$release#g" "$R/var/lib/dpkg/info/$package.$script" >"$deb/DEBIAN/$script"
	done
	chmod -f 755 "$deb"/DEBIAN/p*
	inside dpkg-query -s "$package" | sed "/^Status:/d; s#$V#$release#g; s#^Version: .*#Version: $version#; s#(= $current)#(= $version)#g" \
		>"$deb/DEBIAN/control"
	dpkg-deb --root-owner-group -Znone -b "$deb" "$R/repository/${package//$V/$release}_$version.deb"
}

# pack_ours: the packages of the modules in a later version, for the kernel's later one.
pack_ours() {
	local deb
	for deb in "$R"/p/nvme-fc-rs{,-tools,-modules-"$V"}_*.deb; do
		rm -rf "$work/deb"
		dpkg-deb -R "$deb" "$work/deb"
		sed -i "s#(= $old)#(= $old+test1)#; s#$ours#$ours+test1#g" "$work/deb/DEBIAN/control"
		dpkg-deb --root-owner-group -Znone -b "$work/deb" "$R/repository/$(basename "${deb%%_*}")_$ours+test1.deb"
	done
}

# offer: apt learns of what lies in the repository.
offer() {
	inside sh -ec 'cd /repository; apt-ftparchive packages . >Packages' && inside apt-get -q --error-on=any update
}

# initrd RELEASE: which file it is by content.
initrd() {
	sha256sum <"$R/boot/initrd.img-$1"
}

for point in init-premount local-top local-bottom; do
	install -m 755 "$here/initramfs-$point" "$R/etc/initramfs-tools/scripts/$point/test"
done
install -m 755 "$here/initramfs-hook" "$R/etc/initramfs-tools/hooks/test"
mkdir "$R/repository"
echo 'deb [trusted=yes] file:/repository ./' >"$R/etc/apt/sources.list"
# They depend on the kernel's very version as well, and are of no use here.
quiet inside dpkg --purge "linux-headers-$V"
check 'apt installs the modules' quiet inside sh -c "apt-get -qy install /p/nvme-fc-rs_*.deb /p/nvme-fc-rs-tools_*.deb '/p/nvme-fc-rs-modules-$V'_*.deb"

# A new package of the same kernel.
kernel=(base binary modules image)
for part in "${kernel[@]}"; do quiet pack "linux-$part-$V" "$old+test1"; done
check 'a new package of the kernel comes' quiet offer
before=$(initrd "$V")
check 'apt upgrade without one of ours' quiet inside apt-get -qy upgrade
is 'the kernel waits for it' "$(version_of "linux-modules-$V")" "$old"
is 'ours stay' "$(module_paths)" "$OURS"
is 'so does the initramfs' "$(initrd "$V")" "$before"
quiet inside apt-get -s dist-upgrade
printf '# apt dist-upgrade would: %s\n' "$(grep -cE '^Inst linux-' "$work/out") kernel packages in, $(grep -E '^Remv' "$work/out" | cut -d' ' -f2 | paste -sd ' ') out"
pack_ours >/dev/null
check 'a new package of ours comes' quiet offer
check 'apt upgrade takes both' quiet inside apt-get -qy upgrade
is 'the kernel is the new one' "$(version_of "linux-image-$V")" "$old+test1"
is 'and so are ours' "$(version_of "nvme-fc-rs-modules-$V")" "$ours+test1"
is 'ours are found first' "$(module_paths)" "$OURS"
is 'the initramfs has ours and no others' "$(of_initramfs)" "$OURS"
check "the kernel's package is whole" quiet inside sh -c "test -z \"\$(dpkg -V 'linux-modules-$V' 'linux-binary-$V')\""
if [[ $keep ]]; then
	install -D "$R/boot/initrd.img-$V" "$keep/upgraded/initrd.img"
	find "$R/usr/lib/modules/$V/updates" -name '*.ko' -exec cp -t "$keep/upgraded" {} +
fi

# A new kernel that nobody has built ours for.
for part in "${kernel[@]}"; do quiet pack "linux-$part-$V" 7.3.999-1 "$NEWER"; done
before=$(initrd "$V")
check 'a new kernel is installed' quiet inside sh -c "dpkg -i /repository/linux-*-'$NEWER'_*.deb"
is 'new kernel: the C modules' "$(paths_of "$NEWER")" "$THEIRS"
is 'new kernel: and its initramfs has them' "$(in_initramfs "$NEWER")" "$THEIRS"
is 'old kernel: the initramfs, to go back to, is what it was' "$(initrd "$V")" "$before"
is 'old kernel: ours' "$(module_paths)" "$OURS"
# The trigger of initramfs-tools renews the new kernel's alone.
touch -d 2020-01-01 "$R/boot/initrd.img-$V"
check 'ours installed again' quiet inside apt-get -qy --reinstall install "nvme-fc-rs-modules-$V"
check 'old kernel: its initramfs was made anew' test "$R/boot/initrd.img-$V" -nt "$work/overlay"
is 'old kernel: with ours' "$(of_initramfs)" "$OURS"
check 'apt purges ours' quiet inside apt-get -qy purge 'nvme-fc-rs*'
is 'old kernel: the initramfs has the C modules' "$(of_initramfs)" "$THEIRS"
is 'new kernel: its initramfs has them still' "$(in_initramfs "$NEWER")" "$THEIRS"
check 'the new kernel goes' quiet inside dpkg --purge "linux-image-$NEWER" "linux-modules-$NEWER" "linux-binary-$NEWER" "linux-base-$NEWER"
is 'old kernel: the C modules' "$(module_paths)" "$THEIRS"
exit "$bad"
