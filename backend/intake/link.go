package intake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/meta"
	"sitegroup.mx/crm/store"
)

// Names of the secrets in the Vault.
const (
	vaultToken  = "meta/token"
	vaultSecret = "meta/app-secret"
	vaultPage   = "meta/page/" // and the page's id
)

// settingConnection is the key of the connection's public part among the settings.
const settingConnection = "meta.connection"

// linkRecord is the public part of the connection, as the database keeps it.
type linkRecord struct {
	AppID       string      `json:"app_id"`
	BaseURL     string      `json:"base_url"`
	Version     string      `json:"version"`
	UserID      string      `json:"user_id"` // whom the token stands for
	Token       TokenStatus `json:"token"`
	ConnectedAt string      `json:"connected_at"`
	CheckedAt   string      `json:"checked_at"`
	DebuggedAt  string      `json:"debugged_at"` // when Meta was last asked about the token
	Checks      []Check     `json:"checks"`
	Problem     string      `json:"problem"`
	FormerUntil string      `json:"former_until,omitempty"` // until when the app's former secret is accepted
	// ProblemArgs fill the problem's sentence.
	ProblemArgs map[string]any `json:"problem_args,omitempty"`
}

// trouble is the code of what has broken the connection, "" when it works: what Meta said last, or that the token's time has
// passed, which happens also while Meta cannot be asked.
func (rec linkRecord) trouble(now time.Time) (code string, args map[string]any) {
	if rec.Problem != "" {
		return rec.Problem, rec.ProblemArgs
	}
	if end := rec.Token.ExpiresAt; end != nil && !parse(*end).After(now) {
		return meta.AdviceTokenExpired, map[string]any{"date": *end}
	}
	return "", nil
}

// tokenState is one of the states of a token, by the connection's trouble.
func (rec linkRecord) tokenState(now time.Time) string {
	switch problem, _ := rec.trouble(now); problem {
	case "":
		return TokenValid
	case meta.AdviceTokenExpired, meta.AdviceTokenUndated:
		return TokenExpired
	}
	return TokenRefused
}

// ends is what is known of the token without the ends that say nothing any more: those of a token that does not work,
// except when it ended.
func (rec linkRecord) ends(now time.Time) TokenStatus {
	t := rec.Token
	state := rec.tokenState(now)
	if state == TokenValid {
		return t
	}
	if state == TokenRefused || t.ExpiresAt != nil && parse(*t.ExpiresAt).After(now) {
		t.ExpiresAt = nil
	}
	t.DataAccessExpiresAt = nil
	return t
}

// checks are the checks as they were last seen; what Meta or the clock has said since about the connection itself goes
// before them, and leaves the others open.
func (rec linkRecord) checks(now time.Time) []Check {
	problem, _ := rec.trouble(now)
	if problem == "" || len(rec.Checks) == 0 {
		return rec.Checks
	}
	var c checker
	c.connection(problem)
	return c.list()
}

// link is the live connection. It is read from the database and the Vault when first needed.
type link struct {
	mu   sync.Mutex
	live *linked
}

// linked is a connection that can be used: a client that knows Meta's limits, and the tokens.
type linked struct {
	client *meta.Client
	token  meta.Token
	mu     sync.Mutex
	pages  map[string]meta.Token
}

// readRecord reads the connection's public part; ok is false when the office is not connected.
func readRecord(ctx context.Context, q dbx.Builder) (rec linkRecord, ok bool, err error) {
	var texts []string
	err = q.NewQuery(`SELECT v FROM setting WHERE k = {:k}`).Bind(dbx.Params{"k": settingConnection}).WithContext(ctx).Column(&texts)
	if err != nil || len(texts) == 0 {
		return linkRecord{}, false, wrap("read connection", err)
	}
	if err := json.Unmarshal([]byte(texts[0]), &rec); err != nil {
		return linkRecord{}, false, fmt.Errorf("read connection: %w", err)
	}
	return rec, true, nil
}

// writeRecord writes the connection's public part.
func writeRecord(tx *store.Tx, rec linkRecord) error {
	text, err := json.Marshal(rec)
	if err != nil {
		return fmt.Errorf("encode connection: %w", err)
	}
	_, err = tx.Exec(`INSERT INTO setting (k, v)
		VALUES ({:k}, {:v})
		ON CONFLICT (k) DO UPDATE SET v = excluded.v`, dbx.Params{"k": settingConnection, "v": string(text)})
	return wrap("write connection", err)
}

