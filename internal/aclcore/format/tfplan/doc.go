// Package tfplan reads the firewalls in what Terraform says: the JSON of a plan or a state.
//
//	terraform show -json plan.tfplan > plan.json     what will be, once it is applied
//	terraform show -json > state.json                what is, as Terraform last saw it
//	terraform state pull > terraform.tfstate         the same, in the format of state files
//
// These resources are read, in the root and in every module:
//
//	aws_security_group, aws_default_security_group          with their inline rules
//	aws_security_group_rule, aws_vpc_security_group_ingress_rule, …_egress_rule
//	aws_network_acl, aws_default_network_acl                with their inline entries
//	aws_network_acl_rule
//	aws_ec2_managed_prefix_list, …_entry                    and the data sources of prefix lists
//	aws_instance, aws_network_interface, …_sg_attachment    for the members of groups, and their data sources
//
// The resources of other providers are lowered into what the reader of the vendor's own
// format reads, with the lines of the plan, and that reader does the rest: objects in the
// shape of an API for azurerm_, google_compute_, kubernetes_ and checkpoint_management_,
// trees of words for panos_, fortios_ and junos_, lines of a configuration for iosxe_, nxos_
// and ciscoasa_. There is no second engine. Each vendor is a [vendor]: what is read, what is
// harmless, and which types put its lists in doubt because they are not read.
//
// # Lists
//
// A list is named by the address of its resource, "aws_security_group.web ingress";
// the id, the name and the tag Name select it as well where they are known, and
// without a direction any of them is the ingress list. A group or an ACL that the
// file has only rules of is listed by its id. What lists mean is as in package aws.
//
// What order is not known of, such as that of FortiOS policies that no resource sorts, is in
// doubt; so is everything at a place where rules may stand that another configuration, or
// nobody's, has: "rules outside of the file: …", which a user may vouch for. A rulebase,
// list or group that the plan creates, or that one resource has as a whole, has no others.
//
// # What cannot be decided
//
// A value that is known only after apply makes its rule undecidable, and so does a
// group or prefix list that the file does not have. The group of a new rule is found
// through the configuration in the plan where its security_group_id is a plain
// reference; otherwise the rule may belong to any group of the file. A group's
// members are what the file knows of them, and there may be others.
//
// A group or a network ACL that the plan creates, and whose configuration has no inline
// rules, has the rules of their own and no others: it starts empty.
//
// A security group whose rules are resources of their own still has all of them in
// its ingress and egress, as of the last refresh. In a plan those that it changes or
// destroys are taken out. A state does not tell which of them are still there: those
// without a resource of their own cannot be decided, if the group has such resources.
// The same goes for network ACLs and prefix lists.
//
// Where the attributes of a group, ACL or prefix list are given inline, as always for
// those of a VPC's default, an apply takes away what they do not list: the rules of
// their own of such a one in a plan cannot be decided.
//
// A plan with -target or deferred changes tells less than all: nothing that it does
// not permit is sure to be denied. A plan that ended in errors is refused.
package tfplan
