package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/enginetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

const configuration = `terraform {
  required_providers {
    acl = {
      source = "terraform-provider-acl/acl"
    }
  }
}

provider "acl" {
  enforcement = "advisory"
  rulesets = {
    edge = { path = "edge.json" }
  }
}

locals {
  applications = { for a in jsondecode(file("inventory.json")) : a.name => a.flows }
}

resource "acl_application" "this" {
  for_each = local.applications
  name     = each.key
  flows    = each.value
}
`

type listedRule struct {
	Name     string   `json:"name"`
	Sources  []string `json:"src_ip"`
	Targets  []string `json:"dst_ip"`
	Services []string `json:"dst_port"`
	Action   string   `json:"action"`
}

type listedFlow struct {
	Sources  []string `json:"sources"`
	Targets  []string `json:"destinations"`
	Services []string `json:"services"`
}

type application struct {
	Name  string                `json:"name"`
	Flows map[string]listedFlow `json:"flows"`
}

// writeWorkspace writes a configuration, its ruleset and its inventory.
func writeWorkspace(dir string, rules, flows, perApplication int) error {
	e := enginetest.Enterprise(rules, 1)
	list := make([]listedRule, 0, rules)
	for _, r := range e.Rules.Rules {
		list = append(list, listedRule{r.Name, r.Traffic.Sources.Strings(), r.Traffic.Destinations.Strings(), r.Traffic.Services.Strings(), r.Action.String()})
	}
	var applications []application
	for i, p := range e.Flows(flows) {
		if i%perApplication == 0 {
			applications = append(applications, application{fmt.Sprintf("app-%03d", len(applications)), map[string]listedFlow{}})
		}
		applications[len(applications)-1].Flows[fmt.Sprintf("flow-%04d", i)] = flowOf(p)
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	for name, content := range map[string]any{"edge.json": list, "inventory.json": applications} {
		text, err := json.Marshal(content)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(dir, "main.tf"), []byte(configuration), 0o644)
}

func flowOf(p traffic.Product) listedFlow {
	return listedFlow{p.Sources.Strings(), p.Destinations.Strings(), p.Services.Strings()}
}
