package ios_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/ios"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/testshared"
)

func TestSniff(t *testing.T) {
	for _, tt := range []struct {
		name, content string
		want          ios.Dialect
		least, most   int
	}{
		{"ios named", "ip access-list extended A\n permit ip any any", ios.IOS, 80, 100},
		{"ios numbered", "access-list 101 permit ip any any", ios.IOS, 80, 100},
		{"ios or an old asa", "access-list 101 deny ip 10.0.0.0 255.0.0.0 any\naccess-list 101 permit ip any any", ios.IOS, 40, 40},
		{"ios with a mistake", "access-list 10 permit 10.0.0.0 255.255.255.0\nline vty 0 4\n access-class 10 in", ios.IOS, 80, 100},
		{"ios host mask", "access-list 10 permit 10.0.0.1 255.255.255.255", ios.IOS, 80, 100},
		{"ios typed", "r1(config)#ip access-list extended A\nr1(config-ext-nacl)#permit ip any any", ios.IOS, 80, 100},
		{"ios shown", "Extended IP access list A\n    10 permit ip any any", ios.IOS, 80, 100},
		{"ios groups", "object-group v6-network G\n host 2001:db8::1", ios.IOS, 80, 100},
		{"ios without lists", "hostname r1\ninterface Gi0/1\n ip access-group A in\nrouter ospf 1", ios.IOS, 20, 60},
		{"eos", "! device: leaf1 (DCS-7050, EOS-4.28.1F)\nip access-list A\n   10 permit ip any any", ios.IOS, 80, 100},
		{"eos by a name", "ip access-list A\n permit tcp any any eq https", ios.IOS, 80, 100},
		{"eos shown", "IP Access List A\n        10 permit ip any any", ios.IOS, 80, 100},
		{"nxos", "!Command: show running-config\nfeature telnet\nip access-list A\n  10 permit ip any any", ios.NXOS, 80, 100},
		{"nxos or eos", "ip access-list A\n  10 permit ip any any", ios.NXOS, 80, 100},
		{"nxos shown", "IP access list A\n        10 permit ip any any [match=3]", ios.NXOS, 80, 100},
		{"nxos groups", "object-group ip address G\n  10 host 10.0.0.1", ios.NXOS, 80, 100},
		{"nxos acl", "IPV4 ACL mgmt-in\n\tstatistics per-entry\n\t10 permit ip 10.1.1.39/32 any [match=12]", ios.NXOS, 80, 100},
		{"catalyst", "version 15.1\nobject-group ip port P\n eq 111\nip access-list extended A\n permit tcp any addrgroup G portgroup P\n permit udp any addrgroup G portgroup P", ios.IOS, 80, 100},
		{"ios ports", "hostname r\ninterface GigabitEthernet0/0\n ip access-group A in\nip access-list A\n permit tcp any any eq www", ios.IOS, 80, 100},
		{"ios beside nexus words", "ip access-list extended A\n permit ip any any\nip access-list B\nfeature x\nfeature y", ios.IOS, 80, 100},
		{"ios fqdn", "FQDN IP access list A\n    10 deny ip any host dynamic a.example.net", ios.IOS, 80, 100},
		{"xr", "ipv4 access-list A\n 10 permit ipv4 any any", ios.XR, 80, 100},
		{"xr groups", "object-group network ipv4 G\n 10.0.0.0/8", ios.XR, 80, 100},
		{"xr comment", "!! IOS XR Configuration 7.3.2\nhostname r1", ios.XR, 80, 100},
		{"asa", "ASA Version 9.16(1)\naccess-list out extended permit ip any any", ios.IOS, 0, 0},
		{"asa list", "access-list out extended permit tcp any host 10.0.0.1 eq www", ios.IOS, 0, 0},
		{"json", "{\"rules\": []}", ios.IOS, 0, 0},
		{"xml", "<config/>", ios.IOS, 0, 0},
		{"iptables", "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j DROP\nCOMMIT", ios.IOS, 0, 0},
		{"fortios", "config firewall policy\n edit 1\n next\nend", ios.IOS, 0, 0},
		{"junos", "set firewall family inet filter f term t then accept", ios.IOS, 0, 0},
		{"huawei", "acl number 3000\n rule 5 permit ip", ios.IOS, 0, 0},
		{"yaml", "- name: x\n  action: permit\n", ios.IOS, 0, 0},
		{"prose", "There is nothing here.\nNothing at all.\n", ios.IOS, 0, 0},
		{"binary", "ip access-list extended A\x00", ios.IOS, 0, 0},
		{"empty", " \n", ios.IOS, 0, 0},
	} {
		d, score := ios.Sniff([]byte(tt.content))
		if d != tt.want || score < tt.least || score > tt.most {
			t.Errorf("%s: %s %d, want %s %d to %d", tt.name, d, score, tt.want, tt.least, tt.most)
		}
	}
}

// TestSniffCorpora detects the dialect of real and generated files, and none in
// files of other languages.
func TestSniffCorpora(t *testing.T) {
	root := testshared.Dir(t, "corpora")
	// likeOther are files that their first lines do not tell apart.
	likeOther := map[string]ios.Dialect{
		"aclIos":                   "",       // its only list is written as on an ASA
		"ios-object-group-ip-port": ios.NXOS, // port groups are of NX-OS
	}
	ours := make(map[string]bool)
	for _, c := range corpora {
		err := filepath.WalkDir(filepath.Join(root, c.dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !c.file.MatchString(path) {
				return err
			}
			ours[path] = true
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			want := c.dialect
			if other, ok := likeOther[filepath.Base(path)]; ok {
				want = other
			}
			if got, score := ios.Sniff(content); got != want && want != "" || score == 0 && want != "" {
				t.Errorf("%s: %s %d, want %s", strings.TrimPrefix(path, root), got, score, want)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || ours[path] {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if got, score := ios.Sniff(content); score >= 50 {
			t.Errorf("%s: %s %d, want none", strings.TrimPrefix(path, root), got, score)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
