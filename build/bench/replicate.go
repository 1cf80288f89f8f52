package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/api"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/intake"
	"sitegroup.mx/crm/backend/office/identity"
	"sitegroup.mx/crm/backend/office/wire"
	"sitegroup.mx/crm/store"
)

const (
	ackEdits      = 2_000
	bootProspects = 10_000
	bootActivity  = 6 // of each prospect
	screenEdits   = 300
	idleMembers   = 100
)

// pushes measures the way of an edit over real sockets: alone, and after an absence of the whole office.
func pushes(ctx context.Context, b *bench) ([]Row, error) {
	dir, err := b.folder("pushes")
	if err != nil {
		return nil, err
	}
	o, err := b.editingOffice(ctx)
	if err != nil {
		return nil, err
	}
	n, err := listen(ctx, o)
	if err != nil {
		return nil, err
	}
	defer n.close() //nolint:errcheck // the figures are there by then
	all, err := o.dayOfEdits(ctx)
	if err != nil {
		return nil, err
	}
	say("letting %d computers in", editors)
	admissions := make([]*admission, editors)
	for s := range editors {
		if admissions[s], err = n.admit(ctx, o.sellers[s]); err != nil {
			return nil, err
		}
	}
	proto, err := startBare(ctx, filepath.Join(dir, "bare.db"), all)
	if err != nil {
		return nil, err
	}
	defer proto.close()
	ack, err := n.editAck(admissions[0], all[0], proto)
	if err != nil {
		return nil, err
	}
	reconnect, err := n.reconnect(admissions, all, proto)
	if err != nil {
		return nil, err
	}
	return append(ack, reconnect...), n.appliedAll(admissions, ackEdits+editors*editsEach)
}

// appliedAll makes sure that what was measured was work: a refusal is acknowledged as well.
func (n *netOffice) appliedAll(admissions []*admission, edits int) error {
	applied := 0
	for _, a := range admissions {
		var of int
		err := n.Store.Read().NewQuery("SELECT count(*) FROM op_log WHERE outcome = 1 AND device_id = {:device}").
			Bind(map[string]any{"device": a.key.DeviceID()}).Row(&of)
		if err != nil {
			return err
		}
		applied += of
	}
	if applied < edits*9/10 {
		return fmt.Errorf("%d of %d edits were applied", applied, edits)
	}
	return nil
}

// again gives edits other ids and later clocks, so that they count once more.
func again(txs []store.PushedTx, round byte) []store.PushedTx {
	for i := range txs {
		txs[i].ID[15], txs[i].Ops[0].ID[15] = round, round
		txs[i].Ops[0].HLC += 1 << 30
	}
	return txs
}

func (n *netOffice) editAck(a *admission, edits []edit, proto *bare) ([]Row, error) {
	say("one edit at a time, %d times", ackEdits)
	s, err := dialSession(n.server.Addr().String(), a.key, a.invitation.Office)
	if err != nil {
		return nil, err
	}
	defer s.ws.Close()
	bareSession, err := proto.dial()
	if err != nil {
		return nil, err
	}
	defer bareSession.Close()
	var ours, theirs sample
	txs, ops := again(pushed(edits), 9), protoOps(edits)
	for i := range ackEdits { // in turns, so that both have the same machine
		err := ours.measure(func() error {
			if err := s.send(wire.TypePush, &wire.Push{Txs: txs[i : i+1]}); err != nil {
				return err
			}
			_, err := s.wait(wire.TypeAck)
			return err
		})
		if err != nil {
			return nil, err
		}
		if err := theirs.measure(func() error { return bareSession.push(frame{"u0", "one", ops[i : i+1]}) }); err != nil {
			return nil, err
		}
	}
	how := fmt.Sprintf("one edit of a seller, from the push to the acknowledgement that it is on disk, over TLS on loopback, %d times; median", ackEdits)
	return []Row{
		ratio("edit-ack", ours.p50(), "ms", "bare prototype", theirs.p50(), how),
		ratio("edit-ack-p99", ours.p99(), "ms", "bare prototype", theirs.p99(), how+"; slowest of a hundred"),
	}, nil
}

// window is how many pushes wait for their acknowledgement, as a member has it.
const window = 4

