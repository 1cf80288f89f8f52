package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"time"

	"filippo.io/age"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/api"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/office"
	"sitegroup.mx/crm/backend/office/identity"
	"sitegroup.mx/crm/backend/office/link"
	"sitegroup.mx/crm/backend/office/wire"
	"sitegroup.mx/crm/backend/recovery"
)

// Take implements api.Handover.
func (h *handover) Take(ctx context.Context, v account.Viewer) error {
	if err := account.AdminOnly(v); err != nil {
		return err
	}
	if h.o.Member == nil || h.around.take == nil {
		return fault.New(office.CodeHandoverMissing)
	}
	return h.around.take(ctx, h.o)
}

// takeHandover begins to make this computer the host that its host has chosen.
func (p *program) takeHandover(ctx context.Context, o *openOffice) error {
	var offer api.HandoverState
	if err := ask(ctx, o, http.MethodGet, "/api/handover", nil, &offer); err != nil {
		return err
	}
	if offer.State != office.HandoverOffered && offer.State != office.HandoverMoving || offer.DeviceID != o.installation.Device {
		return fault.New(office.CodeHandoverMissing)
	}
	return p.beginRestore(func(ctx context.Context) (*string, error) { return p.move(ctx, o, offer.ID, becomeHost) })
}

// move brings the office's file here and makes this computer its host: become has the present one agree.
func (p *program) move(
	ctx context.Context, o *openOffice, id string,
	become func(ctx context.Context, o, next *openOffice, r identity.HandoverRequest, file api.HandoverFile) error,
) (at *string, err error) {
	p.moving.Lock()
	defer p.moving.Unlock()
	if p.current() == nil || p.current().Member != o.Member {
		return nil, fault.New(office.CodeHandoverMissing)
	}
	opens, err := age.GenerateX25519Identity()
	if err != nil {
		return nil, fmt.Errorf("make a key for the file: %w", err)
	}
	request := identity.HandoverRequest{ID: id, Recipient: opens.Recipient().String()}
	var file api.HandoverFile
	signed, err := identity.SignHandoverRequest(request, o.key)
	if err != nil {
		return nil, err
	}
	if err := askPatiently(ctx, o, http.MethodPost, "/api/handover/begin", api.HandoverRequest{Request: signed}, &file); err != nil {
		return nil, err
	}
	sealed := p.home.sealedFile()
	defer func() { err = errors.Join(err, removeIfThere(sealed)) }()
	err = receive(file, sealed, func(at int64) ([]byte, error) { return partOf(ctx, o, id, at) })
	if err != nil {
		return nil, err
	}
	t, err := p.handoverTarget(ctx, o)
	if err != nil {
		return nil, err
	}
	closed := false
	t.Appoint = func(ctx context.Context, path string) error {
		err := withRestored(ctx, p.home, path, func(next *openOffice) error {
			return become(ctx, o, next, identity.HandoverRequest{ID: id, Digest: file.Digest}, file)
		})
		if err != nil {
			return err
		}
		closed = true
		return p.putAway(o)
	}
	made, err := recovery.Restore(ctx, t, sealed, p.step, opens)
	if closed {
		err = errors.Join(err, p.openHome(ctx))
	} else if err != nil { // it may have been named nevertheless
		p.waitForAppointment(o)
	}
	if err != nil {
		return nil, err
	}
	text := clock.Format(made.MadeAt)
	return &text, nil
}

// handoverTarget is this folder as recovery knows it, for a file that comes from its host: the computer stays who it is.
func (p *program) handoverTarget(ctx context.Context, o *openOffice) (recovery.Target, error) {
	t := restoreTarget(p.home)
	t.PutKey = func(key []byte) error { return keepNext(p.home, key, o.key) }
	status, err := o.Member.Status(ctx)
	if err != nil {
		return t, err
	}
	t.Note, err = json.Marshal(leftBehind{Installation: o.installation, User: status.User})
	return t, err
}

