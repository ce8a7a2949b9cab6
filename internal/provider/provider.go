// Package provider is everything that speaks with Terraform. It translates
// configuration, plan and state, and decides nothing about traffic.
package provider

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/about"
)

type aclProvider struct {
	version string
	// now is asked once for each configuration, so that all of one command goes by
	// the same instant.
	now func() time.Time
	// session is that of the last configuration.
	session atomic.Pointer[session]
	// running, if not nil, ends when Terraform wants the provider to stop: then nothing is
	// read from firewalls any more.
	running context.Context
}

var (
	_ provider.Provider                   = (*aclProvider)(nil)
	_ provider.ProviderWithValidateConfig = (*aclProvider)(nil)
	_ provider.ProviderWithFunctions      = (*aclProvider)(nil)
)

// New returns the constructor that the plugin server calls; version is reported
// to Terraform as it stands.
func New(version string) func() provider.Provider {
	return func() provider.Provider {
		return &aclProvider{version: version, now: time.Now}
	}
}

func (p *aclProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = about.TypeName
	resp.Version = p.version
}

func (p *aclProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{newApplicationResource, newFlowResource}
}

func (p *aclProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{newMatchDataSource, newChangeSetDataSource, newScriptDataSource, newRulesetDataSource, newTopologyDataSource, newAuditDataSource, newDiffDataSource}
}

func (p *aclProvider) Functions(context.Context) []func() function.Function {
	return []func() function.Function{
		newExpandFunction, newEnforceFunction, newVerifyFunction, newMatchFunction, newParseAddressFunction, newParseServiceFunction, newCoversFunction,
		newParseRulesetFunction, newResourceRulesFunction, newRenderFunction, newAuditFunction, newDiffFunction,
		newReportFunction, newReportJSONFunction, newReportSARIFFunction, newReportHTMLFunction,
	}
}
