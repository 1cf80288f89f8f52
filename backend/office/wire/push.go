package wire

import (
	"fmt"
	"unicode/utf8"

	"github.com/google/uuid"

	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/hlc"
)

func pushOut(p *Push) (pushBody, error) {
	out := pushBody{Txs: make([]txBody, len(p.Txs))}
	for i := range p.Txs {
		tx := &p.Txs[i]
		ops := make([]opBody, len(tx.Ops))
		for j := range tx.Ops {
			op := &tx.Ops[j]
			if err := checkOp(tx.ID, op); err != nil {
				return pushBody{}, err
			}
			ops[j] = opBody{ID: op.ID[:], HLC: int64(op.HLC), Entity: op.Entity, Field: op.Field, Value: op.Value}
			if id, ok := uuidBytes(op.Row); ok {
				ops[j].RowID = id[:]
			} else {
				ops[j].Row = op.Row
			}
		}
		raw, err := codec.Marshal(ops)
		if err != nil {
			return pushBody{}, err
		}
		out.Txs[i] = txBody{ID: tx.ID[:], BaseRev: tx.BaseRev, Ops: raw}
		if tx.Undoes != [16]byte{} {
			out.Txs[i].Undoes = tx.Undoes[:]
		}
	}
	return out, nil
}

// checkOp refuses an op whose value or names cannot travel.
func checkOp(tx [16]byte, op *store.Op) error {
	refuse := func(reason string) error {
		return &ValueError{Tx: tx, Op: op.ID, Place: op.Entity + "." + op.Field, Size: len(op.Value), Reason: reason}
	}
	switch {
	case len(op.Value) > MaxValue:
		return refuse(ReasonTooLong)
	case !utf8.Valid(op.Value), !utf8.ValidString(op.Row), !utf8.ValidString(op.Entity), !utf8.ValidString(op.Field):
		return refuse(ReasonNotText)
	}
	return nil
}

// pushIn reads a Push one transaction after the other, so that what the ops take is bounded for all of them together.
func pushIn(raw []byte, p *Push) error {
	var in pushBody
	if err := unmarshal(raw, &in); err != nil {
		return err
	}
	room := maxElements
	for i := range in.Txs {
		tx, err := txIn(&in.Txs[i])
		if err != nil {
			return err
		}
		if room -= len(tx.Ops); room < 0 {
			return fmt.Errorf("read more than %d ops: %w", maxElements, ErrTooLarge)
		}
		p.Txs = append(p.Txs, tx)
	}
	return nil
}

func txIn(in *txBody) (store.PushedTx, error) {
	tx := store.PushedTx{BaseRev: in.BaseRev}
	if err := idIn(&tx.ID, in.ID); err != nil {
		return tx, err
	}
	if len(in.Undoes) > 0 {
		if err := idIn(&tx.Undoes, in.Undoes); err != nil {
			return tx, err
		}
	}
	if len(in.Ops) == 0 {
		return tx, nil
	}
	var ops []opBody
	if err := unmarshal(in.Ops, &ops); err != nil {
		return tx, err
	}
	for i := range ops {
		op, err := opIn(&ops[i])
		if err != nil {
			return tx, err
		}
		if err := checkOp(tx.ID, &op); err != nil {
			return tx, err
		}
		tx.Ops = append(tx.Ops, op)
	}
	return tx, nil
}

func opIn(in *opBody) (store.Op, error) {
	op := store.Op{HLC: hlc.Time(in.HLC), Entity: in.Entity, Row: in.Row, Field: in.Field, Value: in.Value}
	if len(in.RowID) > 0 {
		var id [16]byte
		if err := idIn(&id, in.RowID); err != nil {
			return op, err
		}
		if in.Row != "" {
			return op, fmt.Errorf("read op with two rows: %w", ErrMalformed)
		}
		op.Row = uuid.UUID(id).String()
	}
	return op, idIn(&op.ID, in.ID)
}

func idIn(id *[16]byte, b []byte) error {
	if len(b) != len(id) {
		return fmt.Errorf("read id of %d bytes: %w", len(b), ErrMalformed)
	}
	copy(id[:], b)
	return nil
}

// uuidBytes reads a UUID in its usual form, lower-case with dashes, and nothing else: what it takes, String gives back.
func uuidBytes(s string) (id [16]byte, ok bool) {
	if len(s) != 36 {
		return id, false
	}
	u, err := uuid.Parse(s)
	if err != nil || u.String() != s {
		return id, false
	}
	return u, true
}
