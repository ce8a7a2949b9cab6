# One line for each flow in the JSON of a plan: state, application/flow, and the
# rule in the way, separated by tabs.
#
# A plan promises the wanted status of a flow that drifted. Its decisions still say
# which rule decides what, so the state is taken from them where they contradict.

def clean: tostring | gsub("[\\p{C}\\p{Zl}\\p{Zp}]"; "?");

def state($wanted):
  (.decisions // []) as $d
  | ($d | map(.action)) as $actions
  | if .status == null then "pending"
    elif .status != $wanted then .status
    elif $wanted == "allowed" and any($actions[]; . != "permit") then
      if any($actions[]; . == "permit") and any($actions[]; . == "deny") then "partial"
      elif any($actions[]; . == "indeterminate") then "indeterminate"
      else "blocked" end
    elif $wanted == "blocked" and ($actions | length) > 0 and all($actions[]; . != "deny") then "open"
    else $wanted end;

def line($id; $wanted):
  state($wanted) as $s
  | [ (if $s == $wanted then "ok"
       elif $wanted == "blocked" and $s != "indeterminate" and $s != "pending" then "open"
       else $s end),
      ($id | clean),
      (((.missing // [])[0] | if . then (.blocked_by // .reason) else null end)
        // ((.decisions // []) | map(select(.action != (if $wanted == "allowed" then "permit" else "deny" end)))[0].rule)
        // "" | clean) ]
  | @tsv;

def wanted: if .action == "deny" then "blocked" else "allowed" end;

(if .errored then "errored\tthe plan\tTerraform could not make a whole plan" else empty end),
( .resource_changes // []
  | map(select(.mode == "managed" and .change.after != null))
  | sort_by(.address)[]
  | .change.after as $a
  | if .type == "acl_application" then
      ($a.flows // {}) | to_entries[]
      | . as $f
      | (($a.results // {})[$f.key] // {})
      | line("\($a.name)/\($f.key)"; $f.value | wanted)
    elif .type == "acl_flow" then
      $a | line("\($a.application)/\($a.name)"; $a | wanted)
    else empty end )
