package app

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"

	"sitegroup.mx/crm/backend/fault"
)

// tlsSource is where the relay's certificate comes from; nil where a proxy before it has one.
type tlsSource struct {
	config *tls.Config
	acme   *autocert.Manager
	name   string // that ACME certifies
}

// certificates reads what the flags say of the certificate.
func (o relayOptions) certificates(cache string, log logrus.FieldLogger) (*tlsSource, error) {
	// No HTTP/2: a websocket needs HTTP/1.1, and nothing else here gains from it.
	config := &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}
	switch {
	case o.acme:
		u, err := url.Parse(o.url)
		if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.Port() != "" {
			return nil, fault.New("relay.acme_needs_https")
		}
		m := &autocert.Manager{
			Prompt: autocert.AcceptTOS, Cache: autocert.DirCache(cache), HostPolicy: autocert.HostWhitelist(u.Hostname()), Email: o.acmeEmail,
		}
		if o.acmeDirectory != "" {
			m.Client = &acme.Client{DirectoryURL: o.acmeDirectory}
		}
		config.GetCertificate = sayWhy(m.GetCertificate, u.Hostname(), log)
		config.NextProtos = append(config.NextProtos, acme.ALPNProto)
		return &tlsSource{config, m, u.Hostname()}, nil
	case o.cert != "" || o.certKey != "":
		p := &pemPair{cert: o.cert, key: o.certKey, log: log}
		if _, err := p.get(nil); err != nil {
			return nil, fault.Wrap(err, "relay.certificate_file", "path", o.cert)
		}
		config.GetCertificate = p.get
		return &tlsSource{config: config}, nil
	}
	return nil, nil
}

// sayEvery is how often the log says that there is no certificate.
const sayEvery = time.Minute

// sayWhy has the log say why there is no certificate for the relay's own name: net/http takes that for a stranger's mistake.
func sayWhy(get func(*tls.ClientHelloInfo) (*tls.Certificate, error), name string, log logrus.FieldLogger) func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	var mu sync.Mutex
	var said time.Time
	return func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		c, err := get(hello)
		if err == nil || !strings.EqualFold(hello.ServerName, name) {
			return c, err
		}
		mu.Lock()
		defer mu.Unlock()
		if time.Since(said) >= sayEvery {
			said = time.Now()
			log.WithError(err).Error("there is no certificate")
		}
		return c, err
	}
}

// fetch has ACME's certificate ready before the first who needs it, so that the operator learns at once how that goes.
func (t *tlsSource) fetch(log logrus.FieldLogger) {
	if t == nil || t.acme == nil {
		return
	}
	hello := &tls.ClientHelloInfo{ServerName: t.name, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}} // what is of elliptic curves
	if c, err := t.config.GetCertificate(hello); err == nil {
		log.WithField("until", c.Leaf.NotAfter).Info("the certificate is here")
	}
}

// challengeAddr is where ACME asks whether the name is ours; empty where nobody asks.
func (t *tlsSource) challengeAddr(o relayOptions) string {
	if t == nil || t.acme == nil {
		return ""
	}
	return o.acmeHTTP
}

// challenges answers ACME, and sends everybody else to the address with a certificate.
func (t *tlsSource) challenges() http.Handler {
	if t == nil || t.acme == nil {
		return nil
	}
	return t.acme.HTTPHandler(nil)
}

// pemPair is a certificate in files that somebody else renews.
type pemPair struct {
	cert, key string
	log       logrus.FieldLogger

	mu      sync.Mutex
	looked  time.Time
	changed time.Time
	now     *tls.Certificate
}

// get is tls.Config.GetCertificate. It looks at the files once a minute; what cannot be read leaves the certificate before.
func (p *pemPair) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.now != nil && time.Since(p.looked) < time.Minute {
		return p.now, nil
	}
	p.looked = time.Now()
	err := p.load()
	if p.now == nil {
		return nil, err
	}
	if err != nil {
		p.log.WithError(err).Error("the certificate was not read again")
	}
	return p.now, nil
}

func (p *pemPair) load() error {
	info, err := os.Stat(p.cert)
	if err != nil {
		return fmt.Errorf("read certificate: %w", err)
	}
	if p.now != nil && info.ModTime().Equal(p.changed) {
		return nil
	}
	pair, err := tls.LoadX509KeyPair(p.cert, p.key)
	if err != nil {
		return fmt.Errorf("read certificate: %w", err)
	}
	p.now, p.changed = &pair, info.ModTime()
	return nil
}
