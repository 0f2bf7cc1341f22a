# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154
# nvmefc status: whose modules are loaded, and whose will be.

nvmefc status
ends 'status: ours throughout' 0
says 'status: says whose, from where, who holds it' 'ours (Rust)' "updates/nvme-fc.ko" "$RUST_ID" 'lpfc, nvme_fcloop' 'ours, now and after a reboot'
nvmefc status -o json
ends 'status as JSON: the same status' 0
json_is 'status as JSON' "d['status'] == 0 and [m['implementation'] for m in d['modules']] == ['rust', 'rust'] and d['modules'][0]['build_id'] == '$RUST_ID' and not d['attention']"

line sys/module/nvme_fc/version '0.9.0 rust 1234abcd'
nvmefc status
says 'status: the version' 'ours (Rust), version 0.9.0 rust 1234abcd'

unload nvmet_fc
nvmefc status
ends 'status: a host alone needs no target' 0
unload nvme_fc
nvmefc status
ends 'status: neither is loaded' 2
says 'status: says so' 'not loaded'

load nvme_fc c '' lpfc
load nvmet_fc c '' lpfc
nvmefc status
ends "status: the kernel's are loaded, ours installed" 1
says 'status: and what to do' "nvme_fc is the kernel's C module: ours is installed; unload" '/kernel/drivers/nvme/host/nvme-fc.ko'
load nvme_fc rust OE lpfc
nvmefc status
ends 'status: one of each' 1
says 'status: says that they are of two kinds' 'host and target are of two kinds'

load nvmet_fc rust OE lpfc
rm -r "$FIXTURE/lib/modules/$RELEASE/updates"
depmod -b "$FIXTURE" "$RELEASE"
nvmefc status
ends 'status: ours are loaded, and uninstalled' 1
says 'status: what a reboot will load' "a reboot loads the kernel's nvme_fc nvmet_fc" 'a file that is gone'

machine
mkdir "$FIXTURE/bin"
printf '#!/bin/sh\necho usr/lib/modules/%s/kernel/drivers/nvme/host/nvme-fc.ko.xz\n' "$RELEASE" >"$FIXTURE/bin/lsinitramfs"
chmod +x "$FIXTURE/bin/lsinitramfs"
line "boot/initrd.img-$RELEASE" ''
PATH=$FIXTURE/bin:$PATH nvmefc status
ends "status: the initramfs has the kernel's" 1
says 'status: and what to do about it' "the initramfs has the kernel's nvme_fc: update-initramfs"

machine
line sys/kernel/btf/nvme_core types
nvmefc status
ends 'status: the cores that are loaded have the structs that ours were built with' 0
line sys/kernel/btf/nvme_core 'other types'
nvmefc status
ends 'status: the cores that are loaded have other structs' 1
says 'status: and what to do' 'our nvme_fc was built for other struct layouts' 'do not load it'

machine
unload nvme_fc
unload nvmet_fc
load nvme_fc c '' lpfc
rm -r "$FIXTURE/lib/modules/$RELEASE/updates"
depmod -b "$FIXTURE" "$RELEASE"
line "var/lib/nvme-fc-rs/$RELEASE.reason" 'there is no rustc'
nvmefc status
ends 'status: DKMS has skipped this kernel' 1
says 'status: and why' 'DKMS builds nothing for this kernel: there is no rustc'
