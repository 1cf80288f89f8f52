package app_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"sitegroup.mx/crm/app"
)

// relayRun is a relay as an operator starts it.
type relayRun struct {
	addr, said string
	stop       func() int
	log        *bytes.Buffer // to be read once it has stopped
}

var relayAnswers = regexp.MustCompile(`responde en (\S+)\n`)

func startRelay(t *testing.T, dir string, args ...string) *relayRun {
	t.Helper()
	in, out := io.Pipe()
	var log bytes.Buffer
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan int, 1)
	go func() {
		code := app.Run(ctx, append([]string{"relay", "--data", dir, "--addr", "127.0.0.1:0"}, args...), app.IO{
			In: strings.NewReader(""), Out: out, Err: &log, Env: func(string) string { return "" },
		})
		_ = out.Close()
		ended <- code
	}()
	r := &relayRun{stop: func() int { cancel(); return <-ended }, log: &log}
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatalf("the relay ended with %d: %s", r.stop(), log.String())
		}
		r.said += line
		if match := relayAnswers.FindStringSubmatch(line); match != nil {
			r.addr = match[1]
			break
		}
	}
	go io.Copy(io.Discard, lines) //nolint:errcheck // until the relay ends
	t.Cleanup(cancel)
	return r
}

func doctor(url string) (code int, said string) {
	var out bytes.Buffer
	code = app.Run(context.Background(), []string{"doctor", "--relay", url}, app.IO{
		In: strings.NewReader(""), Out: &out, Err: &out, Env: func(string) string { return "" },
	})
	return code, out.String()
}

func TestRelay_StartsAnswersAndStops(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "relevo")
	metrics := freePort(t)
	r := startRelay(t, dir, "--url", "http://127.0.0.1", "--metrics-addr", metrics)
	token, err := os.ReadFile(filepath.Join(dir, "admission.txt"))
	if err != nil || len(strings.TrimSpace(string(token))) < 26 || !strings.Contains(r.said, strings.TrimSpace(string(token))) {
		t.Errorf("the token %q was not said: %q, %v", token, r.said, err)
	}
	for _, name := range []string{"admission.txt", "relay.db"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
	code, said := doctor("http://" + r.addr)
	if code != 0 || !strings.Contains(said, "recibe avisos") || !strings.Contains(said, "Reloj") {
		t.Errorf("doctor: %d %s", code, said)
	}
	answer, err := http.Get("http://" + metrics + "/")
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	if err != nil || !strings.Contains(string(text), "sitegroup_relay_hosts 0") {
		t.Errorf("metrics: %s, %v", text, err)
	}
	var second bytes.Buffer
	if code := app.Run(t.Context(), []string{"relay", "--data", dir, "--addr", "127.0.0.1:0", "--url", "http://127.0.0.1"}, app.IO{
		In: strings.NewReader(""), Out: &second, Err: &second, Env: func(string) string { return "" },
	}); code != 1 || !strings.Contains(second.String(), "Otro relevo") {
		t.Errorf("a second one on the same folder: %d %s", code, second.String())
	}
	if code := r.stop(); code != 0 {
		t.Errorf("it ended with %d", code)
	}
	again := startRelay(t, dir, "--url", "http://127.0.0.1")
	if strings.Contains(again.said, strings.TrimSpace(string(token))) {
		t.Error("the token was said again")
	}
	if code := again.stop(); code != 0 {
		t.Errorf("it ended with %d", code)
	}
}

// certify writes an invented certificate for this computer.
func certify(t *testing.T, cert, key string, serial int64) *x509.Certificate {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "relevo"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(60 * 24 * time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &k.PublicKey, k)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	for path, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func TestRelay_OwnCertificate(t *testing.T) {
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	own := certify(t, cert, key, 7)
	r := startRelay(t, filepath.Join(dir, "relevo"), "--url", "https://127.0.0.1", "--cert", cert, "--cert-key", key)
	trusted := x509.NewCertPool()
	trusted.AddCert(own)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trusted}, ForceAttemptHTTP2: true}}
	answer, err := client.Get("https://" + r.addr + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != 200 || answer.ProtoMajor != 1 {
		t.Errorf("%d over HTTP/%d", answer.StatusCode, answer.ProtoMajor)
	}
	if code, said := doctor(fmt.Sprintf("https://%s", r.addr)); code != 1 || !strings.Contains(said, "Certificado") || !strings.Contains(said, "mal") {
		t.Errorf("a certificate that nobody trusts: %d %s", code, said)
	}
	if code := r.stop(); code != 0 {
		t.Errorf("it ended with %d", code)
	}
}

// The operator who waits for a certificate has nothing but the log.
func TestRelay_SaysWhyThereIsNoCertificate(t *testing.T) {
	r := startRelay(t, t.TempDir(), "--url", "https://relevo.ejemplo.mx", "--acme", "--acme-http", freePort(t), "--acme-directory", "http://127.0.0.1:1/nobody")
	for _, name := range []string{"relevo.ejemplo.mx", "relevo.ejemplo.mx", "otro.ejemplo.mx"} {
		c, err := tls.Dial("tcp", r.addr, &tls.Config{ServerName: name}) //nolint:gosec // it does not come about
		if err == nil {
			_ = c.Close()
			t.Errorf("%s has a certificate", name)
		}
	}
	if code := r.stop(); code != 0 {
		t.Errorf("it ended with %d", code)
	}
	if log := r.log.String(); strings.Count(log, "there is no certificate") != 1 || !strings.Contains(log, "127.0.0.1:1") || strings.Contains(log, "otro") {
		t.Errorf("log = %s", log)
	}
}

// Port 80 is open to everybody as well: who floods it must not take what the relay's own connections need.
func TestRelay_TheDoorForACMEIsBounded(t *testing.T) {
	door := freePort(t)
	r := startRelay(t, t.TempDir(), "--url", "https://relevo.ejemplo.mx", "--acme", "--acme-http", door, "--acme-directory", "http://127.0.0.1:1/nobody", "--trusted-proxy", "10.0.0.0/8")
	var kept []net.Conn
	for range 30 {
		c, err := net.Dial("tcp", door)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close() //nolint:errcheck // whatever became of it
		kept = append(kept, c)
	}
	closed := 0
	for _, c := range kept {
		if err := c.SetReadDeadline(time.Now().Add(200 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			closed++
		}
	}
	if closed != 10 {
		t.Errorf("%d of 30 connections of one address were closed", closed)
	}
	if code := r.stop(); code != 0 {
		t.Errorf("it ended with %d", code)
	}
}

func TestRelay_DoctorKnowsARelay(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	other := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })} //nolint:gosec // of a test
	go other.Serve(l)                                                                                                        //nolint:errcheck // until it is closed
	defer other.Close()                                                                                                      //nolint:errcheck // the test's end
	if code, said := doctor("http://" + l.Addr().String()); code != 1 || !strings.Contains(said, "no es un relevo") {
		t.Errorf("doctor: %d %s", code, said)
	}
}
