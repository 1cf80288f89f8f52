package store

import (
	"database/sql"
	"strings"
	"time"

	"sitegroup.mx/crm/store/mutant"
)

// lookUpScope finds out for Decide what a Scoped actor has to do with the row. On a member everything that is there is its
// user's, and the host will look again.
func (tx *Tx) lookUpScope(e *entity, p *Proposal, c claim) error {
	p.Added = tx.added[e.under(p.Root)]
	if tx.s.opts.Member || mutant.On(mutant.NoOwnershipCheck) {
		p.InScope = true
		return nil
	}
	var err error
	if c.granted != nil {
		p.InScope = *c.granted || tx.roots[e.under(p.Root)]
	} else if p.InScope, err = tx.inScope(e, p, c); err != nil {
		return err
	}
	if p.Undo && e.foreign != nil {
		if _, err := tx.s.row(e.foreign, []any{sql.Named("user", tx.req.author.User), sql.Named("root", p.Root)}, &p.Foreign); err != nil {
			return err
		}
	}
	if p.Stray, err = tx.strays(e, &p.Op); err != nil || p.InScope || !c.foreign {
		return err
	}
	p.LostAt, err = tx.lostAt(p.Root, c.baseRev)
	return err
}

// inScope reports whether the actor is granted the root, has made it in this transaction, or is making it now. What leads to
// roots is the actor's by the roots alone: another computer has to make one with it, see announceRoots.
func (tx *Tx) inScope(e *entity, p *Proposal, c claim) (bool, error) {
	if tx.roots[e.under(p.Root)] || p.Op.Field == "" && (e.isRoot() || e.root == "id" && !c.foreign) {
		return true, nil
	}
	return tx.granted(e, p.Root)
}

func (tx *Tx) granted(e *entity, root string) (granted bool, err error) {
	_, err = tx.s.row(e.inScope, []any{sql.Named("user", tx.req.author.User), sql.Named("root", root)}, &granted)
	return granted, err
}

// strays reports whether an op refers to a row that is there and not in the actor's scope. A column called after an entity
// refers to it: contact_id, activity_id. The root's own column is what InScope is about.
func (tx *Tx) strays(e *entity, op *Op) (bool, error) {
	for i := range e.columns {
		c := &e.columns[i]
		if c.refers == nil || c.name == e.root || op.Field != "" && op.Field != c.name {
			continue
		}
		id, err := op.text(c)
		to := c.refers
		if err != nil || id == "" || tx.roots[rowKey{to.name, id}] {
			continue
		}
		row, err := tx.current(to, id)
		if err != nil {
			return false, err
		}
		if row == nil {
			continue
		}
		root, _ := row[to.index[to.root]].(string)
		if tx.roots[to.under(root)] {
			continue
		}
		if granted, err := tx.granted(to, root); err != nil || !granted {
			return true, err
		}
	}
	return false, nil
}

// dangles reports whether an op refers to a row that is not there. Its maker had it from a host whose file was lost and
// restored from an older copy: what would hang on nothing no screen shows, and no rule forgets.
func (tx *Tx) dangles(e *entity, op *Op) (bool, error) {
	for i := range e.columns {
		c := &e.columns[i]
		if c.refers == nil || op.Field != "" && op.Field != c.name {
			continue
		}
		id, err := op.text(c)
		if err != nil {
			return false, &malformedError{err}
		}
		if id == "" {
			continue
		}
		if tx.making[rowKey{c.refers.name, id}] { // later in the same transaction
			continue
		}
		if row, err := tx.current(tx.s.entities[c.refers.name], id); err != nil || row == nil {
			return row == nil, err
		}
	}
	return false, nil
}

// text is the text that an op gives a column, "" when it gives none.
func (op *Op) text(c *column) (string, error) {
	raw := op.Value
	if op.Field == "" {
		var err error
		if raw, err = member(op.Value, c.name); err != nil || raw == nil {
			return "", err
		}
	}
	v, err := readValue(c, raw)
	text, _ := v.(string)
	return text, err
}

// lostAt is when the actor lost a root that they had when they had read up to base.
func (tx *Tx) lostAt(root string, base int64) (time.Time, error) {
	var at int64
	found, err := tx.s.row(tx.s.st.lostAt, []any{tx.req.author.User, root, base}, &at)
	if err != nil || !found {
		return time.Time{}, err
	}
	return time.UnixMilli(at).UTC(), nil
}

// linkColumns finds which columns refer to which entity.
func linkColumns(entities map[string]*entity) {
	for _, e := range entities {
		if e.rootOf = e.name; e.root != "id" {
			e.rootOf = strings.TrimSuffix(e.root, "_id")
		}
		for i := range e.columns {
			name, ok := strings.CutSuffix(e.columns[i].name, "_id")
			if to := entities[name]; ok && to != nil && to.root != everyRoot {
				e.columns[i].refers = to
			}
		}
	}
}
