# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# A machine as nvmefc sees it, as files below $FIXTURE: what the modules show, in the form of Documentation/ABI/testing.

HOST1=nn-0x10001100aa000001:pn-0x20001100aa000001
TARGET1=nn-0x10001100ab000001:pn-0x20001100ab000001
TARGET2=nn-0x10001100ab000002:pn-0x20001100ab000002
RUST_ID=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
C_ID=cccccccccccccccccccccccccccccccccccccccc
SECRET=DHHC-1:00:ia6zGodOr4SEG0Zzaw398rpY0wqipUWj4jWjUh4HWUz6aQ2n:

# in_fixture NAMES: the environment that nvmefc looks at.
export NVMEFC_ROOT=$FIXTURE NVMEFC_SYSFS=$FIXTURE/sys NVMEFC_PROC=$FIXTURE/proc NVMEFC_DMESG=$FIXTURE/dmesg
export NVMEFC_TRACEFS=$FIXTURE/sys/kernel/tracing
RELEASE=7.3.4-fixture

# line FILE TEXT..: writes lines.
line() {
	mkdir -p "$(dirname "$FIXTURE/$1")"
	printf '%s\n' "${@:2}" >"$FIXTURE/$1"
}

# module_file PATH rust|c: a module that modinfo and a reader of build-ids understand.
module_file() {
	local id=$RUST_ID about='.asciz "author=nvme-fc-rs maintainers"' types
	# As if it had been compared with an nvme-core whose BTF were this line.
	types=$(echo types | sha256sum | cut -c1-16)
	about+="
.asciz \"abi=nvme_core=$types\""
	[[ $2 == rust ]] || id=$C_ID about='.asciz "intree=Y"'
	mkdir -p "$(dirname "$FIXTURE/$1")"
	[[ ! -e $OBJECTS/$2.o ]] || { cp "$OBJECTS/$2.o" "$FIXTURE/$1"; return; }
	printf '.section .modinfo,"a"\n.asciz "license=GPL v2"\n%s\n.section .note.gnu.build-id,"a",@note\n.long 4,20,3\n.asciz "GNU"\n.fill 20,1,0x%s\n' \
		"$about" "${id:0:2}" >"$OBJECTS/$2.s"
	"$TOOLS/in-root" as -o "$OBJECTS/$2.o" "$OBJECTS/$2.s"
	cp "$OBJECTS/$2.o" "$FIXTURE/$1"
}

# load NAME rust|c TAINT HOLDER..: as /sys/module shows it.
load() {
	local folder=sys/module/$1 id=$RUST_ID holder
	[[ $2 == rust ]] || id=$C_ID
	line "$folder/taint" "$3"
	line "$folder/refcnt" 1
	mkdir -p "$FIXTURE/$folder/notes" "$FIXTURE/$folder/holders"
	perl -e 'print pack("L3a4H40", 4, 20, 3, "GNU", $ARGV[0])' "$id" >"$FIXTURE/$folder/notes/.note.gnu.build-id"
	for holder in "${@:4}"; do mkdir -p "$FIXTURE/$folder/holders/$holder"; done
}

unload() {
	rm -rf "$FIXTURE/sys/module/$1"
}

# controller NAME STATE [FC]: behind TARGET1; with the group fc/ if told.
controller() {
	local folder=sys/class/nvme/$1
	line "$folder/transport" fc
	line "$folder/address" "traddr=$TARGET1,host_traddr=$HOST1"
	line "$folder/subsysnqn" nqn.2026-11.test:a
	line "$folder/state" "$2"
	line "$folder/queue_count" 3
	line "$folder/dhchap_secret" "$SECRET"
	line "$folder/dhchap_ctrl_secret" "$SECRET"
	line "$folder/tls_configured_key" 0x1b2c3d4e
	[[ ${3:-} ]] || return 0
	line "$folder/fc/association_id" 0x00000000deadbeef
	line "$folder/fc/remote_port_state" online
	line "$folder/fc/dev_loss_remaining" -
	line "$folder/fc/last_error" 'Connect: the subsystem does not allow this host'
}

