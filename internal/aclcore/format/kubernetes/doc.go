// Package kubernetes reads and writes the network policies of a Kubernetes cluster.
//
// # What is read
//
// NetworkPolicy of networking.k8s.io/v1, AdminNetworkPolicy, BaselineAdminNetworkPolicy and
// ClusterNetworkPolicy of policy.networking.k8s.io, as YAML with many documents, as JSON,
// or as lists; namespaces and pods, which say what selectors select. The list ingress
// has what the pods that receive ask, egress what the pods that send ask: a connection
// needs both.
//
// # What is indeterminate
//
// Selectors, where the text has no pods with addresses, or no labels of a namespace; pods
// on the network of their node; blocks of addresses for pods; named ports without pods;
// ICMP and other protocols at pods that are selected; nodes and names of domains; two
// policies of one priority that do not agree.
//
// Cilium and Calico have policies of their own, which decide beside these or before them:
// a text with one is refused.
//
// # Sources
//
// Kubernetes documentation: Network Policies; API reference networking.k8s.io/v1. Network
// Policy API (kubernetes-sigs/network-policy-api): AdminNetworkPolicy, ClusterNetworkPolicy.
package kubernetes
