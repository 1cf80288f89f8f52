package recovery

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
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
	Now     func() time.Time
}

// Steps of a restore, in order. Each can be done again: whatever ends the program in between, Resume goes on from the last
// step that was written down.
const (
	StepUnseal = "unseal" // read and decrypt the backup beside the office
	StepCheck  = "check"  // compare every page
	StepAside  = "aside"  // put the office that is there aside
	StepKey    = "key"    // keep the key
	StepSwap   = "swap"   // put the restored file in its place
	StepDone   = "done"
)

// Steps lists the steps in order, for a progress bar.
var Steps = []string{StepUnseal, StepCheck, StepAside, StepKey, StepSwap}

// plan is the file that says how far a restore has come.
type plan struct {
	Step     string    `json:"step"` // the next one
	Aside    string    `json:"aside"`
	Manifest Manifest  `json:"manifest"`
	Begun    time.Time `json:"begun"`
}

// asideMark is between the name of the office's file and the time at which a restore has put it aside.
const asideMark = ".before-restore-"

func (t Target) plan() string     { return t.File + ".restore" }
func (t Target) restored() string { return t.File + ".restored" }

// Restore brings a backup back as the office's file. What was there is put aside, not deleted. onStep hears which step
// begins; nil hears nothing. The office's file must be closed. Faults: recovery.wrong_code, recovery.damaged,
// recovery.newer, recovery.under_way, disk.full.
func Restore(ctx context.Context, t Target, backup string, onStep func(string), by ...age.Identity) (Manifest, error) {
	if _, err := os.Stat(t.plan()); err == nil {
		return Manifest{}, fault.New(CodeUnderWay)
	}
	if onStep == nil {
		onStep = func(string) {}
	}
	onStep(StepUnseal)
	f, err := os.Open(backup) //nolint:gosec // the person has chosen it
	if err != nil {
		return Manifest{}, fault.Wrap(fmt.Errorf("open backup: %w", err), CodeDamaged)
	}
	defer f.Close() //nolint:errcheck // only read
	m, key, err := unseal(ctx, f, t.restored(), by...)
	if err != nil {
		return Manifest{}, errors.Join(err, removeIfThere(t.restored()))
	}
	onStep(StepCheck)
	if err := store.CheckFile(ctx, t.restored(), key); err != nil {
		if errors.Is(err, store.ErrNewerSchema) {
			err = fault.Wrap(err, CodeNewer)
		} else {
			err = fault.Wrap(fmt.Errorf("check restored file: %w", err), CodeDamaged)
		}
		return Manifest{}, errors.Join(err, removeIfThere(t.restored()))
	}
	if err := t.PutKey(key); err != nil {
		return Manifest{}, errors.Join(fmt.Errorf("keep key: %w", err), removeIfThere(t.restored()))
	}
	p := plan{Step: StepAside, Manifest: m, Begun: t.Now().UTC(), Aside: t.File + asideMark + t.Now().UTC().Format(stamp)}
	if err := t.save(p); err != nil {
		return Manifest{}, err
	}
	return m, t.finish(p, onStep)
}

// Resume ends a restore that was interrupted. It answers false when none was under way. Before the plan is written nothing
// of the office was touched; a restored file without a plan is dropped.
func Resume(t Target) (m Manifest, resumed bool, err error) {
	content, err := os.ReadFile(t.plan())
	if errors.Is(err, os.ErrNotExist) {
		return Manifest{}, false, errors.Join(removeIfThere(t.restored()), removeIfThere(t.restored()+".part"))
	}
	if err != nil {
		return Manifest{}, false, fmt.Errorf("read restore plan: %w", err)
	}
	var p plan
	if err := json.Unmarshal(content, &p); err != nil {
		return Manifest{}, false, fmt.Errorf("read restore plan: %w", err)
	}
	return p.Manifest, true, t.finish(p, func(string) {})
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
	if err := removeIfThere(t.plan()); err != nil {
		return fmt.Errorf("end restore: %w", err)
	}
	return syncDir(filepath.Dir(t.File))
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
	err := os.Rename(t.restored(), t.File)
	if errors.Is(err, os.ErrNotExist) {
		if _, there := os.Stat(t.File); there == nil {
			return nil // done before the interruption
		}
	}
	return err
}

// Aside returns where the last restore has put what was there before; "" when there was nothing, or it has gone since.
func Aside(file string) (string, error) {
	entries, err := os.ReadDir(filepath.Dir(file))
	if err != nil {
		return "", fmt.Errorf("look for what was put aside: %w", err)
	}
	newest := ""
	for _, e := range entries {
		name := e.Name()
		at, ours := strings.CutPrefix(name, filepath.Base(file)+asideMark)
		if _, err := time.Parse(stamp, at); ours && err == nil && name > newest {
			newest = name
		}
	}
	if newest == "" {
		return "", nil
	}
	return filepath.Join(filepath.Dir(file), newest), nil
}
