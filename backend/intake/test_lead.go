package intake

import (
	"context"
	"errors"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/store"
)

// takeBackTests takes leads back that Meta lists as tests and that were taken for real while it kept silent: their prospects
// go, as if they had never come. One that somebody has worked on since stays, and its history says what it is.
func (s *Service) takeBackTests(ctx context.Context, ids []string) error {
	for _, id := range ids {
		l, ok, err := findLine(s.store.Read(), id)
		if err != nil {
			return err
		}
		if !ok || l.State != StateRegistered && l.State != StateLinked {
			continue
		}
		if err := s.takeBackTest(ctx, l); err != nil {
			return fmt.Errorf("take test lead %s back: %w", id, err)
		}
	}
	return nil
}

func (s *Service) takeBackTest(ctx context.Context, l line) error {
	log := s.log.WithFields(logrus.Fields{"lead_id": l.LeadID, "state": string(StateTest)})
	txID, err := s.store.CreatedBy(ctx, store.Ref{Entity: "submission", Row: l.SubmissionID})
	if err != nil {
		return err
	}
	_, err = s.store.UndoAround(ctx, store.System, txID, func(tx *store.Tx, rows []store.Ref, reverse func() error) error {
		if err := reverse(); err != nil {
			return err
		}
		if err := s.crm.FollowUndo(tx, rows); err != nil {
			return err
		}
		_, err := tx.Exec(`UPDATE lead SET state = {:test}, payload = NULL WHERE lead_id = {:id}`,
			dbx.Params{"test": string(StateTest), "id": l.LeadID})
		tx.AfterCommit(s.hooks.tellStatus)
		return wrap("mark the line", err)
	})
	switch {
	case errors.Is(err, store.ErrChangedSince), errors.Is(err, store.ErrNothingToUndo):
		var marked store.Commit
		marked, err = s.store.Write(ctx, store.System, func(tx *store.Tx) error {
			return s.crm.MarkTest(tx, l.ProspectID, l.SubmissionID)
		})
		if marked.TxID != "" { // Meta names it each time
			log.Info("lead is a test that was worked on; its history says so")
		}
	case err == nil:
		log.Info("test lead taken back")
	}
	return err
}
