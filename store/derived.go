package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// staleFilling is the table that holds a row while a replica's roots come in all at once.
const staleFilling = "filling"

// derived is what follows from rows and is written once for each commit instead of once for each change: the full-text
// index. Triggers note which rows are stale; the statements of the table "derived" bring them up to date. Those of a first
// fill derive everything that roots show.
type derived struct {
	stale      *sql.Stmt // whether anything is
	statements []*sql.Stmt
	fill       *sql.Stmt   // begins a first fill
	filled     []*sql.Stmt // end it
	waiting    bool        // a burst was answered before it was indexed
	since      time.Time   // when that began
}

// deriveAfter is how long words may wait while bursts go on.
const deriveAfter = time.Second

func (s *Store) loadDerived(ctx context.Context) error {
	rows, err := s.conn.QueryContext(ctx, "SELECT stale, sql FROM main.derived ORDER BY position")
	if err != nil {
		return fmt.Errorf("read what is derived: %w", explain(err))
	}
	texts := map[string][]string{}
	for rows.Next() {
		var table, text string
		if err := rows.Scan(&table, &text); err != nil {
			return fmt.Errorf("read what is derived: %w", err)
		}
		texts[table] = append(texts[table], text)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return fmt.Errorf("read what is derived: %w", explain(err))
	}
	return s.prepareDerived(texts)
}

// prepareDerived prepares the statements of each stale table.
func (s *Store) prepareDerived(texts map[string][]string) error {
	d := &s.derived
	stale := "0"
	for _, table := range slices.Sorted(maps.Keys(texts)) {
		into := &d.filled
		if table != staleFilling {
			into = &d.statements
			stale += " OR EXISTS (SELECT 1 FROM main." + quote(table) + ")"
		}
		for _, text := range texts[table] {
			st, err := s.prepare(text)
			if err != nil {
				return fmt.Errorf("prepare what is derived: %w", err)
			}
			*into = append(*into, st)
		}
	}
	var err error
	if d.stale, err = s.prepare("SELECT " + stale); err != nil {
		return fmt.Errorf("prepare what is derived: %w", err)
	}
	if d.fill, err = s.prepare("INSERT INTO main." + quote(staleFilling) + " DEFAULT VALUES"); err != nil {
		return fmt.Errorf("prepare what is derived: %w", err)
	}
	s.derived.waiting = true // the last run may have ended before it came to it
	return nil
}

// derive brings what is derived up to date, inside the running transaction.
func (s *Store) derive() error {
	var stale bool
	if _, err := s.row(s.derived.stale, nil, &stale); err != nil {
		return fmt.Errorf("look for what is stale: %w", err)
	}
	if stale {
		for _, st := range s.derived.statements {
			if err := s.exec(st); err != nil {
				return fmt.Errorf("derive: %w", err)
			}
		}
	}
	s.derived.waiting, s.derived.since = false, time.Time{}
	return nil
}

// deriveIdle does what bursts have left, once nobody waits for the writer or it has waited long enough.
func (s *Store) deriveIdle() {
	d := &s.derived
	if !d.waiting {
		return
	}
	now := s.opts.Now()
	if d.since.IsZero() {
		d.since = now
	}
	if len(s.queue) > 0 && now.Sub(d.since) < deriveAfter {
		return
	}
	err := s.execAlways(s.st.begin)
	if err == nil {
		err = s.derive()
	}
	if err == nil {
		err = s.exec(s.st.commit)
	}
	if err != nil {
		d.since = now // and try again later: nothing is lost, search lags behind
		if !s.raw.AutoCommit() {
			if rollback := s.execAlways(s.st.rollback); rollback != nil {
				s.log.WithError(rollback).Error("roll back what is derived")
			}
		}
		s.log.WithError(err).Warn("derive")
	}
}
