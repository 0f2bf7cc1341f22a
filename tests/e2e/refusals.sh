#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Host side, no guest: whatever set-up or build cannot do is refused with one line on stderr that says what to do,
# and a status that is not 0. Kernel trees and machines are made up for the purpose.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
top=${here%/tests/e2e}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
count=0 failed=0

# refused NAME REGEXP COMMAND..
refused() {
	local name=$1 pattern=$2 status=0 lines
	shift 2
	"$@" < /dev/null > "$work/out" 2> "$work/err" || status=$?
	lines=$(wc -l < "$work/err")
	count=$((count + 1))
	if [[ $status != 0 && $lines == 1 ]] && grep -qE -- "$pattern" "$work/err"; then
		printf 'ok %d - refused: %s\n' "$count" "$name"
	else
		printf 'not ok %d - refused: %s # status %d, %d lines on stderr\n' "$count" "$name" "$status" "$lines"
		sed 's/^/# /' "$work/err"
		failed=$((failed + 1))
	fi
}

# stub NAME SCRIPT: a command of that name that comes first in the PATH of refused_with.
stub() {
	mkdir -p "$work/bin"
	printf '#!/bin/sh\n%s\n' "$2" > "$work/bin/$1"
	chmod 755 "$work/bin/$1"
}

refused_with_stubs() {
	local name=$1 pattern=$2
	shift 2
	refused "$name" "$pattern" env PATH="$work/bin:$PATH" "$@"
	rm -r "${work:?}/bin"
}

# good_tree DIR: what check-kdir wants to see, and nothing else of a kernel.
good_tree() {
	mkdir -p "$1/include/config" "$1/rust" "$1/drivers/nvme/host" "$1/drivers/nvme/target"
	printf '%s\n' CONFIG_X86_64=y CONFIG_RUST=y CONFIG_NVME_FC=m CONFIG_NVME_TARGET_FC=m 'CONFIG_RUSTC_VERSION_TEXT="rustc 1.85.1 (made up)"' > "$1/.config"
	cp "$1/.config" "$1/include/config/auto.conf"
	echo 7.3.4-made-up > "$1/include/config/kernel.release"
	touch "$1/rust/libkernel.rmeta" "$1/drivers/nvme/host/"{nvme,fabrics}.h "$1/drivers/nvme/target/nvmet.h"
}

stub_rustc() {
	stub rustc "echo 'rustc ${1:-1.85.1 (made up)}'"
}

set_option() {
	sed -i "/^CONFIG_$2=/d" "$1/.config" "$1/include/config/auto.conf"
	[[ -z $3 ]] || sed -i "1i CONFIG_$2=$3" "$1/.config" "$1/include/config/auto.conf"
}

# build_refused NAME REGEXP: by the check itself, and by `make modules` in front of any compiler.
build_refused() {
	local rustc=${3:-}
	stub_rustc "$rustc"
	refused_with_stubs "$1" "$2" "$top/tools/check-kdir" "$tree"
	stub_rustc "$rustc"
	count=$((count + 1))
	if ! PATH="$work/bin:$PATH" make -s --no-print-directory -C "$top" modules KDIR="$tree" MO="$work/mo" > "$work/out" 2> "$work/err" &&
		[[ $(grep -vc '^make' "$work/err") == 1 ]] && grep -qE -- "$2" "$work/err"; then
		printf 'ok %d - make refuses: %s\n' "$count" "$1"
	else
		printf 'not ok %d - make refuses: %s\n' "$count" "$1"
		sed 's/^/# /' "$work/err"
		failed=$((failed + 1))
	fi
	rm -rf "${work:?}/bin" "$tree"
	good_tree "$tree"
}

tree=$work/kdir
good_tree "$tree"

# The tree made up passes as it is: what is refused below is refused for its one fault.
stub_rustc
count=$((count + 1))
if PATH="$work/bin:$PATH" "$top/tools/check-kdir" "$tree" > "$work/out" 2>&1 && [[ ! -s $work/out ]]; then
	printf 'ok %d - a good tree is taken, silently\n' "$count"
else
	printf 'not ok %d - a good tree is taken, silently # %s\n' "$count" "$(head -n 1 "$work/out")"
	failed=$((failed + 1))
fi

# One for an architecture that nobody has tried is taken, with a warning.
set_option "$tree" X86_64 ''
count=$((count + 1))
if PATH="$work/bin:$PATH" "$top/tools/check-kdir" "$tree" > "$work/out" 2>&1 && grep -q '^warning: .* architecture' "$work/out"; then
	printf 'ok %d - a tree for another architecture is taken, with a warning\n' "$count"
else
	printf 'not ok %d - a tree for another architecture is taken, with a warning # %s\n' "$count" "$(head -n 1 "$work/out")"
	failed=$((failed + 1))
fi
rm -r "${work:?}/bin"

rm -r "$tree"
build_refused 'a tree that is not there' 'does not exist'
rm "$tree/.config" "$tree/include/config/auto.conf"
build_refused 'a tree that is not prepared' 'modules_prepare'
set_option "$tree" RUST ''
build_refused 'no CONFIG_RUST' 'CONFIG_RUST'
set_option "$tree" KUNIT m
NVMEFC_KUNIT=1 build_refused 'the suites, with CONFIG_KUNIT=m' 'CONFIG_KUNIT=y'
build_refused 'another rustc' '1\.85\.1 .made up.' '1.99.0 (another)'
rm "$tree/rust/libkernel.rmeta"
build_refused 'no Rust metadata' 'Rust metadata'
rm "$tree/drivers/nvme/host/nvme.h"
build_refused 'no private NVMe headers (host)' 'NVMe headers'
rm "$tree/drivers/nvme/target/nvmet.h"
build_refused 'no private NVMe headers (target)' 'NVMe headers'
set_option "$tree" NVME_FC y
build_refused 'CONFIG_NVME_FC=y' 'CONFIG_NVME_FC=y'
set_option "$tree" NVME_TARGET_FC y
build_refused 'CONFIG_NVME_TARGET_FC=y' 'CONFIG_NVME_TARGET_FC=y'
refused 'no rustc at all' 'no rustc' env RUSTC=/nowhere/rustc "$top/tools/check-kdir" "$tree"

# Set-up, from a copy that everybody can read and with a cache of its own.
cp -r "$top/tools" "$work/tools"
chmod -R go+rX "$work/tools"
setup=$work/tools/setup
export NVME_FC_RS_CACHE=$work/cache
unset KERNEL_SERIES NVME_FC_RS_MIRROR
refused 'set-up: not root' 'root' setpriv --reuid=65534 --clear-groups "$setup"
stub uname 'echo aarch64'
refused_with_stubs 'set-up: not x86-64' 'x86-64' "$setup"
stub df 'echo header; echo /dev/x 9000 8000 1000 89% /'
refused_with_stubs 'set-up: too little disk' 'too little disk' "$setup"
refused 'set-up: no registry' 'no registry' env NVME_FC_RS_MIRROR=http://127.0.0.1:1/debian "$setup"
refused 'set-up: a kernel series that is gone' 'gone from trixie-backports; there are: .*[0-9]+\.[0-9]+' env KERNEL_SERIES=9.9 "$setup" series

printf '1..%d\n' "$count"
printf '%d passed, %d failed\n' $((count - failed)) "$failed"
((failed == 0))
