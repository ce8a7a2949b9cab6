// Package estate is the firewalls, names and policies that one provider
// configuration speaks of: it loads rulesets when first asked, assesses flows against
// them and puts flows to the policies, and writes what it may write. It does the file
// access that aclcore does not and knows nothing of Terraform.
package estate
