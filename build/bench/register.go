package main

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"time"

	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/intake"
	"sitegroup.mx/crm/backend/meta"
	"sitegroup.mx/crm/backend/meta/graphsim"
	"sitegroup.mx/crm/backend/secret"
)

const (
	leads      = 20_000
	leadsGroup = 500 // what one transaction of the peer holds
)

// silent is a log that nobody reads.
func silent() *logrus.Logger {
	l := logrus.New()
	l.SetLevel(logrus.PanicLevel)
	return l
}

// leadRegister measures leads a second from Meta's answer to a durable prospect, by the program's own pull of a form: parse,
// enter into the ledger, map the answers, match, assign, log, lists, full text. What the simulated Meta takes to answer is
// left out. The peer inserts the same rows into the same kind of encrypted file by prepared statements, and does nothing else.
// A second office that sets everything about turns measures what that costs; its peer is the first one.
func leadRegister(ctx context.Context, b *bench) ([]Row, error) {
	dir, err := b.folder("register")
	if err != nil {
		return nil, err
	}
	o, ours, err := registerIn(ctx, dir, nil)
	if err != nil {
		return nil, err
	}
	defer o.Store.Close()
	if dir, err = b.folder("register-turns"); err != nil {
		return nil, err
	}
	ruled, withRules, err := registerIn(ctx, dir, (*benchOffice).ruleTurns)
	if err != nil {
		return nil, err
	}
	defer ruled.Store.Close()
	say("inserting the same rows bare")
	bare, err := insertBare(ctx, o, filepath.Join(dir, "bare.db"))
	if err != nil {
		return nil, err
	}
	return []Row{
		ratio("lead-register", ours, "leads/s", "bare inserts", bare, fmt.Sprintf(
			"%d leads of unknown persons in one pull of a form, from Meta's answer on: ledger, mapping, dedupe, turn, op log, lists, full text, each lead durable before the next hundred; the peer inserts five rows for each lead in groups of %d", leads, leadsGroup)),
		ratio("lead-register-turns", withRules, "leads/s", "an office without rules", ours, fmt.Sprintf(
			"the same in an office with hours, holidays, absences, %d rules of which the last one fits, and sellers who all have hours and a daily cap of their own; the peer is lead-register of the same run", benchRules)),
	}, nil
}

// registerIn makes an office, sets it up and returns how many leads a second it registers.
func registerIn(ctx context.Context, dir string, prepare func(*benchOffice, context.Context) error) (o *benchOffice, rate float64, err error) {
	path, err := newOffice(ctx, dir, sellers)
	if err != nil {
		return nil, 0, err
	}
	if o, err = openOffice(ctx, path); err != nil {
		return nil, 0, err
	}
	defer func() {
		if err != nil {
			o.Store.Close()
		}
	}()
	if prepare != nil {
		if err := prepare(o, ctx); err != nil {
			return nil, 0, err
		}
	}
	sim := graphsim.New(graphsim.Config{Seed: 1})
	if _, err := sim.Start(); err != nil {
		return nil, 0, err
	}
	defer sim.Close()
	say("registering %d leads", leads)
	rate, err = o.pullAll(ctx, sim)
	return o, rate, err
}

// benchRules is how many rules are asked for every lead.
const benchRules = 20