func (n *netOffice) reconnect(admissions []*admission, all [][]edit, proto *bare) ([]Row, error) {
	say("%d computers come back with %d edits each", editors, editsEach)
	begun := time.Now()
	var members errgroup.Group
	for i, a := range admissions {
		members.Go(func() error {
			s, err := dialSession(n.server.Addr().String(), a.key, a.invitation.Office)
			if err != nil {
				return err
			}
			defer s.ws.Close()
			txs := again(pushed(all[i]), 10)
			open := 0
			for from := 0; from < editsEach || open > 0; {
				if from < editsEach && open < window {
					if err := s.send(wire.TypePush, &wire.Push{Txs: txs[from : from+editsFrame]}); err != nil {
						return err
					}
					from, open = from+editsFrame, open+1
					continue
				}
				if _, err := s.wait(wire.TypeAck); err != nil {
					return err
				}
				open--
			}
			return nil
		})
	}
	if err := members.Wait(); err != nil {
		return nil, err
	}
	ours := time.Since(begun).Seconds()
	theirs, err := proto.reconnect(all)
	how := fmt.Sprintf("%d computers connect at once over TLS on loopback, each with %d edits in frames of %d; until all are on disk", editors, editsEach, editsFrame)
	return []Row{ratio("reconnect-25x2000", ours, "s", "bare prototype", theirs, how)}, err
}

// workedOffice is an office whose only seller has been given leads and has called each of them several times: every lead and
// every activity is a transaction of its own, as in life.
func workedOffice(ctx context.Context, dir string) (*benchOffice, error) {
	path, err := newOffice(ctx, dir, 1)
	if err != nil {
		return nil, err
	}
	o, err := openOffice(ctx, path)
	if err != nil {
		return nil, err
	}
	say("registering %d leads and %d activities", bootProspects, bootProspects*bootActivity)
	ids := make([]string, bootProspects)
	var fns []func(*store.Tx) error
	for i := range ids {
		fns = append(fns, func(tx *store.Tx) error {
			r, err := o.CRM.Register(tx, enquiry(i))
			ids[i] = r.ProspectID
			return err
		})
	}
	_, errs := o.Store.WriteEach(ctx, store.System, fns)
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	v, err := o.viewer(ctx, "vendedor0")
	if err != nil {
		return nil, err
	}
	o.seller, fns = v.UserID, nil
	for n := range bootActivity {
		for i, id := range ids {
			fns = append(fns, func(tx *store.Tx) error { return call(tx, v, id, n, i) })
		}
	}
	_, errs = o.Store.WriteEach(ctx, store.Author{User: v.UserID, Role: string(v.Role), Scoped: true}, fns)
	return o, errors.Join(errs...)
}

// call logs a call, the last of a prospect's as a task with its reminder.
func call(tx *store.Tx, v account.Viewer, prospect string, n, i int) error {
	at := clock.Format(tx.Now())
	row := store.Row{
		"prospect_id": prospect, "author_id": v.UserID, "kind": "call", "created_at": at,
		"body": fmt.Sprintf("%s, quedamos en hablar el día %d", []string{"No contestó", "Pide precios", "Quiere visitar el terreno"}[(n+i)%3], 1+i%28),
	}
	if n < bootActivity-1 {
		row["result"], row["done_at"] = []string{"no_answer", "answered", "left_message"}[(n+i)%3], at
		return tx.Create("activity", tx.NewID(), row)
	}
	id := tx.NewID()
	row["due_at"] = clock.Format(tx.Now().Add(time.Duration(i%5000) * time.Minute))
	if err := tx.Create("activity", id, row); err != nil {
		return err
	}
	return tx.Create("reminder", tx.NewID(), store.Row{
		"prospect_id": prospect, "activity_id": id, "user_id": v.UserID, "remind_at": row["due_at"], "created_at": at,
	})
}

