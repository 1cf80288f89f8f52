package app

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"filippo.io/age"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/api"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/office"
	"sitegroup.mx/crm/store"
)

// handover is an office's move to another computer. It implements api.Handover; what the next host does is in
// handover_take.go.
type handover struct {
	o      *openOffice
	around surroundings
	intake *intakeRun // on a host whose work has begun

	mu    sync.Mutex
	id    string       // of the hand-over that what follows is of
	sent  store.Cursor // where the sealed copy has ended
	file  api.HandoverFile
	read  int64     // bytes that were asked for
	asked time.Time // when the next host was last heard of
}

func newHandover(o *openOffice) *handover { return &handover{o: o} }

const handoverPart = 4 << 20

var (
	handoverPatient = 5 * time.Minute // without a word of the next host the present one goes on
	handoverGlance  = 10 * time.Second
)

// handoverSeals is told just before the copy for the next host is made, so that tests can look at what still writes then.
var handoverSeals = func(*openOffice) {}

// sealedFile is the office's file on its way to the next host.
func (f folder) sealedFile() string { return f.officeFile() + ".handover" }

// State implements api.Handover.
func (h *handover) State(ctx context.Context, v account.Viewer) (api.HandoverState, error) {
	s := api.HandoverState{State: office.HandoverNone}
	if err := account.AdminOnly(v); err != nil || h.o.Host == nil {
		return s, err
	}
	now := h.o.Host.Handover()
	s.State, s.ID, s.DeviceID = now.State, now.ID, now.Device
	h.mu.Lock()
	if h.id == now.ID && now.State == office.HandoverMoving {
		s.Sent, s.Bytes = min(h.read, h.file.Bytes), h.file.Bytes
	}
	h.mu.Unlock()
	if now.Device == "" {
		return s, nil
	}
	devices, err := h.o.Host.Devices(ctx, v)
	for _, d := range devices {
		if d.ID == now.Device {
			s.DeviceName, s.UserName = d.Name, d.UserName
		}
		if d.UserID == now.By && now.By != "" {
			s.ByName = d.UserName
		}
	}
	return s, err
}

// Offer implements api.Handover.
func (h *handover) Offer(ctx context.Context, v account.Viewer, device string) error {
	if h.o.Host == nil {
		return fault.New(office.CodeHostUnreachable)
	}
	_, err := h.o.Host.OfferHandover(ctx, v, device)
	h.changed()
	return err
}

// Cancel implements api.Handover.
func (h *handover) Cancel(ctx context.Context, v account.Viewer) error {
	if h.o.Host == nil {
		return fault.New(office.CodeHostUnreachable)
	}
	if err := h.o.Host.CancelHandover(ctx, v); err != nil {
		return err
	}
	return h.stay()
}

// stay has the host work as before.
func (h *handover) stay() error {
	defer h.changed()
	h.intake.begin()
	return removeIfThere(h.o.sealedFile())
}

func (h *handover) changed() {
	if h.around.changed != nil {
		h.around.changed()
	}
}

// Begin implements api.Handover. Everything that writes has stopped before the copy is made.
func (h *handover) Begin(ctx context.Context, request []byte) (f api.HandoverFile, err error) {
	if h.o.Host == nil {
		return f, fault.New(office.CodeHostUnreachable)
	}
	r, err := h.o.Host.BeginHandover(ctx, request)
	if err != nil {
		return f, err
	}
	h.intake.end()
	defer h.changed()
	defer func() {
		if err != nil {
			h.o.Host.ThawHandover(r.ID)
			err = errors.Join(err, h.stay())
		}
	}()
	to, err := age.ParseX25519Recipient(r.Recipient)
	if err != nil {
		return f, fault.Wrap(err, office.CodeHandoverMissing)
	}
	handoverSeals(h.o)
	head, err := h.o.Backups.SealTo(ctx, h.o.sealedFile(), to)
	if err != nil {
		return f, err
	}
	if f.Bytes, f.Digest, err = digestOf(h.o.sealedFile()); err != nil {
		return f, err
	}
	if f.Rows, err = h.o.Store.Rows(ctx); err != nil {
		return f, err
	}
	f.Rev = head.Pos
	h.mu.Lock()
	again := h.id == r.ID
	h.id, h.sent, h.file, h.read, h.asked = r.ID, head, f, 0, h.o.clock.Now()
	h.mu.Unlock()
	if !again {
		ctx := h.intake.ctx
		h.o.crew.start("handover", ctx.Done(), func() { h.watch(ctx, r.ID) })
	}
	return f, nil
}

