package known

// Members gathers what the lines of a group add to it, and keeps the law of [Set]
// for them, whatever their order. The zero value is ready.
type Members[S Algebra[S]] struct {
	// Join returns the union of sets, in less time than their unions one by one take; it
	// may be nil.
	Join func([]S) S

	sure, possible []S
	why            []string
	// unread says that a line which may do anything stands in the group.
	unread bool
}

// Add takes a line that begins with a word that adds a member. Where the member
// cannot be read, s is [AtMost] of what it may be: only this member is in doubt.
func (m *Members[S]) Add(s Set[S]) {
	if !s.Sure.IsEmpty() {
		m.sure = append(m.sure, s.Sure)
	}
	if !s.IsExact() {
		m.possible = append(m.possible, s.Possible)
		m.why = Reasons(m.why, s.Why)
	}
}

// Unread takes any other line that is not understood, such as one that takes a
// member away: nothing of the group is sure then, and it may hold anything.
func (m *Members[S]) Unread(why string) {
	m.unread = true
	m.why = Reasons([]string{why}, m.why)
}

// Set returns what is known of the group; all is everything that one may hold.
func (m *Members[S]) Set(all S) Set[S] {
	if m.unread {
		return AtMost(all, m.why...)
	}
	if m.Join == nil {
		m.Join = union[S]
	}
	sure := m.Join(m.sure)
	if len(m.why) == 0 {
		return Exactly(sure)
	}
	return Between(sure, sure.Union(m.Join(m.possible)), m.why...)
}

// union joins sets two and two, so that none is copied more often than the logarithm
// of their number. It takes over the memory of the list.
func union[S Algebra[S]](sets []S) S {
	for len(sets) > 1 {
		out := sets[:0]
		for i := 0; i < len(sets); i += 2 {
			if i+1 == len(sets) {
				out = append(out, sets[i])
			} else {
				out = append(out, sets[i].Union(sets[i+1]))
			}
		}
		sets = out
	}
	if len(sets) == 0 {
		var none S
		return none
	}
	return sets[0]
}
