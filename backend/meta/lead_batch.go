package meta

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
)

// BatchLimit is how many calls one batch holds (Meta, Batch requests). Each still counts as a call.
const BatchLimit = 50

// batchTries is how often an item without an answer is asked again within one LeadBatch.
const batchTries = 3

// LeadResult is the outcome for one lead of a batch.
type LeadResult struct {
	ID   ID
	Lead Lead
	// Err is an *Error, or nil.
	Err error
}

// LeadBatch reads many leads, up to 50 in one call, and returns one result for each id in the order asked. Leads fail one
// by one; the returned error means that nothing more could be asked, and results so far are returned with it.
func (c *Client) LeadBatch(ctx context.Context, token Token, leads []ID) ([]LeadResult, error) {
	const op = "read leads"
	if err := needIDs(op, leads...); err != nil {
		return nil, err
	}
	results := make([]LeadResult, len(leads))
	full := make([]int, len(leads)) // to be read with every field
	var narrow []int                // to be read without the ad fields
	for i, id := range leads {
		results[i] = LeadResult{ID: id, Err: failure(op, ClassRetry, AdviceTemporary, "no answer in the batch")}
		full[i] = i
	}
	for try := 0; try < batchTries && len(full)+len(narrow) > 0; try++ {
		unanswered, refused, err := c.leadRound(ctx, token, LeadFields, full, results)
		if err != nil {
			return results, err
		}
		full = unanswered
		if narrow, _, err = c.leadRound(ctx, token, leadFields, append(narrow, refused...), results); err != nil {
			return results, err
		}
	}
	return results, nil
}

// leadRound asks once for each of the results at open, 50 in a call. It returns those without an answer and those that
// were refused for their ad fields.
func (c *Client) leadRound(ctx context.Context, token Token, list string, open []int, results []LeadResult) (unanswered, refused []int, err error) {
	for start := 0; start < len(open); start += BatchLimit {
		part := open[start:min(start+BatchLimit, len(open))]
		silent, err := c.halvedBatch(ctx, token, list, part, results)
		if err != nil {
			return nil, nil, err
		}
		unanswered = append(unanswered, silent...)
		for _, i := range part {
			var e *Error
			if errors.As(results[i].Err, &e) && dropAdFields(fields(list), e) {
				refused = append(refused, i)
			}
		}
	}
	return unanswered, refused, nil
}

// halvedBatch asks for part, and where the answer is too much for Meta or for us, for each half of it: one enormous lead
// then fails alone.
func (c *Client) halvedBatch(ctx context.Context, token Token, list string, part []int, results []LeadResult) ([]int, error) {
	silent, err := c.leadBatch(ctx, token, list, part, results)
	var e *Error
	if !errors.As(err, &e) || !isTooMuch(e) {
		return silent, err
	}
	if len(part) == 1 {
		if e.Advice == AdviceTooLarge {
			results[part[0]].Err = err
			return nil, nil
		}
		return nil, err
	}
	for _, half := range [][]int{part[:len(part)/2], part[len(part)/2:]} {
		rest, err := c.halvedBatch(ctx, token, list, half, results)
		if err != nil {
			return nil, err
		}
		silent = append(silent, rest...)
	}
	return silent, nil
}

type batchCall struct {
	Method string `json:"method"`
	URL    string `json:"relative_url"`
}

type batchAnswer struct {
	Code int    `json:"code"`
	Body string `json:"body"`
}

// leadBatch asks for the results at part, fills them in, and returns those that got no answer.
func (c *Client) leadBatch(ctx context.Context, token Token, list string, part []int, results []LeadResult) ([]int, error) {
	k := call{op: "read leads", method: http.MethodPost, path: "/", token: token, mixed: true}
	calls := make([]batchCall, len(part))
	for n, i := range part {
		query := fields(list)
		if c.secret != "" {
			query.Set("appsecret_proof", token.Proof(c.secret))
		}
		calls[n] = batchCall{http.MethodGet, c.version + "/" + string(results[i].ID) + "?" + query.Encode()}
	}
	text, err := json.Marshal(calls)
	if err != nil {
		return nil, fmt.Errorf("encode batch: %w", err)
	}
	k.form = url.Values{"include_headers": {"false"}, "batch": {string(text)}}
	var answers []*batchAnswer
	if err := c.fetch(ctx, k, &answers); err != nil {
		return nil, err
	}
	var unanswered []int
	for n, i := range part {
		if n >= len(answers) || answers[n] == nil {
			unanswered = append(unanswered, i)
			continue
		}
		results[i] = c.batchResult(k, results[i].ID, answers[n])
		results[i].Lead.WithoutAds = results[i].Err == nil && list == leadFields
	}
	return unanswered, nil
}

// batchResult judges one item like an answer of its own, throttling included.
func (c *Client) batchResult(k call, id ID, a *batchAnswer) LeadResult {
	k.op = "read lead"
	if err := c.judge(k, a.Code, []byte(a.Body)); err != nil {
		c.note(k, usage{}, err)
		return LeadResult{ID: id, Err: err}
	}
	l := ParseLead([]byte(a.Body))
	if l.Defect == DefectID {
		l.ID, l.Defect = id, DefectAnswers
	}
	return LeadResult{ID: id, Lead: l}
}
