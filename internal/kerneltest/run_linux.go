package kerneltest

import (
	"os"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/testnet"
)

// Run calls body with a router as described, in a network namespace of its own; see
// [testnet.Isolate]. The test is skipped where the kernel, the permissions or the programs
// do not allow it.
func Run(t *testing.T, c Config, body func(t *testing.T, r *Router)) {
	t.Helper()
	tun, err := os.OpenFile(tunDevice, os.O_RDWR, 0)
	if err != nil {
		testnet.Skip(t, "no TUN devices here: %v", err)
	}
	_ = tun.Close()
	testnet.Isolate(t, []string{"ip", "nft", "iptables-nft-restore", "ip6tables-nft-restore"}, func(t *testing.T) {
		t.Helper()
		r, err := newRouter(c)
		if err != nil {
			testnet.Unavailable("no router here: %v", err)
		}
		body(t, r)
	})
}
