#!/bin/sh
# Reads a saved plan and says whether every declared flow is as wanted.
#
#   terraform plan -out=plan.bin && ./gate.sh plan.bin
#   terraform show -json plan.bin | ./gate.sh -
#
# Needs jq, and terraform or tofu ($TERRAFORM, default terraform) for a plan file.
# FAIL_ON is the list of states that fail the gate (open: traffic that must stay
# blocked is not), default
# "blocked partial open indeterminate not_routed errored".
#
# Exit status: 0 all as wanted, 1 a flow is in a state of FAIL_ON, 2 the plan cannot
# be read.
set -eu

plan=${1:?usage: gate.sh PLANFILE, or - for the JSON of one on standard input}
fail_on=${FAIL_ON:-blocked partial open indeterminate not_routed errored}

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
json=$(mktemp)
trap 'rm -f "$json"' EXIT

if [ "$plan" = - ]; then
	cat >"$json"
else
	"${TERRAFORM:-terraform}" show -json "$plan" >"$json" || exit 2
fi

flows=$(jq -r -f "$here/flows.jq" "$json") || exit 2

printf '%s\n' "$flows" | awk -F '\t' -v fail_on="$fail_on" '
	NF { total++ }
	NF && index(" " fail_on " ", " " $1 " ") { bad++; print $1 "\t" $2 "\t" $3 }
	END {
		if (bad) { printf "%d of %d flows fail the gate (%s)\n", bad, total, fail_on; exit 1 }
		printf "%d flows, none fails the gate (%s)\n", total, fail_on
	}'
