package export

import (
	"context"
	"fmt"
	"slices"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/store"
)

// What the audit trail calls exports: who took how much of which list away, narrowed how, and why. Names and phones that
// somebody searched for do not stand there.
const (
	actionBegun = "export.begun"
	actionEnded = "export." // and the state
)

// noteBegin leaves a line before anything is handed out.
func (s *Service) noteBegin(tx *store.Tx, j *job) error {
	keys := make([]string, len(j.request.Heads))
	for i, h := range j.request.Heads {
		keys[i] = h.Key
	}
	return account.Audit(tx, j.viewer.UserID, actionBegun, j.ID, map[string]any{
		"list": j.request.Source.ID, "form": j.request.Form, "filter": j.request.noted(), "columns": keys, "reason": j.request.Reason, "rows": j.Total,
	})
}

// noteEnd tells how it ended, and how many rows were really written.
func (s *Service) noteEnd(ctx context.Context, j *job) error {
	s.mu.Lock()
	state := j.Job
	s.mu.Unlock()
	_, err := s.store.Write(ctx, j.viewer.Author(), func(tx *store.Tx) error {
		return account.Audit(tx, j.viewer.UserID, actionEnded+state.State, state.ID, map[string]any{
			"list": j.request.Source.ID, "rows": state.Rows, "left_out": state.LeftOut,
		})
	})
	if err != nil {
		return fmt.Errorf("note an export: %w", err)
	}
	return nil
}

// noted is the filter as it may be kept: the values of codes, and of the rest that they were there.
func (r Request) noted() map[string]string {
	out := map[string]string{}
	for name, value := range r.Filter {
		switch {
		case value == "":
		case slices.Contains(r.Source.Coded, name):
			out[name] = value
		default:
			out[name] = "*"
		}
	}
	return out
}
