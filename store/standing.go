package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"sitegroup.mx/crm/store/hlc"
)

// standing is what settles an op on one field: the row's root, creation and value, the field's clock, and whether the actor
// is granted the root. One statement reads it instead of four.
type standing struct {
	root, value any
	created     int64
	clock       sql.NullInt64
	device      sql.NullString
	granted     bool
}

func (st *standing) into() []any {
	return []any{&st.root, &st.value, &st.created, &st.clock, &st.device, &st.granted}
}

// standingKey names a field of a row.
type standingKey struct {
	e   *entity
	row string
	at  int
}

// standing prepares to settle an op on one field. nil says that there is no such row.
func (tx *Tx) standing(e *entity, id string, at int) (*rowWrite, error) {
	st, ok := tx.ahead[standingKey{e, id, at}]
	if ok {
		delete(tx.ahead, standingKey{e, id, at}) // the op changes it
	} else {
		if tx.burst.rows[rowKey{e.name, id}] {
			if err := tx.flush(); err != nil {
				return nil, err
			}
		}
		st = &standing{}
		query, err := e.standingOf(tx.s, at)
		if err != nil {
			return nil, err
		}
		found, err := tx.s.row(query, []any{sql.Named("user", tx.req.author.User), sql.Named("id", id)}, st.into()...)
		if err != nil || !found {
			return nil, wrapRead(e, id, err)
		}
	}
	w := &rowWrite{tx: tx, e: e, id: id, values: make([]any, len(e.columns)), clocks: map[string]fieldClock{}, looked: true, granted: st.granted}
	w.values[e.idAt] = id
	if e.root != everyRoot {
		w.values[e.index[e.root]] = st.root
	}
	w.values[at], w.values[e.index["created_hlc"]] = st.value, st.created
	if st.clock.Valid {
		w.clocks[e.columns[at].name] = fieldClock{hlc.Time(st.clock.Int64), st.device.String}
	}
	return w, nil
}

func wrapRead(e *entity, id string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("read %s %s: %w", e.name, id, err)
}

// standingQuery reads the standing of rows of e, which from names and where chooses.
func (e *entity) standingQuery(at int, also, from, where string) string {
	root, granted := "NULL", "0"
	if e.root != everyRoot {
		root = "e." + quote(e.root)
		roots := e.roots
		if roots == "" {
			roots = "SELECT :root"
		}
		granted = e.grantedTo(roots, root)
	}
	name := e.columns[at].name
	return "SELECT " + also + root + ", e." + quote(name) + ", e.created_hlc, c.hlc, c.device_id, " + granted + `
		FROM ` + from + `
		LEFT JOIN main.field_clock c ON c.entity = '` + e.name + `' AND c.row_id = e.id AND c.field = '` + name + `'
		WHERE ` + where + `
		AND :user IS NOT NULL`
}

// standingOf returns the statement that reads one row's standing for a column.
func (e *entity) standingOf(s *Store, at int) (*sql.Stmt, error) {
	return e.prepareOnce(s, e.standings, at, func() string {
		return e.standingQuery(at, "", "main."+quote(e.name)+" e", "e.id = :id")
	})
}

// standingsOf returns the statement that reads those of many rows: ids is a JSON array.
func (e *entity) standingsOf(s *Store, at int) (*sql.Stmt, error) {
	return e.prepareOnce(s, e.aheads, at, func() string {
		return e.standingQuery(at, "e.id, ", "json_each(:ids) j CROSS JOIN main."+quote(e.name)+" e ON e.id = j.value", "1")
	})
}

// prepareOnce returns the statement that a column has in a cache, and puts it there first.
func (e *entity) prepareOnce(s *Store, cache map[int]*sql.Stmt, at int, text func() string) (*sql.Stmt, error) {
	if st := cache[at]; st != nil {
		return st, nil
	}
	st, err := s.prepare(text())
	if err != nil {
		return nil, fmt.Errorf("prepare standing of %s: %w", e.name, err)
	}
	cache[at] = st
	return st, nil
}

// aheadLeast is from how many ops on a column on their standings are read ahead.
const aheadLeast = 4

// lookAhead reads the standings for the transactions of a burst that are one edit of one field, all of a column at once.
func (tx *Tx) lookAhead(txs []PushedTx) error {
	type of struct {
		e  *entity
		at int
	}
	ids := map[of][]string{}
	var order []of
	for _, p := range txs {
		if len(p.Ops) != 1 || p.Undoes != [16]byte{} {
			break // what it does may change what later ones stand on
		}
		op := &p.Ops[0]
		e := tx.s.entities[op.Entity]
		if e == nil {
			continue
		}
		at, ok := e.index[op.Field]
		if !ok || !wellFormed(op) {
			continue
		}
		o := of{e, at}
		if ids[o] == nil {
			order = append(order, o)
		}
		ids[o] = append(ids[o], op.Row)
	}
	for _, o := range order {
		if len(ids[o]) < aheadLeast {
			continue
		}
		if err := tx.readAhead(o.e, o.at, ids[o]); err != nil {
			return fmt.Errorf("read ahead %s: %w", o.e.name, err)
		}
	}
	return nil
}

func (tx *Tx) readAhead(e *entity, at int, ids []string) error {
	query, err := e.standingsOf(tx.s, at)
	if err != nil {
		return err
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	tx.s.guard.enter()
	defer tx.s.guard.leave()
	rows, err := query.QueryContext(context.Background(), sql.Named("user", tx.req.author.User), sql.Named("ids", string(list)))
	if err != nil {
		return explain(err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	if tx.ahead == nil {
		tx.ahead = map[standingKey]*standing{}
	}
	for rows.Next() {
		st, row := &standing{}, ""
		if err := rows.Scan(append([]any{&row}, st.into()...)...); err != nil {
			return err
		}
		tx.ahead[standingKey{e, row, at}] = st
	}
	return explain(rows.Err())
}

// unsettle forgets what was read ahead when an op may change more than its own field: whose a row is, or whether it is there.
func (tx *Tx) unsettle(e *entity, field string) {
	at, ok := e.index[field]
	if !ok || field == fieldDeleted || field == e.root || e.columns[at].refers != nil {
		tx.ahead = nil
	}
}
