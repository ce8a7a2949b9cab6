// Package contexts shows, with terraform-plugin-framework alone, how the time of a plan grows
// with the values of one resource: see the README beside it.
package contexts
