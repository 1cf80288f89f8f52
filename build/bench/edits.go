package main

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/hlc"
)

const (
	editors        = 25
	editsEach      = 2_000
	editsFrame     = 500
	editsProspects = 10_000
)

// edit is one field that a seller writes.
type edit struct {
	seller             int
	entity, row, field string
	value              string
	at                 time.Time
}

// dayOfEdits is what the sellers of an office write, offline, each on their own prospects: calls and their results, steps
// of the pipeline, reminders done and put off, and now and then a name.
func (o *benchOffice) dayOfEdits(ctx context.Context) ([][]edit, error) {
	kinds := []struct{ entity, field, value string }{
		{"activity", "result", "answered-%d"},
		{"prospect", "temperature", "warm-%d"},
		{"activity", "body", "Quedamos en vernos %d"},
		{"prospect", "stage_id", "stage-%d"},
		{"reminder", "remind_at", "2026-12-01T15:00:00.%03dZ"},
		{"prospect", "status", "following-%d"},
		{"activity", "done_at", "2026-12-01T15:00:00.%03dZ"},
		{"reminder", "done_at", "2026-12-01T15:00:00.%03dZ"},
		{"prospect", "attended_at", "2026-12-01T15:00:00.%03dZ"},
		{"contact", "name", "Persona Inventada %d"},
	}
	all := make([][]edit, editors)
	for s := range editors {
		rows := map[string][]string{}
		for entity, query := range map[string]string{
			"prospect": "SELECT id FROM prospect WHERE owner_id = {:owner} ORDER BY n",
			"contact":  "SELECT contact_id FROM prospect WHERE owner_id = {:owner} ORDER BY n",
			"activity": "SELECT id FROM activity WHERE author_id = {:owner} ORDER BY id",
			"reminder": "SELECT id FROM reminder WHERE user_id = {:owner} ORDER BY id",
		} {
			var ids []string
			err := o.Store.Read().NewQuery(query).Bind(map[string]any{"owner": o.sellers[s]}).WithContext(ctx).Column(&ids)
			if err != nil || len(ids) == 0 {
				return nil, fmt.Errorf("rows of %s: %w", entity, err)
			}
			rows[entity] = ids
		}
		begun := time.Now()
		for n := range editsEach {
			k := kinds[n%len(kinds)]
			ids := rows[k.entity]
			all[s] = append(all[s], edit{s, k.entity, ids[(n*7)%len(ids)], k.field, fmt.Sprintf(k.value, n), begun.Add(time.Duration(n) * time.Millisecond / 100)})
		}
	}
	return all, nil
}

// pushed turns edits into transactions as a member sends them.
func pushed(edits []edit) []store.PushedTx {
	txs := make([]store.PushedTx, len(edits))
	for i, e := range edits {
		value, _ := json.Marshal(e.value)
		op := store.Op{HLC: hlc.At(e.at) + hlc.Time(i), Entity: e.entity, Row: e.row, Field: e.field, Value: value}
		binary.BigEndian.PutUint64(op.ID[:], uint64(e.seller)<<32|uint64(i)+1) //nolint:gosec // small
		txs[i] = store.PushedTx{ID: op.ID, Ops: []store.Op{op}}
	}
	return txs
}

