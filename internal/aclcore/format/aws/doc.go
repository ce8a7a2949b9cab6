// Package aws reads the JSON that the AWS command line writes for the firewalls of
// Amazon VPC: security groups and network ACLs.
//
// A file holds the output of one or more of these commands: as they are, one after
// the other, as the elements of a JSON list, or with their keys merged into one
// object.
//
//	aws ec2 describe-security-groups        SecurityGroups
//	aws ec2 describe-security-group-rules   SecurityGroupRules
//	aws ec2 describe-network-acls           NetworkAcls
//	aws ec2 describe-network-interfaces     NetworkInterfaces
//	aws ec2 describe-prefix-lists           PrefixLists
//	aws ec2 describe-managed-prefix-lists   PrefixLists
//	aws ec2 get-managed-prefix-list-entries Entries, which do not say of which list:
//	                                        {"PrefixListEntries": {"pl-…": {"Entries": […]}}}
//
// # Lists
//
// A security group is two lists, "sg-… ingress" and "sg-… egress": permits in no
// order, then deny. Replies pass. A network ACL is two ordered lists,
// "acl-… ingress" and "acl-… egress"; it is stateless, so that replies are matched
// against the other one: ask for "tcp/443 from 1024-65535" where clients use ephemeral
// ports, since without source ports the replies to all of them have to pass.
//
// The group's name, and the tag Name, select a list like the id does; an ACL can be
// chosen by its subnet too. Any of them without a direction is the ingress list.
//
// The lists tell nothing about which addresses they protect. Where interfaces are
// in the file they do: traffic of an address whose interface does not carry the
// group is undecidable, and on an interface with several groups the permits of all
// of them count.
//
// # What cannot be decided
//
// A rule that refers to a security group matches the private addresses of the
// interfaces that carry it, and cannot be decided if no interface in the file does;
// a rule for a prefix list matches its entries, and cannot be decided without them.
// The same goes for a rule with a field that is not known here, or without the
// ports that its protocol needs. Such a rule stays in the list with its reason.
package aws
