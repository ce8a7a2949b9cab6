package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// spellings are the lists of a flow of which AlgoSec keeps another order, or another
// spelling, with how one entry is written in one way.
var spellings = map[string]func(string) string{
	"sources": oneAddress, "destinations": oneAddress, "services": oneService,
	"users": strings.Clone, "network_applications": strings.Clone,
}

func oneAddress(text string) string {
	if lit, err := addr.Parse(text); err == nil {
		return fmt.Sprint(lit.Set.Ranges())
	}
	return text
}

func oneService(text string) string {
	if lit, err := service.Parse(text); err == nil {
		return fmt.Sprint(lit.Set.Ranges())
	}
	return strings.ToLower(text)
}

// keepSpelling returns the flows of the plan with those lists as they are in the
// state that say the same in another order or spelling: after an import the state
// has AlgoSec's, and a difference would be none. Terraform lets a provider plan the
// prior value for an equivalent one.
func keepSpelling(ctx context.Context, state, plan types.Map) types.Map {
	if state.IsNull() || plan.IsUnknown() {
		return plan
	}
	flows := plan.Elements()
	for name, v := range flows {
		planned, ok1 := v.(types.Object)
		was, ok2 := state.Elements()[name].(types.Object)
		if !ok1 || !ok2 || planned.IsUnknown() || planned.IsNull() {
			continue
		}
		attributes := planned.Attributes()
		for list, one := range spellings {
			attributes[list] = keepList(was.Attributes()[list], attributes[list], one)
		}
		if o, diags := types.ObjectValue(planned.AttributeTypes(ctx), attributes); !diags.HasError() {
			flows[name] = o
		}
	}
	out, diags := types.MapValue(plan.ElementType(ctx), flows)
	if diags.HasError() {
		return plan
	}
	return out
}

// keepList returns state if it is equivalent to plan, else plan.
func keepList(state, plan attr.Value, one func(string) string) attr.Value {
	was, ok1 := state.(types.List)
	planned, ok2 := plan.(types.List)
	if ok1 && ok2 && !was.IsNull() && !planned.IsNull() && listKnown(planned) && slices.Equal(canonical(was, one), canonical(planned, one)) {
		return was
	}
	return plan
}

func canonical(l types.List, one func(string) string) []string {
	var out []string
	for _, e := range l.Elements() {
		if text, ok := e.(types.String); ok {
			out = append(out, one(text.ValueString()))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// keepSpelling is the same for a flow on its own.
func (m *declaredModel) keepSpelling(state declaredModel) {
	for _, l := range []struct {
		name      string
		was, plan *types.List
	}{
		{"sources", &state.Sources, &m.Sources}, {"destinations", &state.Destinations, &m.Destinations}, {"services", &state.Services, &m.Services},
		{"users", &state.Users, &m.Users}, {"network_applications", &state.NetworkApplications, &m.NetworkApplications},
	} {
		if kept, ok := keepList(*l.was, *l.plan, spellings[l.name]).(types.List); ok {
			*l.plan = kept
		}
	}
}
