package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// Unaccepted lists the ops of a user that did not become what they meant and that they have not dismissed, newest first. What
// the host had already, from this very computer, is none of them.
func (s *Store) Unaccepted(ctx context.Context, user string) ([]Unaccepted, error) {
	rows, err := s.readDB.QueryContext(ctx, `
		SELECT op_id, tx_id, state, reason, entity, row_id, field, root_id, value, by_user, by_at, at, forgotten
		FROM outbox INDEXED BY outbox_shown
		WHERE state IN (2, 3)
		AND dismissed = 0
		AND NOT (state = 2 AND reason = '`+ReasonSame+`')
		AND user_id = ?
		ORDER BY n DESC
		LIMIT 1000`, user)
	if err != nil {
		return nil, fmt.Errorf("read what was not accepted: %w", explain(err))
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	var all []Unaccepted
	for rows.Next() {
		var u Unaccepted
		var op, tx, value []byte
		var byAt, at int64
		err := rows.Scan(&op, &tx, &u.Outcome, &u.Reason, &u.Entity, &u.Row, &u.Field, &u.Root, &value, &u.ByUser, &byAt, &at, &u.Forgotten)
		if err != nil {
			return nil, fmt.Errorf("read what was not accepted: %w", err)
		}
		u.OpID, u.TxID, u.Mine = uuidText(op), uuidText(tx), value
		u.At, u.ByAt = time.UnixMilli(at).UTC(), millis(sql.NullInt64{Int64: byAt})
		all = append(all, u)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read what was not accepted: %w", explain(err))
	}
	for i := range all {
		if err := s.standing(ctx, &all[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// standing reads what the field holds now.
func (s *Store) standing(ctx context.Context, u *Unaccepted) error {
	e := s.entities[u.Entity]
	if e == nil || u.Field == "" || u.Forgotten {
		return nil
	}
	at, ok := e.index[u.Field]
	if !ok {
		return nil
	}
	var v any
	err := s.readDB.QueryRowContext(ctx, "SELECT "+quote(u.Field)+" FROM "+quote(e.name)+" WHERE id = ?", u.Row).Scan(&v)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read %s of %s: %w", u.Field, e.name, explain(err))
	}
	if v, err = normal(&e.columns[at], v); err != nil {
		return err
	}
	u.Theirs = appendValue(nil, v)
	return nil
}

func uuidText(b []byte) string {
	id, err := uuid.FromBytes(b)
	if err != nil {
		return ""
	}
	return id.String()
}

// Dismiss takes ops off the list of what was not accepted.
func (s *Store) Dismiss(ctx context.Context, opIDs []string) error {
	_, err := s.Write(ctx, System, func(tx *Tx) error { return tx.dismissOps(opIDs) })
	if err != nil {
		return fmt.Errorf("dismiss: %w", err)
	}
	return nil
}

func (tx *Tx) dismissOps(opIDs []string) error {
	for _, text := range opIDs {
		id, err := uuid.Parse(text)
		if err != nil {
			continue
		}
		if err := tx.s.exec(tx.s.st.member.dismiss, id[:]); err != nil {
			return err
		}
	}
	return nil
}

// ApplyAgain writes what these ops meant once more, as a new transaction of a, and dismisses them. What was forgotten, or
// has no row any more, is only dismissed.
func (s *Store) ApplyAgain(ctx context.Context, a Author, opIDs []string) (Commit, error) {
	all, err := s.Unaccepted(ctx, a.User)
	if err != nil {
		return Commit{}, err
	}
	wanted := map[string]bool{}
	for _, id := range opIDs {
		wanted[id] = true
	}
	c, err := s.Write(ctx, a, func(tx *Tx) error {
		for i := len(all) - 1; i >= 0; i-- { // oldest first, as they were made
			if u := all[i]; wanted[u.OpID] && !u.Forgotten {
				if err := tx.writeAgain(u); err != nil {
					return err
				}
			}
		}
		return tx.dismissOps(opIDs)
	})
	if err != nil {
		return Commit{}, fmt.Errorf("apply again: %w", err)
	}
	return c, nil
}

func (tx *Tx) writeAgain(u Unaccepted) error {
	e := tx.s.entities[u.Entity]
	if e == nil || u.Mine == nil {
		return nil
	}
	if u.Field == "" {
		row, err := readRow(e, u.Mine)
		if err != nil {
			return err
		}
		err = tx.Create(u.Entity, u.Row, row)
		if errors.Is(err, ErrExists) {
			return nil
		}
		return err
	}
	at, ok := e.index[u.Field]
	if !ok {
		return nil
	}
	v, err := readValue(&e.columns[at], u.Mine)
	if err != nil {
		return err
	}
	err = tx.change(e, u.Row, Row{u.Field: v})
	if errors.Is(err, ErrNoRow) {
		return nil
	}
	return err
}
