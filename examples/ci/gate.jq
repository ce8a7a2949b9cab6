# Reads the JSON of one plan (jq --raw-output --slurp) and judges its flows. The first
# line that it writes is 0, the gate holds, or 1, it fails; then come a line for each
# reason to fail (state, application/flow, and rule or policy, separated by tabs), and
# one that counts.
#
# A flow is in one state of traffic: ok, partial, blocked, indeterminate, not_routed,
# open (traffic that must stay blocked is not), pending (as wanted once the device has
# the rules of an additions file, or a change request is done) or unknown (not known
# before the apply). Beside that, whatever the traffic, it is in violation (a policy
# denies it), review or notify (a policy of that severity is against it). A flow that
# has expired wants no traffic.
#
# A plan promises the wanted status of a flow that drifted, whether or not an apply can
# keep the promise. The summary, which begins with the status, does not: it is what holds
# now, or after the apply where that writes rules. With details = "full" the decisions
# tell the same.
#
# Beside the flows the rules of the firewalls are judged, as far as the configuration asks
# for them: what data acl_diff finds unwanted is in the state unwanted, and what data
# acl_audit finds is in the state that is called like the kind.
#
# Arguments: $fail_on, states with blanks between; $only, "changed" or empty; $baseline,
# one text: the JSON of a plan, lines of an earlier run, or nothing.

# What others wrote is shown without what a terminal would obey. To look at each text by
# itself costs more than all else, so that it is done only where there is anything to clean.
def dirty: test("[\\p{C}\\p{Zl}\\p{Zp}]");
def clean($dirty): tostring | if $dirty and dirty then gsub("[\\p{C}\\p{Zl}\\p{Zp}]"; "?") else . end;

