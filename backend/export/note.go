package export

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/store"
)

// Every export leaves a row of the table export: who took how much of which list away, narrowed how, and why. It is a row like any
// other, so that what a seller takes away offline reaches the office's history. Names and phones that somebody searched for do not
// stand there.

// noteBegin makes the row before anything is handed out, and with it the export's id.
func (s *Service) noteBegin(tx *store.Tx, j *job) error {
	own, err := uuid.Parse(tx.NewID())
	if err != nil {
		return fmt.Errorf("name an export: %w", err)
	}
	j.ID = j.viewer.UserID + "." + base64.RawURLEncoding.EncodeToString(own[:])
	keys := make([]string, len(j.request.Heads))
	for i, h := range j.request.Heads {
		keys[i] = h.Key
	}
	columns, err := json.Marshal(keys)
	if err != nil {
		return err
	}
	filter, err := json.Marshal(j.request.noted())
	if err != nil {
		return err
	}
	return tx.Create("export", j.ID, store.Row{
		"user_id": j.viewer.UserID, "list": j.request.Source.ID, "form": j.request.Form, "filter": string(filter), "columns": string(columns),
		"reason": j.request.Reason, "created_at": clock.Format(tx.Now()), // how many rows is known at its end
	})
}

// noteEnd tells how it ended, and how many rows were really written. A computer that has been emptied meanwhile has no row any more.
func (s *Service) noteEnd(ctx context.Context, j *job) error {
	s.mu.Lock()
	state := j.Job
	s.mu.Unlock()
	_, err := s.store.Write(ctx, j.viewer.Author(), func(tx *store.Tx) error {
		return tx.Set("export", state.ID, store.Row{
			"state": state.State, "rows": state.Rows, "left_out": state.LeftOut, "ended_at": clock.Format(tx.Now()),
		})
	})
	if err != nil && !errors.Is(err, store.ErrNoRow) {
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
