package provider

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/topology"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
)

type topologyDataSource struct {
	session *session
}

var _ datasource.DataSourceWithConfigure = (*topologyDataSource)(nil)

func newTopologyDataSource() datasource.DataSource { return &topologyDataSource{} }

type topologyModel struct {
	Zones          types.List   `tfsdk:"zones"`
	Devices        types.List   `tfsdk:"devices"`
	Contradictions types.List   `tfsdk:"contradictions"`
	Problem        types.String `tfsdk:"problem"`
	Suggestion     types.String `tfsdk:"suggestion"`
}

// shownZone is a zone and its addresses; shownDevice is a device with its name.
type (
	shownZone struct {
		name      string
		addresses []string
	}
	shownDevice struct {
		name string
		estate.ShownDevice
	}
)

var (
	zoneShape = shape[shownZone]{
		textField("name", "Name of the zone.", func(z shownZone) types.String { return shown(z.name) }),
		textsField("addresses", "Addresses and names of addresses, as declared.", func(z shownZone) []string { return z.addresses }),
	}
	interfaceShape = shape[estate.ShownInterface]{
		textField("name", "The device's own name.", func(i estate.ShownInterface) types.String { return optionalString(i.Name) }),
		textField("port", "Name of the hardware, where that is another one, or the subnet of a cloud's interface.", func(i estate.ShownInterface) types.String { return optionalString(i.Port) }),
		textField("device_zone", "The device's own zone that it is in.", func(i estate.ShownInterface) types.String { return optionalString(i.Zone) }),
		textField("vrf", "Its routing instance.", func(i estate.ShownInterface) types.String { return optionalString(i.VRF) }),
		textField("zone", "The zone that it is mapped to.", func(i estate.ShownInterface) types.String { return optionalString(i.Mapped) }),
		textField("suggested_zone", "The zone that the texts suggest.", func(i estate.ShownInterface) types.String { return optionalString(i.Suggested) }),
		textsField("connected", "Its connected prefixes.", func(i estate.ShownInterface) []string { return i.Connected }),
		textsField("static", "Prefixes of static routes that leave by it.", func(i estate.ShownInterface) []string { return i.Static }),
		numberField("security_level", "Security level of an ASA.", func(i estate.ShownInterface) types.Int64 { return types.Int64PointerValue(i.SecurityLevel) }),
		boolField("shutdown", "Whether it is shut down.", func(i estate.ShownInterface) bool { return i.Shutdown }),
		textsField("unknown", "What about it cannot be known from the text.", func(i estate.ShownInterface) []string { return i.Unknown }),
	}
	deviceShape = shape[shownDevice]{
		textField("name", "Name of the device.", func(d shownDevice) types.String { return shown(d.name) }),
		textField("format", "Language of its text.", func(d shownDevice) types.String { return optionalString(d.Format) }),
		textsField("zones", "The zones of its interfaces, and of the addresses that it guards.", func(d shownDevice) []string { return d.Zones }),
		textsField("lists", "Its access lists.", func(d shownDevice) []string { return d.Lists }),
		textsField("guards", "Addresses that it is declared to filter for.", func(d shownDevice) []string { return d.Guards }),
		listField("interfaces", "Its interfaces.", interfaceShape, func(d shownDevice) []estate.ShownInterface { return d.Interfaces }),
	}
	contradictionShape = shape[topology.Contradiction]{
		textField("device", "The device.", func(c topology.Contradiction) types.String { return shown(c.Device) }),
		textField("interface", "Its interface.", func(c topology.Contradiction) types.String { return shown(c.Interface) }),
		textField("zone", "The zone that the interface is mapped to.", func(c topology.Contradiction) types.String { return shown(c.Zone) }),
		textField("prefix", "The connected prefix or next hop behind it.", func(c topology.Contradiction) types.String { return shown(c.Prefix) }),
		textField("in", "The zone that the prefix lies in.", func(c topology.Contradiction) types.String { return shown(c.In) }),
		textField("text", "The same in a sentence, with what to do.", func(c topology.Contradiction) types.String { return shown(c.Text) }),
	}
	topologyShape = shape[*estate.Shown]{
		listField("zones", "The declared zones.", zoneShape, func(s *estate.Shown) (out []shownZone) {
			for _, name := range slices.Sorted(maps.Keys(s.Zones)) {
				out = append(out, shownZone{name, s.Zones[name]})
			}
			return out
		}),
		listField("devices", "The devices as their texts have them.", deviceShape, func(s *estate.Shown) (out []shownDevice) {
			for _, name := range slices.Sorted(maps.Keys(s.Devices)) {
				out = append(out, shownDevice{name, s.Devices[name]})
			}
			return out
		}),
		listField("contradictions", "Prefixes that lie in another zone than the interface behind which they are, also of devices with `check_zones = false`.", contradictionShape,
			func(s *estate.Shown) []topology.Contradiction { return s.Contradictions }),
		textField("problem", "What keeps zones, devices and paths from fitting together, null if nothing does.", func(s *estate.Shown) types.String { return optionalString(s.Problem) }),
		textField("suggestion", "The zones and devices that the texts suggest, as attributes of the provider in HCL: a first declaration to look through and paste. What is declared already stays.",
			func(s *estate.Shown) types.String { return pasted(s.Suggestion) }),
	}
)

func (d *topologyDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_topology"
}

func (d *topologyDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Shows the zones and devices of the provider as they are declared and as the devices' texts have them, what contradicts, and a first declaration for devices that have none yet: " +
			"list them in the provider with `path` alone, and paste `suggestion`.",
		Attributes: topologyShape.datasource(),
	}
}

// Configure implements datasource.DataSourceWithConfigure.
func (d *topologyDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, _ *datasource.ConfigureResponse) {
	if s, ok := req.ProviderData.(*session); ok {
		d.session = s
	}
}

func (d *topologyDataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	if !d.session.known() {
		resp.Diagnostics.AddError("Unable to show the estate", "The configuration of provider \"acl\" is not known at plan time.")
		return
	}
	s, err := d.session.estate.Show()
	if err != nil {
		summary, detail := "Unable to show the estate", err.Error()
		if unread := new(estate.RulesetError); errors.As(err, &unread) {
			summary, detail = unreadSummary+unread.Title(), unread.Err.Error()
		}
		addErrorAt(&resp.Diagnostics, path.Empty(), summary, ended(detail))
		return
	}
	var m topologyModel
	resp.Diagnostics.Append(topologyShape.object(s, blankEmpty).As(ctx, &m, objectOptions)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}
