package tfplan

// An order gathers which of some things stand before which.
type order struct{ before [][]bool }

func newOrder(n int) *order {
	o := &order{before: make([][]bool, n)}
	for i := range o.before {
		o.before[i] = make([]bool, n)
	}
	return o
}

// put says that thing i stands before thing j.
func (o *order) put(i, j int) { o.before[i][j] = true }

// total returns the things in the one order that they can stand in. ok is false if there
// are several, or none.
func (o *order) total() (places []int, ok bool) {
	n := len(o.before)
	placed := make([]bool, n)
	for range n {
		next := -1
		for j := range n {
			if placed[j] || o.waits(j, placed) {
				continue
			}
			if next >= 0 {
				return nil, false
			}
			next = j
		}
		if next < 0 {
			return nil, false
		}
		placed[next] = true
		places = append(places, next)
	}
	return places, true
}

// waits reports whether something that is not placed yet stands before thing j.
func (o *order) waits(j int, placed []bool) bool {
	for i := range o.before {
		if o.before[i][j] && !placed[i] {
			return true
		}
	}
	return false
}
