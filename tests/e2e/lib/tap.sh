# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# TAP output for the guest scripts: one line a check, the plan at the end, so
# that prove(1) and tests/run both read it.
#
#   check "name" COMMAND...	ok when COMMAND exits 0; what it said is in OUTPUT
#   check_show			the same, and shows what it said
#   is "name" GOT EXPECTED	ok when both strings are equal
#   pass "name" / fail "name" "why" / skip "name" "why" / note "text"
#   c_defect host|target "why"	the next check is a known defect of the C module
#   done_testing		prints the plan; exits 1 if a check failed

TAP_COUNT=0
TAP_FAILED=0
TAP_DIRECTIVE=
# What the last check's command said.
OUTPUT=
TAP_T0=${TAP_T0:-$EPOCHREALTIME}

# A comment, with the seconds since the guest began its first script.
note() {
	local line us=$((${EPOCHREALTIME/./} - ${TAP_T0/./}))
	while IFS= read -r line; do
		printf '# [%3d.%d s] %s\n' $((us / 1000000)) $((us / 100000 % 10)) "$line"
	done <<< "$*"
}

# The C modules are known to fail the next check: a TODO line, which does not
# count, where the named module is the C one. Ours must pass.
c_defect() {
	local module=E2E_${1^^}
	TAP_DIRECTIVE=
	[[ ${!module:-rust} != c ]] || TAP_DIRECTIVE=" # TODO the C module: $2"
}

pass() {
	TAP_COUNT=$((TAP_COUNT + 1))
	printf 'ok %d - %s%s\n' "$TAP_COUNT" "$1" "$TAP_DIRECTIVE"
	TAP_DIRECTIVE=
}

fail() {
	TAP_COUNT=$((TAP_COUNT + 1))
	if [[ $TAP_DIRECTIVE ]]; then
		printf 'not ok %d - %s%s\n' "$TAP_COUNT" "$1" "$TAP_DIRECTIVE"
	else
		printf 'not ok %d - %s # %s\n' "$TAP_COUNT" "$1" "$(head -n 1 <<< "${2:-}")"
		TAP_FAILED=$((TAP_FAILED + 1))
	fi
	TAP_DIRECTIVE=
	[[ -z ${2:-} ]] || note "$2"
}

skip() {
	TAP_COUNT=$((TAP_COUNT + 1))
	printf 'ok %d - %s # SKIP %s\n' "$TAP_COUNT" "$1" "$2"
	TAP_DIRECTIVE=
}

check() {
	local name=$1 status=0
	shift
	# Not in a substitution: COMMAND may set variables of the caller.
	"$@" > /tmp/tap-output 2>&1 || status=$?
	# Without a process: there are thousands of checks. Of a long output, the end.
	IFS= read -rd '' OUTPUT < /tmp/tap-output || true
	((${#OUTPUT} <= 20000)) || OUTPUT=${OUTPUT: -20000}
	while [[ $OUTPUT == *$'\n' ]]; do OUTPUT=${OUTPUT%$'\n'}; done
	if [[ $status == 0 ]]; then
		pass "$name"
	else
		fail "$name" "exit status $status of: $*${OUTPUT:+$'\n'$OUTPUT}"
	fi
}

# check, and show what the command said when all is well too.
check_show() {
	local failed=$TAP_FAILED
	check "$@"
	[[ $TAP_FAILED != "$failed" || -z $OUTPUT ]] || note "$OUTPUT"
}

# matches TEXT REGEXP: some line of TEXT matches.
matches() {
	grep -Eq -- "$2" <<< "$1"
}

is() {
	if [[ $2 == "$3" ]]; then
		pass "$1"
	else
		fail "$1" "got '$2', expected '$3'"
	fi
}

done_testing() {
	printf '1..%d\n' "$TAP_COUNT"
	[[ $TAP_FAILED == 0 && $TAP_COUNT -gt 0 ]]
}