// changeRecord changes the connection's public part, if the office is still connected.
func (s *Service) changeRecord(ctx context.Context, change func(*linkRecord)) error {
	_, err := s.store.Write(ctx, store.System, func(tx *store.Tx) error {
		rec, ok, err := readRecord(ctx, tx.Query())
		if err != nil || !ok {
			return err
		}
		change(&rec)
		return writeRecord(tx, rec)
	})
	return err
}

// connected returns the live connection: meta.not_connected when there is none.
func (s *Service) connected(ctx context.Context) (*linked, error) {
	s.link.mu.Lock()
	defer s.link.mu.Unlock()
	if s.link.live != nil {
		return s.link.live, nil
	}
	rec, ok, err := readRecord(ctx, s.store.Read())
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fault.New(CodeNotConnected)
	}
	token, err := s.secret(vaultToken)
	if err != nil {
		return nil, err
	}
	appSecret, err := s.secret(vaultSecret)
	if err != nil {
		return nil, err
	}
	s.link.live = &linked{
		client: s.client(rec.AppID, meta.Secret(appSecret), rec.BaseURL, rec.Version),
		token:  meta.Token(token), pages: map[string]meta.Token{},
	}
	return s.link.live, nil
}

// Codes of a Vault that cannot be opened, whatever it holds (see backend/secret).
const (
	codeKeyringLocked = "secret.keyring_unavailable"
	codeKeyFileMode   = "secret.file_mode"
)

// secret reads one secret. One that is missing means that somebody has to connect again.
func (s *Service) secret(name string) (string, error) {
	value, err := s.vault.Get(name)
	if err == nil {
		return string(value), nil
	}
	if fault.Has(err, codeKeyringLocked) || fault.Has(err, codeKeyFileMode) {
		return "", fmt.Errorf("open the keyring: %w", err)
	}
	return "", fault.Wrap(err, CodeNotConnected)
}

func (s *Service) client(appID string, secret meta.Secret, base, version string) *meta.Client {
	return s.newClient(meta.Config{
		BaseURL: base, Version: version, AppID: meta.ID(appID), AppSecret: secret, Clock: s.clock, Log: s.log,
	})
}

// clockBehind is how far this computer's clock is behind Meta's, if Meta has answered since the program began.
func (s *Service) clockBehind() (time.Duration, bool) {
	s.link.mu.Lock()
	defer s.link.mu.Unlock()
	if s.link.live == nil {
		return 0, false
	}
	return s.link.live.client.ClockBehind()
}

// forgetLink drops the live connection, so that the next use reads it anew.
func (s *Service) forgetLink() {
	s.link.mu.Lock()
	defer s.link.mu.Unlock()
	s.link.live = nil
}

// pageToken returns the page's own token: the one at hand, or one that Meta derives from the connection's.
func (s *Service) pageToken(ctx context.Context, l *linked, pageID string) (meta.Token, error) {
	l.mu.Lock()
	token := l.pages[pageID]
	l.mu.Unlock()
	if token != "" {
		return token, nil
	}
	value, err := s.secret(vaultPage + pageID)
	if err == nil {
		l.keep(pageID, meta.Token(value))
		return meta.Token(value), nil
	}
	if !fault.Has(err, CodeNotConnected) {
		return "", err
	}
	return s.derive(ctx, l, pageID)
}

// derive asks Meta for the page's token and keeps it.
func (s *Service) derive(ctx context.Context, l *linked, pageID string) (meta.Token, error) {
	page, err := l.client.Page(ctx, l.token, meta.ID(pageID))
	if err != nil {
		return "", fmt.Errorf("derive the page's token: %w", err)
	}
	if page.Token == "" {
		return "", fault.New(meta.AdvicePageNotAssigned)
	}
	if err := s.vault.Set(vaultPage+pageID, []byte(page.Token)); err != nil {
		return "", fmt.Errorf("keep the page's token: %w", err)
	}
	l.keep(pageID, page.Token)
	return page.Token, nil
}

func (l *linked) keep(pageID string, token meta.Token) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pages[pageID] = token
}

