// Package match answers what a ruleset does with traffic: an exact partition of
// the traffic by deciding rule under first match ([Index.Match]), the verdict that
// follows ([Verdict]), and what is missing from a flow over all the rulesets that
// it crosses ([Check]).
package match
