# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Modules: which are loaded, whose they are, who holds them, unloading.

# Reference counts are compared before and after every script.
COUNTED_MODULES='nvme_core nvme_fabrics nvme_fc nvmet nvmet_fc'

loaded() {
	[[ -d /sys/module/$1 ]]
}

# The build-id of a loaded module, in BUILD_ID: the note's last 20 bytes. A byte of zero ends what mapfile takes for a line.
loaded_build_id() {
	local lines line n byte hex=''
	{ mapfile -d '' lines < "/sys/module/$1/notes/.note.gnu.build-id"; } 2> /dev/null || return
	for line in "${lines[@]}"; do
		for ((n = 0; n < ${#line}; n++)); do
			printf -v byte '%02x' "'${line:n:1}"
			hex+=${byte: -2}
		done
		hex=${hex}00
	done
	BUILD_ID=${hex:32:40}
}

# prove_module nvme_fc rust|c: by build-id against what the host side passed in
# (E2E_BUILD_ID_nvme_fc_rust and so on), by the path that modprobe takes, and by the version, which ours alone have.
prove_module() {
	local BUILD_ID path version='' wanted=E2E_BUILD_ID_$1_$2
	loaded_build_id "$1" || return 1
	path=$(modinfo -n "$1") || return 1
	echo "$1: build-id $BUILD_ID, $path"
	[[ ${!wanted:-} ]] || { echo "no build-id given in $wanted"; return 1; }
	[[ $BUILD_ID == "${!wanted}" ]] || { echo "expected build-id ${!wanted}"; return 1; }
	case $2 in
	rust) [[ $path == */updates/* ]] && read -r version < "/sys/module/$1/version" && [[ $version == *rust* ]] ;;
	c) [[ $path == */kernel/* && ! -e /sys/module/$1/version ]] ;;
	esac
}

refcounts() {
	local module count
	for module in $COUNTED_MODULES "$LLDD_MODULE"; do
		{ read -r count < "/sys/module/$module/refcnt"; } 2> /dev/null || continue
		echo "$module $count"
	done
}

holders() {
	local dir
	for dir in "/sys/module/$1/holders"/*; do
		[[ ! -e $dir ]] || echo "${dir##*/}"
	done
}

unload() {
	local module
	for module in "$@"; do
		loaded "$module" || continue
		bounded "${UNLOAD_SECONDS:-60}" modprobe -r "$module" || return
		if loaded "$module"; then
			echo "$module is still loaded"
			return 1
		fi
	done
}

# Whether nothing is left of the transports, and nothing refers to the cores.
unload_transports() {
	unload "$LLDD_MODULE" nvme_fc nvmet_fc
}
