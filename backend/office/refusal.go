package office

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

const listRefusals = 200

// Refusal is an op of a member that the host has refused, as an administrator sees it.
type Refusal struct {
	ID           string          `json:"id"`
	TxID         string          `json:"tx_id"`
	Reason       string          `json:"reason"`
	At           string          `json:"at"` // when it was made, by the clock of its maker
	UserID       string          `json:"user_id"`
	UserName     string          `json:"user_name"`
	DeviceID     string          `json:"device_id"`
	ProspectID   string          `json:"prospect_id"` // "" when there is none any more
	ProspectName string          `json:"prospect_name"`
	Entity       string          `json:"entity"`
	Row          string          `json:"row_id"`
	Field        string          `json:"field"`  // "" for a whole row
	Mine         json.RawMessage `json:"mine"`   // what was to be written; null once the log has dropped it
	Theirs       json.RawMessage `json:"theirs"` // what stands; null for a whole row
	CanApply     bool            `json:"can_apply"`
}

// refusalRow is a refused op as the log has it.
type refusalRow struct {
	ID       []byte `db:"op_id"`
	TxID     []byte `db:"tx_id"`
	HLC      int64  `db:"hlc"`
	UserID   string `db:"user_id"`
	UserName string `db:"user_name"`
	Device   string `db:"device_id"`
	Entity   string `db:"entity"`
	Row      string `db:"row_id"`
	Field    string `db:"field"`
	Value    []byte `db:"value"`
	Reason   string `db:"reason"`
}

const selectRefusals = `
	SELECT o.op_id, o.tx_id, o.hlc, o.user_id, coalesce(u.name, '') AS user_name, o.device_id, o.entity, o.row_id, o.field,
		o.value, coalesce(o.reason, '') AS reason
	FROM op_log o
	LEFT JOIN user u ON u.id = o.user_id
	WHERE o.outcome = 3
	AND NOT EXISTS (SELECT 1 FROM refusal r WHERE r.op_id = o.op_id)`

