package field

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// Meta is a simulated one, in a process of its own, with an invented page and one form.
type Meta struct {
	URL       string `json:"url"`
	AppID     string `json:"app_id"`
	AppSecret string `json:"app_secret"`
	Token     string `json:"token"`
	Page      string `json:"page"`

	form    string
	process *Process
	control Client
}

var jsonLine = regexp.MustCompile(`^\{.*\}$`)

// StartMeta starts one.
func StartMeta(ctx context.Context, p Program) (*Meta, error) {
	process, err := p.Start("Meta", "graphsim", "--language", "en")
	if err != nil {
		return nil, err
	}
	m := &Meta{process: process}
	line, err := process.Says(ctx, jsonLine)
	if err == nil {
		err = json.Unmarshal([]byte(line), m)
	}
	if err != nil {
		process.Discard()
		return nil, err
	}
	m.control = Client{URL: m.URL + "/_control", HTTP: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
	var form struct{ ID string }
	err = m.control.Must(ctx, "POST", "/forms", map[string]any{"page": m.Page, "name": "Bosques del Encino", "questions": []map[string]string{
		{"type": "FULL_NAME", "key": "full_name"}, {"type": "PHONE", "key": "phone_number"},
	}}, &form)
	m.form = form.ID
	if err != nil {
		process.Discard()
		return nil, err
	}
	return m, nil
}

// Lead is somebody who has filled in the form. The n-th has the same id and name in every run, and a phone of their own.
type Lead struct {
	ID, Name string
	n        int
}

// LeadOf is the n-th, from 0.
func LeadOf(n int) Lead {
	return Lead{fmt.Sprint(900_000_000_000 + n), fmt.Sprintf("Persona %07d", n), n}
}

// Fill has somebody fill in the form, of which Meta tells nobody: see Tell.
func (m *Meta) Fill(ctx context.Context, l Lead) error {
	return m.control.Must(ctx, "POST", "/leads", map[string]any{
		"form": m.form, "id": l.ID, "quiet": true,
		"answers": map[string][]string{"full_name": {l.Name}, "phone_number": {fmt.Sprintf("+5255%08d", 10_000_000+l.n)}},
	}, nil)
}

// HideLists has Meta answer every list of leads with an error from now on: what webhooks do not bring is found by nobody.
func (m *Meta) HideLists(ctx context.Context) error {
	return m.control.Must(ctx, "POST", "/faults", map[string]any{"edge": "leads", "times": -1, "status": 500, "code": 2, "message": "Service temporarily unavailable"}, nil)
}

// Tell calls the office's callback with leads, signed, as Meta does, and returns the status; 0 when there was no answer.
func (m *Meta) Tell(ctx context.Context, c *http.Client, callback string, leads ...Lead) int {
	now := time.Now().Unix()
	changes := make([]string, len(leads))
	for i, l := range leads {
		changes[i] = fmt.Sprintf(`{"field":"leadgen","value":{"leadgen_id":"%s","page_id":"%s","form_id":"%s","created_time":%d}}`, l.ID, m.Page, m.form, now)
	}
	body := fmt.Appendf(nil, `{"object":"page","entry":[{"id":"%s","time":%d,"changes":[%s]}]}`, m.Page, now, strings.Join(changes, ","))
	mac := hmac.New(sha256.New, []byte(m.AppSecret))
	mac.Write(body)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, callback, bytes.NewReader(body))
	if err != nil {
		return 0
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	answer, err := c.Do(r)
	if err != nil {
		return 0
	}
	_ = answer.Body.Close() // its status says everything
	return answer.StatusCode
}

// Stop ends it.
func (m *Meta) Stop() { m.process.Discard() }
