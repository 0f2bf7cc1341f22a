# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# The root that packages are built in, with a token in software and with what OpenSSL needs to sign by one: for
# tests/packages/signed.sh token alone.

STEP_ABOUT='the same root with SoftHSM, to sign by a key in a token'
STEP_AFTER='series packageroot'
STEP_NEED_MB=20
STEP_NET=1
STEP_LAZY=2

step_run() {
	local folder
	# As in 22-packageroot.sh.
	for folder in "$CACHE/packageroot"/*; do
		case $folder in
		*/usr) cp -al "$folder" "$OUT/" ;;
		*) cp -a --one-file-system "$folder" "$OUT/" ;;
		esac
	done
	IN_ROOT=${OUT##*/} "$TOOLS/in-root" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o APT::Sandbox::User=root \
		-o Dpkg::Options::=--force-unsafe-io --no-install-recommends install softhsm2 pkcs11-provider ||
		die 'cannot install softhsm2 and pkcs11-provider'
	IN_ROOT=${OUT##*/} "$TOOLS/in-root" apt-get clean
}
