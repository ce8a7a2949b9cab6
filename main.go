// Terraform-provider-acl says in every plan which declared application flows
// existing firewalls already allow, and which rules are missing for the rest.
package main

import (
	"flag"
	"log"
	"os"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/about"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/provider"
)

// version is set by the linker in a release (.goreleaser.yml).
var version = "dev"

func main() {
	debug := flag.Bool("debug", false, "keep serving and print TF_REATTACH_PROVIDERS, so that a debugger can be attached")
	flag.Parse()
	paceCollection(os.Getenv)
	if !*debug {
		for name, level := range logLevels(os.Getenv) {
			if err := os.Setenv(name, level); err != nil {
				log.Fatal(err)
			}
		}
	}

	var options []tf6server.ServeOpt
	if *debug {
		options = append(options, tf6server.WithManagedDebug())
	}
	if err := tf6server.Serve(about.Address, provider.NewServer(version), options...); err != nil {
		log.Fatal(err)
	}
}
