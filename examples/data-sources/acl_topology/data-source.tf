# What the configurations of the devices say about zones. With devices that have a
# path alone, suggestion is a first declaration to look through and paste.
data "acl_topology" "estate" {}

output "suggestion" {
  value = data.acl_topology.estate.suggestion
}

output "contradictions" {
  value = data.acl_topology.estate.contradictions[*].text
}
