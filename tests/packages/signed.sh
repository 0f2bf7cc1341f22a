#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# signed.sh enforce|secure..: kernels that want signed modules. enforce: told so on the command line. secure: by Secure
# Boot, with the keys of the OVMF package that nobody trusts: the firmware knows them, and so does the kernel, which is
# signed by them, and so are the modules of a package that `make deb SIGN_KEY= SIGN_CERT=` has built.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=tools/lib.sh
source "$here/../../tools/lib.sh"
# shellcheck source=tools/steps.sh
source "$TOOLS/steps.sh"
need_ready packageroot kernel initrd
V=$(kernel_version)
PACKAGES=${PACKAGES:-$CACHE/packages}
mkdir -p "$CACHE/run"
work=$(mktemp -d "$CACHE/run/signed.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
bad=0

# unpack PACKAGES OUT: both modules of that package.
unpack() {
	dpkg-deb -x "$1"/nvme-fc-rs-modules-"$V"_*.deb "$2.all"
	mkdir "$2"
	find "$2.all" -name '*.ko' -exec cp -t "$2" {} +
}

# guest HOW MODULES WORD..: the job in a guest.
guest() {
	local how=$1 modules=$2
	shift 2
	"$TOOLS/guest" --job "$here/signed-job" --tree "$work/unsigned" --modules "$modules" --timeout 400 \
		--log "${E2E_LOG:-$CACHE/log/packages.log}" "$@" -- "$how" /job/unsigned || bad=1
}

unpack "$PACKAGES" "$work/unsigned"
for how in "${@:-enforce}"; do
	if [[ $how == enforce ]]; then
		guest enforce "$work/unsigned" --append module.sig_enforce=1
		continue
	fi
	ovmf=$CACHE/packageroot/usr/share
	cp "$ovmf/OVMF/OVMF_CODE_4M.secboot.fd" "$work/OVMF_CODE.fd"
	cp "$ovmf/OVMF/OVMF_VARS_4M.snakeoil.fd" "$work/OVMF_VARS.fd"
	cp "$CACHE/initrd/initrd.gz" "$work/initrd.img"
	cp "$CACHE/kernel/vmlinuz" "$work/vmlinuz.stock"
	cp "$ovmf/ovmf/PkKek-1-snakeoil.pem" "$work/cert.pem"
	# shellcheck disable=SC2016 # expanded inside the root
	IN_ROOT=packageroot "$TOOLS/in-root" --bind "$work:/mnt" sh -ec '
		cd /mnt
		openssl rsa -in /usr/share/ovmf/PkKek-1-snakeoil.key -passin pass:snakeoil -out key.pem
		sbsign --key key.pem --cert cert.pem --output vmlinuz vmlinuz.stock
	' >"$work/log" 2>&1 || die "cannot sign the kernel: $(tail -n 1 "$work/log")"
	SIGN_KEY=$work/key.pem SIGN_CERT=$work/cert.pem "$TOOLS/deb/build" "$work/packages" >/dev/null
	unpack "$work/packages" "$work/signed"
	echo 'ok - make deb signs the modules'
	GUEST_BOOT=$work guest secure "$work/signed" --kernel debian
done
exit "$bad"