// replicas measures whole members: the first fill, and how soon an edit is on another screen.
func replicas(ctx context.Context, b *bench) ([]Row, error) {
	dir, err := b.folder("replicas")
	if err != nil {
		return nil, err
	}
	o, err := workedOffice(ctx, dir)
	if err != nil {
		return nil, err
	}
	n, err := listen(ctx, o)
	if err != nil {
		return nil, err
	}
	defer n.close() //nolint:errcheck // the figures are there by then
	seller, err := n.admit(ctx, o.seller)
	if err != nil {
		return nil, err
	}
	say("first fill of %d prospects with %d activities", bootProspects, bootProspects*bootActivity)
	var read atomic.Int64
	r, err := n.join(ctx, seller, filepath.Join(dir, "seller.db"), &read)
	if err != nil {
		return nil, err
	}
	begun := time.Now()
	r.run()
	if err := r.filled(ctx); err != nil {
		return nil, err
	}
	took := time.Since(begun).Seconds()
	rows, err := r.store.Rows(ctx)
	if err != nil {
		return nil, err
	}
	bytes := float64(read.Load())
	out := []Row{
		ratio("bootstrap-10k", took, "s", "", 0, fmt.Sprintf("a seller's new computer with %d prospects and %d activities (%d rows with all that belongs to them) over TLS on loopback, host and member on this machine, until everything is on its disk", bootProspects, bootProspects*bootActivity, rows)),
		ratio("wire-per-prospect", bytes/bootProspects, "bytes", "", 0, fmt.Sprintf("what that took on the wire, TLS and all, for each prospect with its contact, phone, e-mail, form, history, %d activities and a reminder; %.1f bytes a row", bootActivity, bytes/float64(rows))),
	}
	screen, err := n.editToScreen(ctx, dir, r)
	r.stop()
	return append(out, screen...), err
}

// eyes is a window that waits for changes.
type eyes struct{ seen chan api.ChangedEvent }

// Notify implements api.Window.
func (eyes) Notify(context.Context, api.Notice) error { return nil }

// Announce implements api.Window.
func (eyes) Announce(context.Context, api.LeadEvent) error { return nil }

// Save implements api.Window.
func (eyes) Save(context.Context, string, []byte) (bool, error) { return false, nil }

// Place implements api.Window.
func (eyes) Place(context.Context, string) (string, error) { return "", nil }

// Emit implements api.Window.
func (e eyes) Emit(event any) {
	if changed, ok := event.(api.ChangedEvent); ok {
		select {
		case e.seen <- changed:
		default:
		}
	}
}

// editToScreen has a seller edit on their computer and waits for the event on the screen of an administrator's.
func (n *netOffice) editToScreen(ctx context.Context, dir string, seller *replica) ([]Row, error) {
	admin, err := n.admit(ctx, n.admin.UserID)
	if err != nil {
		return nil, err
	}
	r, err := n.join(ctx, admin, filepath.Join(dir, "admin.db"), nil)
	if err != nil {
		return nil, err
	}
	r.run()
	defer r.stop()
	if err := r.filled(ctx); err != nil {
		return nil, err
	}
	window := eyes{make(chan api.ChangedEvent, 100)}
	if err := watch(ctx, r, window); err != nil {
		return nil, err
	}
	var list []struct{ ID, Temperature string }
	if err := seller.store.Read().NewQuery("SELECT id, temperature FROM prospect WHERE deleted = 0 LIMIT 50").All(&list); err != nil {
		return nil, err
	}
	people := crm.New(seller.store, clock.System{}, silent())
	v := account.Viewer{UserID: n.seller, Role: account.RoleSeller}
	say("an edit on one computer, the event on another, %d times", screenEdits)
	var took sample
	words := []string{"hot", "warm", "cold"}
	for i := range screenEdits {
		id := list[i%len(list)].ID
		word := words[(slices.Index(words, list[i%len(list)].Temperature)+1)%len(words)] // another one
		list[i%len(list)].Temperature = word
		err := took.measure(func() error {
			if _, err := people.UpdateProspect(ctx, v, id, crm.ProspectPatch{Temperature: &word}); err != nil {
				return err
			}
			for {
				select {
				case e := <-window.seen:
					for _, changed := range e.Prospects {
						if changed == id {
							return nil
						}
					}
				case <-time.After(10 * time.Second):
					return fmt.Errorf("edit %d never arrives", i)
				}
			}
		})
		if err != nil {
			return nil, err
		}
		time.Sleep(60 * time.Millisecond) // screens hear of changes at most 20 times a second; people write more slowly
	}
	how := fmt.Sprintf("a seller's edit on their computer, through the host, to the event on the screen of an administrator's computer, %d times; slowest of a hundred (median %.1f ms)", screenEdits, took.p50())
	return []Row{ratio("edit-to-screen-p99", took.p99(), "ms", "", 0, how)}, nil
}