// Refusals lists the refused ops of members that nobody has dealt with, newest first, 200 at most. Fault access.admin_only.
func (h *Host) Refusals(ctx context.Context, v account.Viewer) ([]Refusal, error) {
	if err := account.AdminOnly(v); err != nil {
		return nil, err
	}
	list := []Refusal{}
	err := h.Store.ReadTx(ctx, func(q dbx.Builder) error {
		var rows []refusalRow
		err := q.NewQuery(selectRefusals + `
			ORDER BY o.n DESC
			LIMIT {:limit}`).Bind(dbx.Params{"limit": listRefusals}).All(&rows)
		if err != nil {
			return err
		}
		for _, r := range rows {
			shown, err := r.shown(q)
			if err != nil {
				return err
			}
			list = append(list, shown)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list refusals: %w", err)
	}
	return list, nil
}

// shown looks up what a person needs to know of the op.
func (r refusalRow) shown(q dbx.Builder) (Refusal, error) {
	shown := Refusal{
		ID: textID(r.ID), TxID: textID(r.TxID), Reason: r.Reason, At: clock.Format(time.UnixMilli(r.HLC >> 16)),
		UserID: r.UserID, UserName: r.UserName, DeviceID: r.Device, Entity: r.Entity, Row: r.Row, Field: r.Field,
		Mine: r.Value, Theirs: json.RawMessage("null"), CanApply: r.possible(),
	}
	if shown.Mine == nil {
		shown.Mine = json.RawMessage("null")
	}
	if err := r.prospect(q, &shown); err != nil {
		return Refusal{}, err
	}
	if !shown.CanApply || r.Field == "" {
		return shown, nil
	}
	// Entity and field are of rules: possible has looked.
	var rows []struct {
		Value *string `db:"value"`
	}
	err := q.NewQuery(fmt.Sprintf("SELECT json_quote(%s) AS value FROM %s WHERE id = {:id}", r.Field, r.Entity)).
		Bind(dbx.Params{"id": r.Row}).All(&rows)
	if err != nil {
		return Refusal{}, fmt.Errorf("read what stands: %w", err)
	}
	if len(rows) == 0 {
		shown.CanApply = false
		return shown, nil
	}
	if rows[0].Value != nil {
		shown.Theirs = json.RawMessage(*rows[0].Value)
	}
	return shown, nil
}

// possible reports whether an administrator may have the op after all: what a seller may write on a prospect of theirs.
// Roles, sellers and history are not changed by way of a list of refusals.
func (r refusalRow) possible() bool {
	if r.Value == nil || rules[r.Entity].shared {
		return false
	}
	if r.Field == fieldDeleted && !bytes.Equal(r.Value, []byte("1")) {
		return false
	}
	author := store.Author{User: r.UserID, Role: string(account.RoleSeller), Scoped: true}
	verdict := Decide(store.Proposal{
		Actor: author, InScope: true, Op: store.Op{Entity: r.Entity, Row: r.Row, Field: r.Field, Value: r.Value},
	})
	return verdict.Outcome == store.Applied
}

// prospect finds the prospect behind the op: of the row, or of the one that was to be made.
func (r refusalRow) prospect(q dbx.Builder, into *Refusal) error {
	query, known := prospectQueries[r.Entity]
	if !known {
		return nil
	}
	id := r.Row
	if r.Field == "" && r.Entity != "prospect" {
		var made struct {
			ProspectID string `json:"prospect_id"`
			ContactID  string `json:"contact_id"`
		}
		if json.Unmarshal(r.Value, &made) != nil {
			return nil
		}
		query, id = prospectQueries["prospect"], made.ProspectID
		if id == "" {
			query, id = prospectQueries["contact"], made.ContactID
		}
	}
	ids, err := json.Marshal([]string{id})
	if err != nil {
		return err
	}
	var found []struct {
		ID   string `db:"id"`
		Name string `db:"name"`
	}
	err = q.NewQuery(`
		SELECT p.id, c.name
		FROM (` + query + `
			LIMIT 1) b
		JOIN prospect p ON p.id = b.id
		JOIN contact c ON c.id = p.contact_id`).Bind(dbx.Params{"ids": string(ids)}).All(&found)
	if err != nil {
		return fmt.Errorf("find prospect: %w", err)
	}
	for _, f := range found {
		into.ProspectID, into.ProspectName = f.ID, f.Name
	}
	return nil
}

// ApplyRefusals writes refused ops after all, in the order in which they were made, as the administrator's own deed, and
// takes them off the list. Faults: access.admin_only, refusal.not_found, refusal.not_applicable, refusal.alone for what would
// hang on nothing.
func (h *Host) ApplyRefusals(ctx context.Context, v account.Viewer, ids []string) (store.Commit, error) {
	if err := account.AdminOnly(v); err != nil {
		return store.Commit{}, err
	}
	c, err := h.Store.Write(ctx, v.Author(), func(tx *store.Tx) error {
		rows, err := readRefusals(tx, ids)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if !r.possible() {
				return fault.New(CodeRefusalNotPossible)
			}
			if err := r.apply(tx); err != nil {
				return err
			}
		}
		for _, r := range rows {
			if err := r.stands(tx); err != nil {
				return err
			}
		}
		return laidAside(tx, v.UserID, rows, actionRefusalApplied)
	})
	if err != nil {
		return store.Commit{}, fmt.Errorf("apply refusals: %w", err)
	}
	return c, nil
}

// DismissRefusals takes refused ops off the list. Faults: access.admin_only, refusal.not_found.
func (h *Host) DismissRefusals(ctx context.Context, v account.Viewer, ids []string) error {
	if err := account.AdminOnly(v); err != nil {
		return err
	}
	_, err := h.Store.Write(ctx, v.Author(), func(tx *store.Tx) error {
		rows, err := readRefusals(tx, ids)
		if err != nil {
			return err
		}
		return laidAside(tx, v.UserID, rows, actionRefusalDismissed)
	})
	if err != nil {
		return fmt.Errorf("lay refusals aside: %w", err)
	}
	return nil
}

// readRefusals reads the ops of a list of ids, oldest first; all of them must be on the list.
func readRefusals(tx *store.Tx, ids []string) ([]refusalRow, error) {
	wanted := map[string]bool{}
	for _, text := range ids {
		id, err := uuid.Parse(text)
		if err != nil {
			return nil, fault.New(CodeRefusalMissing)
		}
		wanted[fmt.Sprintf("%X", id[:])] = true
	}
	hexes := make([]string, 0, len(wanted))
	for id := range wanted {
		hexes = append(hexes, id)
	}
	list, err := json.Marshal(hexes)
	if err != nil {
		return nil, err
	}
	var rows []refusalRow
	err = tx.Query().NewQuery(selectRefusals + `
		AND o.op_id IN (SELECT unhex(value) FROM json_each({:ids}))
		ORDER BY o.n`).Bind(dbx.Params{"ids": string(list)}).All(&rows)
	if err != nil {
		return nil, fmt.Errorf("read refusals: %w", err)
	}
	if len(rows) != len(wanted) || len(rows) == 0 {
		return nil, fault.New(CodeRefusalMissing)
	}
	return rows, nil
}

// apply writes what the op says.
func (r refusalRow) apply(tx *store.Tx) error {
	var err error
	switch r.Field {
	case "":
		row := store.Row{}
		if err := decodeJSON(r.Value, &row); err != nil {
			return fault.Wrap(err, CodeRefusalNotPossible)
		}
		for name, value := range row {
			row[name] = plainNumber(value)
		}
		err = tx.Create(r.Entity, r.Row, row)
	case fieldDeleted:
		err = tx.Remove(r.Entity, r.Row)
	default:
		var value any
		if err := decodeJSON(r.Value, &value); err != nil {
			return fault.Wrap(err, CodeRefusalNotPossible)
		}
		err = tx.Set(r.Entity, r.Row, store.Row{r.Field: plainNumber(value)})
	}
	for _, sentinel := range []error{store.ErrNoRow, store.ErrExists, store.ErrConflict, store.ErrAppendOnly} {
		if errors.Is(err, sentinel) {
			return fault.Wrap(err, CodeRefusalNotPossible)
		}
	}
	return err
}

// stands checks that a prospect and its person are behind a row that was made: a person without a prospect, or a phone without
// a person, no screen would show.
func (r refusalRow) stands(tx *store.Tx) error {
	if r.Field != "" {
		return nil
	}
	ids, err := json.Marshal([]string{r.Row})
	if err != nil {
		return err
	}
	var stands bool
	err = tx.Query().NewQuery(`
		SELECT EXISTS (
			SELECT 1
			FROM (` + prospectQueries[r.Entity] + `) b
			JOIN prospect p ON p.id = b.id
			JOIN contact c ON c.id = p.contact_id)`).Bind(dbx.Params{"ids": string(ids)}).Row(&stands)
	if err != nil {
		return fmt.Errorf("look what a row hangs on: %w", err)
	}
	if !stands {
		return fault.New(CodeRefusalAlone)
	}
	return nil
}

func laidAside(tx *store.Tx, by string, rows []refusalRow, action string) error {
	for _, r := range rows {
		_, err := tx.Exec(`
			INSERT INTO refusal (op_id, decided_at, decided_by)
			VALUES ({:op}, {:at}, {:by})`, dbx.Params{"op": r.ID, "at": formatTx(tx), "by": by})
		if err != nil {
			return fmt.Errorf("take refusals off the list: %w", err)
		}
		err = account.Audit(tx, by, action, textID(r.ID), map[string]string{"entity": r.Entity, "row": r.Row, "field": r.Field})
		if err != nil {
			return err
		}
	}
	return nil
}

func textID(id []byte) string {
	u, err := uuid.FromBytes(id)
	if err != nil {
		return ""
	}
	return u.String()
}

// decodeJSON reads a value without turning whole numbers into floating ones.
func decodeJSON(raw []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	return d.Decode(into)
}

func plainNumber(value any) any {
	n, ok := value.(json.Number)
	if !ok {
		return value
	}
	if whole, err := n.Int64(); err == nil {
		return whole
	}
	f, err := n.Float64()
	if err != nil {
		return n.String()
	}
	return f
}