// watch has the host go on when the next one is not heard of any more.
func (h *handover) watch(ctx context.Context, id string) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-h.o.clock.After(handoverGlance):
		}
		if now := h.o.Host.Handover(); now.State != office.HandoverMoving || now.ID != id {
			return
		}
		h.mu.Lock()
		silent := h.o.clock.Now().Sub(h.asked)
		h.mu.Unlock()
		if silent < handoverPatient {
			continue
		}
		h.o.log.Warn("the next host is not heard of any more; this one goes on")
		h.o.Host.ThawHandover(id)
		if err := h.stay(); err != nil {
			h.o.log.WithError(err).Warn("the copy for the next host is not deleted")
		}
		return
	}
}

// Part implements api.Handover.
func (h *handover) Part(_ context.Context, id string, at int64) (p api.HandoverPart, err error) {
	h.mu.Lock()
	h.asked = h.o.clock.Now()
	known := h.id == id && h.o.Host != nil && h.o.Host.Moving()
	h.mu.Unlock()
	if !known {
		return p, fault.New(office.CodeHandoverMissing)
	}
	f, err := os.Open(h.o.sealedFile())
	if err != nil {
		return p, fmt.Errorf("open the copy: %w", err)
	}
	defer f.Close() //nolint:errcheck // only read
	p.Data = make([]byte, handoverPart)
	n, err := f.ReadAt(p.Data, at)
	p.Data = p.Data[:n]
	if err != nil && !errors.Is(err, io.EOF) {
		return p, fmt.Errorf("read the copy: %w", err)
	}
	h.mu.Lock()
	h.read = max(h.read, at+int64(n))
	h.mu.Unlock()
	return p, nil
}

// Finish implements api.Handover.
func (h *handover) Finish(ctx context.Context, request []byte) (e api.HandoverEnd, err error) {
	if h.o.Host == nil {
		return e, fault.New(office.CodeHostUnreachable)
	}
	h.mu.Lock()
	head, digest := h.sent, h.file.Digest
	h.mu.Unlock()
	if e.Certificate, err = h.o.Host.FinishHandover(ctx, request, head, digest); err != nil {
		return e, err
	}
	h.changed()
	return e, removeIfThere(h.o.sealedFile())
}

// digestOf is a file's size and SHA-256.
func digestOf(path string) (bytes int64, digest []byte, err error) {
	f, err := os.Open(path) //nolint:gosec // a path of our own
	if err != nil {
		return 0, nil, fmt.Errorf("read the copy: %w", err)
	}
	defer f.Close() //nolint:errcheck // only read
	sum := sha256.New()
	if bytes, err = io.Copy(sum, f); err != nil {
		return 0, nil, fmt.Errorf("read the copy: %w", err)
	}
	return bytes, sum.Sum(nil), nil
}

// intakeRun is the coming in of leads, which stops while the office moves.
type intakeRun struct {
	o   *openOffice
	ctx context.Context // of the office's work

	mu   sync.Mutex
	stop context.CancelFunc
	crew *crew
}

func intakeOf(o *openOffice, ctx context.Context) *intakeRun { return &intakeRun{o: o, ctx: ctx} }

// begin lets leads come in, unless they do, or this computer is the host no more.
func (r *intakeRun) begin() {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stop != nil || r.ctx.Err() != nil || r.o.Host.Superseded() {
		return
	}
	ctx, stop := context.WithCancel(r.ctx)
	r.stop, r.crew = stop, &crew{log: r.o.log}
	r.crew.start("intake", ctx.Done(), func() {
		if err := r.o.Intake.Run(ctx); err != nil && ctx.Err() == nil {
			r.o.log.WithError(err).Error("intake stopped")
		}
	})
}

// during does something while leads come in, and has end wait for it; errNotTaking while none do.
func (r *intakeRun) during(fn func() error) error {
	if r == nil {
		return errNotTaking
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stop == nil || r.ctx.Err() != nil || r.o.Host.Superseded() {
		return errNotTaking
	}
	return fn()
}

// stopSoon has nothing more come in and does not wait for what is on its way.
func (r *intakeRun) stopSoon() {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stop != nil {
		r.stop()
	}
}

// end returns once nothing comes in any more.
func (r *intakeRun) end() {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stop != nil {
		r.stop()
		r.crew.wait()
		r.stop = nil
	}
}