# Whether any text that is written of entries, flows or rules, is to be cleaned.
def any_dirty: [.[] | .id, (.said[] | .why, .policy // "") | tostring] | add // "" | dirty;

def told:
  (.summary // "" | split(" ")[0] // "" | rtrimstr(":") | rtrimstr(";")) as $word
  | if ["allowed", "partial", "blocked", "indeterminate", "not_routed", "pending"] | index([$word]) then $word else null end;

def state($wanted; $before):
  (.decisions // []) as $d
  | ($d | map(.action)) as $actions
  | told as $told
  | if .status == null then "unknown"
    elif .status != $wanted then .status
    elif $told != null then $told
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
  // .summary // "";

def expired: any((.violations // [])[]; .policy == "expires");

def traffic($wanted; $before):
  (if expired then $wanted else state($wanted; $before) end) as $s
  | if $s == $wanted then "ok"
    elif $wanted == "blocked" and ($s == "allowed" or $s == "partial") then "open"
    else $s end;

# What is said of the flow: its traffic first, then one entry for each policy against it.
def said($wanted; $before):
  traffic($wanted; $before) as $t
  | [ (if $t == "ok" then empty else {state: $t, why: (if $t == "unknown" then "not known before the apply" else obstacle($wanted; $before) end)} end),
      ( [(.violations // [])[] | select((.exception // "") == "" and .policy != "expires")
          | {state: (if .severity == "deny" then "violation" else .severity end), why: "\(.policy): \(.message)", policy: .policy}]
        | unique | sort_by(.state != "violation")[] ) ];

def wanted: if .action == "deny" then "blocked" else "allowed" end;

# All that is declared of a flow but its comment.
def declared: {sources, destinations, services, source_zone, destination_zone, action, rulesets, override_deny, accepts,
  network_applications, users, expires, exceptions};

# What was found, by which a change is seen that is not one of the declaration.
def found: {status, violations: ((.violations // []) | map([.policy, .severity, .exception]))};

# A flow of the plan: its name, what is said of it, and whether the plan adds or alters
# it: the flow was not there, is declared otherwise, or something else is found than what
# the state recorded.
def flow($id; $after; $was; $result; $before; $recorded):
  ($after | wanted) as $w
  | ($result | said($w; $before)) as $said
  | {id: $id, said: $said,
     changed: ($was == null or ($after | declared) != ($was | declared) or ($result | found) != ($recorded | found)
       or ($said | length > 0 and .[0].state == "unknown"))};

def flows:
  (reduce (.resource_drift // [])[] as $d ({}; .[$d.address] = $d.change.before)) as $drift
  | [(.resource_changes // [])[], ((.deferred_changes // [])[] | .resource_change)]
  | map(select(.mode == "managed" and .change.after != null))
  | sort_by(.address)[]
  | .address as $address
  | .change.after as $a
  | .change.before as $b
  | ($drift[$address] // $b) as $r
  | if .type == "acl_application" and $a.flows == null then
      {id: $address, said: [{state: "unknown", why: "its flows are not known before the apply"}], changed: true}
    elif .type == "acl_application" then
      $a.flows | to_entries[]
      | .key as $f
      | flow("\($a.name // $address)/\($f)"; .value; ($b.flows // {})[$f];
          ($a.results // {})[$f] // {}; ($b.results // {})[$f] // {}; ($r.results // {})[$f] // {})
    elif .type == "acl_flow" then
      flow("\($a.application // $address)/\($a.name // "")"; $a; $b; $a; $b // {}; $r // {})
    else empty end;

# What is said of rules, each as flows are: the data that the plan has read.
def rules:
  [(.prior_state.values.root_module // {}) | .. | objects | select(.mode? == "data")]
  | sort_by(.address)[]
  | if .type == "acl_diff" then
      .values.unwanted[]?
      | {id: "\(.list // "") \((.sources // []) | join(", ")) -> \((.destinations // []) | join(", ")) \((.services // []) | join(", "))",
         said: [{state: "unwanted", why: (.after // "")}], changed: true}
    elif .type == "acl_audit" then
      .values.findings[]?
      | {id: "\(.ruleset // .device // "flow") \(.text // .rule)",
         said: [{state: .kind, why: (((.covered_by // [])[0]) // .reason // ((.serves // [])[0]) // "")}], changed: false}
    else empty end;

def plan:
  if type != "object" or (has("planned_values") or has("resource_changes") or .errored == true | not)
  then error("this is not the JSON of a plan; terraform show -json PLANFILE writes it") else . end;

# The resources of the configuration that an errored plan does not have, by address
# without the key of for_each and count.
def absent:
  def modules($at): (.resources // [])[] | select(.mode == "managed" and (.type == "acl_application" or .type == "acl_flow")) | $at + .address;
  def walk_modules($at): modules($at), ((.module_calls // {}) | to_entries[] | ($at + "module." + .key + ".") as $below | .value.module // {} | walk_modules($below));
  ([(.resource_changes // [])[].address | gsub("\\[(\"([^\"\\\\]|\\\\.)*\"|[0-9]+)\\]"; "")] | unique) as $there
  | [(.configuration.root_module // {}) | walk_modules("")] - $there | unique;

# The key of a line in a baseline: a policy is known by its name, traffic by its state.
def key($id; $dirty): "\(.state)\t\($id | clean($dirty))" + (if .policy then "\t\(.policy | clean($dirty))" else "" end);

# A set of keys out of what BASELINE holds.
def known:
  if test("^\\s*[{]") then
    [fromjson | plan | (flows, rules)] | any_dirty as $dirty
    | reduce (.[] | .id as $id | .said[] | key($id; $dirty)) as $k ({}; .[$k] = true)
  else
    reduce (split("\n")[] | split("\t") | select(length == 3)
      | if .[0] == "violation" or .[0] == "review" or .[0] == "notify" then "\(.[0])\t\(.[1])\t\(.[2] | split(": ")[0])" else "\(.[0])\t\(.[1])" end) as $k ({}; .[$k] = true)
  end;

if length != 1 then error("this is not the JSON of one plan") else .[0] end
| plan
| ($fail_on | split(" ") | map(select(. != ""))) as $states
| ($baseline | known) as $known
| .errored as $errored
| [flows] as $all
| [rules | select($only == "" or .changed)] as $rules
| ($all | map(select($only == "" or .changed))) as $looked
| ($looked + $rules | any_dirty) as $dirty
| ($known == {}) as $fresh
| def judge: .id as $id
    | [.said[] | select(.state as $s | $states | index([$s]))] as $bad
    | if $fresh then {id: $id, old: [], new: $bad}
      else ($bad | map({bad: ., known: ($known[key($id; $dirty)] // false)}))
        | {id: $id, old: map(select(.known).bad), new: map(select(.known | not).bad)} end;
  [$looked[] | judge] as $judged
| ($judged | map(select(.new != []))) as $failing
| [$rules[] | judge | select(.new != [])] as $bad_rules
| ($judged | map(select(.new == [] and .old != [])) | length) as $old
| def number($state): [$looked[] | select(any(.said[]; .state == $state))] | length;
  [ (number("pending") | if . > 0 then "\(.) pending" else empty end),
    (number("unknown") | if . > 0 then "\(.) not known before the apply" else empty end),
    (if $old > 0 then "\($old) failing in the baseline too" else empty end),
    (if $only != "" then "\(($all | length) - ($looked | length)) not changed" else empty end)
  ] as $more
| (($looked | length) | "\(.) flow\(if . == 1 then "" else "s" end)") as $number
| (if $bad_rules == [] then "" else ", \($bad_rules | length) about rules" end) as $about_rules
| ([$number] + $more | join(", ")) as $counted
| (if $errored or $failing != [] or $bad_rules != [] then "1" else "0" end),
  (if $errored then
     (["errored", "the plan", "Terraform reported an error: see its output; what follows is not all"] | @tsv),
     (absent[] | ["errored", clean(true), "is not in the plan"] | @tsv)
   else empty end),
  (($failing + $bad_rules)[] | (.id | clean($dirty)) as $id | .new[] | [.state, $id, (.why | clean($dirty))] | @tsv),
  (if $errored then "the gate fails: the plan erred; \($failing | length) of the \($counted) that it has\($about_rules) (\($fail_on))"
   elif $failing != [] or $bad_rules != [] then "the gate fails: \($failing | length) of \($counted)\($about_rules) (\($fail_on))"
   else "the gate holds: \($counted) (\($fail_on))" end)