// ruleTurns sets everything about turns that costs something when a lead comes.
func (o *benchOffice) ruleTurns(ctx context.Context) error {
	admin, err := o.viewer(ctx, "admin")
	if err != nil {
		return err
	}
	all := []crm.HoursSpan{{From: "00:00", To: "12:00"}, {From: "12:00", To: "24:00"}}
	week := crm.WeekHours{Mon: all, Tue: all, Wed: all, Thu: all, Fri: all, Sat: all, Sun: all}
	if _, err := o.CRM.UpdateOfficeTurns(ctx, admin, crm.OfficeTurnsPatch{Hours: &week}); err != nil {
		return err
	}
	if _, err := o.CRM.AddOfficialHolidays(ctx, admin, time.Now().Year()+1); err != nil {
		return err
	}
	settings, err := o.CRM.TurnSettings(ctx, admin)
	if err != nil {
		return err
	}
	members, most := []string{}, leads
	for _, s := range settings.Sellers {
		members = append(members, s.UserID)
		if _, err := o.CRM.UpdateSellerTurns(ctx, admin, s.UserID, crm.SellerTurnsPatch{Hours: &week, DailyCap: &most}); err != nil {
			return err
		}
		away := crm.Absence{UserID: s.UserID, From: "2020-01-01", Until: "2020-01-05"}
		if _, err := o.CRM.SaveAbsence(ctx, admin, away); err != nil {
			return err
		}
	}
	group, err := o.CRM.SaveGroup(ctx, admin, crm.SellerGroup{Name: "Todos", Members: members})
	if err != nil {
		return err
	}
	for i := range benchRules {
		rule := crm.TurnRule{Name: fmt.Sprint("Regla ", i), Cities: "Puebla, San Andrés Cholula", GroupID: group.ID, Otherwise: crm.OtherwiseTray, Active: true}
		if i == benchRules-1 {
			rule.Cities = ""
		}
		if _, err := o.CRM.SaveRule(ctx, admin, rule); err != nil {
			return err
		}
	}
	return nil
}

// pullAll connects the office to a Meta with all the leads and returns how many a second one pull of them registers.
func (o *benchOffice) pullAll(ctx context.Context, sim *graphsim.Sim) (float64, error) {
	app, page := sim.AddApp(graphsim.App{Live: true}), sim.AddPage(graphsim.Page{Name: "Casas Ejemplo"})
	form, err := sim.AddForm(graphsim.Form{Page: page.ID, Name: "Preventa", Questions: []graphsim.Question{
		{Type: "FULL_NAME"}, {Type: "PHONE"}, {Type: "EMAIL"}, {Key: "presupuesto", Label: "¿Cuál es tu presupuesto?"}, {Key: "plazo", Label: "¿Cuándo piensas comprar?"},
	}})
	if err != nil {
		return 0, err
	}
	vault, err := secret.File(o.path + ".meta")
	if err != nil {
		return 0, err
	}
	wire := &timed{}
	o.Intake = intake.New(intake.Deps{Store: o.Store, CRM: o.CRM, Vault: vault, Clock: clock.System{}, Log: silent(), NewClient: func(c meta.Config) *meta.Client {
		c.HTTP = &http.Client{Transport: wire}
		return meta.NewClient(c)
	}})
	admin, err := o.viewer(ctx, "admin")
	if err != nil {
		return 0, err
	}
	_, err = o.Intake.Connect(ctx, admin, intake.Connection{
		AppID: string(app.ID), AppSecret: string(app.Secret), Token: string(sim.AddToken(graphsim.TokenSpec{App: app.ID})), BaseURL: sim.URL(),
	})
	if err != nil {
		return 0, err
	}
	if _, err := o.Intake.PullNow(ctx, admin, string(form.ID)); err != nil { // the first reading: what comes later is news
		return 0, err
	}
	for i := range leads {
		_, err := sim.InjectLead(graphsim.LeadSpec{Form: form.ID, Quiet: true, Answers: map[string][]string{
			"full_name": {fmt.Sprintf("Persona Inventada %d", i)}, "phone_number": {fmt.Sprintf("+52222%07d", i)}, "email": {fmt.Sprintf("persona%d@example.com", i)},
			"presupuesto": {"Más de $5 millones"}, "plazo": {"En 3 meses"},
		}})
		if err != nil {
			return 0, err
		}
	}
	wire.took = 0
	begun := time.Now()
	got, err := o.Intake.PullNow(ctx, admin, string(form.ID))
	took := time.Since(begun) - wire.took
	if err != nil || got.Registered != leads {
		return 0, fmt.Errorf("registered %d of %d: %w", got.Registered, leads, err)
	}
	return leads / took.Seconds(), nil
}

