package spot

import "slices"

// Between returns n numbers in ascending order that lie strictly between low and
// high and are not taken, or nil if there are fewer. They are spread over the widest
// gap, at most step apart unless step is 0, so that later ones find room as well.
func Between(low, high int64, taken []int64, n int, step int64) []int64 {
	taken = slices.Sorted(slices.Values(taken))
	bounds := []int64{low}
	for _, t := range taken {
		if low < t && t < high {
			bounds = append(bounds, t)
		}
	}
	bounds = slices.Compact(append(bounds, high))
	widest, all := 0, high-low-int64(len(bounds))+1
	for i := range bounds[1:] {
		if bounds[i+1]-bounds[i] > bounds[widest+1]-bounds[widest] {
			widest = i
		}
	}
	out := make([]int64, 0, n)
	switch from, to := bounds[widest], bounds[widest+1]; {
	case all < int64(n):
		return nil
	case to-from > int64(n):
		distance := (to - from) / int64(n+1)
		if step > 0 {
			distance = min(distance, step)
		}
		for i := range n {
			out = append(out, from+distance*int64(i+1))
		}
	default: // no gap takes them all
		for at := low + 1; len(out) < n; at++ {
			if _, is := slices.BinarySearch(bounds, at); !is {
				out = append(out, at)
			}
		}
	}
	return out
}
