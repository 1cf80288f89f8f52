package graphsim

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"

	"sitegroup.mx/crm/backend/meta"
)

// appSubscriptions is the first switch: the app's callback. It needs the app's token.
func (s *Sim) appSubscriptions(c *caller) (any, *apiError) {
	app := c.route.app
	if c.token.Kind != meta.TokenApp || c.token.App != app.ID {
		return nil, oauth(http.StatusBadRequest, 15, 0, "(#15) This method must be called with an app access_token.")
	}
	switch c.method {
	case http.MethodPost:
		return s.subscribeApp(c, app)
	case http.MethodDelete:
		app.hook = nil
		return ok(), nil
	}
	list := []object{}
	if h := app.hook; h != nil {
		fields := []object{}
		for _, f := range h.fields {
			fields = append(fields, object{{"name", f}, {"version", newestVersion}})
		}
		list = append(list, object{{"object", "page"}, {"callback_url", h.callback}, {"active", h.active}, {"fields", fields}})
	}
	return object{{"data", list}}, nil
}

// subscribeApp asks the callback first and keeps it only if it returns the challenge.
func (s *Sim) subscribeApp(c *caller, app *App) (any, *apiError) {
	callback, verify := c.params.Get("callback_url"), c.params.Get("verify_token")
	fields := splitFields(c.params.Get("fields"))
	if c.params.Get("object") != "page" || callback == "" || fields == nil {
		return nil, invalidParameter("The parameters object, callback_url and fields are required")
	}
	s.mu.Unlock() // the callback may call us
	problem := s.challenge(callback, verify)
	s.mu.Lock()
	if problem != "" {
		return nil, oauth(http.StatusBadRequest, 2200, 0, "(#2200) Callback verification failed with the following errors: "+problem)
	}
	if h := app.hook; h != nil {
		for _, f := range h.fields {
			if !slices.Contains(fields, f) {
				fields = append(fields, f)
			}
		}
	}
	app.hook = &subscription{
		callback: callback, verify: verify, fields: fields, values: c.params.Get("include_values") == "true", active: true,
	}
	return ok(), nil
}

// challenge makes the verification request and returns what was wrong with the answer, or "".
func (s *Sim) challenge(callback, verify string) string {
	u, err := url.Parse(callback)
	if err != nil || u.Host == "" {
		return "the address cannot be parsed"
	}
	const number = "1158201444"
	query := u.Query()
	query.Set("hub.mode", "subscribe")
	query.Set("hub.challenge", number)
	query.Set("hub.verify_token", verify)
	u.RawQuery = query.Encode()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, u.String(), nil)
	if err != nil {
		return "the address cannot be parsed"
	}
	res, err := s.http.Do(req)
	if err != nil {
		return "no answer"
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(res.Body, 1024))
	if err != nil || res.StatusCode != http.StatusOK || string(body) != number {
		return fmt.Sprintf("HTTP Status Code = %d; the challenge was not returned", res.StatusCode)
	}
	return ""
}
