package crm

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// Provided returns a Service whose edits of what is there are made only if check finds nothing against them. It is asked in the
// transaction of the edit, before anything of it is written, so nobody writes in between.
func (s *Service) Provided(check func(*store.Tx) error) *Service {
	return &Service{store: s.store, clock: s.clock, log: s.log, provided: check}
}

// change runs one mutation as the viewer and names its transaction.
func (s *Service) change(ctx context.Context, v account.Viewer, fn func(*store.Tx) error) (Change, error) {
	c, err := s.store.Write(ctx, v.Author(), func(tx *store.Tx) error {
		if s.provided != nil {
			if err := s.provided(tx); err != nil {
				return err
			}
		}
		return fn(tx)
	})
	if err != nil {
		return Change{}, err
	}
	return Change{TxID: c.TxID}, nil
}

// held is a prospect under change.
type held struct {
	ID          string  `db:"id"`
	ContactID   string  `db:"contact_id"`
	OwnerID     string  `db:"owner_id"`
	StageID     string  `db:"stage_id"`
	Status      string  `db:"status"`
	Temperature string  `db:"temperature"`
	ReasonID    string  `db:"reason_id"`
	AttendedAt  *string `db:"attended_at"`
	Opposed     bool    `db:"opposed"` // the person asked not to be contacted
}

// heldColumns reads held.
const heldColumns = `
		SELECT p.id, p.contact_id, p.owner_id, p.stage_id, p.status, p.temperature, p.reason_id, p.attended_at,
			EXISTS (SELECT 1 FROM contact o WHERE o.id = p.contact_id AND o.opposed_at IS NOT NULL) AS opposed
		FROM prospect p`

// findProspect reads a prospect the viewer may see, inside the transaction that changes it.
func findProspect(tx *store.Tx, v account.Viewer, id string) (held, error) {
	var p held
	err := tx.Query().NewQuery(heldColumns + `
		WHERE p.id = {:id}
		AND` + seen).Bind(viewerParams(v, id)).One(&p)
	return p, orNotFound(err, CodeProspectNotFound)
}

// orNotFound turns "no row" into a fault.
func orNotFound(err error, code string) error {
	if errors.Is(err, sql.ErrNoRows) {
		return fault.New(code)
	}
	return err
}

// exists asks a query that selects one row or none.
func exists(tx *store.Tx, query string, p dbx.Params) (bool, error) {
	var one int
	err := tx.Query().NewQuery(query).Bind(p).Row(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// checkText trims a text a person typed and refuses one that is too long. Fault input.too_long, argument max.
func checkText(field, text string, longest int) (string, error) {
	text = strings.TrimSpace(text)
	if utf8.RuneCountInString(text) > longest {
		return "", fault.Invalid(field, "input.too_long", "max", longest)
	}
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return "", fault.Invalid(field, "input.invalid")
	}
	return text, nil
}

// checkInstant reads an instant as a person's program sent it; "" stays "".
func checkInstant(field, text string) (string, error) {
	if text == "" {
		return "", nil
	}
	at, err := clock.Parse(text)
	if err != nil {
		return "", &fault.Error{Code: "input.invalid", Field: field, Err: err}
	}
	if !inLifetime(at) {
		return "", fault.Invalid(field, "input.invalid")
	}
	return clock.Format(at), nil
}

// inLifetime reports whether an instant can be somebody's appointment. Others have years of more than four digits, or
// become such when they are moved.
func inLifetime(at time.Time) bool { return at.Year() >= 1900 && at.Year() < 2200 }

// checkDate reads a date without a time; "" stays "".
func checkDate(field, text string) (string, error) {
	if text == "" {
		return "", nil
	}
	day, err := time.Parse(clock.DateLayout, text)
	if err != nil || !inLifetime(day) {
		return "", &fault.Error{Code: "input.invalid", Field: field, Err: err}
	}
	return text, nil
}

// orNull is nil for "".
func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// nowText is the transaction's instant as it is stored.
func nowText(tx *store.Tx) string { return clock.Format(tx.Now()) }