// timed is a transport that reads whole answers and notes how long that takes. Calls come one after the other.
type timed struct{ took time.Duration }

// RoundTrip implements http.RoundTripper.
func (t *timed) RoundTrip(r *http.Request) (*http.Response, error) {
	begun := time.Now()
	defer func() { t.took += time.Since(begun) }()
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(res.Body)
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res, err
}

// enquiry is the i-th invented person's.
func enquiry(i int) crm.Enquiry {
	at := time.Date(2026, 11, 2, 15, 0, 0, 0, time.UTC).Add(time.Duration(i) * time.Second)
	return crm.Enquiry{
		LeadID: fmt.Sprint(1_054_000_000_000_000 + i), FormID: "812345678901234", FormName: "Preventa", CampaignName: "Otoño", Platform: "ig",
		Origin: "poll", Source: "leads", LeadAt: at, ReceivedAt: at,
		Name: fmt.Sprintf("Persona Inventada %d", i), Phones: []string{fmt.Sprintf("+52222%07d", i)}, Emails: []string{fmt.Sprintf("persona%d@example.com", i)},
		Answers: []crm.Answer{
			{Name: "presupuesto", Label: "¿Cuál es tu presupuesto?", Type: "CUSTOM", Values: []string{"Más de $5 millones"}},
			{Name: "plazo", Label: "¿Cuándo piensas comprar?", Type: "CUSTOM", Values: []string{"En 3 meses"}},
		},
	}
}

// insertBare copies the five rows of every lead into an empty file with the same tables and no index, trigger or log.
func insertBare(ctx context.Context, o *benchOffice, path string) (float64, error) {
	tables := []string{"contact", "contact_phone", "contact_email", "submission", "prospect"}
	from, err := o.bare()
	if err != nil {
		return 0, err
	}
	defer from.Close()
	db, err := bareFile(path, "rwc")
	if err != nil {
		return 0, err
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL"); err != nil {
		return 0, err
	}
	rows := map[string][][]any{}
	insert := map[string]string{}
	for _, table := range tables {
		if rows[table], insert[table], err = copyOf(ctx, from, db, table); err != nil {
			return 0, fmt.Errorf("copy %s: %w", table, err)
		}
	}
	begin := time.Now()
	for done := 0; done < leads; done += leadsGroup {
		if err := insertGroup(ctx, db, tables, insert, rows, done); err != nil {
			return 0, err
		}
	}
	return leads / time.Since(begin).Seconds(), nil
}

func insertGroup(ctx context.Context, db *sql.DB, tables []string, insert map[string]string, rows map[string][][]any, done int) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for _, table := range tables {
		s, err := tx.PrepareContext(ctx, insert[table])
		if err != nil {
			return err
		}
		for _, row := range rows[table][done : done+leadsGroup] {
			if _, err := s.ExecContext(ctx, row...); err != nil {
				return err
			}
		}
	}
	return tx.Commit()
}

// copyOf makes a table in db and returns the rows of the one in from and the statement that inserts one.
func copyOf(ctx context.Context, from, db *sql.DB, table string) (all [][]any, insert string, err error) {
	var create string
	if err := from.QueryRowContext(ctx, "SELECT sql FROM sqlite_master WHERE name = ?", table).Scan(&create); err != nil {
		return nil, "", err
	}
	if _, err := db.ExecContext(ctx, create); err != nil {
		return nil, "", err
	}
	rows, err := from.QueryContext(ctx, "SELECT * FROM "+table) //nolint:unqueryvet // a whole table is copied
	if err != nil {
		return nil, "", err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, "", err
	}
	insert = "INSERT INTO " + table + " VALUES (?"
	for range columns[1:] {
		insert += ", ?"
	}
	for rows.Next() {
		row, places := make([]any, len(columns)), make([]any, len(columns))
		for i := range row {
			places[i] = &row[i]
		}
		if err := rows.Scan(places...); err != nil {
			return nil, "", err
		}
		all = append(all, row)
	}
	return all, insert + ")", rows.Err()
}
