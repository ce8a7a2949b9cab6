package spot

import (
	"slices"
	"testing"
)

func TestBetween(t *testing.T) {
	for _, tt := range []struct {
		low, high int64
		taken     []int64
		n         int
		step      int64
		want      []int64
	}{
		{10, 20, nil, 1, 0, []int64{15}},
		{10, 20, nil, 3, 0, []int64{12, 14, 16}},
		{0, 100, nil, 2, 10, []int64{10, 20}},
		{0, 100, []int64{10, 20}, 1, 10, []int64{30}},
		{10, 20, []int64{15}, 1, 0, []int64{12}},
		{10, 20, []int64{15, 12, 15, 99, 10}, 1, 0, []int64{17}},
		// the widest gap has room for one, all of them for two
		{10, 14, []int64{12}, 2, 0, []int64{11, 13}},
		{10, 13, []int64{11, 12}, 1, 0, nil},
		{10, 12, nil, 2, 0, nil},
		{10, 11, nil, 1, 0, nil},
		{-5, 5, []int64{0}, 1, 0, []int64{-3}},
	} {
		if got := Between(tt.low, tt.high, tt.taken, tt.n, tt.step); !slices.Equal(got, tt.want) {
			t.Errorf("Between(%d, %d, %v, %d, %d) = %v, want %v", tt.low, tt.high, tt.taken, tt.n, tt.step, got, tt.want)
		}
	}
	// Every number is found, one after the other.
	var taken []int64
	for range 49 {
		got := Between(0, 50, taken, 1, 10)
		if len(got) != 1 || slices.Contains(taken, got[0]) || got[0] < 1 || got[0] > 49 {
			t.Fatalf("%v beside %v", got, taken)
		}
		taken = append(taken, got...)
	}
	if got := Between(0, 50, taken, 1, 10); got != nil {
		t.Errorf("all are taken, but there is %v", got)
	}
}
