package intake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// rowsAtOnce is how many rows are written in one wait for the disk, and how often progress is told.
const rowsAtOnce = 100

// importNap is the longest sleep of the imports; RunImport ends it.
const importNap = time.Hour

// running are the imports under way, by id.
type running struct {
	mu   sync.Mutex
	stop map[string]context.CancelFunc
}

func (r *running) begin(ctx context.Context, id string) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stop == nil {
		r.stop = map[string]context.CancelFunc{}
	}
	r.stop[id] = cancel
	return ctx, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.stop, id)
		cancel()
	}
}

func (r *running) cancel(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if cancel := r.stop[id]; cancel != nil {
		cancel()
	}
}

// RunImport starts an import; Run carries it through, also after the program was ended in between. It answers
// import.not_found, import.state, import.no_contact_column, import.date_ambiguous and import.id_damaged.
func (s *Service) RunImport(ctx context.Context, v account.Viewer, id string) (Import, error) {
	if err := account.AdminOnly(v); err != nil {
		return Import{}, err
	}
	t, err := s.readBody(ctx, id)
	if err != nil {
		return Import{}, s.orMissing(ctx, id, err)
	}
	_, err = s.store.Write(ctx, v.Author(), func(tx *store.Tx) error {
		f, err := findFile(ctx, tx.Query(), id)
		if err != nil {
			return err
		}
		if f.State != ImportPreview {
			return fault.New(CodeImportState, "state", f.State)
		}
		if err := checkRunnable(t, f.Mapping); err != nil {
			return err
		}
		if err := setFileState(tx, id, ImportRunning); err != nil {
			return err
		}
		return account.Audit(tx, v.UserID, "import.run", id, map[string]any{"rows": f.Total})
	})
	if err != nil {
		return Import{}, err
	}
	nudge(s.wakes.files)
	s.hooks.tellImport(id)
	return s.Import(ctx, v, id)
}

// CancelImport ends an import. Rows that were imported stay; the file is forgotten. It answers import.not_found and
// import.state.
func (s *Service) CancelImport(ctx context.Context, v account.Viewer, id string) (Import, error) {
	if err := account.AdminOnly(v); err != nil {
		return Import{}, err
	}
	_, err := s.store.Write(ctx, v.Author(), func(tx *store.Tx) error {
		f, err := findFile(ctx, tx.Query(), id)
		if err != nil {
			return err
		}
		if f.State != ImportPreview && f.State != ImportRunning {
			return fault.New(CodeImportState, "state", f.State)
		}
		if err := setFileState(tx, id, ImportCancelled); err != nil {
			return err
		}
		return account.Audit(tx, v.UserID, "import.cancelled", id, nil)
	})
	if err != nil {
		return Import{}, err
	}
	s.imports.cancel(id)
	s.hooks.tellImport(id)
	return s.Import(ctx, v, id)
}

// setFileState moves an import. At the end the file and its first rows are deleted.
func setFileState(tx *store.Tx, id, state string) error {
	query := `UPDATE import_file SET state = {:state} WHERE id = {:id}`
	if state == ImportDone || state == ImportCancelled {
		query = `UPDATE import_file SET state = {:state}, body = NULL, preview = '[]' WHERE id = {:id}`
	}
	_, err := tx.Exec(query, dbx.Params{"state": state, "id": id})
	return wrap("move import", err)
}

// importStep carries through the imports that are running, oldest first.
func (s *Service) importStep(ctx context.Context) (time.Duration, error) {
	return importNap, s.FinishImports(ctx)
}

// FinishImports carries through the imports that RunImport has started and returns when none is left. Run does this by
// itself; a command without Run calls it.
func (s *Service) FinishImports(ctx context.Context) error {
	var ids []string
	err := s.store.Read().NewQuery(`SELECT id FROM import_file WHERE state = {:state} ORDER BY created_at, id`).
		Bind(dbx.Params{"state": ImportRunning}).WithContext(ctx).Column(&ids)
	if err != nil {
		return fmt.Errorf("list running imports: %w", err)
	}
	var errs []error
	for _, id := range ids {
		run, end := s.imports.begin(ctx, id)
		err := s.runFile(run, id)
		cancelled := run.Err() != nil
		end()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil && !cancelled {
			errs = append(errs, fmt.Errorf("run import %s: %w", id, err))
		}
	}
	return errors.Join(errs...)
}

