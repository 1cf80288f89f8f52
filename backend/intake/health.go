package intake

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"sitegroup.mx/crm/backend/account"
)

// Health is the state of the machinery: what needs a person, and figures.
type Health struct {
	Level    string         `json:"level"` // the worst of the items
	Items    []HealthItem   `json:"items"`
	Token    HealthToken    `json:"token"`
	Forms    []HealthForm   `json:"forms"`
	Database HealthDatabase `json:"database"`
	Version  string         `json:"version"`
}

// Levels of a HealthItem.
const (
	LevelOK   = "ok"
	LevelWarn = "warn"
	LevelBad  = "bad"
)

// HealthItem is one thing to know.
type HealthItem struct {
	Code   string         `json:"code"`
	Level  string         `json:"level"`
	Args   map[string]any `json:"args"`
	Action string         `json:"action"` // "", retry, reconnect, open_leads, open_meta, open_relay, open_backup
}

// States of a HealthToken.
const (
	TokenNone    = "none"    // Meta is not connected
	TokenValid   = "valid"   //
	TokenExpired = "expired" // its time is over
	TokenRefused = "refused" // Meta no longer takes it, or the app it is of; an item says why
)

// HealthToken is how the connection's token stands, also while nobody has to do anything about it. A valid token has its
// ends, where nil is never; an expired one when it ended, where nil is not known; one that is refused has none.
type HealthToken struct {
	State               string  `json:"state"`
	ExpiresAt           *string `json:"expires_at"`
	DataAccessExpiresAt *string `json:"data_access_expires_at"`
	AskedAt             *string `json:"asked_at"` // when Meta was last asked about it
}

// tokenHealth reads how the token of a connection stands.
func tokenHealth(rec linkRecord, connected bool, now time.Time) HealthToken {
	if !connected {
		return HealthToken{State: TokenNone}
	}
	t := HealthToken{State: rec.tokenState(now), AskedAt: optional(parse(max(rec.CheckedAt, rec.DebuggedAt)))}
	ends := rec.ends(now)
	t.ExpiresAt, t.DataAccessExpiresAt = ends.ExpiresAt, ends.DataAccessExpiresAt
	return t
}

// HealthForm is a form and when it was last read in full.
type HealthForm struct {
	ID          string         `json:"id"`
	Name        string         `json:"name"`
	PageName    string         `json:"page_name"`
	Active      bool           `json:"active"`
	PulledAt    *string        `json:"pulled_at"`
	Problem     string         `json:"problem"`
	ProblemArgs map[string]any `json:"problem_args"`
}

// HealthDatabase is figures of the office's file.
type HealthDatabase struct {
	Bytes         int64  `json:"bytes"`
	Rev           int64  `json:"rev"`
	PathBytesFree int64  `json:"path_bytes_free"` // on the disk that holds it; −1 when the system does not say
	Encrypted     bool   `json:"encrypted"`
	Cipher        string `json:"cipher"`
}

const (
	// expiresSoon and expiresNow are when the end of a token becomes a matter, and an urgent one.
	expiresSoon, expiresNow = 14 * 24 * time.Hour, 3 * 24 * time.Hour
	// staleAfter is how long the last complete reading of a form may lie back.
	staleAfter = 20 * time.Minute
	// diskWarn and diskBad are what should stay free: a backup needs room for the whole file.
	diskWarn, diskBad = int64(5) << 30, int64(1) << 30
	// largeDatabase is far beyond an office's needs.
	largeDatabase = int64(8) << 30
	// clockOff is by how much this computer's clock may differ from Meta's.
	clockOff = 5 * time.Minute
)

// Health returns what needs a person. It asks Meta nothing.
func (s *Service) Health(ctx context.Context, v account.Viewer) (Health, error) {
	if err := account.AdminOnly(v); err != nil {
		return Health{}, err
	}
	h := Health{Level: LevelOK, Items: []HealthItem{}, Forms: []HealthForm{}, Version: s.version}
	if err := s.healthOfMeta(ctx, &h); err != nil {
		return Health{}, err
	}
	if err := s.healthOfWebhooks(ctx, &h); err != nil {
		return Health{}, err
	}
	if err := s.healthOfLeads(ctx, &h); err != nil {
		return Health{}, err
	}
	if err := s.healthOfFile(ctx, &h); err != nil {
		return Health{}, err
	}
	if len(h.Items) == 0 {
		h.add("ok", LevelOK, "")
	}
	return h, nil
}

