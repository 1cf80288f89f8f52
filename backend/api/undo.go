package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"sitegroup.mx/crm/backend/office"
	"sitegroup.mx/crm/backend/office/wire"
	"sitegroup.mx/crm/store"
)

// UndoRequest names what to take back.
type UndoRequest struct {
	TxID string `json:"tx_id" maxLength:"64"`
}

// undoOnHost is where a member has the host take back what only the host did.
const undoOnHost = "/api/undo/host"

func (a *API) routeUndo() {
	handle(a, route{id: "undo", method: http.MethodPost, path: "/api/undo", summary: "Take a change back", access: user},
		func(ctx context.Context, c caller, input *in[UndoRequest]) (Changed, error) {
			commit, err := c.undo(ctx, input.Body.TxID)
			if c.office.Member != nil && errors.Is(err, store.ErrNothingToUndo) {
				return c.undoThere(ctx, input.Body)
			}
			return Changed{commit.TxID}, err
		})
	handle(a, route{id: "undo-on-host", method: http.MethodPost, path: undoOnHost, summary: "Take back what the host did for another computer", access: user, host: true},
		func(ctx context.Context, c caller, input *in[UndoRequest]) (Changed, error) {
			commit, err := c.undo(ctx, input.Body.TxID)
			return Changed{commit.TxID}, err
		})
}

// undoThere takes back what the host did when this computer asked it to, as when an administrator shares the tray out: the log
// of such a change is the host's alone.
func (c caller) undoThere(ctx context.Context, request UndoRequest) (Changed, error) {
	content, err := json.Marshal(request)
	if err != nil {
		return Changed{}, fmt.Errorf("encode undo: %w", err)
	}
	reply, err := c.office.Member.Call(ctx, &wire.Call{
		Method: http.MethodPost, Path: undoOnHost, ContentType: "application/json", Body: content,
	})
	if err != nil {
		return Changed{}, err
	}
	if reply.Status != http.StatusOK {
		p := &Problem{}
		if err := json.Unmarshal(reply.Body, p); err != nil {
			return Changed{}, fmt.Errorf("read the host's problem with an undo: %w", err)
		}
		return Changed{}, p
	}
	var done Changed
	if err := json.Unmarshal(reply.Body, &done); err != nil {
		return Changed{}, fmt.Errorf("read the host's answer to an undo: %w", err)
	}
	return done, nil
}

// undo takes a transaction back as the caller.
func (c caller) undo(ctx context.Context, txID string) (store.Commit, error) {
	commit, err := c.office.Store.UndoAround(ctx, c.viewer.Author(), txID, c.aroundUndo)
	var refused *store.RefusedError
	if errors.As(err, &refused) && refused.Reason == office.ReasonOutOfScope || errors.Is(err, store.ErrNoRow) {
		err = store.ErrNothingToUndo // it is somebody else's by now: for this viewer there is no such change
	}
	return commit, err
}

// aroundUndo keeps what the log does not know in step with an undo: accounts, turns and the ledger.
func (c caller) aroundUndo(tx *store.Tx, rows []store.Ref, reverse func() error) error {
	if handled, err := c.office.CRM.UndoMergeOf(tx, rows); handled || err != nil {
		return err
	}
	ours := func() error { return c.office.CRM.AroundUndo(tx, rows, reverse) }
	if err := c.office.Accounts.AroundUndo(tx, c.viewer, rows, ours); err != nil {
		return err
	}
	if err := c.office.CRM.FollowUndo(tx, rows); err != nil {
		return err
	}
	return c.office.Intake.FollowUndo(tx, rows)
}
