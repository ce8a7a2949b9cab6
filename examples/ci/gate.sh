#!/bin/sh
# Reads a saved plan and says whether every declared flow is as wanted, and whether the
# rules of the firewalls are.
#
#   terraform plan -out=plan.bin && ./gate.sh plan.bin
#   terraform show -json plan.bin | ./gate.sh -
#
# Needs jq 1.6, and terraform or tofu ($TERRAFORM, default terraform) for a plan file.
#
# FAIL_ON   the states that fail the gate, each whatever else is true of the flow:
#           blocked partial open violation indeterminate not_routed unwanted pending
#           unknown review notify, and the kinds of findings about rules, such as
#           contradicts or shadowed. The default is the first seven.
# ONLY      "changed": look only at flows that the plan adds or alters, by their
#           declaration or by what is found.
# BASELINE  a file: the JSON of an earlier plan, or what this script printed for one.
#           What was there already does not fail the gate.
#
# A plan that ended in an error always fails: it does not hold every flow.
#
# Exit status: 0 the gate holds, 1 a flow is in a state of FAIL_ON or the plan erred,
# 2 the plan or the baseline cannot be read, or a variable is wrong.
set -eu

plan=${1:?usage: gate.sh PLANFILE, or - for the JSON of one on standard input}
fail_on=${FAIL_ON:-blocked partial open violation indeterminate not_routed unwanted}
only=${ONLY:-}
baseline=${BASELINE:-/dev/null}

for state in $fail_on; do
	case $state in
	blocked | partial | open | violation | indeterminate | not_routed | unwanted | pending | unknown | review | notify) ;;
	violates | contradicts | wider | unused | shadowed | possibly_shadowed | redundant | expired | disabled | undecidable | no_hits) ;;
	duplicate_flow | contained_flow | overlapping_flow) ;;
	*)
		echo "FAIL_ON: there is no state $state; write any of blocked, partial, open, violation, indeterminate, not_routed, unwanted, pending, unknown, review, notify, or a kind of findings of acl_audit" >&2
		exit 2
		;;
	esac
done
case $only in
'' | changed) ;;
*)
	echo "ONLY: write changed, or leave it out" >&2
	exit 2
	;;
esac
if ! [ -r "$baseline" ]; then
	echo "BASELINE: there is no file $baseline that can be read" >&2
	exit 2
fi

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
json=$(mktemp)
trap 'rm -f "$json"' EXIT

if [ "$plan" = - ]; then
	cat >"$json"
else
	"${TERRAFORM:-terraform}" show -json "$plan" >"$json" || exit 2
fi

said=$(jq --raw-output --slurp --arg fail_on "$fail_on" --arg only "$only" --rawfile baseline "$baseline" \
	--from-file "$here/gate.jq" "$json") || exit 2

newline='
'
printf '%s\n' "${said#*"$newline"}"
exit "${said%%"$newline"*}"