// add appends an item and raises the level.
func (h *Health) add(code, level, action string, pairs ...any) {
	item := HealthItem{Code: code, Level: level, Args: map[string]any{}, Action: action}
	for i := 0; i+1 < len(pairs); i += 2 {
		item.Args[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	h.Items = append(h.Items, item)
	if level == LevelBad || level == LevelWarn && h.Level == LevelOK {
		h.Level = level
	}
}

func (s *Service) healthOfMeta(ctx context.Context, h *Health) error {
	rec, ok, err := readRecord(ctx, s.store.Read())
	if err != nil {
		return err
	}
	now := s.clock.Now()
	h.Token = tokenHealth(rec, ok, now)
	problem, args := rec.trouble(now)
	switch expires := expiry(rec); {
	case !ok:
		h.add("meta.not_connected", LevelWarn, "open_meta")
	case problem != "":
		h.add("meta.token_dead", LevelBad, "reconnect", flat(args, "problem", problem)...)
	case !expires.IsZero() && expires.Sub(now) < expiresSoon:
		level := LevelWarn
		if expires.Sub(now) < expiresNow {
			level = LevelBad
		}
		h.add("meta.token_expires", level, "reconnect", "days", max(int(expires.Sub(now).Hours()/24), 0), "date", format(expires))
	}
	forms, err := listForms(ctx, s.store.Read())
	if err != nil {
		return err
	}
	if ok {
		if err := s.healthOfPages(ctx, h); err != nil {
			return err
		}
	}
	stale := time.Duration(0)
	for _, f := range forms {
		h.Forms = append(h.Forms, HealthForm{
			ID: f.ID, Name: f.Name, PageName: f.PageName, Active: f.Active && f.PageActive, PulledAt: optional(f.PulledAt),
			Problem: f.Problem, ProblemArgs: f.ProblemArgs,
		})
		if !ok || !f.polled() {
			continue
		}
		if f.Problem != "" && problem == "" {
			h.add("meta.form_failing", LevelBad, "retry", flat(f.ProblemArgs, "name", f.Name, "form_id", f.ID, "problem", f.Problem)...)
		}
		stale = max(stale, now.Sub(parse(first(format(f.PulledAt), rec.ConnectedAt))))
	}
	if stale > staleAfter {
		h.add("intake.stale", LevelBad, "retry", "minutes", int(stale.Minutes()))
	}
	return nil
}

// healthOfPages looks for an office that is connected and reads nothing.
func (s *Service) healthOfPages(ctx context.Context, h *Health) error {
	pages, err := s.listPages(ctx)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(pages, func(p Page) bool { return p.Active }) {
		h.add("meta.no_page", LevelWarn, "open_meta", "count", len(pages))
	}
	return nil
}

// flat puts the arguments of a problem's sentence behind others.
func flat(args map[string]any, pairs ...any) []any {
	for _, name := range slices.Sorted(maps.Keys(args)) {
		pairs = append(pairs, name, args[name])
	}
	return pairs
}

// expiry is the earlier end of the token and of its access to data.
func expiry(rec linkRecord) time.Time {
	var soonest time.Time
	for _, text := range []*string{rec.Token.ExpiresAt, rec.Token.DataAccessExpiresAt} {
		if text == nil {
			continue
		}
		if t := parse(*text); soonest.IsZero() || t.Before(soonest) {
			soonest = t
		}
	}
	return soonest
}

func (s *Service) healthOfLeads(ctx context.Context, h *Health) error {
	counts, err := s.countLeads(ctx)
	if err != nil {
		return err
	}
	if counts.Failed > 0 {
		h.add("leads.failed", LevelBad, "open_leads", "count", counts.Failed)
	}
	if counts.Held > 0 {
		h.add("leads.held", LevelWarn, "open_leads", "count", counts.Held)
	}
	return s.healthOfClock(ctx, h)
}

// healthOfClock compares this computer's clock with Meta's: as the last answer told it, and before there was one by leads
// that seem to come from the future.
func (s *Service) healthOfClock(ctx context.Context, h *Health) error {
	if behind, ok := s.clockBehind(); ok {
		if off := behind.Abs(); off > clockOff {
			h.add("clock.wrong", LevelBad, "", "minutes", int(off.Minutes()))
		}
		return nil
	}
	var last []struct {
		LeadAt     string `db:"lead_at"`
		ReceivedAt string `db:"received_at"`
	}
	err := s.store.Read().NewQuery(`SELECT lead_at, received_at
		FROM lead
		WHERE lead_at <> '' AND origin <> 'file'
		ORDER BY received_at DESC, lead_id
		LIMIT 20`).WithContext(ctx).All(&last)
	if err != nil {
		return fmt.Errorf("compare clocks: %w", err)
	}
	for _, l := range last {
		if ahead := parse(l.LeadAt).Sub(parse(l.ReceivedAt)); ahead > clockOff {
			h.add("clock.wrong", LevelBad, "", "minutes", int(ahead.Minutes()))
			break
		}
	}
	return nil
}

func (s *Service) healthOfFile(ctx context.Context, h *Health) error {
	st, err := s.store.Stats(ctx)
	if err != nil {
		return fmt.Errorf("look at the file: %w", err)
	}
	h.Database = HealthDatabase{
		Bytes: st.FileBytes + st.WALBytes, Rev: st.Rev, PathBytesFree: -1, Encrypted: st.Cipher != "", Cipher: st.Cipher,
	}
	if free, err := diskFree(filepath.Dir(s.store.Path())); err == nil {
		h.Database.PathBytesFree = free
		switch {
		case free < diskBad:
			h.add("disk.low", LevelBad, "", "bytes", free)
		case free < diskWarn:
			h.add("disk.low", LevelWarn, "", "bytes", free)
		}
	}
	if h.Database.Bytes > largeDatabase {
		h.add("database.large", LevelWarn, "", "bytes", h.Database.Bytes)
	}
	if s.machine == nil {
		return nil
	}
	m := s.machine()
	if m.Damaged {
		h.add("database.damaged", LevelBad, "open_backup")
	}
	if m.Backup != "" {
		h.add("backup.failed", LevelBad, "open_backup", "problem", m.Backup)
	}
	return nil
}
