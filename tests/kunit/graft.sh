# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Puts the project into a copy of the kernel's source, as if it had been merged. Source it after lib.sh.

# shellcheck disable=SC2016 # make's variables, not the shell's

# What of the project goes there.
GRAFTED=(Kbuild Kconfig rust nvme_fc nvmet_fc loopback lldd_abi trace tests/kunit)

# hook_up NVME: the kernel's drivers/nvme learns of the folder.
hook_up() {
	local nvme=$1
	replace "$nvme/Makefile" '$a obj-y += fc-rs/'
	replace "$nvme/Kconfig" '/^endmenu/i source "drivers/nvme/fc-rs/Kconfig"'
	# The C objects are out where ours are in; their options stay.
	replace "$nvme/host/Makefile" 's/^obj-$(CONFIG_NVME_FC)/obj-$(if $(CONFIG_NVME_FC_RUST),,$(CONFIG_NVME_FC))/'
	replace "$nvme/target/Makefile" \
		's/^obj-$(CONFIG_NVME_TARGET_FC)/obj-$(if $(CONFIG_NVME_TARGET_FC_RUST),,$(CONFIG_NVME_TARGET_FC))/'
}

# graft SOURCE COPY: COPY becomes the source with the project in drivers/nvme/fc-rs. Files are hard links to those of
# the source, which nothing writes to: what differs is a file of its own.
graft() {
	local source=$1 copy=$2 nvme=$2/drivers/nvme part
	if [[ ! -e $copy/.complete ]]; then
		rm -rf --one-file-system "$copy"
		cp -al "$source" "$copy"
		hook_up "$nvme"
		mkdir "$nvme/fc-rs"
		touch "$copy/.complete"
	fi
	# Times are kept, so that make builds only what changed.
	for part in "${GRAFTED[@]}"; do
		mkdir -p "$nvme/fc-rs/$(dirname "$part")"
		rm -rf "${nvme:?}/fc-rs/$part"
		cp -a "$TOP/$part" "$nvme/fc-rs/$part"
	done
}

# replace FILE SED-SCRIPT: a new file with the change, which must be one.
replace() {
	sed -e "$2" "$1" >"$1.new"
	! cmp -s "$1" "$1.new" || die "$1 is not what the graft expects"
	mv "$1.new" "$1"
}
