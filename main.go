// Terraform-provider-acl says in every plan which declared application flows
// existing firewalls already allow, and which rules are missing for the rest.
package main

import (
	"context"
	"flag"
	"log"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/about"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/provider"
)

// version is set by the linker in a release (.goreleaser.yml).
var version = "dev"

func main() {
	debug := flag.Bool("debug", false, "keep serving and print TF_REATTACH_PROVIDERS, so that a debugger can be attached")
	flag.Parse()
	if !*debug {
		for name, level := range logLevels(os.Getenv) {
			if err := os.Setenv(name, level); err != nil {
				log.Fatal(err)
			}
		}
	}

	err := providerserver.Serve(context.Background(), provider.New(version), providerserver.ServeOpts{
		Address: about.Address,
		Debug:   *debug,
	})
	if err != nil {
		log.Fatal(err)
	}
}