// receive brings the sealed file here, part by part, and sees that it is the one that the host has made.
func receive(file api.HandoverFile, path string, part func(at int64) ([]byte, error)) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600) //nolint:gosec // a path of our own
	if err != nil {
		return fmt.Errorf("receive the office's file: %w", err)
	}
	for at := int64(0); at < file.Bytes; {
		var data []byte
		if data, err = part(at); err != nil {
			break
		}
		if len(data) == 0 {
			err = fault.New(recovery.CodeDamaged)
			break
		}
		if _, err = f.Write(data); err != nil {
			break
		}
		at += int64(len(data))
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	size, digest, err := digestOf(path)
	if err == nil && (size != file.Bytes || !bytes.Equal(digest, file.Digest)) {
		err = fault.New(recovery.CodeDamaged)
	}
	return err
}

// partOf asks the host for the sealed file from a place on.
func partOf(ctx context.Context, o *openOffice, id string, at int64) ([]byte, error) {
	var part api.HandoverPart
	query := url.Values{"id": {id}, "at": {strconv.FormatInt(at, 10)}}
	err := askPatiently(ctx, o, http.MethodGet, "/api/handover/part?"+query.Encode(), nil, &part)
	return part.Data, err
}

// becomeHost checks that the file is the whole office and has the host make this computer its successor.
func becomeHost(ctx context.Context, o, next *openOffice, r identity.HandoverRequest, file api.HandoverFile) error {
	refused := func(err error) error { return errors.Join(recovery.ErrRefused, err) }
	head, err := next.Store.Head(ctx)
	if err != nil {
		return refused(err)
	}
	rows, err := next.Store.Rows(ctx)
	if err != nil {
		return refused(err)
	}
	if head.Pos != file.Rev || rows != file.Rows {
		return refused(fault.New(recovery.CodeDamaged))
	}
	if err := next.listenNext(ctx); err != nil {
		return refused(err)
	}
	if r.Addresses, err = next.network.addressesToBe(ctx); err != nil {
		return refused(err)
	}
	var end api.HandoverEnd
	err = askSigned(ctx, o, "/api/handover/finish", r, &end)
	if unsure(err) { // the host may have signed, and tells it another time
		end.Certificate, err = appointed(ctx, o)
	} else if err != nil {
		return refused(err)
	}
	if err != nil {
		return err
	}
	by, err := next.adminFor(ctx, "")
	if err != nil {
		return err
	}
	return next.Host.Accept(ctx, by, end.Certificate)
}

// unsure reports whether the host may have done what it was asked.
func unsure(err error) bool {
	return fault.Has(err, office.CodeHostUnreachable) || fault.Has(err, fault.CodeCancelled)
}

// appointed waits a while for what the host says to whoever comes once it is the host no more.
func appointed(ctx context.Context, o *openOffice) (certificate []byte, err error) {
	for range askAgain {
		raw, err := o.Member.Appointment(ctx)
		if raw != nil || err != nil {
			return raw, err
		}
		<-o.clock.After(askPause)
	}
	return nil, fault.New(office.CodeHostUnreachable)
}

// askPatiently is ask for what can be asked twice: a connection that breaks is soon there again.
func askPatiently(ctx context.Context, o *openOffice, method, path string, body, into any) error {
	for range askAgain {
		if err := ask(ctx, o, method, path, body, into); !unsure(err) {
			return err
		}
		<-o.clock.After(askPause)
	}
	return ask(ctx, o, method, path, body, into)
}

// addressesToBe are where the others will find this computer once it listens.
func (n *network) addressesToBe(ctx context.Context) ([]string, error) {
	s, err := n.setting(ctx)
	if err != nil {
		return nil, err
	}
	relay, err := n.o.relay.read(ctx)
	return n.withRelay(link.AddressesAt(n.fixed, s.Port), relay.Address), err
}

// askSigned asks the host for what only the chosen computer may ask.
func askSigned(ctx context.Context, o *openOffice, path string, r identity.HandoverRequest, into any) error {
	signed, err := identity.SignHandoverRequest(r, o.key)
	if err != nil {
		return err
	}
	return ask(ctx, o, http.MethodPost, path, api.HandoverRequest{Request: signed}, into)
}

