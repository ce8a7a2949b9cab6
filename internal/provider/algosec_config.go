package provider

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/about"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/algosec"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/businessflow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
)

// algosecModel is the provider's algosec.
type algosecModel struct {
	URL                types.String `tfsdk:"url"`
	Username           types.String `tfsdk:"username"`
	Password           types.String `tfsdk:"password"`
	CACertificate      types.String `tfsdk:"ca_certificate"`
	InsecureSkipVerify types.Bool   `tfsdk:"insecure_skip_verify"`
	Timeout            types.String `tfsdk:"timeout"`
	Applications       types.List   `tfsdk:"applications"`
	ReadOnly           types.Bool   `tfsdk:"read_only"`
	ForeignDrafts      types.String `tfsdk:"foreign_drafts"`
	TrafficSimulation  types.Bool   `tfsdk:"traffic_simulation"`
}

func algosecProviderAttribute() schema.Attribute {
	fromEnv := func(names []string) string { return " Default: the environment variable " + orList(names) + "." }
	return schema.SingleNestedAttribute{
		Optional: true,
		MarkdownDescription: "The AlgoSec server for resources with `target = \"algosec\"`. Not needed where the environment has all of it. " +
			"Nothing is contacted before the first such resource is read or planned. User and password of the environment go only to the environment's server: " +
			"with another `url`, a `ca_certificate` or `insecure_skip_verify` here, `username` and `password` have to be here too.",
		Attributes: map[string]schema.Attribute{
			"url": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Address of the server, such as `https://asms.example.com`; always https." + fromEnv(algosec.EnvURL),
			},
			"username": schema.StringAttribute{Optional: true, MarkdownDescription: "User to log in with." + fromEnv(algosec.EnvUsername)},
			"password": schema.StringAttribute{
				Optional: true, Sensitive: true,
				MarkdownDescription: "The user's password. It is in no state, log or message, and may be an ephemeral value (Terraform 1.10 and later)." + fromEnv(algosec.EnvPassword),
			},
			"ca_certificate": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Certificates (PEM) of authorities that are trusted besides those of the system, for example `file(\"ca.pem\")`." + fromEnv(algosec.EnvCACertificate),
			},
			"insecure_skip_verify": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: "Do not verify the server's certificate: whoever is in between gets the password. Default: `false`.",
			},
			"timeout": schema.StringAttribute{
				Optional: true, Validators: []validator.String{entryValidator{"timeout", checkTimeout}},
				MarkdownDescription: fmt.Sprintf("How long one request may take, such as `\"90s\"`; applying a draft may always take %s. Default: `\"%s\"`.",
					spell(algosec.DefaultApplyTimeout), spell(algosec.DefaultTimeout)),
			},
			"applications": schema.ListAttribute{
				Optional: true, ElementType: types.StringType,
				Validators:          []validator.List{noNulls{}, noRepeats{}},
				MarkdownDescription: "Names of the applications that may be written; all others are read only. An empty list allows none. Default: whatever is declared.",
			},
			"read_only": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: "Refuse every write: a plan that would need one fails. Default: `false`.",
			},
			"foreign_drafts": schema.StringAttribute{
				Optional:   true,
				Validators: []validator.String{stringvalidator.OneOf(string(algosec.RefuseForeignDrafts), string(algosec.IncludeForeignDrafts))},
				MarkdownDescription: "What to do about a draft that somebody else began: `refuse` (default) writes nothing and says so; " +
					"`include` writes to it, and applies the other's edits along with its own.",
			},
			"traffic_simulation": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Ask Firewall Analyzer to simulate the traffic of every flow that AlgoSec does not say is allowed, instead of BusinessFlow to check it: " +
					"the answer names the devices and rules in the way. Takes one query for each such flow in every plan, and a user who may make them. Default: `false`.",
			},
		},
	}
}

// spell writes a duration as a person would: "5m" rather than "5m0s".
func spell(d time.Duration) string {
	return strings.TrimSuffix(strings.TrimSuffix(d.String(), "0s"), "0m")
}

func orList(names []string) string {
	return "`" + strings.Join(names, "` or `") + "`"
}

func checkTimeout(text string) error {
	_, err := parseTimeout(text)
	return err
}

// parseTimeout reads a duration; a number alone is seconds.
func parseTimeout(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if n, numberErr := strconv.Atoi(text); numberErr == nil {
		d, err = time.Duration(n)*time.Second, nil
	}
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("%q is not a duration such as \"90s\" or \"2m\"", text)
	}
	return d, nil
}

