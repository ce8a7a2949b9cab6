# Reads the JSON of one plan (jq --raw-output --slurp) and writes a line for each
# flow: state, application/flow, and the rule in the way, separated by tabs. The state
# is ok, partial, blocked, indeterminate, not_routed, open (traffic that must stay
# blocked is not), violation (as wanted, but a policy denies it), review or notify (as
# wanted, but a policy of that severity has something against it), pending (as wanted once
# the device has the rules of an additions file, or a change request is done) or unknown
# (not known before the apply). A flow that has expired wants nothing.
#
# A plan promises the wanted status of a flow that drifted, whether or not an apply can
# keep the promise. The summary, which begins with the status, does not: it is what holds
# now, or after the apply where that writes rules. With details = "full" the decisions
# tell the same.

def clean: tostring | gsub("[\\p{C}\\p{Zl}\\p{Zp}]"; "?");

def told: (.summary // "" | capture("^(?<status>allowed|partial|blocked|indeterminate|not_routed|pending)\\b").status) // null;

def state($wanted; $before):
  (.decisions // []) as $d
  | ($d | map(.action)) as $actions
  | if .status == null then "unknown"
    elif .status != $wanted then .status
    elif told != null then told
    elif ($before.status // $wanted) != $wanted and ($before.decisions // []) == $d then $before.status
    elif $wanted == "allowed" and any($actions[]; . != "permit") then
      if any($actions[]; . == "permit") and any($actions[]; . == "deny") then "partial"
      elif any($actions[]; . == "indeterminate") then "indeterminate"
      else "blocked" end
    elif $wanted == "blocked" and ($actions | length) > 0 and all($actions[]; . != "deny") then "open"
    else $wanted end;

def obstacle($wanted; $before):
  ((.missing // [])[0] // ($before.missing // [])[0]
    | if . == null then null
      elif .blocked_by and (.reason // "" | startswith("indeterminate")) then "\(.blocked_by) (\(.reason))"
      else .blocked_by // .reason end)
  // ((.decisions // []) | map(select(.action != (if $wanted == "allowed" then "permit" else "deny" end)))[0].rule)
  // "";

# The first violation of that severity that no exception puts up with.
def violated($severity):
  (.violations // []) | map(select(.severity == $severity and (.exception // "") == "" and .policy != "expires"))[0];

def expired: any((.violations // [])[]; .policy == "expires");

def line($id; $wanted; $before):
  (if expired then $wanted else state($wanted; $before) end) as $s
  | (if $s == $wanted then "ok"
     elif $wanted == "blocked" and ($s == "allowed" or $s == "partial") then "open"
     else $s end) as $state
  | (violated("deny") // violated("review") // violated("notify")) as $v
  | if $state == "ok" and $v then [(if $v.severity == "deny" then "violation" else $v.severity end), ($id | clean), ("\($v.policy): \($v.message)" | clean)]
    else [$state, ($id | clean), (if $state == "ok" then "" else obstacle($wanted; $before) | clean end)] end
  | @tsv;

def wanted: if .action == "deny" then "blocked" else "allowed" end;

if length != 1 then error("this is not the JSON of one plan") else .[0] end
| if type != "object" or (has("planned_values") or has("resource_changes") or .errored == true | not)
  then error("this is not the JSON of a plan; terraform show -json PLANFILE writes it") else . end
| (if .errored then "errored\tthe plan\tTerraform could not make a whole plan" else empty end),
  ( .resource_changes // []
    | map(select(.mode == "managed" and .change.after != null))
    | sort_by(.address)[]
    | .address as $address
    | .change.after as $a
    | (.change.before // {}) as $b
    | if .type == "acl_application" and $a.flows == null then
        "unknown\t\($address | clean)\tits flows are not known before the apply"
      elif .type == "acl_application" then
        $a.flows | to_entries[]
        | .key as $flow
        | (.value | wanted) as $wanted
        | ($a.results // {})[$flow] // {}
        | line("\($a.name // $address)/\($flow)"; $wanted; ($b.results // {})[$flow] // {})
      elif .type == "acl_flow" then
        $a | line("\(.application // $address)/\(.name // "")"; wanted; $b)
      else empty end )
