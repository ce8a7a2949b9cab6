package service

// Description is one service in parts. A number that does not apply, or that is
// not one value, is -1.
type Description struct {
	// Protocol is the protocol's name, or "any" for more than one.
	Protocol         string
	Number           int
	FromPort, ToPort int
	Type, Code       int
}

// Describe takes the literal apart.
func (l Literal) Describe() Description {
	d := Description{"any", -1, -1, -1, -1, -1}
	r := l.Set.Ranges()
	if len(r) != 1 || r[0].ProtoFrom != r[0].ProtoTo {
		return d
	}
	p := r[0].ProtoFrom
	d.Protocol, d.Number = protocolText(p), int(p)
	switch {
	case HasPorts(p):
		d.FromPort, d.ToPort = int(r[0].DstFrom), int(r[0].DstTo)
	case HasTypes(p):
		if from, to := r[0].DstFrom>>8, r[0].DstTo>>8; from == to {
			d.Type = int(from)
			if r[0].DstFrom == r[0].DstTo {
				d.Code = int(r[0].DstFrom & 255)
			}
		}
	}
	return d
}
