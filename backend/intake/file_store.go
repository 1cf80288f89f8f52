package intake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/intake/sheet"
	"sitegroup.mx/crm/store"
)

const (
	previewRows = 10
	sampleCount = 3
	maxFileName = 200
)

// fileRow is a row of import_file, without the file, decoded.
type fileRow struct {
	ID        string
	Name      string
	UserID    string
	CreatedAt string
	State     string
	Format    fileFormat
	Columns   []string
	Mapping   fileMapping
	Preview   [][]string
	Total     int
}

type wireFileRow struct {
	ID        string `db:"id"`
	Name      string `db:"name"`
	UserID    string `db:"user_id"`
	CreatedAt string `db:"created_at"`
	State     string `db:"state"`
	Format    string `db:"format"`
	Columns   string `db:"columns"`
	Mapping   string `db:"mapping"`
	Preview   string `db:"preview"`
	Total     int    `db:"total"`
}

const fileSelect = `SELECT id, name, user_id, created_at, state, format, columns, mapping, preview, total FROM import_file`

func (w wireFileRow) row() (fileRow, error) {
	f := fileRow{ID: w.ID, Name: w.Name, UserID: w.UserID, CreatedAt: w.CreatedAt, State: w.State, Total: w.Total}
	for text, into := range map[string]any{
		"f" + w.Format: &f.Format, "c" + w.Columns: &f.Columns, "m" + w.Mapping: &f.Mapping, "p" + w.Preview: &f.Preview,
	} {
		if err := json.Unmarshal([]byte(text[1:]), into); err != nil {
			return fileRow{}, fmt.Errorf("read import %s: %w", w.ID, err)
		}
	}
	return f, nil
}

// findFile reads an import: import.not_found.
func findFile(ctx context.Context, q dbx.Builder, id string) (fileRow, error) {
	var wire []wireFileRow
	err := q.NewQuery(fileSelect + ` WHERE id = {:id}`).Bind(dbx.Params{"id": id}).WithContext(ctx).All(&wire)
	if err != nil {
		return fileRow{}, fmt.Errorf("read import: %w", err)
	}
	if len(wire) == 0 {
		return fileRow{}, fault.New(CodeImportNotFound)
	}
	return wire[0].row()
}

// Preview takes a file in and reads it: what it is, what its columns may be, and its first rows. Nothing is imported yet. It
// answers import.too_large, import.empty and import.unreadable.
func (s *Service) Preview(ctx context.Context, v account.Viewer, name string, body []byte) (Import, error) {
	if err := account.AdminOnly(v); err != nil {
		return Import{}, err
	}
	t, err := readTable(body)
	if err != nil {
		return Import{}, err
	}
	forms, err := listForms(ctx, s.store.Read())
	if err != nil {
		return Import{}, err
	}
	m := fileMapping{Targets: suggest(t, forms)}
	m.Ask = askFor(t, m)
	f := fileRow{
		ID: s.clock.NewID(), Name: clip(name, maxFileName), UserID: v.UserID, State: ImportPreview, Mapping: m, Columns: t.Header,
		Format: fileFormat{t.Encoding, t.Separator, t.Sheet}, Preview: t.Rows[:min(len(t.Rows), previewRows)], Total: len(t.Rows),
	}
	_, err = s.store.Write(ctx, v.Author(), func(tx *store.Tx) error {
		f.CreatedAt = format(tx.Now())
		if err := insertFile(tx, f, body); err != nil {
			return err
		}
		return account.Audit(tx, v.UserID, "import.uploaded", f.ID, map[string]any{"rows": f.Total})
	})
	if err != nil {
		return Import{}, fmt.Errorf("keep import: %w", err)
	}
	return s.Import(ctx, v, f.ID)
}

// readTable reads a file in this package's codes.
func readTable(body []byte) (*sheet.Table, error) {
	t, err := sheet.Read(body)
	switch {
	case errors.Is(err, sheet.ErrTooLarge):
		return nil, fault.New(CodeImportTooLarge, "max_mb", sheet.MaxBytes>>20, "max_rows", sheet.MaxRows)
	case errors.Is(err, sheet.ErrEmpty):
		return nil, fault.New(CodeImportEmpty)
	case err != nil:
		return nil, fault.Wrap(err, CodeImportUnreadable)
	}
	return t, nil
}

func insertFile(tx *store.Tx, f fileRow, body []byte) error {
	params := dbx.Params{
		"id": f.ID, "name": f.Name, "user": f.UserID, "at": f.CreatedAt, "state": f.State, "total": f.Total, "body": body,
	}
	for name, v := range map[string]any{"format": f.Format, "columns": f.Columns, "mapping": f.Mapping, "preview": f.Preview} {
		text, err := json.Marshal(v)
		if err != nil {
			return fmt.Errorf("encode import: %w", err)
		}
		params[name] = string(text)
	}
	_, err := tx.Exec(`INSERT INTO import_file (id, name, user_id, created_at, state, format, columns, mapping, preview, total, body)
		VALUES ({:id}, {:name}, {:user}, {:at}, {:state}, {:format}, {:columns}, {:mapping}, {:preview}, {:total}, {:body})`, params)
	return wrap("keep import", err)
}

// readBody reads an import's file: import.state when it is gone.
func (s *Service) readBody(ctx context.Context, id string) (*sheet.Table, error) {
	var bodies [][]byte
	err := s.store.Read().NewQuery(`SELECT body FROM import_file WHERE id = {:id} AND body IS NOT NULL`).
		Bind(dbx.Params{"id": id}).WithContext(ctx).Column(&bodies)
	if err != nil {
		return nil, fmt.Errorf("read import: %w", err)
	}
	if len(bodies) == 0 {
		return nil, fault.New(CodeImportState, "state", ImportDone)
	}
	return readTable(bodies[0])
}

