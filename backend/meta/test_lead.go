package meta

import (
	"context"
	"encoding/json"
	"net/http"
)

// TestLeads lists the form's test leads (at most one, Meta says). It needs the page's token.
func (c *Client) TestLeads(ctx context.Context, pageToken Token, form ID) ([]Lead, error) {
	k := call{op: "list test leads", path: "/" + string(form) + "/test_leads", token: pageToken, query: fields(leadFields)}
	if err := needIDs(k.op, form); err != nil {
		return nil, err
	}
	var leads []Lead
	decode := func(raw json.RawMessage) (Lead, error) { return ParseLead(raw), nil }
	for l, err := range collect(ctx, c.walk(k), decode) {
		if err != nil {
			return nil, err
		}
		leads = append(leads, l)
	}
	return leads, nil
}

// CreateTestLead makes a test lead with dummy data, which sets off the real webhook. A form has at most one:
// AdviceTestLeadExists. It needs the page's token.
func (c *Client) CreateTestLead(ctx context.Context, pageToken Token, form ID) (ID, error) {
	k := call{op: "create test lead", method: http.MethodPost, path: "/" + string(form) + "/test_leads", token: pageToken}
	if err := needIDs(k.op, form); err != nil {
		return "", err
	}
	var made Identity
	if err := c.fetch(ctx, k, &made); err != nil {
		return "", err
	}
	if !made.ID.Valid() {
		return "", failure(k.op, ClassRetry, AdviceUnexpected, "answer without an id").with("code", 0)
	}
	return made.ID, nil
}

// DeleteTestLead deletes a test lead this app made. Real leads cannot be deleted this way.
func (c *Client) DeleteTestLead(ctx context.Context, pageToken Token, lead ID) error {
	k := call{op: "delete test lead", method: http.MethodDelete, path: "/" + string(lead), token: pageToken}
	if err := needIDs(k.op, lead); err != nil {
		return err
	}
	return c.expectSuccess(ctx, k)
}
