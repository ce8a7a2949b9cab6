# What is understood of a ruleset before anything is asked of it.
data "acl_ruleset" "edge" {
  rulesets = ["edge"]
}

# A configuration that is tried out: which access lists it has, and what in them
# cannot be decided.
data "acl_ruleset" "candidate" {
  content = <<-EOT
    access-list outside_in extended permit tcp any host 203.0.113.10 eq https
    access-list outside_in extended permit tcp any host 203.0.113.10 eq ssh time-range NIGHT
    access-list dmz_in extended deny ip any any
  EOT
}

output "understood" {
  value = {
    edge          = "${data.acl_ruleset.edge.rule_count} rules in ${data.acl_ruleset.edge.format}"
    format        = data.acl_ruleset.candidate.format
    access_lists  = data.acl_ruleset.candidate.acls[*].name
    indeterminate = { for l in data.acl_ruleset.candidate.indeterminate : l.line => l.reason }
  }
}
