package asa_test

import (
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/asa"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
)

// No command that translates is passed over in silence.
func TestUnreadTranslation(t *testing.T) {
	const text = `hostname fw1
interface GigabitEthernet0/0
 nameif outside
 ip address 198.51.100.2 255.255.255.0
object network web
 host 10.0.0.5
 nat (inside,outside) static 203.0.113.5
object network pub
 host 203.0.113.6
@@
nat (inside,outside) source static web pub
`
	parsetest.UnreadTranslation(t, asa.Parse, text,
		"nat (inside,outside) source twisted web pub",
		"nat (inside,outside) source static web pub perhaps",
		"nat (inside,outside) source static web gone",
		"nat (inside,outside) source dynamic gone interface",
		"nat (inside,outside) source static web pub destination dynamic web pub",
		"nat (inside,outside) source static web pub destination static web gone",
		"nat (inside,outside) source static web pub service a b",
		"nat (inside,outside) after-auto",
		"nat (inside,outside)",
		"nat",
		"nat (inside) 1 10.0.0.0 255.0.0.0",
		"nat (inside) 0 access-list exempt",
		"global (outside) 1 203.0.113.9",
		"static (inside,outside) 203.0.113.9 10.0.0.9 netmask 255.255.255.255",
		"alias (inside) 10.0.0.9 203.0.113.9",
		"no nat (inside,outside) source static pub web",
		"clear configure nat",
		"object network other\n host 10.0.0.7\n nat (inside,outside) magic 203.0.113.7",
		"object network other\n fqdn www.example.com\n nat (inside,outside) static 203.0.113.7",
		"object network other\n nat (inside,outside) static 203.0.113.7",
		"object network other\n host 10.0.0.7\n nat (inside,outside) static 203.0.113.7 service tcp what 80",
		"nat (a,b,c) source static web pub perhaps",
		"NAT (inside,outside) source upside down",
	)
}
