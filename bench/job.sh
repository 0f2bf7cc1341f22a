#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# job.sh RW BS DEPTH IOS: in the guest. Connects over fcloop to a null_blk, does IOS I/Os, and prints what
# report.py needs to tell the modules apart. Two runs that differ in IOS alone give the cost of one I/O.
set -euo pipefail
rw=$1 bs=$2 depth=$3 ios=$4

host=nn-0x10001100aa000001:pn-0x20001100aa000001
target=nn-0x10001100ab000001:pn-0x20001100ab000001
ctl=/sys/class/fcloop/ctl
nvmet=/sys/kernel/config/nvmet

modprobe null_blk nr_devices=1 gb=1 memory_backed=0
modprobe nvme_fcloop
mountpoint -q /sys/kernel/config || mount -t configfs none /sys/kernel/config
echo wwnn=0x10001100aa000001,wwpn=0x20001100aa000001 >$ctl/add_local_port
echo wwnn=0x10001100ab000001,wwpn=0x20001100ab000001 >$ctl/add_target_port
echo wwnn=0x10001100ab000001,wwpn=0x20001100ab000001,lpwwnn=0x10001100aa000001,lpwwpn=0x20001100aa000001,roles=0x60 \
	>$ctl/add_remote_port
mkdir $nvmet/subsystems/bench
echo 1 >$nvmet/subsystems/bench/attr_allow_any_host
mkdir $nvmet/subsystems/bench/namespaces/1
echo /dev/nullb0 >$nvmet/subsystems/bench/namespaces/1/device_path
echo 1 >$nvmet/subsystems/bench/namespaces/1/enable
mkdir $nvmet/ports/1
echo fc >$nvmet/ports/1/addr_trtype
echo fc >$nvmet/ports/1/addr_adrfam
echo $target >$nvmet/ports/1/addr_traddr
ln -s $nvmet/subsystems/bench $nvmet/ports/1/subsystems/bench
nvme connect -t fc -a $target -w $host -n bench --hostnqn nqn.2014-08.org.example:bench \
	--hostid 11111111-2222-3333-4444-555555555555
while ! [ -b /dev/nvme0n1 ]; do sleep 0.1; done
fio --name=bench --filename=/dev/nvme0n1 --direct=1 --ioengine=io_uring --rw="$rw" --bs="$bs" --iodepth="$depth" \
	--number_ios="$ios" --size=1g --norandommap --randrepeat=1 --minimal | cut -c1-60
for module in nvme_fc nvmet_fc; do modinfo -n $module; done
echo MODULES
cat /proc/modules
echo KSYMS
grep '\[nvme' /proc/kallsyms
echo KEND
nvme disconnect -n bench
rm $nvmet/ports/1/subsystems/bench
rmdir $nvmet/ports/1 $nvmet/subsystems/bench/namespaces/1 $nvmet/subsystems/bench
echo wwnn=0x10001100ab000001,wwpn=0x20001100ab000001 >$ctl/del_remote_port
echo wwnn=0x10001100ab000001,wwpn=0x20001100ab000001 >$ctl/del_target_port
echo wwnn=0x10001100aa000001,wwpn=0x20001100aa000001 >$ctl/del_local_port
