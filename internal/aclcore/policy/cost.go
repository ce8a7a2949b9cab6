package policy

import (
	"math"

	"github.com/google/cel-go/checker"
	celast "github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// CostLimit bounds one evaluation of an expression, in CEL's units of cost: about
// one for each operation. CostBudget bounds what one policy may spend on one flow.
const (
	CostLimit  = 50_000
	CostBudget = 10_000_000
)

// cheap is the cost up to which an expression is evaluated without being watched:
// keeping count takes longer than it.
const cheap = 1_000

// maxProductText bounds the characters of a text of a product: the longest is a
// range of IPv6 addresses.
const maxProductText = 2*len("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff") + 1

// costs tells CEL what our functions cost and how large our variables are.
type costs struct{}

// CallCost implements interpreter.ActualCostEstimator: a call costs 1, and 1 for
// each element of a list.
func (costs) CallCost(name, _ string, args []ref.Val, _ ref.Val) *uint64 {
	if _, ours := functionNamed(name); !ours {
		return nil
	}
	cost := uint64(1)
	for _, a := range args {
		if list, ok := a.(traits.Lister); ok {
			if n, ok := list.Size().(types.Int); ok {
				cost += uint64(n)
			}
		}
	}
	return &cost
}

// EstimateCallCost implements checker.CostEstimator, in agreement with CallCost.
func (costs) EstimateCallCost(name, _ string, _ *checker.AstNode, args []checker.AstNode) *checker.CallEstimate {
	if _, ours := functionNamed(name); !ours {
		return nil
	}
	estimate := checker.CostEstimate{Min: 1, Max: 1}
	for _, a := range args {
		if a.Type().Kind() != types.ListKind {
			continue
		}
		size := checker.SizeEstimate{Max: math.MaxUint64}
		if known := a.ComputedSize(); known != nil {
			size = *known
		}
		estimate = estimate.Add(checker.CostEstimate(size))
	}
	return &checker.CallEstimate{CostEstimate: estimate}
}

// EstimateSize implements checker.CostEstimator: the texts of a product are short,
// nothing is known of the rest.
func (costs) EstimateSize(element checker.AstNode) *checker.SizeEstimate {
	if path := element.Path(); len(path) == 2 && path[0] == "product" && element.Type().Kind() == types.StringKind {
		return &checker.SizeEstimate{Max: uint64(maxProductText)}
	}
	return nil
}

// estimate returns the least and the most that an evaluation can cost.
func estimate(ast *celast.AST) (least, most uint64) {
	cost, err := checker.Cost(ast, costs{})
	if err != nil {
		return 0, math.MaxUint64
	}
	return cost.Min, cost.Max
}
