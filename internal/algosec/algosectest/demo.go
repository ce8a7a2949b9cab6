package algosectest

// Demo fills the server with two small applications: Billing, of which one flow is
// blocked in part, and Payroll, which somebody else is editing.
func (s *Server) Demo() {
	s.AddObject("hr payroll", "10.20.0.7")
	s.AddObject("billing db", "10.30.1.10-10.30.1.14")
	s.AddService("HTTPS", "TCP/443")
	s.AddService("MySQL", "TCP/3306")
	s.AddApplication("Billing",
		Flow{Name: "web", Sources: []string{"10.20.1.0/24"}, Destinations: []string{"10.30.1.1"}, Services: []string{"HTTPS"}},
		Flow{
			Name: "database", Sources: []string{"10.30.1.1"}, Destinations: []string{"billing db"}, Services: []string{"MySQL"},
			Connectivity: "Partially blocked",
		},
	)
	s.AddApplication("Payroll",
		Flow{Name: "portal", Sources: []string{"10.20.1.0/24"}, Destinations: []string{"hr payroll"}, Services: []string{"HTTPS"}})
	s.PutFlow("Payroll",
		Flow{Name: "export", Sources: []string{"hr payroll"}, Destinations: []string{"192.0.2.10"}, Services: []string{"TCP/22"}})
}
