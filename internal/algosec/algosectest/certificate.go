package algosectest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"sync"
	"time"
)

// certificate returns the authority and the certificate of this process, which
// are the same for all servers: making them takes longer than most tests.
var certificate = map[bool]func() (tls.Certificate, string, error){
	false: once(false),
	true:  once(true),
}

func once(expired bool) func() (tls.Certificate, string, error) {
	type pair struct {
		cert tls.Certificate
		ca   string
	}
	made := sync.OnceValues(func() (pair, error) {
		cert, ca, err := makeCertificate(expired)
		return pair{cert, ca}, err
	})
	return func() (tls.Certificate, string, error) {
		p, err := made()
		return p.cert, p.ca, err
	}
}

// makeCertificate makes an authority and a certificate for the loopback addresses
// that it signed. It returns the authority's as PEM.
func makeCertificate(expired bool) (tls.Certificate, string, error) {
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, "", err
	}
	now := time.Now()
	ca := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "algosectest authority"},
		NotBefore:             now.AddDate(-1, 0, 0),
		NotAfter:              now.AddDate(1, 0, 0),
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign,
	}
	caDER, err := x509.CreateCertificate(rand.Reader, ca, ca, &caKey.PublicKey, caKey)
	if err != nil {
		return tls.Certificate{}, "", err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, "", err
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2),
		Subject:      pkix.Name{CommonName: "algosectest"},
		NotBefore:    now.AddDate(0, -6, 0),
		NotAfter:     now.AddDate(0, 6, 0),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
		DNSNames:     []string{"localhost"},
	}
	if expired {
		leaf.NotAfter = now.AddDate(0, 0, -1)
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, ca, &key.PublicKey, caKey)
	if err != nil {
		return tls.Certificate{}, "", err
	}
	pemCA := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: caDER})
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, string(pemCA), nil
}
