package field

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// Client speaks with a running program over HTTP.
type Client struct {
	// URL is where the program answers, without a slash at the end.
	URL string
	// Token signs calls; "" signs none.
	Token string
	// HTTP is how it is reached.
	HTTP *http.Client
}

// Ask sends body (nil for none) as JSON and decodes the answer into into (nil for not at all) if it is a good one. code is
// the fault's otherwise. An error says that there was no answer.
func (c Client) Ask(ctx context.Context, method, path string, body, into any) (status int, code string, err error) {
	var sent io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return 0, "", fmt.Errorf("encode body: %w", err)
		}
		sent = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(ctx, method, c.URL+path, sent)
	if err != nil {
		return 0, "", fmt.Errorf("make request: %w", err)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if c.Token != "" {
		r.Header.Set("Authorization", "Bearer "+c.Token)
	}
	answer, err := c.HTTP.Do(r)
	if err != nil {
		return 0, "", fmt.Errorf("%s %s: %w", method, path, err)
	}
	defer answer.Body.Close() //nolint:errcheck // read only
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, "", fmt.Errorf("%s %s: %w", method, path, err)
	}
	if answer.StatusCode >= 300 {
		var problem struct{ Code string }
		_ = json.Unmarshal(text, &problem) // what is no problem has no code
		return answer.StatusCode, problem.Code, nil
	}
	if into != nil {
		if err := json.Unmarshal(text, into); err != nil {
			return answer.StatusCode, "", fmt.Errorf("%s %s: %w in %s", method, path, err, text)
		}
	}
	return answer.StatusCode, "", nil
}

// Must is Ask that takes nothing but a good answer.
func (c Client) Must(ctx context.Context, method, path string, body, into any) error {
	status, code, err := c.Ask(ctx, method, path, body, into)
	if err == nil && status >= 300 {
		err = fmt.Errorf("%s %s: %d %s", method, path, status, code)
	}
	return err
}
