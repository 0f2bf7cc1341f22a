# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# The set-up steps as data: which there are, what each depends on, which are ready. Source it after lib.sh.
#
# A step is tools/setup.d/NN-NAME.sh; NN is an order in which all can run. It sets
#   STEP_ABOUT    what it does, one line
#   STEP_AFTER    names of the steps whose product it uses
#   STEP_NEED_MB  disk it takes
#   STEP_NET      1 if it downloads
#   STEP_LAZY     1 if it runs only with --all or when named, 2 if only when named
#   STEP_INPUTS   further files whose content its product depends on (optional)
# and defines step_run, which fills the folder $OUT. tools/setup renames that to $CACHE/NAME when the step has
# succeeded and then writes a stamp with the step's key, so that a step cut off is never taken for done.

declare -A STEP_FILE=()
STEPS=()
for step_file in "$TOOLS"/setup.d/[0-9][0-9]-*.sh; do
	step_name=${step_file##*/[0-9][0-9]-}
	step_name=${step_name%.sh}
	STEPS+=("$step_name")
	STEP_FILE[$step_name]=$step_file
done
unset step_file step_name

# step_load NAME: the step's variables and step_run, into the current shell.
step_load() {
	[[ -n ${STEP_FILE[$1]:-} ]] || die "no step '$1' (tools/setup --list names them)"
	STEP_ABOUT='' STEP_AFTER='' STEP_NEED_MB=0 STEP_NET=0 STEP_LAZY=0 STEP_INPUTS=()
	# shellcheck disable=SC1090 # one of tools/setup.d
	source "${STEP_FILE[$1]}"
}

# step_get NAME VARIABLE: one of the step's variables.
step_get() (
	step_load "$1"
	printf '%s' "${!2}"
)

# step_id NAME: what dependents hang on: the id that the product states, or else the step's key.
# A step that states an id ($CACHE/NAME/id) can be run anew without everything behind it being redone.
step_id() {
	if [[ -e $CACHE/$1/id ]]; then
		cat "$CACHE/$1/id"
	else
		step_key "$1"
	fi
}

# step_key NAME: a hash of all that the product is made from, comments left out. The cache's own path is part of it,
# as kernel trees hold it.
step_key() (
	step_load "$1"
	{
		printf '%s\n' "$CACHE" "${KERNEL_SERIES:-}"
		grep -hv '^[[:space:]]*#' "${STEP_FILE[$1]}"
		((${#STEP_INPUTS[@]} == 0)) || grep -hv '^[[:space:]]*#' "${STEP_INPUTS[@]}"
		for dep in $STEP_AFTER; do step_id "$dep"; done
	} | sha256sum | cut -c1-32
)

# step_done NAME: the product is there and its key is today's (what it was made from may not be).
step_done() {
	[[ -d $CACHE/$1 && -e $CACHE/stamp/$1 && $(<"$CACHE/stamp/$1") == "$(step_key "$1")" ]]
}

# step_ready NAME: done, and so is everything that it depends on.
step_ready() {
	local dep
	for dep in $(step_get "$1" STEP_AFTER); do
		step_ready "$dep" || return 1
	done
	step_done "$1"
}

# need_ready NAME..: dies with one line that says what to do.
need_ready() {
	local step
	for step in "$@"; do
		step_ready "$step" || die "$CACHE holds no finished '$step' for this clone: run tools/setup first"
	done
}

# kernel_version: the release that the modules are for, such as 7.3.4+deb13-amd64.
kernel_version() {
	head -n 1 "$CACHE/series/id"
}