// runFile imports the rows of a file that have no result yet.
func (s *Service) runFile(ctx context.Context, id string) error {
	f, err := findFile(ctx, s.store.Read(), id)
	if err != nil || f.State != ImportRunning {
		return err
	}
	t, err := s.readBody(ctx, id)
	if err != nil {
		return err
	}
	zone, err := s.officeZone(ctx)
	if err != nil {
		return err
	}
	forms, err := listForms(ctx, s.store.Read())
	if err != nil {
		return err
	}
	done, err := s.doneRows(ctx, id)
	if err != nil {
		return err
	}
	r := newReader(t, f.Mapping, zone, forms)
	var chunk []fileLead
	for i, cells := range t.Rows {
		if !done[i+1] {
			chunk = append(chunk, r.read(i+1, cells))
		}
		if len(chunk) < rowsAtOnce && i+1 < len(t.Rows) {
			continue
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := s.writeRows(ctx, id, chunk); err != nil {
			return err
		}
		chunk = chunk[:0]
		s.hooks.tellImport(id)
	}
	return s.endFile(ctx, id)
}

// endFile marks an import as done, unless it was cancelled at the last moment.
func (s *Service) endFile(ctx context.Context, id string) error {
	_, err := s.store.Write(ctx, store.System, func(tx *store.Tx) error {
		f, err := findFile(ctx, tx.Query(), id)
		if err != nil || f.State != ImportRunning {
			return err
		}
		return setFileState(tx, id, ImportDone)
	})
	s.log.WithField("import_id", id).Info("import ended")
	s.hooks.tellImport(id)
	return err
}

// doneRows are the rows that have a result, by number. They need not be the first ones: a group of rows is written before
// the failures among them are.
func (s *Service) doneRows(ctx context.Context, id string) (map[int]bool, error) {
	var lines []int
	err := s.store.Read().NewQuery(`SELECT line FROM import_row WHERE import_id = {:id}`).
		Bind(dbx.Params{"id": id}).WithContext(ctx).Column(&lines)
	if err != nil {
		return nil, fmt.Errorf("list done rows: %w", err)
	}
	done := make(map[int]bool, len(lines))
	for _, n := range lines {
		done[n] = true
	}
	return done, nil
}

// writeRows writes rows, each in its own transaction with its result.
func (s *Service) writeRows(ctx context.Context, id string, rows []fileLead) error {
	fns := make([]func(*store.Tx) error, len(rows))
	for i, row := range rows {
		fns[i] = func(tx *store.Tx) error { return s.writeRow(tx, id, row, nil) }
	}
	_, errs := s.store.WriteEach(ctx, store.System, fns)
	var again []func(*store.Tx) error
	for i, err := range errs {
		if err == nil {
			continue
		}
		if stops(err) {
			return err
		}
		failure := failureOf(err)
		again = append(again, func(tx *store.Tx) error { return s.writeRow(tx, id, rows[i], &failure) })
		s.explain(rows[i].leadID, err)
	}
	_, errs = s.store.WriteEach(ctx, store.System, again)
	return errors.Join(errs...)
}

// rowResult is what became of a row.
type rowResult struct {
	state, problem, prospectID string
}

// writeRow imports one row. failed is why an attempt before this one was taken back.
func (s *Service) writeRow(tx *store.Tx, id string, row fileLead, failed *failure) error {
	var result rowResult
	var err error
	switch {
	case row.problem != "":
		result = rowResult{state: string(StateFailed), problem: row.problem}
	case row.leadID != "":
		result, err = s.writeLeadRow(tx, row, failed)
	case failed != nil:
		result = rowResult{state: string(StateFailed), problem: failed.code}
		if failed.held() {
			result.state = string(StateHeld)
		}
	case row.test:
		result = rowResult{state: string(StateTest)}
	default:
		result, err = s.writePlainRow(tx, id, row)
	}
	if err != nil {
		return err
	}
	if came := result.state == string(StateRegistered) || result.state == string(StateLinked); came && !row.enquiry.Reachable() {
		result.problem = rowUnreachable
	}
	return insertRow(tx, id, row, result)
}

// writeLeadRow takes a row with a lead id through the ledger, like any other lead.
func (s *Service) writeLeadRow(tx *store.Tx, row fileLead, failed *failure) (rowResult, error) {
	payload, err := json.Marshal(filePayload{File: &row.enquiry})
	if err != nil {
		return rowResult{}, fmt.Errorf("encode row: %w", err)
	}
	before, known, err := findLine(tx.Query(), row.leadID)
	if err != nil {
		return rowResult{}, err
	}
	e := row.enquiry
	_, _, err = enter(tx, arrival{
		ref:    Ref{LeadID: row.leadID, PageID: e.PageID, FormID: e.FormID, LeadAt: format(e.LeadAt)},
		origin: OriginFile, payload: payload, history: e.LeadAt.IsZero() || isOld(e.LeadAt, tx.Now()),
	})
	if err != nil {
		return rowResult{}, err
	}
	if known && before.State.settled() {
		return rowResult{state: rowKnown, prospectID: before.ProspectID}, nil
	}
	l, _, err := findLine(tx.Query(), row.leadID)
	if err != nil {
		return rowResult{}, err
	}
	if failed != nil {
		o, err := s.recordFailure(tx, l, *failed)
		return rowResult{state: string(o.state), problem: failed.code}, err
	}
	e.ReceivedAt = parse(l.ReceivedAt)
	o, err := s.settleOne(tx, prepared{line: l, test: row.test, enquiry: e})
	if err != nil {
		return rowResult{}, err
	}
	after, _, err := findLine(tx.Query(), row.leadID)
	return rowResult{state: string(o.state), problem: after.Problem, prospectID: after.ProspectID}, err
}

// writePlainRow registers a row that names no lead, unless the same row was imported before.
func (s *Service) writePlainRow(tx *store.Tx, id string, row fileLead) (rowResult, error) {
	var seen []string
	err := tx.Query().NewQuery(`SELECT prospect_id FROM import_seen WHERE hash = {:hash}`).Bind(dbx.Params{"hash": row.hash}).Column(&seen)
	if err != nil {
		return rowResult{}, wrap("look for the row", err)
	}
	if len(seen) > 0 {
		return rowResult{state: rowKnown, prospectID: seen[0]}, nil
	}
	e := row.enquiry
	e.ReceivedAt = tx.Now()
	r, err := s.crm.Register(tx, e)
	if err != nil {
		return rowResult{}, err
	}
	_, err = tx.Exec(`INSERT INTO import_seen (hash, import_id, prospect_id, at)
		VALUES ({:hash}, {:id}, {:prospect}, {:now})`,
		dbx.Params{"hash": row.hash, "id": id, "prospect": r.ProspectID, "now": format(tx.Now())})
	if err != nil {
		return rowResult{}, wrap("remember the row", err)
	}
	to := StateRegistered
	if r.Linked {
		to = StateLinked
	}
	old := e.LeadAt.IsZero() || isOld(e.LeadAt, tx.Now())
	if err := s.announce(tx, to, r, e, line{Origin: OriginFile, History: old}); err != nil {
		return rowResult{}, err
	}
	return rowResult{state: string(to), prospectID: r.ProspectID}, nil
}

// insertRow writes a row's result. The cells of a row that was not imported are kept for the list of errors.
func insertRow(tx *store.Tx, id string, row fileLead, r rowResult) error {
	cells := ""
	if r.state == string(StateFailed) || r.state == string(StateHeld) {
		text, err := json.Marshal(row.cells)
		if err != nil {
			return fmt.Errorf("encode row: %w", err)
		}
		cells = string(text)
	}
	_, err := tx.Exec(`INSERT INTO import_row (import_id, line, state, problem, field, cells, prospect_id)
		VALUES ({:id}, {:line}, {:state}, {:problem}, {:field}, {:cells}, {:prospect})`,
		dbx.Params{
			"id": id, "line": row.number, "state": r.state, "problem": r.problem, "field": row.field, "cells": cells,
			"prospect": r.prospectID,
		})
	return wrap("keep the row's result", err)
}