// applyEdits measures how many edits a second the host settles: recognise, decide, compare clocks, write, derive lists and
// full text, log; frame by frame as 25 sellers send them.
func applyEdits(ctx context.Context, b *bench) ([]Row, error) {
	dir, err := b.folder("edits")
	if err != nil {
		return nil, err
	}
	o, err := b.editingOffice(ctx)
	if err != nil {
		return nil, err
	}
	defer o.Store.Close()
	all, err := o.dayOfEdits(ctx)
	if err != nil {
		return nil, err
	}
	say("settling %d edits", editors*editsEach)
	begun := time.Now()
	var sellers errgroup.Group
	for s, edits := range all {
		sellers.Go(func() error {
			author := store.Author{User: o.sellers[s], Role: "seller", Scoped: true, Device: fmt.Sprint("device-", s)}
			txs := pushed(edits)
			for from := 0; from < editsEach; from += editsFrame {
				if err := errors.Join(o.Store.PushAll(ctx, author, txs[from:from+editsFrame])...); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := sellers.Wait(); err != nil {
		return nil, err
	}
	ours := editors * editsEach / time.Since(begun).Seconds()
	var applied int
	if err := o.Store.Read().NewQuery("SELECT count(*) FROM op_log WHERE outcome = 1 AND device_id LIKE 'device-%'").Row(&applied); err != nil || applied < editors*editsEach*9/10 {
		return nil, fmt.Errorf("applied %d of %d: %w", applied, editors*editsEach, err)
	}
	say("the same by the prototype's SQL")
	bare, err := prototypeEdits(ctx, filepath.Join(dir, "prototype.db"), all)
	if err != nil {
		return nil, err
	}
	say("the same through Actual's CRDT and cr-sqlite")
	peers, err := peerEdits(ctx, dir, all)
	if err != nil {
		return nil, err
	}
	how := fmt.Sprintf("%d edits of %d sellers at once, in frames of %d, each edit a transaction, durable before a frame is answered: known, decided, compared, written, listed, indexed, logged", editors*editsEach, editors, editsFrame)
	return []Row{
		ratio("apply-edits", ours, "edits/s", "bare prototype", bare, how),
		ratio("apply-edits-crsqlite", ours, "edits/s", "cr-sqlite 0.16", peers.CRSQLite, how+"; the peer writes cells of another site into memory"),
		ratio("apply-edits-actual", ours, "edits/s", "Actual CRDT 3.1.3", peers.Actual, how+"; the peer decodes, inserts into its merkle trie, prunes and serialises it once a frame, and writes nothing"),
	}, nil
}

// editingOffice is an office with 25 sellers and what they need to have a day.
func (b *bench) editingOffice(ctx context.Context) (*benchOffice, error) {
	o, err := b.fullOffice(ctx, "editing", editsProspects, editors)
	if err != nil {
		return nil, err
	}
	if err := o.Store.Read().NewQuery("SELECT id FROM user WHERE role = 'seller' ORDER BY login").WithContext(ctx).Column(&o.sellers); err != nil {
		return nil, err
	}
	return o, o.activities(ctx, 1)
}

// activities adds activities with reminders to every prospect, in the name of its seller.
func (o *benchOffice) activities(ctx context.Context, each int) error {
	var prospects []struct {
		ID    string `db:"id"`
		Owner string `db:"owner_id"`
	}
	if err := o.Store.Read().NewQuery("SELECT id, owner_id FROM prospect WHERE owner_id <> '' ORDER BY n").WithContext(ctx).All(&prospects); err != nil {
		return err
	}
	const at = "2026-11-02T15:00:00.000Z"
	var fns []func(*store.Tx) error
	for _, p := range prospects {
		fns = append(fns, func(tx *store.Tx) error {
			for range each {
				id := tx.NewID()
				err := tx.Create("activity", id, store.Row{"prospect_id": p.ID, "author_id": p.Owner, "kind": "call", "body": "Llamada de seguimiento", "created_at": at})
				if err != nil {
					return err
				}
				err = tx.Create("reminder", tx.NewID(), store.Row{"prospect_id": p.ID, "activity_id": id, "user_id": p.Owner, "remind_at": at, "created_at": at})
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	_, errs := o.Store.WriteEach(ctx, store.System, fns)
	return errors.Join(errs...)
}

// peerFigures are edits a second of the peers that come through npm.
type peerFigures struct {
	Actual   float64 `json:"actual"`
	CRSQLite float64 `json:"crsqlite"`
}

// peerEdits has node apply the same edits.
func peerEdits(ctx context.Context, dir string, all [][]edit) (peerFigures, error) {
	var list [][]any
	for n := range editsEach {
		for _, edits := range all {
			e := edits[n]
			list = append(list, []any{e.entity, e.row, e.field, e.value, e.at.UnixMilli()})
		}
	}
	text, err := json.Marshal(list)
	if err != nil {
		return peerFigures{}, err
	}
	path := filepath.Join(dir, "edits.json")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		return peerFigures{}, err
	}
	cmd := exec.CommandContext(ctx, "node", "peers/apply.mjs", path) //nolint:gosec // our own script
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return peerFigures{}, fmt.Errorf("run peers: %w", err)
	}
	var f peerFigures
	return f, json.Unmarshal(out, &f)
}
