package recovery

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"filippo.io/age"

	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// Target is where an office is restored to.
type Target struct {
	File string // the office's database, which may be there or not
	// PutKey keeps the restored file's key in the keyring without replacing the one in use. TakeKey then makes it the one in
	// use, and has nothing to do when it already is.
	PutKey  func(key []byte) error
	TakeKey func() error
	// TakeOver makes the restored file, which still lies beside the office, the file of an office whose host is this computer.
	// When it ends half-way the file is dropped and nothing of the office that is there was touched. nil does nothing.
	TakeOver func(ctx context.Context, file string, key []byte) error
	// Appoint does the same where somebody else has to agree, who may do so and die before this computer has heard of it: it
	// comes once the plan is written. After ErrRefused the restore is given up; after any other error the plan waits, see
	// Appointed. nil does nothing.
	Appoint func(ctx context.Context, file string) error
	// Note is kept in the plan for what comes once the restored office is open; see Left. nil for nothing.
	Note []byte
	Now  func() time.Time
}

// ErrRefused says that nobody has agreed to what Target.Appoint asks, and nobody will.
var ErrRefused = errors.New("recovery: refused")

// Steps of a restore, in order. Each can be done again: whatever ends the program in between, Resume goes on from the last
// step that was written down.
const (
	StepUnseal   = "unseal"   // read and decrypt the backup beside the office
	StepCheck    = "check"    // compare every page
	StepTakeOver = "takeover" // make this computer the host in it
	StepAside    = "aside"    // put the office that is there aside
	StepKey      = "key"      // keep the key
	StepSwap     = "swap"     // put the restored file in its place
	StepTakeUp   = "takeup"   // settle what was put aside; the caller's to do, see Left
	StepDone     = "done"
)

// Steps lists the steps in order, for a progress bar.
var Steps = []string{StepUnseal, StepCheck, StepTakeOver, StepAside, StepKey, StepSwap, StepTakeUp}

// plan is the file that says how far a restore has come.
type plan struct {
	Step     string    `json:"step"` // the next one
	Aside    string    `json:"aside"`
	Manifest Manifest  `json:"manifest"`
	Begun    time.Time `json:"begun"`
	Note     []byte    `json:"note,omitempty"`
}

// asideMark is between the name of the office's file and the time at which a restore has put it aside.
const asideMark = ".before-restore-"

func (t Target) plan() string     { return t.File + ".restore" }
func (t Target) restored() string { return t.File + ".restored" }

// Restore brings a backup back as the office's file. What was there is put aside, not deleted. onStep hears which step
// begins; nil hears nothing. The office's file must be closed. A plan that waits for StepTakeOver or StepTakeUp gives way.
// Faults: recovery.wrong_code, recovery.damaged, recovery.newer, recovery.under_way, disk.full.
func Restore(ctx context.Context, t Target, backup string, onStep func(string), by ...age.Identity) (Manifest, error) {
	before, err := t.read()
	switch {
	case err != nil:
		return Manifest{}, err
	case before != nil && before.Step != StepTakeOver && before.Step != StepTakeUp:
		return Manifest{}, fault.New(CodeUnderWay)
	}
	if err := errors.Join(removeIfThere(t.plan()), t.dropRestored()); err != nil {
		return Manifest{}, fmt.Errorf("begin restore: %w", err)
	}
	if onStep == nil {
		onStep = func(string) {}
	}
	m, err := t.prepare(ctx, backup, onStep, by)
	if err != nil {
		return Manifest{}, errors.Join(err, t.dropRestored())
	}
	p := plan{
		Step: StepAside, Manifest: m, Begun: t.Now().UTC(), Note: t.Note, Aside: t.File + asideMark + t.Now().UTC().Format(stamp),
	}
	if t.Appoint != nil {
		p.Step = StepTakeOver
	}
	if err := t.save(p); err != nil {
		return Manifest{}, err
	}
	if t.Appoint != nil {
		onStep(StepTakeOver)
		err := t.Appoint(ctx, t.restored())
		if errors.Is(err, ErrRefused) {
			return Manifest{}, errors.Join(err, removeIfThere(t.plan()), t.dropRestored())
		}
		if err != nil {
			return Manifest{}, fmt.Errorf("restore, %s: %w", StepTakeOver, err)
		}
		p.Step = StepAside
		if err := t.save(p); err != nil {
			return Manifest{}, err
		}
	}
	return m, t.finish(p, onStep)
}

// prepare does what touches nothing of the office that is there.
func (t Target) prepare(ctx context.Context, backup string, onStep func(string), by []age.Identity) (Manifest, error) {
	onStep(StepUnseal)
	f, err := os.Open(backup) //nolint:gosec // the person has chosen it
	if err != nil {
		return Manifest{}, fault.Wrap(fmt.Errorf("open backup: %w", err), CodeDamaged)
	}
	defer f.Close() //nolint:errcheck // only read
	m, key, err := unseal(ctx, f, t.restored(), by...)
	if err != nil {
		return Manifest{}, err
	}
	onStep(StepCheck)
	if err := store.CheckFile(ctx, t.restored(), key); err != nil {
		if errors.Is(err, store.ErrNewerSchema) {
			return Manifest{}, fault.Wrap(err, CodeNewer)
		}
		return Manifest{}, fault.Wrap(fmt.Errorf("check restored file: %w", err), CodeDamaged)
	}
	if err := t.PutKey(key); err != nil {
		return Manifest{}, fmt.Errorf("keep key: %w", err)
	}
	if t.TakeOver == nil {
		return m, nil
	}
	onStep(StepTakeOver)
	if err := t.TakeOver(ctx, t.restored(), key); err != nil {
		return Manifest{}, fmt.Errorf("restore, %s: %w", StepTakeOver, err)
	}
	return m, errors.Join(t.dropCopies(), removeIfThere(t.restored()+".lock"))
}