# ours: debugfs of both modules, with a connected controller, a lost port, and failures.
ours() {
	local d=sys/kernel/debug
	line $d/nvme_fc/ports \
		"kind=localport localport=0 host_traddr=$HOST1 port_id=0x000001 lldd=nvme_fcloop state=online remoteports=2" \
		"kind=remoteport localport=0 remoteport=0 host_traddr=$HOST1 traddr=$TARGET1 port_id=0x000002 role=target,discovery state=online dev_loss_tmo=60 dev_loss_remaining=- controllers=1" \
		"kind=remoteport localport=0 remoteport=1 host_traddr=$HOST1 traddr=$TARGET2 port_id=0x000003 role=target state=lost dev_loss_tmo=60 dev_loss_remaining=34 controllers=1"
	line $d/nvme_fc/associations \
		"controller=nvme0 localport=0 remoteport=0 host_traddr=$HOST1 traddr=$TARGET1 subsysnqn=nqn.2026-11.test:a%20%22b state=live association_id=0x00000000deadbeef queues=3 queue_entries=32 age=200 associations_made=2 recoveries=1 attempt=0 ls_rejects=0 aborts=2 ersp_errors=0 last_error_age=- last_error=-" \
		"controller=nvme1 localport=0 remoteport=1 host_traddr=$HOST1 traddr=$TARGET2 subsysnqn=nqn.2026-11.test:a state=connecting association_id=- queues=0 queue_entries=32 age=- associations_made=1 recoveries=1 attempt=3 ls_rejects=1 aborts=0 ersp_errors=0 last_error_age=12 last_error=Connect: the subsystem does not allow this host"
	line $d/nvme_fc/queues \
		'controller=nvme0 qid=0 connection_id=0x00000000deadbeef entries=32 state=live commands_issued=20' \
		'controller=nvme0 qid=1 connection_id=0x00000000deadbef0 entries=128 state=live commands_issued=1000000'
	line $d/nvme_fc/errors \
		'kind=controller accepted=3 released=1 outstanding=2' 'kind=ls_request accepted=9 released=9 outstanding=0' \
		'kind=reject direction=received reason=invalid_host count=1' 'kind=reject direction=sent reason=logical_error count=2' \
		'kind=abort count=2' 'kind=timeout count=0' 'kind=ersp_error count=0' 'kind=lldd_error count=0' 'kind=ls_unanswered count=0' \
		"kind=connect_failure count=2 age=40 controller=- host_traddr=$HOST1 traddr=$TARGET2 subsysnqn=nqn.2026-11.test:b status=-2 cause=host port: not registered; compare host_traddr with nvmefc ports"
	line $d/nvmet_fc/ports \
		"targetport=0 traddr=$TARGET1 port_id=0x000002 lldd=nvme_fcloop state=online nvmet_port=1 associations=1 hosts=1 ending=0" \
		"targetport=1 traddr=$TARGET2 port_id=0x000003 lldd=- state=online nvmet_port=- associations=0 hosts=0 ending=0"
	line $d/nvmet_fc/hosts "targetport=0 host=0 host_traddr=$HOST1 state=valid associations=1 users=1"
	line $d/nvmet_fc/associations \
		"targetport=0 association=0 association_id=0x00000000deadbeef hostnqn=nqn.2014-08.org:h subsysnqn=nqn.2026-11.test:a host_traddr=$HOST1 queues=3 state=live age=200 host=0 controller=1"
	line $d/nvmet_fc/queues \
		'targetport=0 association_id=0x00000000deadbeef qid=0 connection_id=0x00000000deadbeef entries=32 commands_received=20 outstanding=1 deferred=0 sqhd=19 responses=19 ersps=3 association=0' \
		'targetport=0 association_id=0x00000000deadbeef qid=1 connection_id=0x00000000deadbef0 entries=128 commands_received=1000000 outstanding=0 deferred=4 sqhd=3 responses=1000000 ersps=9 association=0'
	line $d/nvmet_fc/errors \
		'kind=received_ls ls=create_association accepted=3 released=3 outstanding=0' 'kind=host accepted=1 released=0 outstanding=1' \
		'kind=ls_response result=accept count=5' \
		'kind=reject reason=invalid_host explanation=no_explanation count=1 cause=host not allowed' \
		'kind=reject reason=invalid_host explanation=no_explanation count=2 cause=host is gone' \
		'kind=abort why=received count=3' 'kind=refused what=command count=0 cause=connection unknown'
	line $d/nvmet_fc/limits 'limit=associations value=256 used=1 scope=targetport unit=associations targetport=0 host=-'
	chmod -R go-rwx "$FIXTURE/$d"
}

# machine: a kernel with our modules installed and loaded, and a controller.
machine() {
	rm -rf "${FIXTURE:?}"/*
	line proc/sys/kernel/osrelease $RELEASE
	line proc/sys/kernel/tainted 4096
	line proc/cmdline "root=/dev/sda nvme_keys=$SECRET quiet"
	line etc/os-release 'NAME=fixture'
	line etc/modprobe.d/fc.conf 'options lpfc lpfc_enable_fc4_type=3'
	line dmesg '[ 1.0] nvme nvme0: NVME-FC{0}: controller connect complete' \
		"[ 2.0] nvme nvme1: NVME-FC{1}: reset: Reconnect attempt failed (16770) $SECRET dhchap_secret=topsecret" \
		'[ 3.0] nvme_fc: nvme_fc_create_ctrl: nn-0x1:pn-0x2 - nn-0x3:pn-0x4 combination not found'
	local name
	for name in host/nvme-fc target/nvmet-fc; do
		module_file "lib/modules/$RELEASE/kernel/drivers/nvme/$name.ko" c
		module_file "lib/modules/$RELEASE/updates/${name#*/}.ko" rust
	done
	touch "$FIXTURE/lib/modules/$RELEASE"/modules.{order,builtin,builtin.modinfo}
	depmod -b "$FIXTURE" $RELEASE
	load nvme_fc rust OE nvme_fcloop lpfc
	load nvmet_fc rust OE nvme_fcloop
	controller nvme0 live fc
	line sys/class/nvme/nvme9/transport pcie
	line sys/kernel/config/nvmet/ports/1/addr_trtype fc
	line sys/kernel/config/nvmet/ports/1/addr_traddr "$TARGET1"
	line sys/kernel/config/nvmet/hosts/nqn/dhchap_key "$SECRET"
	line sys/kernel/config/nvmet/subsystems/nqn.2026-11.test:a/attr_allow_any_host 0
	ours
}

# not COMMAND..: fails.
not() {
	! "$@"
}