// Import returns an import as it stands: import.not_found.
func (s *Service) Import(ctx context.Context, v account.Viewer, id string) (Import, error) {
	if err := account.AdminOnly(v); err != nil {
		return Import{}, err
	}
	f, err := findFile(ctx, s.store.Read(), id)
	if err != nil {
		return Import{}, err
	}
	return s.importOf(ctx, f)
}

// ListImports returns the last thirty imports, newest first.
func (s *Service) ListImports(ctx context.Context, v account.Viewer) ([]Import, error) {
	if err := account.AdminOnly(v); err != nil {
		return nil, err
	}
	var wire []wireFileRow
	err := s.store.Read().NewQuery(fileSelect + ` ORDER BY created_at DESC, id DESC LIMIT 30`).WithContext(ctx).All(&wire)
	if err != nil {
		return nil, fmt.Errorf("list imports: %w", err)
	}
	out := make([]Import, 0, len(wire))
	for _, w := range wire {
		f, err := w.row()
		if err != nil {
			return nil, err
		}
		i, err := s.importOf(ctx, f)
		if err != nil {
			return nil, err
		}
		out = append(out, i)
	}
	return out, nil
}

// importOf is a row as the API shows it.
func (s *Service) importOf(ctx context.Context, f fileRow) (Import, error) {
	progress, err := s.progress(ctx, f.ID)
	if err != nil {
		return Import{}, err
	}
	out := Import{
		ID: f.ID, Name: f.Name, State: f.State, CreatedAt: f.CreatedAt, Encoding: f.Format.Encoding, Separator: f.Format.Separator,
		Sheet: f.Format.Sheet, Columns: make([]ImportColumn, 0, len(f.Columns)), Preview: f.Preview, Total: f.Total,
		Progress: progress, Source: f.Mapping.source(), Ask: f.Mapping.Ask, DayFirst: f.Mapping.DayFirst,
		OwnerID: f.Mapping.OwnerID,
	}
	for i, header := range f.Columns {
		c := ImportColumn{Index: i, Header: header, Target: TargetAnswer, Samples: []string{}}
		if i < len(f.Mapping.Targets) {
			c.Target = f.Mapping.Targets[i]
		}
		for _, row := range f.Preview {
			if i < len(row) && row[i] != "" && len(c.Samples) < sampleCount {
				c.Samples = append(c.Samples, row[i])
			}
		}
		out.Columns = append(out.Columns, c)
	}
	return out, nil
}

// progress counts the rows that are done.
func (s *Service) progress(ctx context.Context, id string) (p ImportProgress, err error) {
	var rows []struct {
		State       string `db:"state"`
		N           int    `db:"n"`
		Unreachable int    `db:"unreachable"`
	}
	err = s.store.Read().NewQuery(`SELECT state, count(*) AS n, sum(problem = {:unreachable}) AS unreachable
		FROM import_row
		WHERE import_id = {:id}
		GROUP BY state`).Bind(dbx.Params{"id": id, "unreachable": rowUnreachable}).WithContext(ctx).All(&rows)
	if err != nil {
		return p, fmt.Errorf("count rows: %w", err)
	}
	for _, r := range rows {
		p.Done += r.N
		p.Unreachable += r.Unreachable
		switch r.State {
		case string(StateRegistered):
			p.Registered = r.N
		case string(StateLinked):
			p.Linked = r.N
		case rowKnown:
			p.Known = r.N
		case string(StateTest):
			p.Test = r.N
		case string(StateHeld):
			p.Held = r.N
		case string(StateFailed):
			p.Failed = r.N
		}
	}
	return p, nil
}

// SetMapping changes what columns are taken for, how dates read and who gets the prospects, before the import runs. It answers
// import.not_found, import.state, input.invalid and user.not_found.
func (s *Service) SetMapping(ctx context.Context, v account.Viewer, id string, p ImportPatch) (Import, error) {
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
		m, err := f.Mapping.patched(p)
		if err != nil {
			return err
		}
		if p.OwnerID != nil && *p.OwnerID != "" {
			if err := s.crm.MustSell(tx, *p.OwnerID); err != nil {
				return err
			}
		}
		m.Ask = askFor(t, m)
		text, err := json.Marshal(m)
		if err != nil {
			return fmt.Errorf("encode mapping: %w", err)
		}
		_, err = tx.Exec(`UPDATE import_file SET mapping = {:mapping} WHERE id = {:id}`, dbx.Params{"mapping": string(text), "id": id})
		return wrap("change import", err)
	})
	if err != nil {
		return Import{}, err
	}
	return s.Import(ctx, v, id)
}

// orMissing says import.not_found for an import that does not exist, and err otherwise.
func (s *Service) orMissing(ctx context.Context, id string, err error) error {
	f, ferr := findFile(ctx, s.store.Read(), id)
	if ferr != nil {
		return ferr
	}
	if fault.Has(err, CodeImportState) {
		return fault.New(CodeImportState, "state", f.State)
	}
	return err
}

// officeZone is the time zone in which dates of a file are read.
func (s *Service) officeZone(ctx context.Context) (*time.Location, error) {
	var names []string
	err := s.store.Read().NewQuery(`SELECT timezone FROM office WHERE deleted = 0 LIMIT 1`).WithContext(ctx).Column(&names)
	if err != nil {
		return nil, fmt.Errorf("read the office's time zone: %w", err)
	}
	if len(names) == 0 {
		return time.UTC, nil
	}
	zone, err := time.LoadLocation(names[0])
	if err != nil {
		return time.UTC, nil //nolint:nilerr // a system without zones: hours are off, leads are not lost
	}
	return zone, nil
}