// watch opens an API with a window on a member and has the window follow a session of its user's.
func watch(ctx context.Context, r *replica, window api.Window) error {
	accounts := account.New(r.store, clock.System{}, silent())
	people := crm.New(r.store, clock.System{}, silent())
	o := &api.Office{
		Store: r.store, Accounts: accounts, CRM: people, Member: r.member,
		Intake: intake.New(intake.Deps{Store: r.store, CRM: people, Clock: clock.System{}, Log: silent()}),
	}
	a := api.New(api.Deps{Office: func() *api.Office { return o }, Setup: noSetup{}, Window: window, Clock: clock.System{}, Log: silent(), Version: "bench"})
	a.OfficeChanged()
	s, err := accounts.SignIn(ctx, "admin", password)
	if err != nil {
		return err
	}
	w := httptest.NewRecorder()
	request := httptest.NewRequest(http.MethodPut, "/api/window/session", nil)
	request.Header.Set("Authorization", "Bearer "+s.Token)
	a.ServeHTTP(w, request)
	if w.Code != http.StatusOK {
		return fmt.Errorf("follow events: %d %s", w.Code, w.Body)
	}
	return nil
}

// held is what the process that holds connections is told.
type held struct {
	Addr, Office string
	Keys         []string  // seeds
	Idle         *heldIdle `json:",omitempty"` // instead: hosts of a relay
}

// memberMemory measures what a connected computer costs the host: its connections are held by another process.
func memberMemory(ctx context.Context, b *bench) ([]Row, error) {
	o, err := b.fullOffice(ctx, "memory", 1000, 20)
	if err != nil {
		return nil, err
	}
	if err := o.Store.Read().NewQuery("SELECT id FROM user WHERE role = 'seller' ORDER BY login").Column(&o.sellers); err != nil {
		return nil, err
	}
	n, err := listen(ctx, o)
	if err != nil {
		return nil, err
	}
	defer n.close() //nolint:errcheck // the figures are there by then
	say("letting %d computers in", idleMembers)
	h := held{Addr: n.server.Addr().String()}
	for i := range idleMembers {
		a, err := n.admit(ctx, o.sellers[i%len(o.sellers)])
		if err != nil {
			return nil, err
		}
		h.Office = a.invitation.Office
		h.Keys = append(h.Keys, hex.EncodeToString(a.key.Marshal()))
	}
	time.Sleep(time.Second) // the connections of joining end
	before := inUse()
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	told, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	holder := exec.CommandContext(ctx, self, "-hold") //nolint:gosec // this program
	holder.Stdin, holder.Stderr = strings.NewReader(string(told)), os.Stderr
	if err := holder.Start(); err != nil {
		return nil, err
	}
	defer func() {
		_ = holder.Process.Kill() // it only waits
		_ = holder.Wait()
	}()
	for len(n.host.Connected()) < idleMembers {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		time.Sleep(10 * time.Millisecond)
	}
	time.Sleep(2 * time.Second)
	each := float64(inUse()-before) / idleMembers / 1024
	how := fmt.Sprintf("heap and stacks of the host with %d silent computers connected, less those without, for each of them", idleMembers)
	return []Row{ratio("member-memory", each, "KiB", "", 0, how)}, nil
}

// inUse is what live objects and stacks take.
func inUse() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse) //nolint:gosec // far below
}

// hold opens connections and keeps them until it is killed.
func hold() error {
	var h held
	if err := json.NewDecoder(os.Stdin).Decode(&h); err != nil {
		return err
	}
	if h.Idle != nil {
		return h.Idle.hold()
	}
	for _, text := range h.Keys {
		seed, err := hex.DecodeString(text)
		if err != nil {
			return err
		}
		key, err := identity.ParseKey(seed)
		if err != nil {
			return err
		}
		s, err := dialSession(h.Addr, key, h.Office)
		if err != nil {
			return err
		}
		go func() { _, _ = s.wait(0) }() // answers pings
	}
	select {}
}