// Resume ends a restore that was interrupted. It answers false when none was under way. Before the plan is written nothing
// of the office was touched; a restored file without a plan is dropped. What waits for somebody else stays as it is.
func Resume(t Target) (m Manifest, resumed bool, err error) {
	p, err := t.read()
	switch {
	case err != nil:
		return Manifest{}, false, err
	case p == nil:
		return Manifest{}, false, t.dropRestored()
	case p.Step == StepTakeOver, p.Step == StepTakeUp:
		return p.Manifest, false, nil
	}
	return p.Manifest, true, t.finish(*p, func(string) {})
}

// Waiting reports whether a restore waits for somebody else, who has to say whether this computer becomes the host.
func Waiting(t Target) (bool, error) {
	p, err := t.read()
	return p != nil && p.Step == StepTakeOver, err
}

// GiveUp drops a restore that waits for somebody who will not agree any more.
func GiveUp(t Target) error {
	waits, err := Waiting(t)
	if err != nil || !waits {
		return err
	}
	return errors.Join(End(t), t.dropRestored())
}

// Appointed goes on with a restore that waits: take writes into the restored file what somebody has said. The office's file
// must be closed.
func Appointed(ctx context.Context, t Target, take func(ctx context.Context, file string) error) error {
	p, err := t.read()
	if err != nil || p == nil || p.Step != StepTakeOver {
		return err
	}
	if err := take(ctx, t.restored()); err != nil {
		return fmt.Errorf("restore, %s: %w", StepTakeOver, err)
	}
	p.Step = StepAside
	if err := t.save(*p); err != nil {
		return err
	}
	return t.finish(*p, func(string) {})
}

// Left is what a restore has left to do once the restored office is open: note is what Target.Note was, aside where the file
// of before is, which may be gone. false when nothing is left. Whoever has done it calls End.
func Left(t Target) (note []byte, aside string, left bool, err error) {
	p, err := t.read()
	if err != nil || p == nil || p.Step != StepTakeUp {
		return nil, "", false, err
	}
	return p.Note, p.Aside, true, nil
}

// End drops the plan of a restore with which nothing is left to do.
func End(t Target) error {
	if err := removeIfThere(t.plan()); err != nil {
		return fmt.Errorf("end restore: %w", err)
	}
	return syncDir(filepath.Dir(t.File))
}

// read returns the plan, nil when there is none.
func (t Target) read() (*plan, error) {
	content, err := os.ReadFile(t.plan())
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	var p plan
	if err == nil {
		err = json.Unmarshal(content, &p)
	}
	if err != nil {
		return nil, fmt.Errorf("read restore plan: %w", err)
	}
	return &p, nil
}

// dropRestored deletes a restored file that nobody waits for.
func (t Target) dropRestored() error {
	var errs []error
	for _, end := range []string{"", ".part", "-wal", "-shm", ".lock"} {
		errs = append(errs, removeIfThere(t.restored()+end))
	}
	return errors.Join(append(errs, t.dropCopies())...)
}

// dropCopies deletes what a migration has left of the restored file: the backup is there.
func (t Target) dropCopies() error {
	copies, err := filepath.Glob(t.restored() + ".before-*")
	for _, path := range copies {
		err = errors.Join(err, removeIfThere(path))
	}
	return err
}

func (t Target) save(p plan) error {
	content, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("write restore plan: %w", err)
	}
	err = writeWhole(t.plan(), func(f *os.File) error {
		_, err := f.Write(content)
		return err
	})
	if err != nil {
		return fmt.Errorf("write restore plan: %w", err)
	}
	return nil
}

// finish does the steps that are left.
func (t Target) finish(p plan, onStep func(string)) error {
	steps := map[string]struct {
		do   func(plan) error
		next string
	}{
		StepAside: {t.putAside, StepKey},
		StepKey:   {func(plan) error { return t.TakeKey() }, StepSwap},
		StepSwap:  {t.swap, StepDone},
	}
	for p.Step != StepDone {
		step, known := steps[p.Step]
		if !known {
			return fmt.Errorf("restore plan has no step %q", p.Step)
		}
		onStep(p.Step)
		if err := step.do(p); err != nil {
			return fmt.Errorf("restore, %s: %w", p.Step, err)
		}
		if p.Step = step.next; p.Step == StepDone {
			break
		}
		if err := t.save(p); err != nil {
			return err
		}
	}
	if p.Note == nil {
		return End(t)
	}
	p.Step = StepTakeUp
	return t.save(p)
}

// putAside moves the office that is there, with its log, out of the way. A log that stayed would be taken for the new
// file's.
func (t Target) putAside(p plan) error {
	for _, end := range []string{"", "-wal", "-shm"} {
		err := os.Rename(t.File+end, p.Aside+end)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return syncDir(filepath.Dir(t.File))
}

func (t Target) swap(plan) error {
	if err := removeIfThere(t.restored() + ".lock"); err != nil {
		return err
	}
	err := os.Rename(t.restored(), t.File)
	if errors.Is(err, os.ErrNotExist) {
		if _, there := os.Stat(t.File); there == nil {
			return nil // done before the interruption
		}
	}
	return err
}