// withPage calls fn with the page's token. When Meta does not take that token and a fresh one can be derived, fn is called
// once more: tokens of pages die when their parent is made anew.
func (s *Service) withPage(ctx context.Context, l *linked, pageID string, fn func(meta.Token) error) error {
	token, err := s.pageToken(ctx, l, pageID)
	if err != nil {
		return err
	}
	err = fn(token)
	if !wantsNewToken(err) {
		return err
	}
	fresh, derr := s.derive(ctx, l, pageID)
	if derr != nil || fresh == token {
		return err
	}
	return fn(fresh)
}

func wantsNewToken(err error) bool {
	var m *meta.Error
	return errors.As(err, &m) && (m.Class == meta.ClassReauthorise || m.Advice == meta.AdviceNeedsPageToken)
}

// checkEvery is how often Meta is asked about the token; probeEvery how often while something is wrong with it.
const (
	checkEvery = 24 * time.Hour
	probeEvery = 10 * time.Minute
)

// checkToken asks Meta about the token and takes its answer down. A token that works again sets the backlog free. It
// returns the code of what is wrong, "" when nothing is.
func (s *Service) checkToken(ctx context.Context) (string, error) {
	l, err := s.connected(ctx)
	if err != nil {
		return "", err
	}
	info, err := inspect(ctx, l.client, l.token)
	problem, args := "", map[string]any(nil)
	switch {
	case fault.Has(err, meta.AdviceAppSecretWrong):
		problem = meta.AdviceAppSecretWrong
	case err != nil:
		return "", err
	case info.Problem != nil:
		problem, args = info.Problem.Advice, info.Problem.Args
	}
	var before string
	err = s.changeRecord(ctx, func(rec *linkRecord) {
		before = rec.Problem
		rec.Problem, rec.ProblemArgs, rec.DebuggedAt = problem, args, format(s.clock.Now())
		if problem == "" {
			rec.Token, rec.UserID = tokenStatus(info), string(info.User)
		}
	})
	if err != nil {
		return problem, err
	}
	if before != problem {
		s.log.WithField("problem", problem).Warn("state of the token changed")
		s.hooks.tellStatus()
	}
	if before != "" && problem == "" {
		return "", s.resume(ctx)
	}
	return problem, nil
}

// inspect asks Meta about a token in the app's name. A dead token is in the answer; a refusal to answer therefore concerns the
// app's id or secret, though Meta words it as if it were the token: meta.app_secret_wrong (field app_secret).
func inspect(ctx context.Context, c *meta.Client, t meta.Token) (meta.TokenInfo, error) {
	info, err := c.CheckToken(ctx, t)
	var m *meta.Error
	if errors.As(err, &m) && (m.Class == meta.ClassReauthorise || m.Advice == meta.AdviceAppSecretWrong) {
		return info, &fault.Error{Code: meta.AdviceAppSecretWrong, Field: "app_secret", Err: err}
	}
	return info, wrap("check the token", err)
}

// suspect asks Meta about the token after a call was refused for it. It reports whether the token itself is dead.
func (s *Service) suspect(ctx context.Context, cause error) bool {
	var m *meta.Error
	if !errors.As(cause, &m) || m.Class != meta.ClassReauthorise {
		return false
	}
	problem, err := s.checkToken(ctx)
	if err != nil {
		s.log.WithError(err).Warn("token could not be checked")
	}
	return problem != ""
}

func tokenStatus(info meta.TokenInfo) TokenStatus {
	scopes := info.Scopes
	if scopes == nil {
		scopes = []string{}
	}
	return TokenStatus{
		Type: string(info.Kind), ExpiresAt: optional(info.Expires), DataAccessExpiresAt: optional(info.DataAccessExpires), Scopes: scopes,
	}
}

// resume sets free what waited for a person: parked leads are due now, and all forms are read again.
func (s *Service) resume(ctx context.Context) error {
	_, err := s.store.Write(ctx, store.System, func(tx *store.Tx) error {
		_, err := tx.Exec(`UPDATE lead SET next_try_at = {:now}
			WHERE state = 'failed' AND class IN ('reauthorise', 'permission', 'gone') AND dismissed_at IS NULL`, dbx.Params{"now": format(tx.Now())})
		return wrap("resume parked leads", err)
	})
	if err != nil {
		return err
	}
	s.pace.clear()
	nudge(s.wakes.poll)
	nudge(s.wakes.work)
	return nil
}
