package intake

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/intake/sheet"
)

// Headers of the two columns that the list of errors adds. They are recognised and left out when the list comes back.
const (
	headerReason = "motivo (SITEGROUP)"
	headerCode   = "código (SITEGROUP)"
)

// reasons are the sentences of the list of errors: a file is read outside the program, so its sentences are data.
var reasons = map[string]string{
	CodeImportDateInvalid:   "La fecha no se entiende. Escríbela como 2026-11-02 09:30.",
	CodeImportNoContact:     "Falta un teléfono o un correo.",
	crm.CodeContactConflict: "El teléfono es de una persona y el correo de otra. Deja solo el dato correcto.",
	CodeLeadUnreadable:      "Meta mandó este lead en una forma desconocida.",
	fault.CodeInternal:      "Algo falló dentro del programa. Vuelve a importar esta fila.",
}

// reasonOther is for codes without a sentence of their own.
const reasonOther = "No se pudo registrar."

// WriteImportErrors writes the rows that were not imported as a CSV file in the layout of the original, with the reason in
// two more columns, so that they can be put right and imported again. The file is UTF-8 with a mark, and no cell can be
// taken for a formula. It answers import.not_found.
func (s *Service) WriteImportErrors(ctx context.Context, v account.Viewer, id string, w io.Writer) error {
	if err := account.AdminOnly(v); err != nil {
		return err
	}
	f, err := findFile(ctx, s.store.Read(), id)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return fmt.Errorf("write errors: %w", err)
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if err := out.Write(safeRow(f.Columns, headerReason, headerCode)); err != nil {
		return fmt.Errorf("write errors: %w", err)
	}
	last := 0
	for {
		rows, err := s.badRows(ctx, id, last)
		if err != nil {
			return err
		}
		for _, r := range rows {
			var cells []string
			if err := json.Unmarshal([]byte(r.Cells), &cells); err != nil {
				return fmt.Errorf("read row: %w", err)
			}
			for len(cells) < len(f.Columns) {
				cells = append(cells, "")
			}
			if err := out.Write(safeRow(cells[:len(f.Columns)], first(reasons[r.Problem], reasonOther), r.Problem)); err != nil {
				return fmt.Errorf("write errors: %w", err)
			}
			last = r.Line
		}
		if len(rows) == 0 {
			break
		}
	}
	out.Flush()
	return wrap("write errors", out.Error())
}

type badRow struct {
	Line    int    `db:"line"`
	Problem string `db:"problem"`
	Cells   string `db:"cells"`
}

// badRows reads a page of the rows that were not imported.
func (s *Service) badRows(ctx context.Context, id string, after int) ([]badRow, error) {
	var rows []badRow
	err := s.store.Read().NewQuery(`SELECT line, problem, cells
		FROM import_row
		WHERE import_id = {:id} AND line > {:after} AND state IN ('failed', 'held') AND cells <> ''
		ORDER BY line
		LIMIT 500`).Bind(dbx.Params{"id": id, "after": after}).WithContext(ctx).All(&rows)
	return rows, wrap("list rows", err)
}

// safeRow is a row of the list, no cell of which a spreadsheet runs.
func safeRow(cells []string, more ...string) []string {
	out := make([]string, 0, len(cells)+len(more))
	for _, c := range cells {
		out = append(out, sheet.Safe(c))
	}
	return append(out, more...)
}