// ask calls the host's API and gives its problems back as faults.
func ask(ctx context.Context, o *openOffice, method, path string, body, into any) error {
	c := &wire.Call{Method: method, Path: path}
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		c.ContentType, c.Body = "application/json", text
	}
	ctx, cancel := context.WithTimeout(ctx, askPatience)
	defer cancel()
	reply, err := o.Member.Call(ctx, c)
	if err != nil {
		return err
	}
	if reply.Status >= http.StatusBadRequest {
		var problem struct{ Code string }
		if err := json.Unmarshal(reply.Body, &problem); err != nil || problem.Code == "" {
			return fmt.Errorf("the host answers %d", reply.Status)
		}
		return fault.New(problem.Code)
	}
	if err := json.Unmarshal(reply.Body, into); err != nil {
		return fmt.Errorf("read the host's answer: %w", err)
	}
	return nil
}

const (
	askPatience       = 3 * time.Minute
	askPause          = 500 * time.Millisecond
	askAgain          = 40
	appointmentGlance = 2 * time.Second
)

// waitForAppointment has an open member look whether its host has named it while nobody could hear that.
func (p *program) waitForAppointment(o *openOffice) {
	if o.Member == nil {
		return
	}
	if waits, err := recovery.Waiting(restoreTarget(p.home)); err != nil || !waits {
		return
	}
	p.restoring.work.log = p.home.log
	p.restoring.work.start("appointment", p.ctx.Done(), func() { p.lookForAppointment(p.ctx, o) })
}

func (p *program) lookForAppointment(ctx context.Context, o *openOffice) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.home.clock.After(appointmentGlance):
		}
		now := p.current()
		if now == nil || now.Member != o.Member {
			return
		}
		raw, err := o.Member.Appointment(ctx)
		if err == nil && raw == nil && p.givenUp(ctx, o) {
			return
		}
		if err != nil || raw == nil {
			continue
		}
		if err := p.reopenAsHost(context.WithoutCancel(ctx), o); err != nil {
			p.home.log.WithError(err).Error("this computer was named the host and could not become it")
		}
		return
	}
}

// givenUp drops what waits for a host that says that it is not handing the office over any more: it cannot sign that later.
func (p *program) givenUp(ctx context.Context, o *openOffice) bool {
	var offer api.HandoverState
	if err := ask(ctx, o, http.MethodGet, "/api/handover", nil, &offer); err != nil || offer.State != office.HandoverNone {
		return false
	}
	p.moving.Lock()
	defer p.moving.Unlock()
	if err := recovery.GiveUp(restoreTarget(p.home)); err != nil {
		p.home.log.WithError(err).Warn("a hand-over that has come to nothing is not cleared away")
	}
	return true
}

func (p *program) reopenAsHost(ctx context.Context, o *openOffice) error {
	p.moving.Lock()
	defer p.moving.Unlock()
	if err := p.putAway(o); err != nil {
		return err
	}
	return p.openHome(ctx)
}

// followAppointment ends a hand-over that was cut short after the former host had named this computer; o is the member that
// has been opened, and what it answers is open instead.
func (p *program) followAppointment(ctx context.Context, o *openOffice) (*openOffice, error) {
	if o.Member == nil {
		return o, nil
	}
	t := restoreTarget(p.home)
	waits, err := recovery.Waiting(t)
	if err != nil || !waits {
		return o, err
	}
	raw, err := o.Member.Appointment(ctx)
	if err != nil {
		return o, err
	}
	if raw == nil {
		return o, nil
	}
	if err := o.Close(); err != nil {
		return nil, err
	}
	err = recovery.Appointed(ctx, t, func(ctx context.Context, file string) error {
		return withRestored(ctx, p.home, file, func(next *openOffice) error {
			by, err := next.adminFor(ctx, "")
			if err != nil {
				return err
			}
			return next.Host.Accept(ctx, by, raw)
		})
	})
	if err != nil {
		return nil, err
	}
	if o, err = openFolder(ctx, p.home); err != nil {
		return nil, err
	}
	p.finishRestore(ctx, o)
	return o, nil
}
