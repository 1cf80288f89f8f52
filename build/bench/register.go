package main

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"time"

	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/store"
)

const (
	leads      = 20_000
	leadsGroup = 500 // what one write of a burst holds
)

// silent is a log that nobody reads.
func silent() *logrus.Logger {
	l := logrus.New()
	l.SetLevel(logrus.PanicLevel)
	return l
}

// leadRegister measures leads a second from an enquiry to a durable prospect: match, assign, log, lists and full text. The
// peer inserts the same rows into the same kind of encrypted file by prepared statements, and does nothing else.
func leadRegister(ctx context.Context, b *bench) ([]Row, error) {
	dir, err := b.folder("register")
	if err != nil {
		return nil, err
	}
	path, err := newOffice(ctx, dir, sellers)
	if err != nil {
		return nil, err
	}
	o, err := openOffice(ctx, path)
	if err != nil {
		return nil, err
	}
	defer o.Store.Close()
	say("registering %d leads", leads)
	begin := time.Now()
	for done := 0; done < leads; done += leadsGroup {
		var group []func(*store.Tx) error
		for i := done; i < done+leadsGroup; i++ {
			group = append(group, func(tx *store.Tx) error {
				_, err := o.CRM.Register(tx, enquiry(i))
				return err
			})
		}
		_, errs := o.Store.WriteEach(ctx, store.System, group)
		for _, err := range errs {
			if err != nil {
				return nil, err
			}
		}
	}
	ours := leads / time.Since(begin).Seconds()
	var registered int
	if err := o.Store.Read().NewQuery("SELECT count(*) FROM prospect_card").WithContext(ctx).Row(&registered); err != nil || registered != leads {
		return nil, fmt.Errorf("registered %d of %d: %w", registered, leads, err)
	}
	say("inserting the same rows bare")
	bare, err := insertBare(ctx, o, filepath.Join(dir, "bare.db"))
	if err != nil {
		return nil, err
	}
	return []Row{ratio("lead-register", ours, "leads/s", "bare inserts", bare, fmt.Sprintf(
		"%d leads of unknown persons in groups of %d, durable after each group: dedupe, turn, op log, lists, full text; the peer inserts the five rows of each lead", leads, leadsGroup))}, nil
}

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
