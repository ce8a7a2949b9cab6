package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

type parseAddressFunction struct{}

func newParseAddressFunction() function.Function { return parseAddressFunction{} }

var addressTypes = map[string]attr.Type{
	"canonical": types.StringType, "family": types.StringType, "first": types.StringType, "last": types.StringType,
	"prefixes": stringList,
}

func (parseAddressFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "parse_address"
}

func (parseAddressFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Read a host, prefix, range or any.",
		MarkdownDescription: "Returns `canonical` (the shortest spelling), `family` (`ipv4`, `ipv6`, or `any`), `first` and `last` address (null for `any`), " +
			"and the `prefixes` that make it up, for rules that take prefixes only.",
		Parameters: []function.Parameter{function.StringParameter{Name: "address", MarkdownDescription: "The address, such as `10.0.0.0/24` or `10.0.0.1-10.0.0.9`."}},
		Return:     function.ObjectReturn{AttributeTypes: addressTypes},
	}
}

func (parseAddressFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var text string
	if resp.Error = req.Arguments.Get(ctx, &text); resp.Error != nil {
		return
	}
	l, err := addr.Parse(text)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, err.Error())
		return
	}
	family, first, last := "any", types.StringNull(), types.StringNull()
	if ranges := l.Set.Ranges(); len(ranges) == 1 {
		family = "ipv6"
		if ranges[0].Is4() {
			family = "ipv4"
		}
		first, last = types.StringValue(ranges[0].From.String()), types.StringValue(ranges[0].To.String())
	}
	resp.Error = resp.Result.Set(ctx, types.ObjectValueMust(addressTypes, map[string]attr.Value{
		"canonical": types.StringValue(l.Set.String()), "family": types.StringValue(family),
		"first": first, "last": last, "prefixes": stringsList(l.Set.Prefixes()),
	}))
}

type parseServiceFunction struct{}

func newParseServiceFunction() function.Function { return parseServiceFunction{} }

var serviceTypes = map[string]attr.Type{
	"canonical": types.StringType, "protocol": types.StringType, "protocol_number": types.Int64Type,
	"from_port": types.Int64Type, "to_port": types.Int64Type, "icmp_type": types.Int64Type, "icmp_code": types.Int64Type,
}

func (parseServiceFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "parse_service"
}

func (parseServiceFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Read a service such as tcp/443.",
		MarkdownDescription: "Returns `canonical` (`tcp/443`), `protocol` (`tcp`; `any` for everything), `protocol_number` (null for `any`), " +
			"`from_port` and `to_port` (null for protocols without ports), `icmp_type` and `icmp_code` (null where all).",
		Parameters: []function.Parameter{function.StringParameter{Name: "service", MarkdownDescription: "The service, such as `tcp/443`, `tcp/https`, `udp/1000-2000` or `icmp/8`."}},
		Return:     function.ObjectReturn{AttributeTypes: serviceTypes},
	}
}

func (parseServiceFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var text string
	if resp.Error = req.Arguments.Get(ctx, &text); resp.Error != nil {
		return
	}
	l, err := service.Parse(text)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, err.Error())
		return
	}
	d := l.Describe()
	number := func(n int) types.Int64 {
		if n < 0 {
			return types.Int64Null()
		}
		return types.Int64Value(int64(n))
	}
	resp.Error = resp.Result.Set(ctx, types.ObjectValueMust(serviceTypes, map[string]attr.Value{
		"canonical": types.StringValue(l.Set.String()), "protocol": types.StringValue(d.Protocol), "protocol_number": number(d.Number),
		"from_port": number(d.FromPort), "to_port": number(d.ToPort), "icmp_type": number(d.Type), "icmp_code": number(d.Code),
	}))
}
