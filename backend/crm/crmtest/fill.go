package crmtest

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/crm"
)

// Fill writes prospects of invented persons straight into an office's file, by SQL and in one transaction, for benchmarks
// that need more of them than anybody wants to wait for. The file must be closed, migrated, and hold stages and sellers.
// The prospects are spread evenly over the sellers and the last two years, a minute apart; half are over, one in twenty is unattended, one
// in three has been called, one in ten has a next action. Nothing of this is in the op log.
func Fill(ctx context.Context, path string, key []byte, prospects int) (err error) {
	query := "mode=rw&cipher=chacha20&key=raw:" + hex.EncodeToString(key)
	location := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: query}
	db, err := sql.Open("sqlite3", location.String()) // the driver that package store links
	if err != nil {
		return fmt.Errorf("open file: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	for _, pragma := range []string{"PRAGMA cache_size = -1000000", "PRAGMA synchronous = OFF", "PRAGMA journal_mode = OFF"} {
		if _, err := db.ExecContext(ctx, pragma); err != nil {
			return fmt.Errorf("prepare file: %w", err)
		}
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	f := &filler{ctx: ctx, tx: tx}
	f.read()
	f.quietly(func() {
		for i := range prospects {
			f.person(i)
		}
		f.derive()
		f.plan()
	})
	if f.err != nil {
		return errors.Join(fmt.Errorf("fill office: %w", f.err), tx.Rollback())
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	_, err = db.ExecContext(ctx, "PRAGMA journal_mode = WAL")
	return err
}

// filler keeps the first error and does nothing after it.
type filler struct {
	ctx        context.Context //nolint:containedctx // it lives for one call of Fill
	tx         *sql.Tx
	statements map[string]*sql.Stmt
	sellers    []string
	stages     []string
	end        time.Time
	err        error
}

func (f *filler) read() {
	f.statements = map[string]*sql.Stmt{}
	f.end = time.Date(2026, 11, 2, 15, 0, 0, 0, time.UTC)
	f.sellers = f.column("SELECT id FROM user WHERE role = 'seller' ORDER BY id")
	f.stages = f.column("SELECT id FROM stage ORDER BY position")
	if f.err == nil && (len(f.sellers) == 0 || len(f.stages) == 0) {
		f.err = errors.New("no sellers or no stages")
	}
	f.do(`INSERT INTO commits (rev, nonce, at, tx_id, user_id, device_id)
		SELECT coalesce(max(rev), 0) + 1, 1, ?, ?, '', 'fill' FROM commits`, f.end.UnixMilli(), make([]byte, 16))
}

// quietly runs fn without the triggers of derived rows.
func (f *filler) quietly(fn func()) {
	names := f.column("SELECT name FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%ON prospect%' OR type = 'trigger' " +
		"AND (name LIKE 'contact_%' OR name LIKE 'submission_%' OR name LIKE 'activity_%') ORDER BY name")
	texts := make([]string, len(names))
	for i, name := range names {
		text := f.column("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = ?", name)
		if f.err != nil {
			return
		}
		texts[i] = text[0]
		f.exec("DROP TRIGGER " + name)
	}
	fn()
	for _, text := range texts {
		f.exec(text)
	}
}

func (f *filler) person(i int) {
	contact, prospect := uuidOf(1, i), uuidOf(2, i)
	owner, stage := f.sellers[i%len(f.sellers)], f.stages[i/7%len(f.stages)]
	at := clock.Format(f.end.Add(-time.Minute * time.Duration(1_000_000-i%1_000_000)))
	status, attended := statusOf(i)
	who := i
	if i%40 == 39 {
		who = i - 20 // a possible duplicate, of the same seller
	}
	f.do(`INSERT INTO contact (id, name, city, created_at, created_hlc, rev) VALUES (?, ?, ?, ?, 1, 1)`, contact, Name(who), cities[who%len(cities)], at)
	phone := crm.Phone(PhoneText(i))
	f.do(`INSERT INTO contact_phone (id, contact_id, e164, raw, created_at, created_hlc, rev) VALUES (?, ?, ?, ?, ?, 1, 1)`,
		uuidOf(3, i), contact, phone.E164, phone.Raw, at)
	f.do(`INSERT INTO contact_email (id, contact_id, address, raw, created_at, created_hlc, rev) VALUES (?, ?, ?, ?, ?, 1, 1)`,
		uuidOf(4, i), contact, EmailText(i), EmailText(i), at)
	f.do(`INSERT INTO submission (id, prospect_id, contact_id, lead_id, form_id, form_name, campaign_name, platform, origin, lead_at,
		received_at, answers, created_hlc, rev) VALUES (?, ?, ?, ?, ?, ?, 'Noviembre', 'fb', 'poll', ?, ?, ?, 1, 1)`,
		uuidOf(5, i), prospect, contact, fmt.Sprintf("8%014d", i), fmt.Sprintf("form-%d", i%12), fmt.Sprintf("Formulario %d", i%12), at, at,
		`[{"name":"presupuesto","label":"¿Cuál es tu presupuesto?","type":"CUSTOM","values":["De 1 a 2 millones"]},`+
			`{"name":"zona","label":"¿Zona?","type":"CUSTOM","values":["`+zones[i%len(zones)]+`"]}]`)
	f.do(`INSERT INTO prospect (id, contact_id, owner_id, stage_id, status, temperature, source, form_id, form_name, campaign_name,
		lead_at, received_at, attended_at, assigned_at, assigned_why, created_at, created_hlc, rev)
		VALUES (?, ?, ?, ?, ?, ?, 'leads', ?, ?, 'Noviembre', ?, ?, ?, ?, '{"rule":"turn","turn":1,"of":1}', ?, 1, 1)`,
		prospect, contact, owner, stage, status, []string{"", "", "cold", "warm", "", "hot", ""}[i%7], fmt.Sprintf("form-%d", i%12),
		fmt.Sprintf("Formulario %d", i%12), at, at, attended(at), at, at)
	f.do(`INSERT INTO scope (user_id, root_id, granted_rev, active) VALUES (?, ?, 1, 1)`, owner, prospect)
	if i%3 == 0 {
		f.do(`INSERT INTO activity (id, prospect_id, author_id, kind, result, body, done_at, created_at, created_hlc, rev)
			VALUES (?, ?, ?, 'call', 'answered', 'Pidió planos y precios de la privada', ?, ?, 1, 1)`, uuidOf(6, i), prospect, owner, at, at)
	}
	if i%10 == 0 && status != crm.StatusDiscarded {
		f.do(`INSERT INTO activity (id, prospect_id, author_id, kind, due_at, created_at, created_hlc, rev)
			VALUES (?, ?, ?, 'visit', ?, ?, 1, 1)`, uuidOf(7, i), prospect, owner, clock.Format(f.end.Add(time.Duration(i%5000)*time.Minute)), at)
	}
}

// derive fills the lists in the order that suits their indexes.
func (f *filler) derive() {
	for _, table := range []string{"prospect_card", "prospect_search"} {
		columns := f.column("SELECT name FROM pragma_table_info(?) WHERE name <> 'rank' AND name <> 'prospect_search'", table)
		into := strings.Join(columns, ", ")
		if table == "prospect_search" {
			f.exec("INSERT INTO prospect_search (rowid, " + into + ") SELECT n, " + into + " FROM prospect_search_source ORDER BY n")
			continue
		}
		f.exec("INSERT INTO prospect_card (" + into + ") SELECT " + into + " FROM prospect_card_source ORDER BY n")
	}
	f.exec(`INSERT INTO stage_total (owner_id, stage_id, is_open, temperature, form_id, prospects)
		SELECT owner_id, stage_id, is_open, temperature, form_id, count(*) FROM prospect_card GROUP BY 1, 2, 3, 4, 5`)
	f.exec("INSERT INTO stale_duplicate (contact_id) SELECT DISTINCT contact_id FROM prospect_card ORDER BY 1")
	for _, text := range f.column("SELECT sql FROM derived WHERE stale = 'stale_duplicate' ORDER BY position") {
		f.exec(text)
	}
	f.exec("INSERT INTO tally_contact (owner_id, n) SELECT owner_id, count(*) FROM contact_of_card GROUP BY 1")
}

// plan fills the agenda, in the order of its key.
func (f *filler) plan() {
	f.exec("INSERT INTO agenda SELECT owner_id, due, activity_id, prospect_id, is_open, is_shown, name, kind, result, body, minutes, done_at, remind_at FROM agenda_source ORDER BY owner_id, due, activity_id")
}

// cities are as many as keep people with the same name within 30 days apart.
var cities = []string{"Puebla", "Cholula", "Atlixco", "Tehuacán", "Tlaxcala", "Apizaco", "Xalapa", "Córdoba", "Orizaba", "Oaxaca", "Cuautla"}

var zones = []string{"Angelópolis", "Cholula", "Lomas de Juárez", "Centro histórico", "Atlixco", "Zavaleta", "La Paz"}

func statusOf(i int) (status string, attended func(at string) any) {
	yes := func(at string) any {
		lead, err := clock.Parse(at)
		if err != nil {
			return at
		}
		return clock.Format(lead.Add(answerAfter(i)))
	}
	switch n := int(uint32(i) * 2654435761 >> 16 % 20); { // Knuth's multiplier, so that every seller has some of each
	case n == 0:
		return crm.StatusNew, func(string) any { return nil }
	case n < 10:
		return []string{crm.StatusTrying, crm.StatusContacted, crm.StatusFollowing}[n%3], yes
	case n < 18:
		return crm.StatusDiscarded, yes
	}
	return crm.StatusClosed, yes
}

// answerAfter is how long somebody waited: half of them up to five minutes, three in ten up to an hour, the rest up to a day.
func answerAfter(i int) time.Duration {
	n := time.Duration(i * 7919 % 1000)
	switch i % 10 {
	case 0, 1, 2, 3, 4:
		return n * 300 * time.Millisecond
	case 5, 6, 7:
		return n * 3600 * time.Millisecond
	}
	return n * 86_400 * time.Millisecond
}

// uuidOf returns the i-th identifier of a kind of row; they sort by i, as those of a clock do.
func uuidOf(kind byte, i int) string {
	id := uuid.UUID{1, 0x90, byte(i >> 24), byte(i >> 16), byte(i >> 8), byte(i), 0x70, kind, 0x80, 0, 0, 0, 0, 0, 0, kind}
	return id.String()
}

func (f *filler) column(query string, args ...any) (values []string) {
	if f.err != nil {
		return nil
	}
	rows, err := f.tx.QueryContext(f.ctx, query, args...)
	if err != nil {
		f.err = err
		return nil
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	for rows.Next() {
		var value string
		if f.err = rows.Scan(&value); f.err != nil {
			return nil
		}
		values = append(values, value)
	}
	f.err = rows.Err()
	return values
}

// do runs a statement that comes again.
func (f *filler) do(text string, args ...any) {
	if f.err != nil {
		return
	}
	st := f.statements[text]
	if st == nil {
		if st, f.err = f.tx.PrepareContext(f.ctx, text); f.err != nil {
			return
		}
		f.statements[text] = st
	}
	_, f.err = st.ExecContext(f.ctx, args...)
}

// exec runs a statement once.
func (f *filler) exec(text string) {
	if f.err == nil {
		_, f.err = f.tx.ExecContext(f.ctx, text)
	}
}
