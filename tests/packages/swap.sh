#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The prebuilt modules come and go, and leave the kernel's own package and every file of it as they were; so does the
# initramfs. With --keep DIR, the initramfs with ours and the one after the purge are kept there, for boot.sh.
set -uo pipefail
# shellcheck source=tests/packages/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
keep=''
[[ ${1:-} != --keep ]] || keep=$2

# For a guest: the HBA's driver as if the HBA were there, a root disk on NVMe/FC if that is asked for, and the job, which
# comes on a disk of its own.
for point in init-premount local-top local-bottom; do
	install -m 755 "$here/initramfs-$point" "$R/etc/initramfs-tools/scripts/$point/test"
done
install -m 755 "$here/initramfs-hook" "$R/etc/initramfs-tools/hooks/test"
deb=$(cd "$R/p" && echo nvme-fc-rs-modules-"$V"_*.deb)
sums >"$work/before"
is 'at first, the C modules' "$(module_paths)" "$THEIRS"
is 'and the initramfs has them' "$(of_initramfs)" "$THEIRS"
check 'apt installs the modules' quiet inside apt-get -qy install "/p/$deb"
is 'ours are found first' "$(module_paths)" "$OURS"
is 'the initramfs has ours and no others' "$(of_initramfs)" "$OURS"
check 'the HBA driver brings in ours' quiet inside sh -c "modprobe -S '$V' --show-depends lpfc | grep -c /updates/ | grep -qx 2"
check "the kernel's package is whole" quiet inside sh -c "test -z \"\$(dpkg -V 'linux-modules-$V' 'linux-binary-$V')\""
check 'our package is whole' quiet inside sh -c "test -z \"\$(dpkg -V 'nvme-fc-rs-modules-$V')\""
check 'only updates/ has new files' test -z "$(sums | grep -vxFf "$work/before" | grep -v ' \./updates/')"
[[ -z $keep ]] || install -D "$R/boot/initrd.img-$V" "$keep/rust/initrd.img"
[[ -z $keep ]] || find "$R/usr/lib/modules/$V/updates" -name '*.ko' -exec cp -t "$keep/rust" {} +
# What an administrator does: a repository, signed by a key of its own.
mkdir -m 700 "$R/gnupg"
quiet inside sh -c 'export GNUPGHOME=/gnupg; gpg -q --batch --passphrase "" --quick-gen-key test@example.org ed25519 sign 1d &&
	gpg --batch --armor --export-secret-keys >/gnupg/key; gpgconf --kill all'
check 'make repo makes a repository' quiet "$TOOLS/deb/repository" "$work/repository" "$R/gnupg/key" "$PACKAGES"
mkdir "$R/repository"
mount --bind "$work/repository" "$R/repository"
echo 'deb [signed-by=/repository/nvme-fc-rs.asc] file:/repository trixie main' >"$R/etc/apt/sources.list"
check 'apt reads and trusts it' quiet inside apt-get -q --error-on=any update
check 'apt installs the rest from there' quiet inside apt-get -qy install nvme-fc-rs
check 'the same again changes nothing' quiet inside apt-get -qy --reinstall install "/p/$deb"
is 'ours are found still' "$(module_paths)" "$OURS"
check 'modules of DKMS cannot come beside them' quiet inside sh -c '! dpkg -i /p/nvme-fc-rs-dkms_*.deb'
quiet inside dpkg --purge nvme-fc-rs-dkms
check 'apt purges all' quiet inside apt-get -qy purge 'nvme-fc-rs*'
is 'the C modules again' "$(module_paths)" "$THEIRS"
is 'the initramfs has them again' "$(of_initramfs)" "$THEIRS"
[[ -z $keep ]] || install -D "$R/boot/initrd.img-$V" "$keep/c/initrd.img"
sums >"$work/after"
check 'every file is as it was' quiet diff "$work/before" "$work/after"
check 'no folder of ours is left' test ! -e "$R/usr/lib/modules/$V/updates"
check "the kernel's package is whole still" quiet inside sh -c "test -z \"\$(dpkg -V 'linux-modules-$V' 'linux-binary-$V')\""
exit "$bad"
