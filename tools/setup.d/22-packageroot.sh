# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# Where packages are built and tried: the build root with the packaging tools, and with the stock kernel installed as a
# user has it, its initramfs included. The headers of trixie's own, older kernel are there to be refused.

STEP_ABOUT='Debian 13 root to build and try packages in, with the stock kernel installed'
STEP_AFTER='series root'
STEP_NEED_MB=1300
STEP_NET=1
STEP_LAZY=1

step_run() {
	local folder packages
	packages=(
		build-essential dpkg-dev debhelper dh-dkms dkms lintian man-db apt-utils gpg gpgv gpg-agent openssl
		linux-base/trixie-backports initramfs-tools busybox ovmf sbsigntool nvme-cli udev
		"linux-image-$(kernel_version)" linux-headers-amd64
	)
	# Whoever changes a file below /usr makes a new one of it; elsewhere there are logs, which grow in place.
	for folder in "$ROOT"/*; do
		case $folder in
		*/usr) cp -al "$folder" "$OUT/" ;;
		*) cp -a --one-file-system "$folder" "$OUT/" ;;
		esac
	done
	inside() { IN_ROOT=${OUT##*/} "$TOOLS/in-root" env DEBIAN_FRONTEND=noninteractive "$@"; }
	inside apt-get -q -o APT::Sandbox::User=root update
	inside apt-get -q -y -o APT::Sandbox::User=root -o Dpkg::Options::=--force-unsafe-io --no-install-recommends \
		install "${packages[@]}" || die "cannot install the packaging tools: a newer $(kernel_version) may have replaced it (tools/setup --refresh)"
	inside apt-get clean
	[[ -f $OUT/boot/initrd.img-$(kernel_version) ]] || die "the stock kernel's package made no initramfs"
}
