# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Modules: which are loaded, whose they are, who holds them, unloading.

# Reference counts are compared before and after every script.
COUNTED_MODULES='nvme_core nvme_fabrics nvme_fc nvmet nvmet_fc'

loaded() {
	[[ -d /sys/module/$1 ]]
}

# The build-id of a loaded module: the note's last 20 bytes.
loaded_build_id() {
	od -An -v -tx1 -j16 "/sys/module/$1/notes/.note.gnu.build-id" | tr -d ' \n'
}

# prove_module nvme_fc rust|c: by build-id against what the host side passed in
# (E2E_BUILD_ID_nvme_fc_rust and so on), by the path that modprobe takes, and by the version, which ours alone have.
prove_module() {
	local id path wanted=E2E_BUILD_ID_$1_$2
	id=$(loaded_build_id "$1") || return 1
	path=$(modinfo -n "$1") || return 1
	echo "$1: build-id $id, $path"
	[[ ${!wanted:-} ]] || { echo "no build-id given in $wanted"; return 1; }
	[[ $id == "${!wanted}" ]] || { echo "expected build-id ${!wanted}"; return 1; }
	case $2 in
	rust) [[ $path == */updates/* ]] && grep rust "/sys/module/$1/version" ;;
	c) [[ $path == */kernel/* && ! -e /sys/module/$1/version ]] ;;
	esac
}

refcounts() {
	local module
	for module in $COUNTED_MODULES "$LLDD_MODULE"; do
		[[ ! -r /sys/module/$module/refcnt ]] || echo "$module $(cat "/sys/module/$module/refcnt")"
	done
	return 0
}

holders() {
	local dir
	for dir in "/sys/module/$1/holders"/*; do
		[[ ! -e $dir ]] || basename "$dir"
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
