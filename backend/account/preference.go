package account

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// Preferences are how a person wants the program to be.
type Preferences struct {
	Language string `json:"language"` // es-MX, en
	Theme    string `json:"theme"`    // auto, light, dark
	Density  string `json:"density"`  // dense, roomy
	// LockMinutes is how long a session may be left alone before it asks for the password; 0 is for ever.
	LockMinutes int `json:"lock_minutes"`
	// HideNames keeps people's names out of notifications.
	HideNames bool `json:"hide_names"`
}

// PreferencesPatch changes what is not nil.
type PreferencesPatch struct {
	Language, Theme, Density *string
	LockMinutes              *int
	HideNames                *bool
}

// What preferences may say.
var (
	languages = []string{"es-MX", "en"}
	themes    = []string{"auto", "light", "dark"}
	densities = []string{"dense", "roomy"}
)

// longestLock is a day: beyond it the session ends anyway.
const longestLock = 24 * 60

// usual are the preferences of somebody who has never chosen any.
func usual() Preferences {
	return Preferences{Language: languages[0], Theme: themes[0], Density: densities[0], LockMinutes: 15}
}

// Preferences returns the viewer's.
func (s *Service) Preferences(ctx context.Context, v Viewer) (Preferences, error) {
	p, err := readPreferences(ctx, s.store.Read(), v.UserID)
	if err != nil {
		return Preferences{}, err
	}
	return p, nil
}

// SetPreferences changes the viewer's. Fault input.invalid.
func (s *Service) SetPreferences(ctx context.Context, v Viewer, patch PreferencesPatch) (Preferences, error) {
	if err := patch.check(); err != nil {
		return Preferences{}, err
	}
	var p Preferences
	_, err := s.store.Write(ctx, v.Author(), func(tx *store.Tx) (err error) {
		if p, err = readPreferences(ctx, tx.Query(), v.UserID); err != nil {
			return err
		}
		patch.apply(&p)
		text, err := json.Marshal(p)
		if err != nil {
			return fmt.Errorf("encode preferences: %w", err)
		}
		_, err = tx.Exec(`
			INSERT INTO setting (k, v)
			VALUES ({:k}, {:v})
			ON CONFLICT (k) DO UPDATE SET v = excluded.v`, dbx.Params{"k": preferencesKey(v.UserID), "v": string(text)})
		return err
	})
	if err != nil {
		return Preferences{}, fmt.Errorf("write preferences: %w", err)
	}
	return p, nil
}

func (patch PreferencesPatch) check() error {
	for _, c := range []struct {
		field string
		value *string
		known []string
	}{{"language", patch.Language, languages}, {"theme", patch.Theme, themes}, {"density", patch.Density, densities}} {
		if c.value != nil && !slices.Contains(c.known, *c.value) {
			return fault.Invalid(c.field, "input.invalid")
		}
	}
	if m := patch.LockMinutes; m != nil && (*m < 0 || *m > longestLock) {
		return fault.Invalid("lock_minutes", "input.invalid")
	}
	return nil
}

func (patch PreferencesPatch) apply(p *Preferences) {
	set(&p.Language, patch.Language)
	set(&p.Theme, patch.Theme)
	set(&p.Density, patch.Density)
	set(&p.LockMinutes, patch.LockMinutes)
	set(&p.HideNames, patch.HideNames)
}

func set[T any](to, value *T) {
	if value != nil {
		*to = *value
	}
}

func preferencesKey(userID string) string { return "user." + userID + ".preferences" }

func readPreferences(ctx context.Context, q dbx.Builder, userID string) (Preferences, error) {
	var texts []string
	err := q.NewQuery(`
		SELECT v
		FROM setting
		WHERE k = {:k}`).Bind(dbx.Params{"k": preferencesKey(userID)}).WithContext(ctx).Column(&texts)
	if err != nil {
		return Preferences{}, fmt.Errorf("read preferences: %w", err)
	}
	if len(texts) == 0 {
		return usual(), nil
	}
	return parsePreferences(texts[0])
}

// parsePreferences reads what was kept; what an older version did not know takes its usual value.
func parsePreferences(text string) (Preferences, error) {
	p := usual()
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return Preferences{}, fmt.Errorf("read preferences: %w", err)
	}
	return p, nil
}

// lockAfter is how long a session of somebody with these preferences may be left alone; 0 is for ever.
func (p Preferences) lockAfter() time.Duration { return time.Duration(p.LockMinutes) * time.Minute }
