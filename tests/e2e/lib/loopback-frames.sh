# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034 # constants for those who source it
# FC-NVMe frames in hexadecimal, and what they were answered with.

# zeros N: so many bytes of zero.
zeros() {
	local text
	printf -v text '%*s' "$((2 * $1))" ''
	printf '%s' "${text// /0}"
}

# padded TEXT N: the text's bytes, filled up with zeros.
padded() {
	local hex='' byte n
	for ((n = 0; n < ${#1}; n++)); do
		printf -v byte '%02x' "'${1:n:1}"
		hex+=$byte
	done
	printf '%s%s' "$hex" "$(zeros $(($2 - ${#hex} / 2)))"
}

# ls_create_association SUBNQN [ERSP_RATIO SQSIZE]: 1024 bytes.
ls_create_association() {
	printf '03000000%08x%08x%08x%04x%s%04x%04x%s%s%s%s%s' 1016 3 1008 "${2:-8}" "$(zeros 38)" 65535 "${3:-31}" \
		"$(zeros 4)" 11111111222233334444555555555555 "$(padded nqn.2014-08.org.test:raw 256)" "$(padded "$1" 256)" \
		"$(zeros 432)"
}

# ls_create_connection ASSOCIATION QID [SQSIZE]: 80 bytes.
ls_create_connection() {
	printf '04000000%08x%08x%08x%s%08x%08x%04x%s%04x%04x%s' 72 7 8 "$1" 4 48 8 "$(zeros 38)" "$2" "${3:-31}" "$(zeros 4)"
}

# ls_disconnect ASSOCIATION: 48 bytes.
ls_disconnect() {
	printf '05000000%08x%08x%08x%s%08x%08x%s' 40 7 8 "$1" 5 16 "$(zeros 16)"
}

# command_iu CONNECTION FLAGS DATA_LENGTH SQE: 96 bytes; the SQE is padded.
command_iu() {
	printf 'fd280018000000%02x%s00000001%08x%s%s%s' "$2" "$1" "$3" "$4" "$(zeros $((64 - ${#4} / 2)))" "$(zeros 8)"
}

# connect_iu CONNECTION QID SQSIZE: a Connect, and connect_data SUBNQN its data.
connect_iu() {
	command_iu "$1" 1 1024 "7f40010101$(zeros 37)$(le16 "$2")$(le16 "$3")0000c0d40100"
}
connect_data() {
	printf '11111111222233334444555555555555ffff%s%s%s%s' "$(zeros 238)" "$(padded "$1" 256)" "$(padded nqn.2014-08.org.test:raw 256)" "$(zeros 256)"
}
le16() {
	printf '%02x%02x' $(($1 & 255)) $(($1 >> 8))
}

# connect_by_hand PORT ASSOCIATION SUBNQN [SQSIZE]: connects the admin queue.
connect_by_hand() {
	inject "$1" cmd "write=$(connect_data "$3") hex=$(connect_iu "$2" 0 "${4:-31}")" &&
		[[ $(answer_status) == 0 && $(answer_hex | cut -c61-64) == 0000 ]]
}

# answers PORT: how many injected frames were answered.
answers() {
	column 2 answers "$LOOPBACK/$1/answers"
}

# inject PORT ls|cmd WORDS...: injects a frame and sets ANSWER to the line that
# it was answered with.
inject() {
	local port=$1 kind=$2 before
	shift 2
	before=$(answers "$port")
	loop_write "$port/inject_$kind" "$*" || return
	wait_for 10 answered_after "$port" "$before" || return
	ANSWER=$(tail -n 1 "$LOOPBACK/$port/answers")
}

# inject_all PORT LINE...: injects link services, 32 at a time, and waits until
# all are answered.
inject_all() {
	local port=$1 n=0 before line
	shift
	before=$(answers "$port")
	for line; do
		echo "$line" > "$LOOPBACK/$port/inject_ls" || return
		((++n % 32)) || wait_for 30 answered_after "$port" "$((before + n - 1))" || return
	done
	wait_for 30 answered_after "$port" "$((before + n - 1))"
}

answered_after() {
	[[ $(answers "$1") -gt $2 ]]
}

# answer_hex: the frame of the last answer; answer_status: its status.
answer_hex() {
	echo "${ANSWER##*hex=}"
}
answer_status() {
	local status=${ANSWER##*status=}
	echo "${status%% *}"
}