// An algosecServer is the server of one provider configuration. The client is made
// when it is first asked for, so that a configuration without AlgoSec never needs
// credentials.
type algosecServer struct {
	conf   algosec.Config
	client func() (*algosec.Client, error)
}

// errNoAlgosec says that the configuration does not suffice to reach a server.
var errNoAlgosec = errors.New("the provider's algosec")

// newAlgosecServer takes what [algosec.Config.WithEnvironment] returns.
func newAlgosecServer(conf algosec.Config, err error) *algosecServer {
	return &algosecServer{conf: conf, client: sync.OnceValues(func() (*algosec.Client, error) {
		var c *algosec.Client
		if err == nil {
			c, err = algosec.New(conf)
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errNoAlgosec, err)
		}
		return c, nil
	})}
}

// An algosecTarget is the session for applications and flows whose target is AlgoSec.
type algosecTarget struct{ *session }

func (s *session) algosecTarget() algosecTarget { return algosecTarget{s} }

// businessFlow returns what compares and applies.
func (s algosecTarget) businessFlow() (businessflow.Server, error) {
	client, err := s.algosec.client()
	if err != nil {
		return businessflow.Server{}, err
	}
	return businessflow.Server{
		Client: client, Estate: s.estate, Simulate: s.algosec.conf.Simulate, Enforcement: businessflow.Enforcement(s.enforcement),
	}, nil
}

// compare compares the declaration with AlgoSec.
func (s algosecTarget) compare(ctx context.Context, d businessflow.Declaration, j *businessflow.Journal) (*businessflow.Comparison, map[string]estate.Found, error) {
	server, err := s.businessFlow()
	if err != nil {
		return nil, nil, err
	}
	return server.Compare(ctx, d, j)
}

// server translates m, with what it leaves out from the environment.
func (m providerModel) algosecServer(ctx context.Context, version string) (*algosecServer, diag.Diagnostics) {
	var (
		diags diag.Diagnostics
		a     algosecModel
	)
	conf := algosec.Config{
		Keep:      algosec.KeepIn(filepath.Join(dataDir(os.Getenv), "acl-algosec")),
		UserAgent: "terraform-provider-" + about.TypeName + "/" + version,
		Log:       func(ctx context.Context, message string, fields map[string]any) { tflog.Debug(ctx, message, fields) },
	}
	if !m.Algosec.IsNull() {
		diags.Append(m.Algosec.As(ctx, &a, objectOptions)...)
		if diags.HasError() {
			return nil, diags
		}
		conf.URL, conf.Username, conf.Password = a.URL.ValueString(), a.Username.ValueString(), a.Password.ValueString()
		conf.CACertificate, conf.InsecureSkipVerify = a.CACertificate.ValueString(), a.InsecureSkipVerify.ValueBool()
		conf.ReadOnly, conf.ForeignDrafts = a.ReadOnly.ValueBool(), algosec.ForeignDrafts(a.ForeignDrafts.ValueString())
		conf.Simulate = a.TrafficSimulation.ValueBool()
		if !a.Timeout.IsNull() {
			conf.Timeout, _ = parseTimeout(a.Timeout.ValueString()) // validated
		}
		if !a.Applications.IsNull() {
			conf.Applications = []string{}
			diags.Append(a.Applications.ElementsAs(ctx, &conf.Applications, false)...)
		}
	}
	return newAlgosecServer(conf.WithEnvironment(os.Getenv)), diags
}

// dataDir is Terraform's own directory of working data: it is beside the state of a
// configuration that is run in one place, and no part of the configuration.
func dataDir(getenv func(string) string) string {
	if dir := getenv("TF_DATA_DIR"); dir != "" {
		return dir
	}
	return ".terraform"
}

// knownConfig reports whether the configuration is known, and whether that of
// AlgoSec is: without it the rulesets can be read all the same.
func knownConfig(config tfsdk.Config) (rest, server bool) {
	var attributes map[string]tftypes.Value
	if config.Raw.As(&attributes) != nil {
		return false, false
	}
	rest, server = true, true
	for name, v := range attributes {
		if name == "algosec" {
			server = v.IsFullyKnown()
		} else if !v.IsFullyKnown() {
			rest = false
		}
	}
	return rest, server
}

// knowsAlgosec reports whether the server may be asked.
func (s *session) knowsAlgosec() bool { return s.known() && s.algosec != nil }

// algosecKnown adds an error unless the server may be asked.
func (b *resourceBase) algosecKnown(diags *diag.Diagnostics) bool {
	if b.session.knowsAlgosec() {
		return true
	}
	diags.AddError("Unable to use AlgoSec", "The configuration of provider \"acl\" is still unknown. Apply first what its algosec, rulesets and names depend on.")
	return false
}
