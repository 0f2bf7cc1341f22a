#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# signed.sh enforce|secure|token..: kernels that want signed modules. enforce: told so on the command line. secure: by Secure
# Boot, with the keys of the OVMF package that nobody trusts: the firmware knows them, and so does the kernel, which is
# signed by them, and so are the modules of a package that `make deb SIGN_KEY= SIGN_CERT=` has built; they carry the traffic
# of the demo. token: such packages whose key never leaves a token, in software (PKCS #11). No guest.
# shellcheck disable=SC2317 # functions that check calls
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=tools/lib.sh
source "$here/../../tools/lib.sh"
# shellcheck source=tools/steps.sh
source "$TOOLS/steps.sh"
# shellcheck source=tests/e2e/lib/job.sh
source "$TOP/tests/e2e/lib/job.sh"
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

# check WHAT COMMAND..: one test.
check() {
	local what=$1
	shift
	if "$@" >"$work/out" 2>&1; then
		printf 'ok - %s\n' "$what"
	else
		printf 'not ok - %s\n' "$what"
		tail -n 15 "$work/out" | sed 's/^/# /'
		bad=1
	fi
}

not() {
	! "$@"
}

# of_root COMMAND..: in the root with a token, which lies in $work.
of_root() {
	IN_ROOT=tokenroot SOFTHSM2_CONF=$work/softhsm2.conf "$TOOLS/in-root" "$@"
}

# signature_holds FILE: that of a module, which is behind its content: CMS in DER, 12 bytes that say how long it is, a mark.
signature_holds() {
	local mark='~Module signature appended~' size length
	size=$(stat -c %s "$1")
	[[ $(tail -c $((${#mark} + 1)) "$1") == "$mark" ]] || { echo "$1 has no signature"; return 1; }
	length=$((16#$(tail -c $((${#mark} + 1 + 4)) "$1" | head -c 4 | od -An -tx1 | tr -d ' ')))
	tail -c $((${#mark} + 1 + 12 + length)) "$1" | head -c "$length" >"$work/cms"
	head -c $((size - length - 12 - ${#mark} - 1)) "$1" >"$work/content"
	of_root openssl cms -verify -binary -inform DER -in "$work/cms" -content "$work/content" -certfile "$work/token.pem" \
		-nointern -noverify -out /dev/null
}

# token: a key and its certificate, in a token that this machine forgets.
token() {
	need_ready tokenroot
	mkdir "$work/tokens"
	printf 'directories.tokendir = %s\nobjectstore.backend = file\n' "$work/tokens" >"$work/softhsm2.conf"
	# SoftHSM uses the very OpenSSL, and when that ends it would wait for itself.
	cat >"$work/token.cnf" <<-'CONFIG'
		openssl_conf = init
		[init]
		providers = providers
		[providers]
		default = default_section
		pkcs11 = pkcs11_section
		[default_section]
		activate = 1
		[pkcs11_section]
		module = /usr/lib/x86_64-linux-gnu/ossl-modules/pkcs11.so
		pkcs11-module-path = /usr/lib/softhsm/libsofthsm2.so
		pkcs11-module-quirks = no-deinit no-operation-state
		activate = 1
	CONFIG
	# shellcheck disable=SC2016 # expanded inside the root
	of_root sh -ec '
		cd "$1"
		openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=token/ -keyout token.key -out token.pem
		softhsm2-util --init-token --free --label test --pin 1234 --so-pin 1234
		softhsm2-util --import token.key --token test --label signing --id 01 --pin 1234
		rm token.key
	' token "$work" >"$work/log" 2>&1 || die "cannot make a token: $(tail -n 1 "$work/log")"
	check 'make deb signs by a key in a token' timeout 900 env DEB_ROOT=tokenroot \
		SOFTHSM2_CONF="$work/softhsm2.conf" OPENSSL_CONF="$work/token.cnf" \
		SIGN_KEY='pkcs11:token=test;object=signing;type=private?pin-value=1234' SIGN_CERT="$work/token.pem" \
		"$TOOLS/deb/build" "$work/of-token"
	unpack "$work/of-token" "$work/by-token"
	for file in "$work"/by-token/*.ko; do
		check "the signature of ${file##*/} holds" signature_holds "$file"
	done
	printf x | dd of="$file" bs=1 seek=4096 conv=notrunc status=none
	check 'and for nothing else' not signature_holds "$file"
}

unpack "$PACKAGES" "$work/unsigned"
for how in "${@:-enforce}"; do
	if [[ $how == enforce ]]; then
		guest enforce "$work/unsigned" --append module.sig_enforce=1
		continue
	elif [[ $how == token ]]; then
		token
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
	GUEST_BOOT=$work guest secure "$work/signed" --kernel debian --timeout 900 --tree "$TOP/tests/e2e" --env E2E_SHORT=1 \
		--env "E2E_BUILD_ID_nvme_fc_rust=$(build_id "$work/signed/nvme-fc.ko")" \
		--env "E2E_BUILD_ID_nvmet_fc_rust=$(build_id "$work/signed/nvmet-fc.ko")"
done
exit "$bad"
