# What a change of the text opens and closes.
data "acl_diff" "change" {
  before = { content = "access-list IN extended permit tcp any host 172.16.0.10 eq 443\n" }
  after  = { content = "access-list IN extended permit tcp any host 172.16.0.10 range 443 444\n" }
}

output "opened" {
  value = [for d in data.acl_diff.change.opened : "${d.services[0]} by ${d.after}"]
}
