package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"sitegroup.mx/crm/store/mutant"
)

// Who undoes on a computer that is away cannot know what others have made of it meanwhile. The host does: an undo takes back what
// its transaction wrote while that stands, and is refused where somebody else has written since, as it would be if it were made
// here. An undo that only had the later clock would put a value back that nobody has chosen over one that somebody has.

// inverseOp is what an undo may write.
type inverseOp struct {
	entity, row, field string
	value              json.RawMessage
}

func (in inverseOp) of(op *Op) bool {
	return in.entity == op.Entity && in.row == op.Row && in.field == op.Field && bytes.Equal(in.value, op.Value)
}

// pushUndo finds out what the undo of a transaction may write: the inverse of what that transaction did, if nobody has
// changed it since. What else such a transaction writes is decided as any other op.
func (tx *Tx) pushUndo(p *PushedTx) error {
	if err := tx.readTaken(uuid.UUID(p.Undoes)); err != nil {
		return err
	}
	deeds, err := tx.deedsOf(uuid.UUID(p.Undoes))
	for _, d := range deeds {
		if err == nil {
			err = tx.unchanged(uuid.UUID(p.Undoes), d)
		}
	}
	switch {
	case errors.Is(err, ErrNothingToUndo), errors.Is(err, ErrChangedSince):
		return nil
	case err != nil:
		return err
	}
	tx.undoes = p.Undoes[:]
	for _, d := range deeds {
		if d.created {
			tx.inverse = append(tx.inverse, inverseOp{d.entity, d.row, fieldDeleted, json.RawMessage("1")})
			continue
		}
		for _, f := range d.fields {
			tx.inverse = append(tx.inverse, inverseOp{d.entity, d.row, f.name, f.before})
		}
	}
	return nil
}

// takenKey names a field that an undo takes back; field is "" for the creation of a row.
type takenKey struct{ entity, row, field string }

// taken is what the transaction that an undo is about wrote into a field.
type taken struct {
	value   []byte
	applied bool
	n, rev  int64
}

// readTaken notes what a transaction wrote, however it was settled. Of one that the log does not hold nothing is known.
func (tx *Tx) readTaken(id uuid.UUID) error {
	tx.takes, tx.taken = id, map[takenKey]taken{}
	tx.s.guard.enter()
	defer tx.s.guard.leave()
	rows, err := tx.s.st.wroteOfTx.QueryContext(context.Background(), id[:])
	if err != nil {
		return fmt.Errorf("read what an undo takes back: %w", explain(err))
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	for rows.Next() {
		var k takenKey
		var t taken
		if err := rows.Scan(&t.n, &k.entity, &k.row, &k.field, &t.value, &t.applied, &t.rev); err != nil {
			return fmt.Errorf("read what an undo takes back: %w", err)
		}
		tx.taken[k] = t
	}
	return explain(rows.Err())
}

// overtaken reports whether an op of an undo would write over what somebody else has made of the field, or of the row that it
// would remove. What stands as the undo would have it anyway is nobody's loss.
func (tx *Tx) overtaken(e *entity, op *Op, stands, wanted any) (bool, error) {
	if len(tx.taken) == 0 || stands == wanted || mutant.On(mutant.UndoIsAnEdit) {
		return false, nil
	}
	if t, ok := tx.taken[takenKey{op.Entity, op.Row, op.Field}]; ok {
		if !t.applied {
			return true, nil // what it takes back has never stood
		}
		was, err := readValue(&e.columns[e.index[op.Field]], t.value)
		return err == nil && was != stands, err
	}
	if t, ok := tx.taken[takenKey{op.Entity, op.Row, ""}]; ok && t.applied && op.Field == fieldDeleted {
		return tx.touchedByOthers(&deed{entity: op.Entity, row: op.Row, first: t.n, rev: t.rev, created: true})
	}
	return false, nil
}

// touchedByOthers reports whether another computer has written to a row since it was made, or added a row under it.
func (tx *Tx) touchedByOthers(d *deed) (bool, error) {
	if err := tx.flush(); err != nil {
		return false, err
	}
	later, err := tx.later(tx.takes, d, d.first, nil)
	if err != nil {
		return false, err
	}
	left, _ := remaining(tx.takes, later)
	if slices.ContainsFunc(left, func(l laterTx) bool { return l.device != tx.req.author.Device }) {
		return true, nil
	}
	err = tx.nothingAdded(tx.takes, d, tx.req.author.Device)
	if errors.Is(err, ErrChangedSince) {
		return true, nil
	}
	return false, err
}
