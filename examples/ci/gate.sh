#!/bin/sh
# Reads a saved plan and says whether every declared flow is as wanted.
#
#   terraform plan -out=plan.bin && ./gate.sh plan.bin
#   terraform show -json plan.bin | ./gate.sh -
#
# Needs jq, and terraform or tofu ($TERRAFORM, default terraform) for a plan file.
# FAIL_ON is the list of states that fail the gate. The default is all but unknown, a
# flow that is not known before the apply, pending, a flow that is as wanted once the
# device has the rules, and review and notify, which policies say of a flow that is
# otherwise as wanted:
# "blocked partial open violation indeterminate not_routed". A plan that ended in an error
# always fails: it does not hold every flow.
#
# Exit status: 0 all as wanted, 1 a flow is in a state of FAIL_ON, 2 the plan cannot
# be read.
set -eu

plan=${1:?usage: gate.sh PLANFILE, or - for the JSON of one on standard input}
fail_on=${FAIL_ON:-blocked partial open violation indeterminate not_routed}

for state in $fail_on; do
	case $state in
	blocked | partial | open | violation | indeterminate | not_routed | pending | unknown | review | notify) ;;
	*)
		echo "FAIL_ON: there is no state $state; write any of blocked, partial, open, violation, indeterminate, not_routed, pending, unknown, review, notify" >&2
		exit 2
		;;
	esac
done

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
json=$(mktemp)
trap 'rm -f "$json"' EXIT

if [ "$plan" = - ]; then
	cat >"$json"
else
	"${TERRAFORM:-terraform}" show -json "$plan" >"$json" || exit 2
fi

flows=$(jq --raw-output --slurp --from-file "$here/flows.jq" "$json") || exit 2

printf '%s\n' "$flows" | awk -F '\t' -v fail_on="$fail_on" '
	NF && $1 != "errored" { total++ }
	$1 == "pending" { pending++ }
	$1 == "unknown" { unknown++ }
	NF && ($1 == "errored" || index(" " fail_on " ", " " $1 " ")) { bad++; print $1 "\t" $2 "\t" $3 }
	END {
		later = (pending ? sprintf(", %d pending", pending) : "") (unknown ? sprintf(", %d not known before the apply", unknown) : "")
		if (bad) { printf "the gate fails: %d of %d flows%s (%s)\n", bad, total, later, fail_on; exit 1 }
		printf "the gate holds: %d flows%s (%s)\n", total, later, fail_on
	}'
