#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The target's files of records: two target ports with two hosts word for word, a port that goes while the LLDD keeps a
# response, 200 ports, what is counted, what is documented.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"
. "$E2E/lib/loopback.sh"
. "$E2E/lib/loopback-frames.sh"
. "$E2E/lib/loopback-trial.sh"

# shellcheck disable=SC2034 # what the library left there
ANSWER=
SECOND=nqn.2014-08.org.test:second%one

# file NAME: the target's file, with what is another each time left out.
file() {
	sed -E 's/(_id=0x)[0-9a-f]{12}[1-9a-f][0-9a-f]{3}/\1ID/g; s/(association_id=|connection_id=)0x[0-9a-f]{12}/\1ID-/g; s/ age=[0-9]+/ age=N/' "$NVMET_FC/$1"
}

# expect NAME TEXT: the file is that.
expect() {
	is "$1 is as documented" "$(file "$1")" "$2"
}

# sum KEY WORD..: of the records of queues with these words.
sum() {
	local key=$1 record total=0
	shift
	while IFS= read -r record; do
		total=$((total + $(field "$key" "$record")))
	done < <(record_of "$NVMET_FC/queues" "$@")
	echo "$total"
}

# kept: bytes of memory for data that stay with slots of the first target port.
kept() {
	field used "$(record_of "$NVMET_FC/limits" limit=kept_data targetport=0)"
}

# kept_at_most BYTES: no more than that.
kept_at_most() {
	(($(kept) <= $1)) || { kept; return 1; }
}

# kept_in_full BEFORE: all that may stay does, but for what is less than a buffer, and for the BEFORE bytes that stayed before
# that: some are other queues', which may have given them back since.
kept_in_full() {
	local most
	most=$(field value "$(record_of "$NVMET_FC/limits" limit=kept_data targetport=0)")
	echo "$(kept) of $most, $1 before that"
	(($(kept) <= most && $(kept) > most - 65536 - $1))
}

# read_at_once: 64 KiB in each of the commands that both queues take, whose data the LLDD holds, so that each has a slot of
# its own.
read_at_once() {
	local file
	for file in /sys/block/nvme*n*/queue/nomerges; do echo 2 > "$file" || return; done
	loop_fault 'on=target.readdata code=2 do=hold' || return
	LD_LIBRARY_PATH=$FIO_LIBRARIES fio --name=read --filename="$DISK" --direct=1 --ioengine=libaio --rw=read \
		--bs=64k --size=8m --offset_increment=8m --numjobs=2 --iodepth=128 --cpus_allowed=0,1 --cpus_allowed_policy=split \
		--output=/tmp/fio.out &
	FIO=$!
	wait_for 60 all_under_way
}
# all_under_way: one tag of each queue is for the NVMe core's own Connect.
all_under_way() {
	[[ "$(sum outstanding targetport=0 association=0 qid=1) $(sum outstanding targetport=0 association=0 qid=2)" == '126 126' ]]
}

kept_nowhere() {
	not grep '^limit=kept_data .* used=[1-9]' "$NVMET_FC/limits"
}

