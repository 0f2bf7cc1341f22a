# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# The kernels that tools/guest can boot, as data. Source it after steps.sh.
#
# kernel_NAME sets
#   kernel_steps    set-up steps that it takes
#   kernel_release  what uname -r says in the guest
#   kernel_files    bzImage and initramfs, for QEMU
#   kernel_modules  folder with lib/modules/RELEASE
#   kernel_ship     1 if the guest's image lacks those modules
#   kernel_machine  QEMU's machine, processor and two serial ports: the job's output, the kernel's log
#   kernel_disk     QEMU's device for a disk
#   kernel_mib      memory, if nobody says how much
#   kernel_words    for the kernel's command line
#   kernel_slow     how many times longer everything takes

# tsc_khz: this machine's rate of the TSC, if it can be told. Under TCG the guest reads the same TSC, and finds out its
# rate by a wait that goes wrong when the processors are busy: its clock then runs at any speed. A virtual machine
# states the rate; others are left alone.
tsc_khz() {
	awk -F': *' '/^flags/ && / constant_tsc / && / hypervisor / { fits = 1 } /^cpu MHz/ && !mhz { mhz = $2 }
		END { if (fits && mhz) printf "%d", mhz * 1000 }' /proc/cpuinfo
}

# TCG copies and fills byte by byte what these instructions are asked for, which a kernel that is told of them prefers: it
# would take a quarter longer.
processor=max,erms=off,fsrm=off,fzrm=off,fsrs=off,fsrc=off

# Watchdogs report what hangs, not a machine that leaves a guest's processors alone for a minute.
watchdogs=' watchdog_thresh=60 rcupdate.rcu_cpu_stall_timeout=300 workqueue.watchdog_thresh=300'
watchdogs+=' sysctl.kernel.hung_task_timeout_secs=600'

# A loaded machine delivers the timer's interrupts too late for the check of the timer, which would end in a panic, and
# for the one of the TSC.
kernel_stock() {
	local khz
	khz=$(tsc_khz)
	kernel_steps=(kernel image initrd fio)
	kernel_release=$(kernel_version)
	kernel_files=(-kernel "$CACHE/kernel/vmlinuz" -initrd "$CACHE/initrd/initrd.gz")
	kernel_modules=$CACHE/image/modules
	kernel_ship=0
	kernel_machine=(-M pc -cpu "$processor" -serial stdio -serial "file:$1")
	kernel_disk=virtio-blk-pci
	kernel_mib=3072
	kernel_words="$watchdogs no_timer_check${khz:+ tsc_early_khz=$khz tsc=reliable}"
	kernel_slow=1
}

# The stock kernel as a machine boots it: with an initramfs of Debian's, and by UEFI where there is firmware. The folder
# GUEST_BOOT holds initrd.img; vmlinuz, if it is another; and OVMF_CODE.fd with OVMF_VARS.fd for Secure Boot. The
# initramfs must unpack the job on its way (see tests/packages/boot.sh).
kernel_debian() {
	[[ -f ${GUEST_BOOT:-}/initrd.img ]] || die "GUEST_BOOT names no folder with an initrd.img: '${GUEST_BOOT:-}'"
	kernel_stock "$1"
	kernel_files=(-kernel "$CACHE/kernel/vmlinuz" -initrd "$GUEST_BOOT/initrd.img")
	[[ ! -f $GUEST_BOOT/vmlinuz ]] || kernel_files[1]=$GUEST_BOOT/vmlinuz
	kernel_words+=' root=/dev/vda rw fsck.mode=skip init=/job/.guest/init'
	[[ -f $GUEST_BOOT/OVMF_CODE.fd ]] || return 0
	# Only firmware in system management mode may write to the variables.
	# shellcheck disable=SC2054 # QEMU's commas
	kernel_machine=(-M q35,smm=on -cpu "$processor" -serial stdio -serial "file:$1"
		-global driver=cfi.pflash01,property=secure,value=on
		-drive "if=pflash,unit=0,format=raw,readonly=on,file=$GUEST_BOOT/OVMF_CODE.fd"
		-drive "if=pflash,unit=1,format=raw,snapshot=on,file=$GUEST_BOOT/OVMF_VARS.fd")
}

# The microvm has neither PCI nor ACPI, and resets by nothing but a triple fault. A loaded machine delivers its timer's
# interrupts too late for any calibration: the rates are told, and the check of the timer is left out.
kernel_instrumented() {
	local khz microvm=microvm,acpi=off,x-option-roms=off,isa-serial=off
	khz=$(tsc_khz)
	kernel_steps=(instrumented image fio)
	kernel_release=$(cat "$CACHE/instrumented/release" 2>/dev/null || true)
	kernel_files=(-kernel "$CACHE/instrumented/bzImage" -initrd "$CACHE/instrumented/initrd.gz")
	kernel_modules=$CACHE/instrumented/modules
	kernel_ship=1
	# shellcheck disable=SC2054 # QEMU's commas
	kernel_machine=(-M "$microvm" -cpu max,la57=off
		-chardev stdio,id=job -device isa-serial,chardev=job,index=0
		-chardev "file,id=log,path=$1" -device isa-serial,chardev=log,index=1)
	kernel_disk=virtio-blk-device
	# Whatever there is of it has to be set up at boot, and kmemleak looks at every page.
	kernel_mib=1536
	kernel_words=" printk.time=1 no_timer_check reboot=t${khz:+ tsc_early_khz=$khz tsc=reliable lpj=$((khz * 10))}"
	kernel_words+=$watchdogs
	kernel_slow=4
}
