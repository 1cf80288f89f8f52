package app

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/sirupsen/logrus/hooks/test"

	"sitegroup.mx/crm/backend/api"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/office"
	"sitegroup.mx/crm/backend/office/identity"
	"sitegroup.mx/crm/backend/recovery"
	"sitegroup.mx/crm/backend/secret"
)

// ErrPower is how a restore ends that RestoreUntil stops.
var ErrPower = errors.New("the power went")

// AfterTakeUp is a step of RestoreUntil: everything is settled, and nothing of that was written down.
const AfterTakeUp = "after takeup"

// RestoreUntil restores a member's folder in which no program runs, and stops dead when a step begins.
func RestoreUntil(ctx context.Context, dir, keyFile, backup, code, step string) (err error) {
	vault, err := secret.File(keyFile)
	if err != nil {
		return err
	}
	log, _ := test.NewNullLogger()
	home := place{folder: folder(dir), vault: vault, clock: clock.System{}, log: log}
	parsed, err := identity.ParseCode(code)
	if err != nil {
		return err
	}
	o, err := openFolder(ctx, home)
	if err != nil {
		return err
	}
	left, err := leave(ctx, o, parsed)
	if err := errors.Join(err, o.Close()); err != nil {
		return err
	}
	defer func() {
		if reason := recover(); reason != nil {
			if stopped, ok := reason.(error); !ok || !errors.Is(stopped, ErrPower) {
				panic(reason)
			}
			err = ErrPower
		}
	}()
	_, err = restoreOffice(ctx, home, backup, parsed, left, func(begun string) {
		if begun == step {
			panic(ErrPower)
		}
	})
	if err != nil {
		return err
	}
	if step == recovery.StepTakeUp {
		return ErrPower
	}
	if o, err = openFolder(ctx, home); err != nil {
		return err
	}
	_, aside, waits, err := recovery.Left(restoreTarget(home))
	if err != nil || !waits {
		return fmt.Errorf("nothing is left: %w", err)
	}
	old, err := o.openAside(ctx, left.Installation, aside)
	if err != nil {
		return err
	}
	return errors.Join(o.takeUp(ctx, old, *left), old.Close(), o.Close(), ErrPower)
}

// HandoverPatience has hosts wait for the next one as long, until the test ends.
func HandoverPatience(t testing.TB, d time.Duration) {
	patient, glance := handoverPatient, handoverGlance
	handoverPatient, handoverGlance = d, d/10
	t.Cleanup(func() { handoverPatient, handoverGlance = patient, glance })
}

// TakeUntilNamed has a member's folder, in which no program runs, take the office over that its host has offered it, and
// stops dead once the host has named it, before the answer has come.
func TakeUntilNamed(ctx context.Context, dir, keyFile string) error {
	return takeUntil(ctx, dir, keyFile, func(ctx context.Context, o, _ *openOffice, r identity.HandoverRequest, _ api.HandoverFile) error {
		return errors.Join(askSigned(ctx, o, "/api/handover/finish", r, &api.HandoverEnd{}), ErrPower)
	})
}

// TakeUntilThere does so and stops dead once the whole file is there, before the host has named it.
func TakeUntilThere(ctx context.Context, dir, keyFile string) error {
	return takeUntil(ctx, dir, keyFile, func(context.Context, *openOffice, *openOffice, identity.HandoverRequest, api.HandoverFile) error {
		return ErrPower
	})
}

func takeUntil(
	ctx context.Context, dir, keyFile string, stop func(ctx context.Context, o, next *openOffice, r identity.HandoverRequest, file api.HandoverFile) error,
) error {
	vault, err := secret.File(keyFile)
	if err != nil {
		return err
	}
	log, _ := test.NewNullLogger()
	p := &program{home: place{folder: folder(dir), vault: vault, clock: clock.System{}, log: log}}
	p.ctx, p.end = context.WithCancel(ctx)
	p.api = api.New(api.Deps{Office: p.current, Setup: p, Clock: clock.System{}, Log: log})
	if err := p.open(ctx); err != nil {
		return err
	}
	o := p.office
	var offer api.HandoverState
	for ctx.Err() == nil && offer.State != office.HandoverOffered { // until it is connected and chosen
		if err := ask(ctx, o, "GET", "/api/handover", nil, &offer); err != nil && !fault.Has(err, office.CodeHostUnreachable) {
			return err
		}
		runtime.Gosched()
	}
	_, err = p.move(ctx, o, offer.ID, stop)
	return errors.Join(err, p.close())
}

// IsDamaged has the file of a folder in which no program runs inspected, as a running one does each day.
func IsDamaged(ctx context.Context, dir, keyFile string) (bool, error) {
	vault, err := secret.File(keyFile)
	if err != nil {
		return false, err
	}
	log, _ := test.NewNullLogger()
	o, err := openFolder(ctx, place{folder: folder(dir), vault: vault, clock: clock.System{}, log: log})
	if err != nil {
		return false, err
	}
	o.inspect(ctx)
	damaged := o.machine().Damaged
	if err := o.Close(); err != nil && !damaged { // a damaged file may not be closed in order either
		return false, err
	}
	return damaged, nil
}

// NoticeBody is noticeBody.
var NoticeBody = noticeBody

// WatchHandover has fn told just before an office's copy is sealed for its next host. takes tries to take a lead, then and
// later, and reports whether it was taken; fetches reports whether leads are being fetched.
func WatchHandover(t testing.TB, fn func(takes, fetches func() bool)) {
	former := handoverSeals
	handoverSeals = func(o *openOffice) {
		takes := func() (taken bool) {
			_ = o.handover.intake.during(func() error { taken = true; return nil })
			return taken
		}
		fn(takes, func() bool {
			r := o.handover.intake
			r.mu.Lock()
			defer r.mu.Unlock()
			return r.stop != nil
		})
	}
	t.Cleanup(func() { handoverSeals = former })
}

// NoticeReply, NoticeData and ReplyOf are what becomes of a notification's buttons.
type NoticeReply = noticeReply

var (
	NoticeData = noticeData
	ReplyOf    = replyOf
)