# counted FIELD.. -- CAUSE: the count in the record of errors with these fields and that cause.
counted() {
	local all="$*" words=()
	while [[ $1 != -- ]]; do words+=("$1"); shift; done
	field count "$(record_of "$NVMET_FC/errors" "${words[@]}" | grep "cause=${all##*-- }\$")"
}

loop_load
debugfs_mount
# What the LLDD holds does not time out.
short_timeouts 3600
modes=$(stat -c '%a %s' "$NVMET_FC"/*| sort -u)
is 'the files are for root to read' "$modes" '400 0'
expect ports ''
for name in hosts associations queues; do expect "$name" ''; done
check 'nothing is outstanding' nothing_outstanding
check 'no link service was received' test -z "$(record_of "$NVMET_FC/errors" kind=received_ls | grep -v accepted=0)"

# Two target ports and two hosts; the second host at both.
loop_ready 1 '' device=bounce
loop_up 2 '' device=bounce
port_make 2
echo 64 > "$NVMET/ports/2/param_max_queue_size"
port_link 2 "$SUBSYS"
loop_remote 1 2
connected --keep-alive-tmo=30 --nr-io-queues=2
for port in 1 2; do
	check "the second host connects to port $port" bounded 60 nvme connect -t fc -n "$SUBSYS" -a "$(target_traddr "$port")" \
		-w "$(host_traddr 2)" --nr-io-queues=1 --hostnqn "$SECOND" --hostid 22222222-2222-3333-4444-555555555555
done
check 'a raw host makes an association' inject target-1 ls "host=0xfeed hex=$(ls_create_association "$SUBSYS")"
driver=$(field lldd "$(record_of "$NVMET_FC/ports" targetport=0)")
expect ports "targetport=0 traddr=$(target_traddr 1) port_id=0x000000 lldd=$driver state=online nvmet_port=1 associations=3 hosts=3 ending=0
targetport=1 traddr=$(target_traddr 2) port_id=0x000000 lldd=$driver state=online nvmet_port=2 associations=1 hosts=1 ending=0"
expect hosts "targetport=0 host=1 host_traddr=$(host_traddr 1) state=valid associations=1 users=1
targetport=0 host=2 host_traddr=$(host_traddr 2) state=valid associations=1 users=1
targetport=0 host=3 host_traddr=nn-0x000000000000feed:pn-0x000000000000feed state=valid associations=1 users=1
targetport=1 host=1 host_traddr=$(host_traddr 2) state=valid associations=1 users=1"
expect associations "targetport=0 association=0 association_id=ID-0000 hostnqn=$HOSTNQN subsysnqn=$SUBSYS host_traddr=$(host_traddr 1) queues=3 state=live age=N host=1 controller=1
targetport=0 association=1 association_id=ID-0000 hostnqn=${SECOND/\%/%25} subsysnqn=$SUBSYS host_traddr=$(host_traddr 2) queues=2 state=live age=N host=2 controller=2
targetport=0 association=2 association_id=ID-0000 hostnqn=- subsysnqn=- host_traddr=nn-0x000000000000feed:pn-0x000000000000feed queues=1 state=unconnected age=N host=3 controller=-
targetport=1 association=0 association_id=ID-0000 hostnqn=${SECOND/\%/%25} subsysnqn=$SUBSYS host_traddr=$(host_traddr 2) queues=2 state=live age=N host=1 controller=3"
is 'queues: which' "$(cut -d' ' -f1,3,5 "$NVMET_FC/queues" | paste -sd,)" \
	'targetport=0 qid=0 entries=31,targetport=0 qid=1 entries=127,targetport=0 qid=2 entries=127,targetport=0 qid=0 entries=31,targetport=0 qid=1 entries=127,targetport=0 qid=0 entries=31,targetport=1 qid=0 entries=31,targetport=1 qid=1 entries=63'
is "queues: the association of each" "$(sed 's/.* association_id=\([^ ]*\).* connection_id=\([^ ]*\) .*/\1 \2/' "$NVMET_FC/queues" |
	while read -r one other; do [[ ${one%????} == "${other%????}" ]] || echo "$one $other"; done)" ''
is 'queues: nothing is under way but the waits for events' "$(sum outstanding qid=1) $(sum outstanding qid=2) $(sum deferred)" '0 0 0'
before=$(sum commands_received targetport=0 association=0)
admin=$(sum commands_received targetport=0 association=0 qid=0)
dd if="$DISK" of=/dev/null iflag=direct bs=4k count=100 status=none
is 'queues: 100 reads are 100 commands' "$(($(sum commands_received targetport=0 association=0) - before - $(sum commands_received targetport=0 association=0 qid=0) + admin))" 100
is 'limits: the queue size that the user set' "$(record_of "$NVMET_FC/limits" limit=queue_entries targetport=1)" \
	'limit=queue_entries value=64 used=- scope=targetport unit=entries targetport=1 host=-'
is 'limits: the associations of a port' "$(record_of "$NVMET_FC/limits" limit=associations scope=targetport targetport=0)" \
	'limit=associations value=2048 used=3 scope=targetport unit=associations targetport=0 host=-'
is 'limits: those of a host without a controller' "$(record_of "$NVMET_FC/limits" limit=associations_unconnected targetport=0 host=3)" \
	'limit=associations_unconnected value=128 used=1 scope=host unit=associations targetport=0 host=3'

# 64 KiB stay with the slot, and not for long; with a queue that ends nothing does (below).
dd if="$DISK" of=/dev/null iflag=direct bs=64k count=20 status=none
check 'limits: memory for data stays with a slot' not kept_at_most 65535
check 'limits: within bounds' kept_at_most "$(field value "$(record_of "$NVMET_FC/limits" limit=kept_data targetport=0)")"
check 'limits: the port has room for less than two queues ask for' \
	test "$(field value "$(record_of "$NVMET_FC/limits" limit=kept_data targetport=0)")" -lt $((2 * 127 * 65536))
before=$(kept)
check 'limits: all commands at once' read_at_once
check_show 'limits: as much stays as may, and no more' kept_in_full "$before"
loop_faults_clear
check 'limits: the data goes out' loop_write control release
check 'limits: and fio ends' reap 60 "$FIO"
# An Async Event Request has its slot all the time, and what is in it.
check 'limits: it is given back when no command uses it, but for a page of each controller' wait_for 45 kept_at_most 8192

# What is refused has a line, and is counted.
klog_mark
before=$(counted kind=refused what=connect -- 'nvmet failed it')
check 'a subsystem that is not there' not bounded 60 nvme connect -t fc -n nqn.none -a "$(target_traddr 2)" -w "$(host_traddr 2)" \
	--hostnqn "$SECOND" --hostid 22222222-2222-3333-4444-555555555555
check 'it has a line' klog_has "Connect of queue 0 failed: no such subsystem at this port .*port $(target_wwpn 2), host ${SECOND//./\\.}, subsystem nqn\.none"
is 'it is counted' "$(counted kind=refused what=connect -- 'nvmet failed it')" "$((before + 1))"
before=$(counted kind=reject -- 'No Association')
inject target-1 ls "host=0xfeed hex=$(ls_disconnect 0102030405060708)"
check 'a reject has a line with both ports' klog_has "Disconnect LS failed: No Association .*port $(target_wwpn 1), host 0x000000000000feed\)"
is 'a reject is counted' "$(counted kind=reject reason=invalid_association_ID explanation=no_explanation -- 'No Association')" "$((before + 1))"
before=$(counted kind=refused what=command -- 'no such connection')
inject target-1 cmd "hex=$(command_iu 1234567812345678 0 0 7f00020004000000)"
is 'a refused command is counted' "$(counted kind=refused what=command -- 'no such connection')" "$((before + 1))"
check 'the books balance' books_balance nvmet_fc

# Who has a file open keeps the module, and gets the whole however it is read.
exec {open}< "$NVMET_FC/ports"
read -r -N 20 -u "$open"
check 'a file that is read in pieces is the same' cmp "$NVMET_FC/limits" <(dd if="$NVMET_FC/limits" bs=7 status=none)

# Who keeps an association that ends: the LLDD has its response. And a port: the LLDD has a Disconnect, which may still
# write to the device.
loop_fault 'on=target.rsp code=2 nth=1 do=hold'
loop_fault 'on=host.fcp_abort do=ignore'
bounded 100 dd if="$DISK" of=/dev/null iflag=direct bs=4k count=1 status=none > /dev/null 2>&1 &
reader=$!
check 'a response is kept' wait_for 10 struck_at_least 0 1
held=$(record_of "$NVMET_FC/queues" outstanding=1 rsp=1)
check 'queues: it is with the LLDD' test "$held"
number=$(field targetport "${held:-targetport=0}")
# ports WORD..: that port has a record with these words.
ports() {
	[[ $(record_of "$NVMET_FC/ports" "targetport=$number" "$@") ]] || { cat "$NVMET_FC/ports"; return 1; }
}
check "nvmet's port goes" port_remove "$((number + 1))"
check 'ports: an association ends, and is there' wait_for 10 ports nvmet_port=- associations=0 ending=1 state=online
loop_faults_clear
loop_write control give_up
check 'ports: it has ended' wait_for 10 ports ending=0
number=$((1 - number))
loop_fault 'on=target.ls_req code=5 do=hold'
loop_fault 'on=target.ls_abort do=ignore'
loop_write "target-$((number + 1))/enable" 0 60 &
remover=$!
check 'ports: one is deleted, and used' wait_for 10 ports state=deleted nvmet_port=- associations=0
loop_faults_clear
loop_write control give_up
check 'ports: it is gone' wait_for 30 not ports
reap 60 "$remover"
disconnect_all
check 'limits: all memory for data is given back' wait_for 30 kept_nowhere
reap 100 "$reader" > /dev/null 2>&1
nvmet_clear
loop_down
check 'all that was outstanding is back' wait_for 30 nothing_outstanding
expect ports ''

# Many ports.
mkdir "$LOOPBACK"/target-{101..300}
for n in {101..300}; do
	echo "wwnn=$(target_wwnn "$n") wwpn=$(target_wwpn "$n")" > "$LOOPBACK/target-$n/config"
	echo 1 > "$LOOPBACK/target-$n/enable"
done
is '200 ports: all are there' "$(sort -u "$NVMET_FC/ports" | wc -l) $(cut -d' ' -f2 "$NVMET_FC/ports" | sort | md5sum)" \
	"200 $(for n in {101..300}; do echo "traddr=$(target_traddr "$n")"; done | sort | md5sum)"
is '200 ports: their limits' "$(grep -c '^limit=hosts ' "$NVMET_FC/limits")" 200
check 'they go' rmdir "$LOOPBACK"/target-{101..300}

check 'every file is documented, and the reverse' documented "$NVMET_FC/" "$NVMET_FC"/*
check 'a file that is open keeps its module' not rmmod nvmet_fc
exec {open}<&-
loop_teardown
check 'the files went with the module' not test -e "$NVMET_FC"
done_testing
